package explain_test

import (
	"fmt"
	"math"
	"testing"

	. "github.com/gomlx/gomlx/core/graph" //nolint:revive,staticcheck // graph functions read like the mathematics
	"github.com/gomlx/gomlx/ml/model"

	"github.com/vitrine-ml/vitrine/pkg/explain"
	"github.com/vitrine-ml/vitrine/pkg/explain/explaintest"
	"github.com/vitrine-ml/vitrine/pkg/models"
)

func TestMethods(t *testing.T) {
	methods := explain.All()
	methods = append(methods, explain.Saliency{Signed: true}, explain.IntegratedGradients{Steps: 8, MaxSteps: 8}, explain.Occlusion{Window: []int{2}, Stride: []int{1}})
	few := explain.Budget{Evaluations: 300} // sampled, where the default enumerates
	methods = append(methods, explain.KernelSHAP{Budget: few, Seed: 3}, explain.PermutationSHAP{Budget: few, Seed: 3}, explain.PartitionSHAP{Budget: few, Seed: 3})
	if thorough() {
		methods = append(methods, explain.LRP{Composite: explain.Every(explain.Epsilon{}), Nodes: true}, explain.LRP{Composite: explain.Every(explain.AlphaBeta{})},
			explain.LRP{Composite: explain.EpsilonGammaBox(-1, 1)}, explain.LRP{Composite: explain.Every(explain.WSquare{})})
	}
	for _, m := range methods {
		t.Run(fmt.Sprintf("%T%+v", m, m), func(t *testing.T) { explaintest.Test(t, m) })
	}
}

// TestKnownNumbers are published values, or follow from the definition by hand.
func TestKnownNumbers(t *testing.T) {
	one, other := explaintest.Invariant(t)
	relus := explaintest.Net(t, "relus", 2, 1, func(_ *model.Scope, x *Node) *Node {
		return Add(MulScalar(models.Relu(explaintest.Column(x, 0)), 2), MulScalar(models.Relu(AddScalar(explaintest.Column(x, 1), -1.5)), 2))
	})
	for _, c := range []struct {
		name     string
		method   explain.Explainer
		net      *models.Net
		x, want  []float64
		residual float64
	}{
		{"IG of BML", explain.IntegratedGradients{Tolerance: 1e-6, MaxSteps: 5000}, explaintest.BML(t), []float64{20, 50, 30}, []float64{78, 195, 117}, 1e-5},
		{"occlusion of BML", explain.Occlusion{}, explaintest.BML(t), []float64{20, 50, 30}, []float64{80, 200, 120}, 1e-9},
		{"IG of an implementation", explain.IntegratedGradients{Tolerance: 1e-6, MaxSteps: 5000}, one, []float64{3, 1}, []float64{1.5, -0.5}, 1e-5},
		{"IG of another", explain.IntegratedGradients{Tolerance: 1e-6, MaxSteps: 5000}, other, []float64{3, 1}, []float64{1.5, -0.5}, 1e-5},
		{"saliency of ReLUs", explain.Saliency{}, relus, []float64{1, 2}, []float64{2, 2}, 1e-12},
		{"gradient of BML between its kinks", explain.Saliency{Signed: true}, explaintest.BML(t), []float64{1, 2, 3}, []float64{3, 3, 3}, 1e-12},
	} {
		e := explaintest.Explain(t, c.method, c.net, explaintest.Rows(c.x), explain.Target{})
		for i, want := range c.want {
			if got := e.Values[0].Data[i]; math.Abs(got-want) > c.residual {
				t.Errorf("%s: value %d is %.9g, want %g", c.name, i, got, want)
			}
		}
		if !e.Converged() {
			t.Errorf("%s: status %s, residual %v", c.name, e.Status[0], e.Residual)
		}
	}
}

// TestLinearWithBaseline: the values of a linear model are (x − μ)β.
func TestLinearWithBaseline(t *testing.T) {
	net, mean := explaintest.Linear(t, 2, -3, 0.5), explain.Baseline{Values: explaintest.Rows([]float64{1, -1, 4})}
	for _, m := range []explain.Explainer{explain.IntegratedGradients{Baseline: mean}, explain.Occlusion{Baseline: mean}} {
		e := explaintest.Explain(t, m, net, explaintest.Rows([]float64{3, 2, -2}), explain.Target{})
		for i, want := range []float64{4, -9, -3} {
			if got := e.Values[0].Data[i]; math.Abs(got-want) > 1e-12 {
				t.Errorf("%T: value %d is %g, want %g", m, i, got, want)
			}
		}
	}
}
