package explain_test

import (
	"math"
	"testing"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive,staticcheck // graph functions read like the mathematics
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"

	"github.com/vitrine-ml/vitrine/pkg/explain"
	"github.com/vitrine-ml/vitrine/pkg/explain/explaintest"
	"github.com/vitrine-ml/vitrine/pkg/models"
)

// deep are nets of four ids behind an embedding, spelled in plain nodes, all of float64.
var deep = map[string]func(scope *model.Scope, ids, table *Node) *Node{
	// One head of attention with a residual and a layer normalisation, then ReLU; padding is not looked at.
	"attention": func(scope *model.Scope, ids, table *Node) *Node {
		rows := ids.Shape().Dim(0)
		there := NotEqual(ids, ZerosLike(ids))
		x := Add(Gather(table, InsertAxes(ids, -1)), Const(ids.Graph(), [][][]float64{{{.1, -.2, .3}, {.2, .1, -.1}, {-.3, .2, .1}, {.1, .3, -.2}}}))
		dense := func(name string, x *Node, n int) *Node {
			return Reshape(models.Dense(scope.In("%s", name), Reshape(x, -1, x.Shape().Dim(-1)), n), rows, 4, n)
		}
		scores := Einsum("bqd,bkd->bqk", dense("q", x, 3), dense("k", x, 3))
		seen := BroadcastToDims(InsertAxes(there, 1), rows, 4, 4)
		weights := Softmax(Where(seen, scores, Scalar(x.Graph(), x.DType(), -1e9)), -1)
		x = Add(x, Einsum("bqk,bkd->bqd", weights, dense("v", x, 3)))
		centred := Sub(x, ReduceAndKeep(x, ReduceMean, -1))
		x = Div(centred, Sqrt(AddScalar(ReduceAndKeep(Square(centred), ReduceMean, -1), 1e-5)))
		x = models.Relu(dense("up", x, 5))
		return models.Dense(scope.In("out"), bag(ids, x), 2)
	},
	// An LSTM cell; at padding, the state stays what it was.
	"LSTM": func(scope *model.Scope, ids, table *Node) *Node {
		g, rows := ids.Graph(), ids.Shape().Dim(0)
		x := Gather(table, InsertAxes(ids, -1))
		h := Zeros(g, shapes.Make(dtypes.Float64, rows, 3))
		c := h
		for t := range 4 {
			cell := scope.Shared
			if t == 0 {
				cell = scope.In
			}
			xt := Squeeze(Slice(x, AxisRange(), AxisElem(t)), 1)
			z := models.Dense(cell("cell"), Concatenate([]*Node{xt, h}, 1), 12)
			part := func(i int) *Node { return Slice(z, AxisRange(), AxisRange(3*i, 3*i+3)) }
			next := Add(Mul(Sigmoid(part(0)), c), Mul(Sigmoid(part(1)), Tanh(part(2))))
			there := Squeeze(Slice(NotEqual(ids, ZerosLike(ids)), AxisRange(), AxisElem(t)), 1)
			c, h = Where(there, next, c), Where(there, Mul(Sigmoid(part(3)), Tanh(next)), h)
		}
		return models.Dense(scope.In("out"), h, 2)
	},
}

// TestDeepTokens: through attention and a recurrent cell, the gradient is what the output does when a word's vector is moved, integrated
// gradients and DeepLIFT add up, LRP's ledger closes, and padding that the net does not look at has nothing.
func TestDeepTokens(t *testing.T) {
	examples := [][]int32{{2, 5, 3, 6}, {4, 1, 6, 0}, {3, 0, 0, 0}}
	for name, f := range deep {
		net := tokenNet(t, f)
		x := ids(examples...)
		logits := func() []float64 {
			out, err := net.Compute(x)
			if err != nil {
				t.Fatal(err)
			}
			return tensors.MustCopyFlatData[float64](out[0])
		}
		// No id is in an example twice: moving its row of the table moves one vector.
		v := net.Store().GetVariable("/words/table")
		vectors := weightsOf(t, net, "/words/table")
		moved := func(at int, by float64) []float64 {
			w := append([]float64(nil), vectors...)
			w[at] += by
			if err := v.SetValue(tensors.FromFlatDataAndDimensions(w, 7, 3)); err != nil {
				t.Fatal(err)
			}
			return logits()
		}
		const step = 1e-5
		gradient := make([][]float64, len(vectors)) // of every logit for every number of the table
		for i := range gradient {
			up, down := moved(i, step), moved(i, -step)
			for j := range up {
				gradient[i] = append(gradient[i], (up[j]-down[j])/(2*step))
			}
		}
		moved(0, 0)
		lengths, sums := explaintest.Explain(t, explain.Saliency{}, net, x, explain.Class(1)), explaintest.Explain(t, explain.Saliency{Signed: true}, net, x, explain.Class(1))
		for i, example := range examples {
			for at, id := range example {
				length, sum := 0.0, 0.0
				for k := range 3 {
					if id != 0 {
						d := gradient[int(id)*3+k][i*2+1]
						length, sum = math.Hypot(length, d), sum+d
					}
				}
				if got := lengths.Values[0].Row(i)[at]; math.Abs(got-length) > 1e-8 {
					t.Errorf("%s: saliency of word %d of example %d is %g, by differences %g", name, at, i, got, length)
				}
				if got := sums.Values[0].Row(i)[at]; math.Abs(got-sum) > 1e-8 {
					t.Errorf("%s: signed saliency of word %d of example %d is %g, by differences %g", name, at, i, got, sum)
				}
			}
		}
		for _, m := range []explain.Explainer{explain.IntegratedGradients{Tolerance: 1e-5}, explain.DeepLIFT{}, explain.LRP{}, explain.DeepLIFT{Baseline: explain.Baseline{Token: 1}}} {
			e := explaintest.Explain(t, m, net, x, explain.Class(1))
			if !e.Converged() {
				t.Errorf("%s, %T: %v, residual %v", name, m, e.Status, e.Residual)
			}
			for i, example := range examples {
				values := e.Values[0].Row(i)
				sum := 0.0
				for at, id := range example {
					sum += values[at]
					if id == 0 && values[at] != 0 {
						t.Errorf("%s, %T: padding at %d of example %d has %g", name, m, at, i, values[at])
					}
				}
				rest := 0.0
				if e.Ledger != nil {
					rest = sumOf(e.Ledger.TakenFrom(i))
				} else {
					rest = e.Base[i]
				}
				if _, ig := m.(explain.IntegratedGradients); math.Abs(sum+rest-e.Output[i]) > 1e-10 && (!ig || e.Residual[i] > 1e-5) {
					t.Errorf("%s, %T: example %d adds up to %g of %g", name, m, i, sum+rest, e.Output[i])
				}
				if math.Abs(values[0]) < 1e-12 {
					t.Errorf("%s, %T: the first word of example %d has nothing", name, m, i)
				}
			}
		}
	}
}

func sumOf(v []float64) (s float64) {
	for _, x := range v {
		s += x
	}
	return s
}
