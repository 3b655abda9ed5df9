package viz

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/vitrine-ml/vitrine/pkg/record"
)

func TestDependenceScatter(t *testing.T) {
	for _, name := range []string{"dependence", "dependencewords"} {
		t.Run(name, func(t *testing.T) { sameAsGolden(t, name, figures()[name]) })
	}
}

// The feature that colours is the one that the contribution depends on besides its own.
func TestInteractionIsFound(t *testing.T) {
	chance := rand.New(rand.NewPCG(2, 2))
	const n, width = 1000, 5
	s := record.Samples{Columns: []record.Column{{Name: "a"}, {Name: "b"}, {Name: "word", Categories: []string{"x", "y", "z"}}, {Name: "like a"}, {Name: "idle"}}}
	for _, c := range []struct {
		name string
		of   func(x []float64) float64 // what a contributed
		want string
		low  float64
	}{
		{"a number", func(x []float64) float64 { return x[0] * x[1] }, "b", 0.9},
		{"a word", func(x []float64) float64 { return x[0] + []float64{0, 1, -2}[int(x[2])] }, "word", 0.97},
		{"less than chance", func(x []float64) float64 { return math.Sin(x[0]) + chance.NormFloat64() }, "", 0},
		{"nothing left", func(x []float64) float64 { return 3 * x[0] }, "", 0},
		{"a number among noise", func(x []float64) float64 { return x[0] + x[1] + 2*chance.NormFloat64() }, "b", 0.1},
	} {
		for j := range s.Columns {
			s.Columns[j].Values = nil
		}
		e := &record.Explanation{Version: record.Version, Method: "SHAP", Target: record.Target{Output: "y"}, Values: []record.Array{{Name: "row", Axes: []string{"example", "feature"}, Shape: []int{n, width}}}}
		for range n {
			a := chance.NormFloat64()
			x := []float64{a, chance.NormFloat64(), float64(chance.IntN(3)), a + 0.1*chance.NormFloat64(), chance.NormFloat64()}
			for j, v := range x {
				s.Columns[j].Values = append(s.Columns[j].Values, v)
			}
			e.Values[0].Data = append(e.Values[0].Data, c.of(x), 0, 0, 0, 0)
			e.Output, e.Status = append(e.Output, 0), append(e.Status, record.OK)
		}
		s.Inputs = record.Array{Axes: []string{"example", "feature"}, Shape: []int{n, 0}}
		d, err := DependenceScatter{Explanation: e, Samples: s, Feature: "a"}.dependence()
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		if d.by >= 0 {
			got = d.names[d.by]
		}
		if got != c.want || c.want != "" && d.share < c.low {
			t.Errorf("%s: coloured by %q, which explains %.2f; want %q, at least %.2f", c.name, got, d.share, c.want, c.low)
		}
	}
}

// Groups have every example once, in order, and never part equal numbers.
func TestDependenceParts(t *testing.T) {
	d := dependence{features: features{columns: []record.Column{{}}}}
	for i := range 95 {
		d.x = append(d.x, float64((i*37)%23))
	}
	var all []int
	before := math.Inf(-1)
	parts := d.parts()
	for _, part := range parts {
		all = append(all, part...)
		if d.x[part[0]] <= before {
			t.Errorf("a part begins with %v, the one before ends with %v", d.x[part[0]], before)
		}
		before = d.x[part[len(part)-1]]
	}
	slices.Sort(all)
	if !slices.Equal(all, indices(95)) || len(parts) > 10 {
		t.Errorf("%d parts of %v", len(parts), all)
	}
}

// However many there are, every example is in the dots and in the counts beneath.
func TestDependenceHoldsAll(t *testing.T) {
	for _, n := range []int{300, 6000} {
		e, s := loans(n, 0)
		known := float64(n - 1) // one age is missing
		counts := []float64{0, 0}
		for _, series := range drawn(t, DependenceScatter{Explanation: e, Samples: s, Feature: "age", NoColor: true}).Option["series"].([]any) {
			of := series.(map[string]any)
			if of["type"] != "scatter" {
				continue
			}
			panel := int(of["xAxisIndex"].(float64))
			for _, item := range of["data"].([]any) {
				if m, counted := item.(map[string]any); counted {
					counts[panel] += m["value"].([]any)[2].(float64)
				} else {
					counts[panel]++
				}
			}
		}
		if counts[0] != known || counts[1] != known {
			t.Errorf("%v of %v examples", counts, known)
		}
	}
}

func ExampleDependenceScatter() {
	rooms := record.Column{Name: "rooms", Values: []float64{5, 4, 1}}
	samples := record.Samples{Inputs: record.Array{Axes: []string{"example", "feature"}, Shape: []int{3, 0}},
		Columns: []record.Column{rooms, {Name: "garden", Values: []float64{1, 0, 1}}, {Name: "noise", Values: []float64{0, 2, 1}}}}
	chart, err := DependenceScatter{Explanation: three(), Samples: samples, Feature: "rooms"}.Draw()
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(chart.Alt)
	// Output:
	// What rooms contributed in 3 examples, against its value from 1 to 5; their correlation is 1.
}
