package explain_test

import (
	"math"
	"strings"
	"testing"

	. "github.com/gomlx/gomlx/core/graph" //nolint:revive,staticcheck // graph functions read like the mathematics
	"github.com/gomlx/gomlx/ml/model"

	"github.com/vitrine-ml/vitrine/pkg/explain"
	"github.com/vitrine-ml/vitrine/pkg/explain/explaintest"
	"github.com/vitrine-ml/vitrine/pkg/record"
)

// TestGuidedIGWay: of x·y², y has the smaller gradient at first and, free, goes all its way before x does: it gets nothing, as x is 0 until then.
func TestGuidedIGWay(t *testing.T) {
	net := explaintest.Net(t, "xyy", 2, 1, func(_ *model.Scope, x *Node) *Node {
		a, b := explaintest.Column(x, 0), explaintest.Column(x, 1)
		return Mul(AddScalar(a, 0.01), Mul(b, b))
	})
	x := explaintest.Rows([]float64{1, 1})
	for _, c := range []struct {
		m    explain.GuidedIG
		want []float64
		off  float64
	}{
		{explain.GuidedIG{Fraction: 1}, []float64{1.0 / 3, 1.01 - 1.0/3}, 1e-4}, // together: the straight way
		{explain.GuidedIG{Distance: 1, Fraction: 0.5, MaxSteps: 200}, []float64{0, 1.01}, 0.05},
	} {
		e := explaintest.Explain(t, c.m, net, x, explain.Target{})
		t.Log(e.Values[0].Data, e.Residual)
		for j, want := range c.want {
			if got := e.Values[0].Data[j]; math.Abs(got-want) > c.off {
				t.Errorf("%+v: value %d is %g, want %g", c.m, j, got, want)
			}
		}
	}
}

// TestGuidedIGRefines: more steps until the residual is as small as asked for, and the truth where they do not suffice.
func TestGuidedIGRefines(t *testing.T) {
	net, x := explaintest.BML(t), explaintest.Rows([]float64{20, 50, 30}, []float64{0.1, 0.2, 0.3})
	rough := explaintest.Explain(t, explain.GuidedIG{Steps: 7, MaxSteps: 7, Tolerance: 0.01}, net, x, explain.Target{})
	if rough.Status[0] != record.Unconverged || rough.Status[1] != record.OK || rough.Residual[0] < 0.01 {
		t.Errorf("without refinement: status %v, residual %v", rough.Status, rough.Residual)
	}
	fine := explaintest.Explain(t, explain.GuidedIG{Steps: 7, MaxSteps: 7000, Tolerance: 0.3}, net, x, explain.Target{})
	if !fine.Converged() || fine.Residual[0] > 0.3 || fine.Gradients <= rough.Gradients {
		t.Errorf("refined: status %v, residual %v, %d gradients after %d", fine.Status, fine.Residual, fine.Gradients, rough.Gradients)
	}
}

func TestGuidedIGOptions(t *testing.T) {
	net, x := explaintest.BML(t), explaintest.Rows([]float64{1, 2, 3})
	for _, c := range []struct {
		m    explain.GuidedIG
		want string
	}{
		{explain.GuidedIG{Steps: -1}, "none may be negative"},
		{explain.GuidedIG{Steps: 10, MaxSteps: 5}, "nor MaxSteps less than Steps"},
		{explain.GuidedIG{Tolerance: math.NaN()}, "none may be negative"},
		{explain.GuidedIG{Fraction: 1.5}, "both are shares"},
		{explain.GuidedIG{Distance: -0.1}, "both are shares"},
	} {
		if _, err := c.m.Explain(t.Context(), net, x, explain.Target{}); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: error %v, want one with %q", c.m, err, c.want)
		}
	}
	e := explaintest.Explain(t, explain.GuidedIG{}, net, explaintest.Rows([]float64{0, 0, 0}), explain.Target{}) // there already
	if off, _ := furthest(e.Values[0].Data, []float64{0, 0, 0}); off != 0 || !e.Converged() {
		t.Errorf("the baseline itself: %v, status %v", e.Values[0].Data, e.Status)
	}
}
