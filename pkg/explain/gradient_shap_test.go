package explain_test

import (
	"math"
	"strings"
	"testing"

	. "github.com/gomlx/gomlx/core/graph" //nolint:revive,staticcheck // graph functions read like the mathematics
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"

	"github.com/vitrine-ml/vitrine/pkg/explain"
	"github.com/vitrine-ml/vitrine/pkg/explain/explaintest"
	"github.com/vitrine-ml/vitrine/pkg/record"
)

// TestGradientSHAPErrors: the standard errors say how wrong the values are, for one baseline and for a background. The truth are integrated
// gradients, which are exact for a polynomial.
func TestGradientSHAPErrors(t *testing.T) {
	net := cubic(t)
	x := explaintest.Rows([]float64{1.5, -0.5}, []float64{0.2, 1.2}, []float64{-1, 0.7}, []float64{2, 2})
	background := explain.Background{Values: explaintest.Rows([]float64{0, 0}, []float64{1, -1}, []float64{0.5, 2})}
	for _, c := range []struct {
		name string
		rows explain.Background
	}{{"zeros", explain.Background{}}, {"a background", background}} {
		truth := explaintest.Explain(t, explain.IntegratedGradients{Background: c.rows}, net, x, explain.Target{})
		calibrated(t, c.name, func(seed uint64) *record.Explanation {
			return explaintest.Explain(t, explain.GradientSHAP{Background: c.rows, Seed: seed, Budget: explain.Budget{Evaluations: 100}}, net, x, explain.Target{})
		}, truth.Values[0].Data)
		e := explaintest.Explain(t, explain.GradientSHAP{Background: c.rows}, net, x, explain.Target{})
		for i := range truth.Base {
			if math.Abs(e.Base[i]-truth.Base[i]) > 1e-12 {
				t.Errorf("%s: f of what is compared with is %g, want %g", c.name, e.Base[i], truth.Base[i])
			}
			if off := math.Abs(e.Values[0].Row(i)[0] + e.Values[0].Row(i)[1] - (e.Output[i] - e.Base[i])); math.Abs(off-e.Residual[i]) > 1e-12 {
				t.Errorf("%s: the record says the residual is %g, it is %g", c.name, e.Residual[i], off)
			}
		}
	}
}

// TestGradientSHAPStrata: drawn evenly along the way, 50 gradients are worth many more that are drawn anywhere.
func TestGradientSHAPStrata(t *testing.T) {
	e := explaintest.Explain(t, explain.GradientSHAP{Budget: explain.Budget{Evaluations: 50}}, cubic(t), explaintest.Rows([]float64{1.5, -0.5}), explain.Target{})
	// A gradient is x²y·2α² at a place that is drawn anywhere: its standard deviation is 2|x²y|·√(1/5 − 1/9).
	anywhere := 2 * 1.125 * math.Sqrt(1.0/5-1.0/9) / math.Sqrt(50)
	if got := e.StdErr[0].Data[0]; got > anywhere/10 || got == 0 {
		t.Errorf("standard error %g, of places that are drawn anywhere %g", got, anywhere)
	}
}

// TestSharedBase: of a net with a mask beside, the output for a background's row is each example's own.
func TestSharedBase(t *testing.T) {
	words, ids, _ := captumWords(t)
	background := explain.Background{Values: ids}
	one := explaintest.Explain(t, explain.GradientSHAP{Background: background}, words, ids, explain.Predicted)
	other := explaintest.Explain(t, explain.DeepSHAP{Background: background}, words, ids, explain.Predicted)
	if off, _ := furthest(one.Base, other.Base); off > 1e-9 {
		t.Errorf("f of the background is %v and %v", one.Base, other.Base)
	}
	for i := range one.Base[1:] {
		if one.Base[i] == one.Base[i+1] {
			t.Errorf("f of the background is the same for two examples: %v", one.Base)
		}
	}
}

