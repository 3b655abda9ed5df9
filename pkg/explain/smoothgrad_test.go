package explain_test

import (
	"math"
	"os"
	"strings"
	"testing"

	. "github.com/gomlx/gomlx/core/graph" //nolint:revive,staticcheck // graph functions read like the mathematics
	"github.com/gomlx/gomlx/ml/model"

	"github.com/vitrine-ml/vitrine/pkg/explain"
	"github.com/vitrine-ml/vitrine/pkg/explain/explaintest"
	"github.com/vitrine-ml/vitrine/pkg/models"
	"github.com/vitrine-ml/vitrine/pkg/record"
)

// cubic is x²y, whose gradient (2xy, x²) has known moments under normal noise.
func cubic(t testing.TB) *models.Net {
	return explaintest.Net(t, "cubic", 2, 1, func(_ *model.Scope, x *Node) *Node {
		a, b := explaintest.Column(x, 0), explaintest.Column(x, 1)
		return Mul(Mul(a, a), b)
	})
}

// aroundCubic are mean, mean square and variance of cubic's gradient at (x, y) with normal noise of variance v.
func aroundCubic(x, y, v float64) (mean, square, variance []float64) {
	mean = []float64{2 * x * y, x*x + v}
	square = []float64{4 * (x*x + v) * (y*y + v), x*x*x*x + 6*x*x*v + 3*v*v}
	return mean, square, []float64{square[0] - mean[0]*mean[0], square[1] - mean[1]*mean[1]}
}

// TestSmoothGradMoments compares with closed forms, for noise that is given and for a share of the range.
func TestSmoothGradMoments(t *testing.T) {
	net, x := cubic(t), explaintest.Rows([]float64{1.5, -0.5}, []float64{0.2, 1.2})
	budget := explain.Budget{Evaluations: 4000}
	for _, noise := range []explain.SmoothGrad{{Noise: 0.3, Budget: budget}, {Share: 0.4, Budget: budget, Seed: 5}} {
		for i, at := range [][]float64{{1.5, -0.5}, {0.2, 1.2}} {
			deviation := max(noise.Noise, noise.Share*math.Abs(at[0]-at[1]))
			mean, square, variance := aroundCubic(at[0], at[1], deviation*deviation)
			for _, c := range []struct {
				m    explain.Explainer
				want []float64
			}{{noise, mean}, {explain.SmoothGradSquared(noise), square}, {explain.VarGrad(noise), variance}} {
				e := explaintest.Explain(t, c.m, net, x, explain.Target{})
				for j, want := range c.want {
					got, off := e.Values[0].Row(i)[j], e.StdErr[0].Row(i)[j]
					if math.Abs(got-want) > 4*off || off > 0.1*math.Abs(want)+0.01 {
						t.Errorf("%T %+v, example %d: value %d is %g ± %g, want %g", c.m, c.m, i, j, got, off, want)
					}
				}
			}
		}
	}
}

// coverage is how many of the intervals of 1.96 standard errors hold the truth, of records of other seeds.
func coverage(t *testing.T, seeds int, record func(seed uint64) *record.Explanation, want []float64) float64 {
	t.Helper()
	held, all := 0, 0
	for seed := range seeds {
		e := record(uint64(seed))
		for i, v := range e.Values[0].Data {
			all++
			if math.Abs(v-want[i]) <= 1.96*e.StdErr[0].Data[i] {
				held++
			}
		}
	}
	return float64(held) / float64(all)
}

// calibrated checks that coverage, of fewer seeds unless all tests are asked for.
func calibrated(t *testing.T, name string, record func(seed uint64) *record.Explanation, want []float64) {
	t.Helper()
	seeds, low, high := 150, 0.91, 0.985
	if os.Getenv("VITRINE_FULL") != "" {
		seeds, low, high = 2000, 0.93, 0.97
	}
	if c := coverage(t, seeds, record, want); c < low || c > high {
		t.Errorf("%s: %.1f %% of the intervals hold the truth, of %d seeds", name, 100*c, seeds)
	} else {
		t.Logf("%s: %.1f %% of the intervals hold the truth, of %d seeds", name, 100*c, seeds)
	}
}

