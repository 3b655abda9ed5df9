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

// lookups are ways to spell the vectors of ids; all give [rows, 4, 3].
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

// TestOcclusionOfTokens: a word's value is the drop of the output when the word becomes padding, or another word.
func TestOcclusionOfTokens(t *testing.T) {
	net := tokenNet(t, func(scope *model.Scope, ids, table *Node) *Node {
		return models.Dense(scope.In("dense"), Tanh(MulScalar(bag(ids, Gather(table, InsertAxes(ids, -1))), 20)), 2)
	})
	example := []int32{2, 5, 6, 0}
	logit := func(row []int32) float64 {
		out, err := net.Compute(ids(row))
		if err != nil {
			t.Fatal(err)
		}
		return tensors.MustCopyFlatData[float64](out[0])[1]
	}
	for token, m := range []explain.Occlusion{{}, {Baseline: explain.Baseline{Token: 1}}} {
		e := explaintest.Explain(t, m, net, ids(example), explain.Class(1))
		for at, id := range example {
			without := append([]int32(nil), example...)
			if id != 0 {
				without[at] = int32(token)
			}
			if got, want := e.Values[0].Data[at], logit(example)-logit(without); math.Abs(got-want) > 1e-12 {
				t.Errorf("with token %d, word %d has %g, want %g", token, at, got, want)
			}
		}
		if e.Values[0].Data[3] != 0 {
			t.Errorf("with token %d, padding has %g", token, e.Values[0].Data[3])
		}
	}
}

// TestLookups: which places of the ids count where ids go through more than one node, and what is refused.
func TestLookups(t *testing.T) {
	example := ids([]int32{2, 5, 6, 3})
	sum := func(scope *model.Scope, vectors ...*Node) *Node {
		var sums []*Node
		for _, v := range vectors {
			sums = append(sums, ReduceSum(v, 1))
		}
		return models.Dense(scope.In("dense"), Concatenate(sums, -1), 2)
	}
	other := [][]float64{{0}, {1}, {2}, {3}, {4}, {5}, {6}}
	at := func(table, ids *Node) *Node { return Gather(table, InsertAxes(ids, -1)) }
	for _, c := range []struct {
		name string
		f    func(scope *model.Scope, ids, table *Node) *Node
		like func(scope *model.Scope, ids, table *Node) *Node // the same, spelled plainly; nil: an error
		want string
	}{
		{"shifted behind a first token", func(scope *model.Scope, ids, table *Node) *Node {
			first := BroadcastToDims(Const(ids.Graph(), int32(1)), ids.Shape().Dim(0), 1)
			return sum(scope, at(table, Concatenate([]*Node{first, Slice(ids, AxisRange(), AxisRange(0, 3))}, 1)))
		}, func(scope *model.Scope, ids, table *Node) *Node {
			first := Reshape(Slice(table, AxisElem(1)), 1, 1, 3)
			v := Slice(at(table, ids), AxisRange(), AxisRange(0, 3))
			return sum(scope, Concatenate([]*Node{BroadcastToDims(first, ids.Shape().Dim(0), 1, 3), v}, 1))
		}, ""},
		{"backwards", func(scope *model.Scope, ids, table *Node) *Node {
			return sum(scope, weighed(at(table, Reverse(ids, 1))))
		},
			func(scope *model.Scope, ids, table *Node) *Node {
				var steps []*Node
				for i := range 4 {
					steps = append(steps, Slice(at(table, ids), AxisRange(), AxisRange(3-i, 4-i)))
				}
				return sum(scope, weighed(Concatenate(steps, 1)))
			}, ""},
		{"two tables", func(scope *model.Scope, ids, table *Node) *Node {
			return sum(scope, at(table, ids), at(Const(ids.Graph(), other), ids))
		}, func(scope *model.Scope, ids, table *Node) *Node {
			return sum(scope, at(Concatenate([]*Node{table, Const(ids.Graph(), other)}, 1), ids))
		}, ""},
		{"examples last", func(scope *model.Scope, ids, table *Node) *Node {
			return sum(scope, TransposeAllDims(at(table, Transpose(ids, 0, 1)), 1, 0, 2))
		}, nil, "its first axis is not that of the examples"},
		{"as numbers", func(scope *model.Scope, ids, _ *Node) *Node {
			return models.Dense(scope.In("dense"), ConvertDType(ids, dtypes.Float64), 2)
		}, nil, `the ids of input "words" are looked up nowhere in Tokens`},
		{"by a bag of words", func(scope *model.Scope, ids, table *Node) *Node {
			return sum(scope, InsertAxes(Dot(ReduceSum(OneHot(ids, 7, dtypes.Float64), 1), table).MatMul(), 1))
		}, nil, "looked up nowhere"},
	} {
		net := tokenNet(t, c.f)
		for _, m := range []explain.Explainer{explain.IntegratedGradients{}, explain.LRP{}, explain.DeepLIFT{}, explain.Saliency{}} {
			e, err := m.Explain(t.Context(), net, example, explain.Class(0))
			if c.want != "" {
				if err == nil || !strings.Contains(err.Error(), c.want) {
					t.Errorf("%s, %T: error %v, want one with %q", c.name, m, err, c.want)
				}
				if _, err := (explain.Occlusion{}).Explain(t.Context(), net, example, explain.Class(0)); err != nil {
					t.Errorf("%s: occlusion needs no lookup: %v", c.name, err)
				}
				continue
			}
			if err != nil {
				t.Errorf("%s, %T: %v", c.name, m, err)
				continue
			}
			if !e.Converged() {
				t.Errorf("%s, %T: %v, residual %v", c.name, m, e.Status, e.Residual)
			}
			if e.Ledger != nil {
				if got, want := e.Ledger.Input[0], sumOf(e.Values[0].Data); math.Abs(got-want) > 1e-12 {
					t.Errorf("%s: the ledger's input is %g, the values add up to %g", c.name, got, want)
				}
			}
			like := explaintest.Explain(t, m, tokenNet(t, c.like), example, explain.Class(0))
			for i, want := range like.Values[0].Data {
				if got := e.Values[0].Data[i]; math.Abs(got-want) > 1e-12 {
					t.Errorf("%s, %T: token %d has %g, want %g", c.name, m, i, got, want)
				}
			}
		}
	}
}

