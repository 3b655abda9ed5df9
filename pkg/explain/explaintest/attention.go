package explaintest

import (
	"fmt"
	"math"
	"testing"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive,staticcheck // graph functions read like the mathematics
	"github.com/gomlx/gomlx/ml/model"

	"github.com/vitrine-ml/vitrine/pkg/explain"
	"github.com/vitrine-ml/vitrine/pkg/models"
)

// TestAttention is [Test] for a method that explains by attention weights: on nets that have them, and with counterexamples of theirs.
func TestAttention(t *testing.T, method explain.Explainer) {
	within := func(x *Node) *Node {
		return Attend(x, "attention", []float64{0.5, 0.5}, []float64{0.5, 0.5})
	}
	attentive := func(t testing.TB, in int, seed uint64) *models.Net {
		return once(t, fmt.Sprint("attentive ", in, seed), func(t testing.TB) *models.Net { return Attentive(t, in, seed) })
	}
	tokens := func(t testing.TB) *models.Net { return once(t, "attentive tokens", AttentiveTokens) }
	nets{attentive, tokens, within, attentionAxioms}.test(t, method)
}

// Attend is what one head of attention with those weights, a row a position, gives for x [examples, positions]. The weights are a node of that name.
func Attend(x *Node, name string, weights ...[]float64) *Node {
	n := len(weights)
	a := BroadcastToDims(InsertAxes(Const(x.Graph(), weights), 0, 0), x.Shape().Dim(0), 1, n, n).WithAlias(name)
	return Einsum("bij,bj->bi", Squeeze(a, 1), x)
}

// Attentive is a float32 net with seeded weights whose every number is a position that looks at all: a layer of two heads, of which the first
// position is read, and 4 logits.
func Attentive(t testing.TB, in int, seed uint64) *models.Net {
	t.Helper()
	net, err := models.New(
		models.Custom{Title: "Attentive", Build: func(scope *model.Scope, x []*Node) []*Node {
			h := attends(scope.In("layer"), "layer/attention", columnTokens(scope, "x", x[0]), nil, nil)
			return []*Node{models.Dense(scope.In("out"), Squeeze(Slice(h, AxisRange(), AxisElem(0)), 1), 4)}
		}},
		[]models.Port{{Name: "x", Shape: []int{in}}},
		[]models.Port{{Name: "y", Kind: models.Logits, Shape: []int{4}}}, seed)
	if err != nil {
		t.Fatal(err)
	}
	return net
}

// AttentiveTokens is a float32 net of the inputs of [Tokens]: the words look at one another, the two numbers at one another and then at the
// words, and their mean is read.
func AttentiveTokens(t testing.TB) *models.Net {
	t.Helper()
	net, err := models.New(
		models.Custom{Title: "AttentiveTokens", Build: func(scope *model.Scope, in []*Node) []*Node {
			ids := in[0]
			there := NotEqual(ids, ZerosLike(ids))
			table := scope.VariableWithShape("table", shapes.Make(dtypes.Float32, 9, 4)).NodeValue(ids.Graph())
			words := attends(scope.In("words"), "words/attention", Gather(table, InsertAxes(ids, -1)), nil, there)
			h := columnTokens(scope, "numbers", in[1])
			h = attends(scope.In("own"), "numbers/attention", h, nil, nil)
			h = attends(scope.In("cross"), "numbers/cross_attention", h, words, there)
			return []*Node{models.Dense(scope.In("out"), ReduceMean(h, 1), 3)}
		}},
		[]models.Port{
			{Name: "words", Kind: models.IDs, Shape: []int{5}, Classes: []string{"<pad>", "a", "b", "c", "d", "e", "f", "g", "h"}},
			{Name: "numbers", Shape: []int{2}},
		},
		[]models.Port{{Name: "y", Kind: models.Logits, Shape: []int{3}}}, 11)
	if err != nil {
		t.Fatal(err)
	}
	return net
}

