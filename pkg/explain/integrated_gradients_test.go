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
	"github.com/vitrine-ml/vitrine/pkg/models"
	"github.com/vitrine-ml/vitrine/pkg/record"
)

// TestIGAgainstPlainSum compares with 20,000 midpoint steps in plain Go for f(x, y) = tanh(3xy) + x², whose gradient is known.
func TestIGAgainstPlainSum(t *testing.T) {
	net := explaintest.Net(t, "smooth", 2, 1, func(_ *model.Scope, x *Node) *Node {
		a, b := explaintest.Column(x, 0), explaintest.Column(x, 1)
		return Add(Tanh(MulScalar(Mul(a, b), 3)), Mul(a, a))
	})
	x, b := []float64{0.9, -1.3}, []float64{0.2, 0.5}
	want := make([]float64, 2)
	const steps = 20000
	for i := range steps {
		alpha := (float64(i) + 0.5) / steps
		p, q := b[0]+alpha*(x[0]-b[0]), b[1]+alpha*(x[1]-b[1])
		slope := 1 - math.Pow(math.Tanh(3*p*q), 2)
		want[0] += (x[0] - b[0]) * (3*q*slope + 2*p) / steps
		want[1] += (x[1] - b[1]) * 3 * p * slope / steps
	}
	e := explaintest.Explain(t, explain.IntegratedGradients{Baseline: explain.Baseline{Values: explaintest.Rows(b)}}, net, explaintest.Rows(x), explain.Target{})
	for i := range want {
		if got := e.Values[0].Data[i]; math.Abs(got-want[i]) > 1e-7 {
			t.Errorf("value %d is %.10f, the plain sum %.10f", i, got, want[i])
		}
	}
	if e.Residual[0] > 1e-12 || !e.Converged() {
		t.Errorf("residual %g, status %s", e.Residual[0], e.Status[0])
	}
}

// step is 0 below x = 0.3 and 1 above, with a gradient only in between: hard to integrate.
func step(t *testing.T, width float64) *models.Net {
	return explaintest.Net(t, "step", 1, 1, func(_ *model.Scope, x *Node) *Node { return Sigmoid(MulScalar(AddScalar(x, -0.3), 1/width)) })
}

func TestIGRefines(t *testing.T) {
	x := explaintest.Rows([]float64{1})
	rough := explaintest.Explain(t, explain.IntegratedGradients{MaxSteps: 50}, step(t, 0.0005), x, explain.Target{})
	if rough.Converged() || rough.Residual[0] < 0.1 || rough.Gradients > 53 {
		t.Errorf("without refinement: status %s, residual %g, %d gradients", rough.Status[0], rough.Residual[0], rough.Gradients)
	}
	fine := explaintest.Explain(t, explain.IntegratedGradients{Tolerance: 1e-5}, step(t, 0.0005), x, explain.Target{})
	if !fine.Converged() || fine.Residual[0] > 1e-5 {
		t.Errorf("refined: status %s, residual %g", fine.Status[0], fine.Residual[0])
	}
	// Halving only where it is needed beats more steps everywhere: 1,000 of them still miss.
	many := explaintest.Explain(t, explain.IntegratedGradients{Steps: 1000, MaxSteps: 1000}, step(t, 0.0005), x, explain.Target{})
	if many.Residual[0] < fine.Residual[0] || many.Gradients < fine.Gradients {
		t.Errorf("%d equal steps leave %g, %d refined ones %g", many.Gradients, many.Residual[0], fine.Gradients, fine.Residual[0])
	}
}

func TestIGSaysWhereItCouldNot(t *testing.T) {
	// The first example does not cross the step, the second does.
	e := explaintest.Explain(t, explain.IntegratedGradients{Tolerance: 1e-9, MaxSteps: 60}, step(t, 1e-7), explaintest.Rows([]float64{0.1}, []float64{1}), explain.Target{})
	if e.Status[0] != record.OK || e.Status[1] != record.Unconverged {
		t.Errorf("status %v, want ok and unconverged", e.Status)
	}
}

func TestIGOptions(t *testing.T) {
	net, x := explaintest.BML(t), explaintest.Rows([]float64{1, 2, 3}, []float64{4, 5, 6})
	for _, c := range []struct {
		m    explain.IntegratedGradients
		want string
	}{
		{explain.IntegratedGradients{Steps: -1}, "none may be negative"},
		{explain.IntegratedGradients{Tolerance: math.NaN()}, "none may be negative"},
		{explain.IntegratedGradients{Steps: 100, MaxSteps: 50}, "less than Steps"},
		{explain.IntegratedGradients{Baseline: explain.Baseline{Values: explaintest.Rows([]float64{1, 2})}}, "1 or 2 rows of shape [3]"},
		{explain.IntegratedGradients{Baseline: explain.Baseline{Values: explaintest.Rows([]float64{1, 2, math.Inf(1)})}}, "in the baseline"},
		{explain.IntegratedGradients{Baseline: explain.Baseline{Values: []*tensors.Tensor{}}}, "0 tensors for 1"},
	} {
		if _, err := c.m.Explain(t.Context(), net, x, explain.Target{}); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: error %v, want one with %q", c.m, err, c.want)
		}
	}
	e := explaintest.Explain(t, explain.IntegratedGradients{Baseline: explain.Baseline{Constant: 2}}, net, x, explain.Target{})
	if got, want := string(e.Options), `{"Baseline":{"constant":2},"Steps":50,"Tolerance":0,"MaxSteps":1000}`; got != want {
		t.Errorf("options %s, want %s", got, want)
	}
	if got := e.Base[0]; got != 20 { // relu(6−10) + 3·relu(7) − 1
		t.Errorf("f(baseline) is %g, want 20", got)
	}
}