func TestGradientSHAPOptions(t *testing.T) {
	net, x := cubic(t), explaintest.Rows([]float64{1, 2})
	background := explain.Background{Values: explaintest.Rows([]float64{1, 1})}
	for _, c := range []struct {
		m    explain.Explainer
		want string
	}{
		{explain.GradientSHAP{Noise: -1}, "standard deviation -1"},
		{explain.GradientSHAP{Budget: explain.Budget{Evaluations: 1}}, "takes 2 at least"},
		{explain.GradientSHAP{Background: background, Baseline: explain.Baseline{Constant: 1}}, "a Baseline and a Background"},
		{explain.IntegratedGradients{Background: background, Baseline: explain.Baseline{Constant: 1}}, "a Baseline and a Background"},
		{explain.GradientSHAP{Background: explain.Background{Values: []*tensors.Tensor{}}}, "0 tensors for 1"},
		{explain.DeepSHAP{Background: explain.Background{Values: explaintest.Rows([]float64{1, math.NaN()})}}, "in the background"},
		{explain.DeepSHAP{Background: explain.Background{Values: explaintest.Rows([]float64{1, 1, 1})}}, "rows of shape [2]"},
	} {
		if _, err := c.m.Explain(t.Context(), net, x, explain.Target{}); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: error %v, want one with %q", c.m, err, c.want)
		}
	}
}

// TestOverBackground: several baselines are the mean over each of them alone, and the record has their standard deviation; exactly so for DeepSHAP.
func TestOverBackground(t *testing.T) {
	net := explaintest.Net(t, "kinks", 3, 1, func(_ *model.Scope, x *Node) *Node {
		a, b, c := explaintest.Column(x, 0), explaintest.Column(x, 1), explaintest.Column(x, 2)
		return Tanh(Add(Mul(a, b), Max(c, Sub(a, b))))
	})
	rows := [][]float64{{0, 0, 0}, {1, -1, 0.5}, {-0.3, 0.2, 2}, {0.1, 0.1, -1}}
	x := explaintest.Rows([]float64{0.5, 1.5, 0.2}, []float64{-1, 0.4, 0.3})
	background := explain.Background{Values: explaintest.Rows(rows...)}
	for _, c := range []struct {
		over explain.Explainer
		one  func(b explain.Baseline) explain.Explainer
	}{
		{explain.IntegratedGradients{Background: background}, func(b explain.Baseline) explain.Explainer { return explain.IntegratedGradients{Baseline: b} }},
		{explain.DeepSHAP{Background: background}, func(b explain.Baseline) explain.Explainer { return explain.DeepLIFT{Baseline: b} }},
	} {
		got := explaintest.Explain(t, c.over, net, x, explain.Target{})
		each := make([]*record.Explanation, len(rows))
		for k, row := range rows {
			each[k] = explaintest.Explain(t, c.one(explain.Baseline{Values: explaintest.Rows(row)}), net, x, explain.Target{})
		}
		for j, v := range got.Values[0].Data {
			mean, squares := 0.0, 0.0
			for _, e := range each {
				mean += e.Values[0].Data[j] / 4
			}
			for _, e := range each {
				off := e.Values[0].Data[j] - mean
				squares += off * off
			}
			if deviation := math.Sqrt(squares / 3); math.Abs(v-mean) > 1e-12 || math.Abs(got.BaselineStdDev[0].Data[j]-deviation) > 1e-12 {
				t.Errorf("%T: value %d is %g, deviation %g, want %g and %g", c.over, j, v, got.BaselineStdDev[0].Data[j], mean, deviation)
			}
		}
		for i := range got.Base {
			if base := (each[0].Base[i] + each[1].Base[i] + each[2].Base[i] + each[3].Base[i]) / 4; math.Abs(got.Base[i]-base) > 1e-12 {
				t.Errorf("%T: base %g, want %g", c.over, got.Base[i], base)
			}
		}
		if !strings.Contains(got.Baseline, "4 rows") || !got.Converged() {
			t.Errorf("%T: baseline %q, status %v", c.over, got.Baseline, got.Status)
		}
	}
	if e := explaintest.Explain(t, explain.DeepSHAP{}, net, x, explain.Target{}); e.BaselineStdDev != nil || !e.Exact {
		t.Error("one baseline has a standard deviation")
	}
}
