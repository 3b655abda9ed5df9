package explain_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	. "github.com/gomlx/gomlx/core/graph" //nolint:revive,staticcheck // graph functions read like the mathematics
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"

	"github.com/vitrine-ml/vitrine/pkg/explain"
	"github.com/vitrine-ml/vitrine/pkg/explain/explaintest"
)

// Of two normal columns that go together by ρ, of which the net reads one alone, Shapley's value of the other is half of what it tells of the first:
// with v(S) = E(x1 | S), v({2}) = ρ·x2, and so φ2 = ½·ρ·x2 + ½·0 and φ1 = x1 − φ2. Without Nearest it is 0.
func TestNearestRowsAreConditional(t *testing.T) {
	const rho = 0.8
	rng := rand.New(rand.NewPCG(5, 6))
	var rows [][]float64
	for range 4000 {
		a, b := rng.NormFloat64(), rng.NormFloat64()
		rows = append(rows, []float64{a, 10 * (rho*a + math.Sqrt(1-rho*rho)*b)})
	}
	net := explaintest.Net(t, "First", 2, 1, func(_ *model.Scope, x *Node) *Node { return explaintest.Column(x, 0) })
	x := explaintest.Rows([]float64{1, 10})
	background := explain.Background{Values: explaintest.Rows(rows...), Nearest: 100}
	e := explaintest.Explain(t, explain.Shapley{Background: background}, net, x, explain.Target{})
	if v := e.Values[0].Data; math.Abs(v[1]-rho/2) > 0.12 || math.Abs(v[0]+v[1]-(1-e.Base[0])) > 1e-9 || math.Abs(e.Base[0]) > 0.3 {
		t.Errorf("values %v and base %g, want about %v and 0", v, e.Base[0], []float64{1 - rho/2, rho / 2})
	}
	if !strings.HasPrefix(e.Baseline, "the 100 nearest of a background of 4000 rows") {
		t.Errorf("baseline %q", e.Baseline)
	}
	background.Nearest = 0
	background.Values = explaintest.Rows(rows[:50]...)
	if v := explaintest.Explain(t, explain.Shapley{Background: background}, net, x, explain.Target{}).Values[0].Data; math.Abs(v[1]) > 1e-9 {
		t.Errorf("without regard to what is there, a column that the net does not read has %g", v[1])
	}
}

// The rows are those of a search of all, whatever coalition it is.
func TestNearestAgainstPlain(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	var rows [][]float64
	for range 30 {
		rows = append(rows, []float64{rng.NormFloat64(), 3 * rng.NormFloat64(), rng.NormFloat64()})
	}
	x := []float64{0.3, -1, 0.5}
	f := func(v []float64) float64 { return v[0]*v[1] + v[2]*v[2] }
	net := explaintest.Net(t, "Quadratic", 3, 1, func(_ *model.Scope, x *Node) *Node {
		return Add(Mul(explaintest.Column(x, 0), explaintest.Column(x, 1)), Square(explaintest.Column(x, 2)))
	})
	variance := make([]float64, 3)
	for j := range variance {
		mean := 0.0
		for _, row := range rows {
			mean += row[j] / 30
		}
		for _, row := range rows {
			variance[j] += (row[j] - mean) * (row[j] - mean) / 30
		}
	}
	worth := func(there [3]bool) (mean float64) {
		order := slices.Clone(rows)
		far := func(row []float64) (d float64) {
			for j, t := range there {
				if t {
					d += (row[j] - x[j]) * (row[j] - x[j]) / variance[j]
				}
			}
			return d
		}
		slices.SortStableFunc(order, func(a, b []float64) int {
			if far(a) < far(b) {
				return -1
			}
			return 1
		})
		for _, row := range order[:4] {
			row = slices.Clone(row)
			for j, t := range there {
				if t {
					row[j] = x[j]
				}
			}
			mean += f(row) / 4
		}
		return mean
	}
	e := explaintest.Explain(t, explain.FeatureAblation{Background: explain.Background{Values: explaintest.Rows(rows...), Nearest: 4}}, net, explaintest.Rows(x), explain.Target{})
	for j := range 3 {
		there := [3]bool{true, true, true}
		there[j] = false
		if want := f(x) - worth(there); math.Abs(e.Values[0].Data[j]-want) > 1e-9 {
			t.Errorf("value %d is %g, want %g", j, e.Values[0].Data[j], want)
		}
	}
	for want, nearest := range map[string]int{"the 31 nearest rows of a background of 30": 31, "the -1 nearest": -1} {
		_, err := explain.KernelSHAP{Background: explain.Background{Values: explaintest.Rows(rows...), Nearest: nearest}}.Explain(t.Context(), net, explaintest.Rows(x), explain.Target{})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want one with %q", err, want)
		}
	}
}

// A blurred baseline is the mean of the example's pixels by a Gaussian: here worked out pixel by pixel over both axes at once.
func TestBlurredBaseline(t *testing.T) {
	const height, width, deviation = 7, 9, 1.3
	net, w := linearImage(t, height, width, 2)
	x := explaintest.Pseudo(4, 2, height, width, 2)
	flat := tensors.MustCopyFlatData[float32](x)
	e := explaintest.Explain(t, explain.FeatureAblation{Baseline: explain.Baseline{Blur: deviation}}, net, []*tensors.Tensor{x}, explain.Target{})
	for i := range 2 {
		for p := range height * width {
			for c := range 2 {
				sum, all := 0.0, 0.0
				for dy := -4; dy <= 4; dy++ {
					for dx := -4; dx <= 4; dx++ {
						y, x := min(max(p/width+dy, 0), height-1), min(max(p%width+dx, 0), width-1)
						g := math.Exp(-float64(dy*dy+dx*dx) / (2 * deviation * deviation))
						sum, all = sum+g*float64(flat[((i*height+y)*width+x)*2+c]), all+g
					}
				}
				at := p*2 + c
				want := w[at] * (float64(flat[i*height*width*2+at]) - sum/all)
				if got := e.Values[0].Row(i)[at]; math.Abs(got-want) > 1e-4 {
					t.Fatalf("value %d of example %d is %g, want %g", at, i, got, want)
				}
			}
		}
	}
	if want := "blurred by 1.3 pixels"; !strings.HasPrefix(e.Baseline, want) {
		t.Errorf("baseline %q", e.Baseline)
	}
	for want, m := range map[string]explain.Baseline{"blurred by -1 pixels": {Blur: -1}, "blurred by NaN": {Blur: math.NaN()}} {
		if _, err := (explain.Occlusion{Baseline: m}).Explain(t.Context(), net, []*tensors.Tensor{x}, explain.Target{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want one with %q", err, want)
		}
	}
	if _, err := (explain.Occlusion{Baseline: explain.Baseline{Blur: 2}}).Explain(t.Context(), explaintest.BML(t), explaintest.Rows([]float64{1, 2, 3}), explain.Target{}); err == nil || !strings.Contains(err.Error(), "has no input of shape") {
		t.Errorf("error %v", err)
	}
}
