package explain_test

import (
	"math"
	"strings"
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

// tokenNet is a net of four ids, out of seven, to two numbers; f gets the ids and the table [7, 3] of float64.
func tokenNet(t testing.TB, f func(scope *model.Scope, ids, table *Node) *Node) *models.Net {
	t.Helper()
	net, err := models.New(
		models.Custom{Title: "Tokens", Build: func(scope *model.Scope, in []*Node) []*Node {
			return []*Node{f(scope, in[0], table(scope.In("words"), in[0]))}
		}},
		[]models.Port{{Name: "words", Kind: models.IDs, Shape: []int{4}, Classes: vocabulary}},
		[]models.Port{{Name: "class", Kind: models.Logits, Shape: []int{2}}}, 3)
	if err != nil {
		t.Fatal(err)
	}
	return net
}

var vocabulary = []string{"<pad>", "<unk>", "the", "film", "is", "not", "good"}

func table(scope *model.Scope, ids *Node) *Node {
	return scope.VariableWithShape("table", shapes.Make(dtypes.Float64, 7, 3)).NodeValue(ids.Graph())
}

// mean of the vectors of what is no padding.
func bag(ids, vectors *Node) *Node {
	there := InsertAxes(ConvertDType(NotEqual(ids, ZerosLike(ids)), vectors.DType()), -1)
	return Div(ReduceSum(Mul(vectors, there), 1), ReduceSum(there, 1))
}

func ids(rows ...[]int32) []*tensors.Tensor { return []*tensors.Tensor{tensors.FromValue(rows)} }

func weightsOf(t testing.TB, net *models.Net, path string) []float64 {
	t.Helper()
	v, err := net.Store().GetVariable(path).Value()
	if err != nil {
		t.Fatal(err)
	}
	w, err := models.Floats(v)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// lookups are ways to spell the vectors of ids, and which of the ids' places each may stand at; all give [rows, 4, 3].
var lookups = map[string]func(ids, table *Node) *Node{
	"gather":       func(ids, table *Node) *Node { return Gather(table, InsertAxes(ids, -1)) },
	"scaled table": func(ids, table *Node) *Node { return Gather(MulScalar(table, 1), InsertAxes(ids, -1)) },
	"flat":         func(ids, table *Node) *Node { return Reshape(Gather(table, Reshape(ids, -1, 1)), -1, 4, 3) },
	"steps": func(ids, table *Node) *Node {
		var steps []*Node
		for i := range 4 {
			steps = append(steps, InsertAxes(Gather(table, Slice(ids, AxisRange(), AxisRange(i, i+1))), 1))
		}
		return Concatenate(steps, 1)
	},
	"one-hot": func(ids, table *Node) *Node { return Einsum("btv,ve->bte", OneHot(ids, 7, table.DType()), table) },
	"flat one-hot": func(ids, table *Node) *Node {
		return Reshape(Dot(Reshape(OneHot(ids, 7, table.DType()), -1, 7), table).MatMul(), -1, 4, 3)
	},
	"clipped": func(ids, table *Node) *Node { return Gather(table, InsertAxes(ClipScalar(ids, 0, 6), -1)) },
	"merged": func(ids, table *Node) *Node {
		return Gather(table, InsertAxes(Gather(Const(ids.Graph(), []int32{0, 1, 2, 3, 4, 5, 6}), InsertAxes(ids, -1)), -1))
	},
	"masked ids": func(ids, table *Node) *Node {
		return Gather(table, InsertAxes(Where(NotEqual(ids, ZerosLike(ids)), ids, ZerosLike(ids)), -1))
	},
}

// TestBagOfEmbeddings: of a mean of vectors and a dense layer, a word's value is wᵀv/n by every method that claims what is linear; its
// saliency is |w|/n, and padding has none.
func TestBagOfEmbeddings(t *testing.T) {
	examples := [][]int32{{2, 3, 4, 6}, {5, 6, 0, 0}, {3, 3, 1, 0}}
	for name, lookUp := range lookups {
		net := tokenNet(t, func(scope *model.Scope, ids, table *Node) *Node {
			return models.Dense(scope.In("dense"), bag(ids, lookUp(ids, table)), 2)
		})
		vectors, w := weightsOf(t, net, "/words/table"), weightsOf(t, net, "/dense/weights")
		for _, m := range []explain.Explainer{
			explain.IntegratedGradients{}, explain.DeepLIFT{}, explain.LRP{}, explain.LRP{Composite: explain.Every(explain.Epsilon{})}, explain.Saliency{},
			explain.GuidedBackprop{}, explain.Deconvolution{},
			explain.IntegratedGradients{Baseline: explain.Baseline{Token: 1}}, explain.DeepLIFT{Baseline: explain.Baseline{Values: ids([]int32{1, 1, 1, 1})}},
		} {
			e := explaintest.Explain(t, m, net, ids(examples...), explain.Class(1))
			for i, example := range examples {
				n := 0.0
				for _, id := range example {
					if id != 0 {
						n++
					}
				}
				for at, id := range example {
					product, base, length := 0.0, 0.0, 0.0
					for k := range 3 {
						product += vectors[int(id)*3+k] * w[k*2+1] / n
						base += vectors[1*3+k] * w[k*2+1] / n
						length = math.Hypot(length, w[k*2+1]/n)
					}
					want := product
					switch m := m.(type) {
					case explain.Saliency, explain.GuidedBackprop, explain.Deconvolution:
						want = length
					case explain.IntegratedGradients:
						if m.Baseline.Token == 1 {
							want -= base
						}
					case explain.DeepLIFT:
						if m.Baseline.Values != nil {
							want -= base
						}
					}
					got := e.Values[0].Row(i)[at]
					if id == 0 && got != 0 {
						t.Errorf("%s, %T: padding has %g", name, m, got)
					}
					if id != 0 && math.Abs(got-want) > 1e-9 {
						t.Errorf("%s, %T%+v: example %d, word %d has %g, want %g", name, m, m, i, at, got, want)
					}
				}
				if got, want := strings.Join(e.Tokens[i], " "), vocabulary[example[0]]; !strings.HasPrefix(got, want) {
					t.Errorf("tokens are %q, want %q first", got, want)
				}
			}
			if !e.Converged() {
				t.Errorf("%s, %T: %v, residual %v", name, m, e.Status, e.Residual)
			}
		}
	}
}