// columnTokens makes a vector of each number: [examples, n] to [examples, n, 4].
func columnTokens(scope *model.Scope, name string, x *Node) *Node {
	n, g := x.Shape().Dim(1), x.Graph()
	weight := scope.VariableWithShape(name+"_weight", shapes.Make(dtypes.Float32, n, 4)).NodeValue(g)
	bias := scope.VariableWithShape(name+"_bias", shapes.Make(dtypes.Float32, n, 4)).NodeValue(g)
	return Add(Mul(InsertAxes(x, -1), InsertAxes(weight, 0)), InsertAxes(bias, 0))
}

// attends adds to x what two heads see in memory; nil: in x itself.
func attends(scope *model.Scope, name string, x, memory, mask *Node) *Node {
	if memory == nil {
		memory = x
	}
	seen, weights := models.MultiHeadAttention{Heads: 2}.Apply(scope, x, memory, mask)
	weights.WithAlias(name)
	return Add(x, Tanh(seen))
}

// attentionAxioms refute what attention weights do not have. A net adds to what attention takes of its three inputs something that goes around it,
// and so may compute one function with any weights.
var attentionAxioms = []axiom{
	{"completeness", func(a explain.Axioms) bool { return a.Completeness }, func(t *testing.T, m explain.Explainer) float64 {
		e := Explain(t, m, around(t, []float64{0.5, 0.25, 0.25}, 1, 1, 1), Rows([]float64{3, 2, 1}), explain.Target{})
		return math.Abs(total(e.Values[0].Row(0)) - e.Output[0])
	}},
	{"implementation invariance", func(a explain.Axioms) bool { return a.ImplementationInvariance }, func(t *testing.T, m explain.Explainer) float64 {
		x := Rows([]float64{3, 1, 2})
		one := Explain(t, m, around(t, []float64{0.5, 0.25, 0.25}, 1, 1, 1), x, explain.Target{})
		other := Explain(t, m, around(t, []float64{0.25, 0.5, 0.25}, 1, 1, 1), x, explain.Target{})
		return difference(one.Values[0].Data, other.Values[0].Data)
	}},
	{"constant", func(a explain.Axioms) bool { return a.Constant }, func(t *testing.T, m explain.Explainer) float64 {
		return difference(Explain(t, m, around(t, []float64{0.5, 0.25, 0.25}, 0, 0, 0), Rows([]float64{1, -2, 3}), explain.Target{}).Values[0].Data, []float64{0, 0, 0})
	}},
	{"linear", func(a explain.Axioms) bool { return a.Linear }, func(t *testing.T, m explain.Explainer) float64 {
		e := Explain(t, m, around(t, []float64{0.5, 0.25, 0.25}, 2, -3, 0.5), Rows([]float64{1, 4, -2}), explain.Target{})
		return difference(e.Values[0].Data, []float64{2, -12, -1})
	}},
	{"symmetry", func(a explain.Axioms) bool { return a.Symmetry }, func(t *testing.T, m explain.Explainer) float64 {
		v := Explain(t, m, around(t, []float64{0.25, 0.5, 0.25}, 1, 1, 1), Rows([]float64{2, 2, 1}), explain.Target{}).Values[0].Data
		return math.Abs(v[0] - v[1])
	}},
	{"dummy", func(a explain.Axioms) bool { return a.Dummy }, func(t *testing.T, m explain.Explainer) float64 {
		return math.Abs(Explain(t, m, around(t, []float64{0.25, 0.25, 0.5}, 1, 1, 0), Rows([]float64{2, 3, 5}), explain.Target{}).Values[0].Data[2])
	}},
}

// around is w·x of three numbers, of which attention with those weights in its first row gives a part and the rest goes around it.
func around(t *testing.T, weights []float64, w ...float64) *models.Net {
	return onceNet(t, fmt.Sprint("Around", weights, w), 3, 1, func(_ *model.Scope, x *Node) *Node {
		rest := make([]float64, 3)
		for i := range rest {
			rest[i] = w[i] - weights[i]
		}
		seen := Attend(x, "attention", weights, []float64{0, 1, 0}, []float64{0, 0, 1})
		return Add(Column(seen, 0), Dot(x, Const(x.Graph(), column(rest))).MatMul())
	})
}
