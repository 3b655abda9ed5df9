package explain_test

import (
	"math"
	"testing"

	. "github.com/gomlx/gomlx/core/graph" //nolint:revive,staticcheck // graph functions read like the mathematics
	"github.com/gomlx/gomlx/ml/model"

	"github.com/vitrine-ml/vitrine/pkg/explain"
	"github.com/vitrine-ml/vitrine/pkg/explain/explaintest"
	"github.com/vitrine-ml/vitrine/pkg/models"
)

// TestBackwardAgainstPlainRules compares DeepLIFT, guided backprop and deconvolution with loops over connections, for convolutions of both
// forms, and DeepLIFT for a baseline of zeros and for another image.
func TestBackwardAgainstPlainRules(t *testing.T) {
	for _, native := range []bool{false, true} {
		net := cnn64(t, native)
		p := plainCNN(t, net)
		x, rows := images64(3, 4)
		other, others := images64(8, 1)
		for _, c := range []struct {
			method explain.Explainer
			want   func(x []float64) []float64
		}{
			{explain.DeepLIFT{}, func(x []float64) []float64 { return p.lift(x, make([]float64, 84), 2) }},
			{explain.DeepLIFT{Baseline: explain.Baseline{Values: other}}, func(x []float64) []float64 { return p.lift(x, others[0], 2) }},
			{explain.GuidedBackprop{}, func(x []float64) []float64 { return p.guided(x, 2, false) }},
			{explain.Deconvolution{}, func(x []float64) []float64 { return p.guided(x, 2, true) }},
		} {
			e := explaintest.Explain(t, c.method, net, x, explain.Class(2))
			for i, row := range rows {
				if off, largest := furthest(e.Values[0].Row(i), c.want(row)); off > 1e-9*largest || largest == 0 {
					t.Errorf("%T, native %t, example %d: off by %g, where the largest value is %g", c.method, native, i, off, largest)
				}
			}
			for i, r := range e.Residual {
				if r > 1e-12 {
					t.Errorf("%T, native %t, example %d: residual %g", c.method, native, i, r)
				}
			}
		}
	}
}

// TestDeepLIFTNumbers are published values, or follow from the definition by hand.
func TestDeepLIFTNumbers(t *testing.T) {
	relus := explaintest.Net(t, "relus", 2, 1, func(_ *model.Scope, x *Node) *Node {
		a, b := explaintest.Column(x, 0), explaintest.Column(x, 1)
		return Add(MulScalar(models.Relu(a), 2), MulScalar(models.Relu(AddScalar(b, -1.5)), 2))
	})
	one, other := explaintest.Invariant(t)
	product := func(f func(a, b *Node) *Node) *models.Net {
		return explaintest.Net(t, "product", 2, 1, func(_ *model.Scope, x *Node) *Node {
			return f(explaintest.Column(x, 0), explaintest.Column(x, 1))
		})
	}
	for _, c := range []struct {
		name    string
		net     *models.Net
		x, want []float64
	}{
		{"ReLUs", relus, []float64{1, 2}, []float64{2, 1}},
		{"an implementation", one, []float64{3, 1}, []float64{1.5, -0.5}},
		{"another", other, []float64{3, 1}, []float64{2, -1}},
		{"product", product(Mul), []float64{3, 2}, []float64{3, 3}},
		{"maximum", product(Max), []float64{3, 2}, []float64{3, 0}},
		{"quotient", product(func(a, b *Node) *Node { return Div(AddScalar(a, 1), AddScalar(b, 1)) }), []float64{3, 1}, []float64{2.25, -1.25}},
		{"tanh", product(func(a, b *Node) *Node { return Tanh(Add(a, b)) }), []float64{1, 3}, []float64{math.Tanh(4) / 4, math.Tanh(4) * 3 / 4}},
	} {
		e := explaintest.Explain(t, explain.DeepLIFT{}, c.net, explaintest.Rows(c.x), explain.Target{})
		if off, _ := furthest(e.Values[0].Data, c.want); off > 1e-12 || e.Residual[0] > 1e-12 {
			t.Errorf("%s: %v with residual %g, want %v", c.name, e.Values[0].Data, e.Residual[0], c.want)
		}
	}
}
