package explain_test

import (
	"math"
	"testing"

	. "github.com/gomlx/gomlx/core/graph" //nolint:revive,staticcheck // graph functions read like the mathematics
	"github.com/gomlx/gomlx/ml/layers/activation"
	"github.com/gomlx/gomlx/ml/model"

	"github.com/vitrine-ml/vitrine/pkg/explain"
	"github.com/vitrine-ml/vitrine/pkg/explain/explaintest"
	"github.com/vitrine-ml/vitrine/pkg/record"
)

// TestLRPOfParts compares what is no layer with its equation: softmax, normalisation, gates, activations, pooling, a layer used twice.
func TestLRPOfParts(t *testing.T) {
	x, c := []float64{0.5, -1.2, 2}, []float64{1.5, 0.7, -2}
	column := func(v ...float64) [][]float64 {
		rows := make([][]float64, len(v))
		for i := range v {
			rows[i] = []float64{v[i]}
		}
		return rows
	}
	weigh := func(y *Node) *Node { return Dot(y, Const(y.Graph(), column(c...))).MatMul() }
	each := func(f func(i int) float64) []float64 { return []float64{f(0), f(1), f(2)} }

	// AttnLRP's softmax: R_i = x_i (R_s,i − s_i Σ_j R_s,j), where R_s are the relevances of its results s.
	normaliser, total := 0.0, 0.0
	for i := range x {
		normaliser += math.Exp(x[i])
	}
	s := each(func(i int) float64 { return math.Exp(x[i]) / normaliser })
	for i := range x {
		total += s[i] * c[i]
	}
	softmax := each(func(i int) float64 { return x[i] * (s[i]*c[i] - s[i]*total) })

	// Layer norm with its denominator held constant is linear.
	mean, variance := (x[0]+x[1]+x[2])/3, 0.0
	for i := range x {
		variance += (x[i] - mean) * (x[i] - mean) / 3
	}
	meanWeight := (c[0] + c[1] + c[2]) / 3
	normed := each(func(i int) float64 { return x[i] * (c[i] - meanWeight) / math.Sqrt(variance+1e-3) })

	sigmoid := func(v float64) float64 { return 1 / (1 + math.Exp(-v)) }
	gelu := func(v float64) float64 { return v * (1 + math.Erf(v/math.Sqrt2)) / 2 }
	w := [][]float64{{0.3, -0.5, 0.2}, {0.8, 0.1, -0.4}, {-0.6, 0.7, 0.9}}
	times := func(v []float64, relu bool) []float64 {
		return each(func(j int) (y float64) {
			for i := range v {
				y += v[i] * w[i][j]
			}
			if relu {
				y = max(0, y)
			}
			return y
		})
	}
	back := func(m, z []float64) []float64 { // through the ReLU at z and the weights
		return each(func(i int) (y float64) {
			for j := range m {
				if z[j] > 0 {
					y += m[j] * w[i][j]
				}
			}
			return y
		})
	}
	z := times(x, true)
	m := back(back(c, times(z, false)), times(x, false))
	twice := each(func(i int) float64 { return x[i] * (m[i] + c[i]) })

	for _, part := range []struct {
		name string
		f    func(x *Node) *Node
		want []float64
	}{
		{"softmax", func(x *Node) *Node { return weigh(Softmax(x, -1)) }, softmax},
		{"layer norm", func(x *Node) *Node {
			d := Sub(x, ReduceAndKeep(x, ReduceMean, 1))
			return weigh(Div(d, Sqrt(AddScalar(ReduceAndKeep(Square(d), ReduceMean, 1), 1e-3))))
		}, normed},
		{"layer norm by rsqrt", func(x *Node) *Node {
			d := Sub(x, ReduceAndKeep(x, ReduceMean, 1))
			return weigh(Mul(d, Rsqrt(AddScalar(ReduceAndKeep(Square(d), ReduceMean, 1), 1e-3))))
		}, normed},
		{"gate", func(x *Node) *Node { return Mul(explaintest.Column(x, 0), Sigmoid(explaintest.Column(x, 1))) },
			[]float64{x[0] * sigmoid(x[1]), 0, 0}},
		{"product", func(x *Node) *Node { return Mul(explaintest.Column(x, 0), Tanh(explaintest.Column(x, 1))) },
			[]float64{x[0] * math.Tanh(x[1]) / 2, x[0] * math.Tanh(x[1]) / 2, 0}},
		{"GELU", func(x *Node) *Node { return weigh(activation.Gelu(x)) }, each(func(i int) float64 { return c[i] * gelu(x[i]) })},
		{"SiLU", func(x *Node) *Node { return weigh(activation.Swish(x)) }, each(func(i int) float64 { return c[i] * x[i] * sigmoid(x[i]) })},
		{"softplus", func(x *Node) *Node { return weigh(Softplus(x)) },
			each(func(i int) float64 { return c[i] * (math.Log1p(math.Exp(x[i])) - math.Ln2) })},
		{"sigmoid", func(x *Node) *Node { return weigh(Sigmoid(x)) }, each(func(i int) float64 { return c[i] * (sigmoid(x[i]) - 0.5) })},
		{"a maximum shared", func(x *Node) *Node {
			return InsertAxes(ReduceMax(Concatenate([]*Node{x, Neg(x), x}, 1), 1), -1)
		}, []float64{0, 0, 2}},
		{"a layer used twice, and a residual sum", func(x *Node) *Node {
			weights := Const(x.Graph(), w)
			layer := func(x *Node) *Node { return Max(Dot(x, weights).MatMul(), ScalarZero(x.Graph(), x.DType())) }
			return weigh(Add(layer(layer(x)), x))
		}, twice},
	} {
		net := explaintest.Net(t, part.name, 3, 1, func(_ *model.Scope, x *Node) *Node { return part.f(x) })
		e := explaintest.Explain(t, explain.LRP{}, net, explaintest.Rows(x), explain.Target{})
		if off, _ := furthest(e.Values[0].Data, part.want); off > 1e-8 {
			t.Errorf("%s: %v, want %v", part.name, e.Values[0].Data, part.want)
		}
		if e.Status[0] != record.OK || e.Residual[0] > 1e-9 {
			t.Errorf("%s: the ledger is off by %g: %+v", part.name, e.Residual[0], e.Ledger)
		}
	}
}

// TestNothingComesOfNothing: where a function has no finite slope, at zeros, relevance is zero rather than NaN.
func TestNothingComesOfNothing(t *testing.T) {
	net := explaintest.Net(t, "length", 3, 1, func(_ *model.Scope, x *Node) *Node {
		return Add(Sqrt(ReduceAndKeep(Square(x), ReduceSum, 1)), ReduceAndKeep(Sqrt(Abs(x)), ReduceMax, 1))
	})
	for _, method := range []explain.Explainer{explain.LRP{}, explain.DeepLIFT{}} {
		e := explaintest.Explain(t, method, net, explaintest.Rows([]float64{0, 0, 0}), explain.Target{})
		if off, _ := furthest(e.Values[0].Data, []float64{0, 0, 0}); off != 0 {
			t.Errorf("%T: %v", method, e.Values[0].Data)
		}
	}
}