// weighed weighs the vectors of a sequence by their places, so that their order counts.
func weighed(v *Node) *Node {
	return Mul(v, AddScalar(Iota(v.Graph(), v.Shape(), 1), 1))
}

// TestIDsOutOfTable: of a port whose ids have no names, those beyond the table are refused all the same.
func TestIDsOutOfTable(t *testing.T) {
	build := func(_ *model.Scope, in []*Node) []*Node {
		return []*Node{bag(in[0], Gather(Const(in[0].Graph(), [][]float64{{0}, {1}, {2}}), InsertAxes(in[0], -1)))}
	}
	net, err := models.New(models.Custom{Build: build}, []models.Port{{Name: "words", Kind: models.IDs, DType: dtypes.Int64, Shape: []int{2}}},
		[]models.Port{{Name: "y", Shape: []int{1}}}, 1)
	if err != nil {
		t.Fatal(err)
	}
	e := explaintest.Explain(t, explain.IntegratedGradients{}, net, []*tensors.Tensor{tensors.FromValue([][]int64{{2, 1}})}, explain.Target{})
	if v := e.Values[0].Data; math.Abs(v[0]-1) > 1e-12 || math.Abs(v[1]-.5) > 1e-12 || e.Tokens != nil {
		t.Errorf("values %v of words %v, want 1 and 0.5 of words without names", v, e.Tokens)
	}
	_, err = explain.IntegratedGradients{}.Explain(t.Context(), net, []*tensors.Tensor{tensors.FromValue([][]int64{{1, 2}, {1, 3}})}, explain.Target{})
	if want := `input "words" holds the id 3 at position 1 of example 1, but is looked up in a table of 3`; err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("error %v, want one with %q", err, want)
	}
	for _, c := range []struct {
		b    explain.Baseline
		want string
	}{
		{explain.Baseline{Token: 3}, "the id 3 at position 0"},
		{explain.Baseline{Token: -1}, "the id -1 at position 0"},
		{explain.Baseline{Values: []*tensors.Tensor{tensors.FromValue([][]int64{{1, 3}})}}, "the id 3 at position 1"},
		{explain.Baseline{Values: ids([]int32{1, 1})}, "should be (Int64)"},
	} {
		for _, m := range []explain.Explainer{explain.IntegratedGradients{Baseline: c.b}, explain.Occlusion{Baseline: c.b}} {
			if _, occlusion := m.(explain.Occlusion); occlusion && strings.Contains(c.want, "3") {
				continue // which knows of no table
			}
			if _, err := m.Explain(t.Context(), net, []*tensors.Tensor{tensors.FromValue([][]int64{{1, 2}})}, explain.Target{}); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%T%v: error %v, want one with %q", m, c.b, err, c.want)
			}
		}
	}
	if _, err := (explain.Occlusion{Baseline: explain.Baseline{Token: 1}}).Explain(t.Context(), explaintest.Linear(t, 1, 2), explaintest.Rows([]float64{1, 2}), explain.Target{}); err == nil || !strings.Contains(err.Error(), "no input of ids") {
		t.Errorf("a token for numbers: error %v", err)
	}
}
