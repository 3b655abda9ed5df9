package explain_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive,staticcheck // graph functions read like the mathematics
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"

	"github.com/vitrine-ml/vitrine/internal/backend"
	"github.com/vitrine-ml/vitrine/pkg/explain"
	"github.com/vitrine-ml/vitrine/pkg/explain/explaintest"
)

// TestPreflight explains nets with operations that GoMLX differentiates wrongly or crashes on: they are refused, or right.
func TestPreflight(t *testing.T) {
	x := explaintest.Rows([]float64{1, 2, 3})
	branch := explaintest.Net(t, "branch", 3, 1, func(_ *model.Scope, x *Node) *Node {
		g := x.Graph()
		number := func(v float64) *Function {
			return NewClosure(g, func(g *Graph) []*Node { return []*Node{Const(g, v)} })
		}
		chosen := If(GreaterThan(ReduceAllSum(x), ScalarZero(g, dtypes.Float64)), number(1), number(2))[0]
		return Add(ReduceAndKeep(x, ReduceSum, 1), chosen)
	})
	for _, m := range []explain.Explainer{explain.Saliency{}, explain.IntegratedGradients{}} {
		if _, err := m.Explain(t.Context(), branch, x, explain.Target{}); err == nil || !strings.Contains(err.Error(), `node "If#0": the gradient of If`) {
			t.Errorf("%T of an If: error %v", m, err)
		}
	}
	if e := explaintest.Explain(t, explain.Occlusion{}, branch, x, explain.Target{}); !slices.Equal(e.Values[0].Data, []float64{1, 2, 3}) {
		t.Errorf("occlusion needs no gradient, and of an If it is %v", e.Values[0].Data)
	}
	cumulative := explaintest.Net(t, "cumulative", 3, 1, func(_ *model.Scope, x *Node) *Node {
		return ReduceAndKeep(CumSum(x, 1).WithAlias("running total"), ReduceSum, 1)
	})
	e, err := explain.Saliency{}.Explain(t.Context(), cumulative, x, explain.Target{})
	if backend.Choose().Kind() == "go" {
		if err == nil || !strings.Contains(err.Error(), `node "running total"`) || !strings.Contains(err.Error(), "pure-Go backend") {
			t.Errorf("CumSum on pure Go: error %v", err)
		}
	} else if err != nil || !slices.Equal(e.Values[0].Data, []float64{3, 2, 1}) {
		t.Errorf("CumSum: %v, %v", e, err)
	}
}

// TestRefusesBrokenWeights names the variable.
func TestRefusesBrokenWeights(t *testing.T) {
	net := explaintest.Random(t, 3, 1)
	v := net.Store().GetVariable("/b/biases")
	if err := v.SetValue(tensors.FromValue([]float32{0, 0, float32(math.NaN()), 0, 0, 0, 0, 0})); err != nil {
		t.Fatal(err)
	}
	_, err := explain.Saliency{}.Explain(t.Context(), net, []*tensors.Tensor{explaintest.Pseudo(1, 2, 3)}, explain.Predicted)
	if err == nil || !strings.Contains(err.Error(), "variable /b/biases of Random") || !strings.Contains(err.Error(), "NaN at position 2") {
		t.Errorf("error %v, want one that names the variable and the position", err)
	}
}

// TestOriginOfNaN names the node that is the first to hold NaN.
func TestOriginOfNaN(t *testing.T) {
	net := explaintest.Net(t, "log", 2, 1, func(_ *model.Scope, x *Node) *Node {
		h := Tanh(Log(x).WithAlias("logarithm"))
		return ReduceAndKeep(h, ReduceSum, 1)
	})
	for _, m := range []explain.Explainer{explain.Saliency{}, explain.Occlusion{}} {
		_, err := m.Explain(t.Context(), net, explaintest.Rows([]float64{1, 2}, []float64{1, -1}), explain.Target{})
		if err == nil || !strings.Contains(err.Error(), `output of log for example 1 is NaN at position 0; the first node that holds NaN is "logarithm"`) {
			t.Errorf("%T: error %v", m, err)
		}
	}
}