// TestSmoothGradErrors: the standard errors say how wrong the values are.
func TestSmoothGradErrors(t *testing.T) {
	net := cubic(t)
	x := explaintest.Rows([]float64{1.5, -0.5}, []float64{0.2, 1.2}, []float64{-1, 0.7}, []float64{2, 2})
	var means, squares, variances []float64
	for _, at := range [][]float64{{1.5, -0.5}, {0.2, 1.2}, {-1, 0.7}, {2, 2}} {
		mean, square, variance := aroundCubic(at[0], at[1], 0.25)
		means, squares, variances = append(means, mean...), append(squares, square...), append(variances, variance...)
	}
	for _, c := range []struct {
		name string
		of   func(noise explain.SmoothGrad) explain.Explainer
		rows int
		want []float64
	}{
		{"SmoothGrad", func(noise explain.SmoothGrad) explain.Explainer { return noise }, 200, means},
		{"SmoothGradSquared", func(noise explain.SmoothGrad) explain.Explainer { return explain.SmoothGradSquared(noise) }, 400, squares},
		{"VarGrad", func(noise explain.SmoothGrad) explain.Explainer { return explain.VarGrad(noise) }, 500, variances},
	} {
		calibrated(t, c.name, func(seed uint64) *record.Explanation {
			m := c.of(explain.SmoothGrad{Noise: 0.5, Seed: seed, Budget: explain.Budget{Evaluations: c.rows}})
			return explaintest.Explain(t, m, net, x, explain.Target{})
		}, c.want)
	}
}

func TestSmoothGradOptions(t *testing.T) {
	net, x := cubic(t), explaintest.Rows([]float64{1, 2}, []float64{3, 3})
	for _, c := range []struct {
		m    explain.Explainer
		want string
	}{
		{explain.SmoothGrad{Noise: -1}, "neither may be negative"},
		{explain.SmoothGrad{Share: math.NaN()}, "neither may be negative"},
		{explain.SmoothGradSquared{Noise: math.Inf(1)}, "neither may be negative"},
		{explain.VarGrad{Noise: 1, Share: 0.1}, "there can be one of them"},
		{explain.SmoothGrad{Budget: explain.Budget{Evaluations: 3}}, "takes at least 4"},
		{explain.VarGrad{Budget: explain.Budget{Evaluations: 9}}, "takes at least 10"},
		{explain.VarGrad{Budget: explain.Budget{Evaluations: -1}}, "none may be negative"},
	} {
		if _, err := c.m.Explain(t.Context(), net, x, explain.Target{}); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: error %v, want one with %q", c.m, err, c.want)
		}
	}
	e := explaintest.Explain(t, explain.SmoothGrad{}, net, x, explain.Target{})
	if got, want := string(e.Options), `{"Noise":0,"Share":0.15,"Budget":{},"Seed":0}`; got != want {
		t.Errorf("options %s, want %s", got, want)
	}
	if e.Spent[0] != 50 || e.Ended[0] != record.EndEvaluations || e.Gradients != 102 || e.Exact {
		t.Errorf("spent %v, ended %v, %d gradients, exact %t", e.Spent, e.Ended, e.Gradients, e.Exact)
	}
	if got := e.Values[0].Row(1); got[0] != 18 || got[1] != 9 || e.StdErr[0].Row(1)[0] != 0 { // without a range there is no noise
		t.Errorf("an example without a range: %v ± %v", got, e.StdErr[0].Row(1))
	}
	other := explaintest.Explain(t, explain.SmoothGrad{Seed: 1}, net, x, explain.Target{})
	if other.Values[0].Data[1] == e.Values[0].Data[1] {
		t.Error("another seed gave the same")
	}
}

// TestSmoothGradTolerance: an example ends when its standard errors are small enough.
func TestSmoothGradTolerance(t *testing.T) {
	x := explaintest.Rows([]float64{1, 0}, []float64{3, 0})
	for _, m := range []explain.Explainer{
		explain.SmoothGrad{Noise: 0.5, Budget: explain.Budget{Tolerance: 0.02}},
		explain.SmoothGradSquared{Noise: 0.1, Budget: explain.Budget{Tolerance: 0.02}},
		explain.VarGrad{Noise: 0.1, Budget: explain.Budget{Tolerance: 0.02}},
		explain.GradientSHAP{Noise: 0.1, Budget: explain.Budget{Tolerance: 0.02}},
	} {
		e := explaintest.Explain(t, m, cubic(t), x, explain.Target{})
		for i := range 2 {
			if worst := max(e.StdErr[0].Row(i)[0], e.StdErr[0].Row(i)[1]); e.Ended[i] != record.EndTolerance || worst > 0.02 {
				t.Errorf("%T: example %d ended by %s after %d rows with %g", m, i, e.Ended[i], e.Spent[i], worst)
			}
		}
		if _, even := m.(explain.SmoothGrad); !even && e.Spent[1] <= e.Spent[0] { // of which the pairs leave the same to chance everywhere
			t.Errorf("%T: %v rows, where the second example has more to find out", m, e.Spent)
		}
	}
}
