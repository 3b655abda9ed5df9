package explain_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/vitrine-ml/vitrine/pkg/explain"
	"github.com/vitrine-ml/vitrine/pkg/explain/explaintest"
	"github.com/vitrine-ml/vitrine/pkg/record"
)

func ofRows(rows ...[]float64) *record.Explanation {
	e := &record.Explanation{Version: record.Version, Method: "LIME", Output: make([]float64, len(rows)), Status: make([]record.Status, len(rows)),
		Values: []record.Array{{Name: "row", Axes: []string{"example", "feature"}, Shape: []int{len(rows), len(rows[0])}}}}
	for _, row := range rows {
		e.Values[0].Data = append(e.Values[0].Data, row...)
	}
	return e
}

// The example of the paper's figure 5: the second row shows most; the first and the last then show as much more, and the first is taken.
func TestSPLIMEOfThePaper(t *testing.T) {
	p, err := explain.SPLIME(ofRows([]float64{1, 1, 0, 0, 0}, []float64{0, 1, 1, 0, 1}, []float64{0, 1, 0, 0, 0}, []float64{0, 1, 0, 0, 1}, []float64{0, 0, 0, 1, 0}), explain.Picking{Count: 2})
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Check(); err != nil {
		t.Error(err)
	}
	if got, want := fmt.Sprintf("%v %.4f %.4f", p.Examples, p.Importance, p.Coverage), "[1 0] [1.0000 2.0000 1.0000 1.0000 1.4142] [0.6882 0.8441]"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

// What is picked covers as much as 1 − 1/e of the best pick, and the first is the best alone.
func TestSPLIMEAgainstAll(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 20 {
		var rows [][]float64
		for range 8 {
			row := make([]float64, 12)
			for j := range row {
				row[j] = rng.NormFloat64()
			}
			rows = append(rows, row)
		}
		p, err := explain.SPLIME(ofRows(rows...), explain.Picking{Count: 3, Features: 3})
		if err != nil {
			t.Fatal(err)
		}
		covered := func(examples ...int) (sum float64) {
			one, err := explain.SPLIME(ofRows(rows...), explain.Picking{Count: 8, Features: 3})
			if err != nil {
				t.Fatal(err)
			}
			for j, importance := range p.Importance {
				for _, i := range examples {
					at := 0
					for one.Examples[at] != i {
						at++
					}
					if one.Values.Row(at)[j] != 0 {
						sum += importance
						break
					}
				}
			}
			return sum
		}
		best, alone := 0.0, 0.0
		for a := range 8 {
			alone = max(alone, covered(a))
			for b := range a {
				for c := range b {
					best = max(best, covered(a, b, c))
				}
			}
		}
		if got := covered(p.Examples...); got < (1-1/math.E)*best || math.Abs(covered(p.Examples[0])-alone) > 1e-12 {
			t.Errorf("picked %v with %g, the best of three have %g", p.Examples, got, best)
		}
	}
}

func TestSPLIMEOfRecords(t *testing.T) {
	e := explaintest.Explain(t, explain.LIME{}, explaintest.Tokens(t), explaintest.TokenRows(7, 12), explain.Predicted)
	p, err := explain.SPLIME(e, explain.Picking{Features: 2})
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Check(); err != nil || len(p.Examples) != 5 || p.Of != "LIME" || p.Coverage[4] <= p.Coverage[0] || p.Coverage[4] > 1+1e-12 {
		t.Errorf("%+v, error %v", p, err)
	}
	named := strings.Join(p.Features, " ")
	if !strings.Contains(named, "numbers 1") || len(p.Features) != 11 {
		t.Errorf("features %s", named)
	}
	grouped := ofRows([]float64{1, 2, 3}, []float64{4, 5, 6})
	grouped.Groups = ofRows([]float64{0, 0, -1}, []float64{0, 0, -1}).Values
	if p, err = explain.SPLIME(grouped, explain.Picking{}); err != nil || fmt.Sprint(p.Features, p.Examples, p.Values.Data) != "[feature 0] [0 1] [3 9]" {
		t.Errorf("%+v, error %v", p, err)
	}
	grouped.Groups = ofRows([]float64{0, 0, 1}, []float64{0, 1, 1}).Values
	for want, call := range map[string]func() error{
		"example 1 has feature 1 and the first has 0": func() error { _, err := explain.SPLIME(grouped, explain.Picking{}); return err },
		"a pick of -1 examples":                       func() error { _, err := explain.SPLIME(e, explain.Picking{Count: -1}); return err },
		"version 0":                                   func() error { _, err := explain.SPLIME(&record.Explanation{}, explain.Picking{}); return err },
	} {
		if err := call(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want one with %q", err, want)
		}
	}
}
