package explaintest

import (
	"math"
	"reflect"
	"testing"

	. "github.com/gomlx/gomlx/core/graph" //nolint:revive,staticcheck // graph functions read like the mathematics
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"

	"github.com/vitrine-ml/vitrine/pkg/explain"
	"github.com/vitrine-ml/vitrine/pkg/models"
	"github.com/vitrine-ml/vitrine/pkg/record"
)

// testSampled holds a method whose values have standard errors to them, on a net that is too wide to ask for everything: another seed gives other
// values, and how far these are apart is what the errors say; axioms hold within them; and a budget ends as the record says.
func testSampled(t *testing.T, m explain.Explainer) {
	net := onceNet(t, "Wide", 13, 1, func(_ *model.Scope, x *Node) *Node { // the first two inputs are treated alike, the last is ignored
		w := make([][]float64, 13)
		for i := range 12 {
			for k := range 5 {
				w[i] = append(w[i], math.Sin(float64(3*max(i, 1)+7*k)))
			}
		}
		w[12] = make([]float64, 5)
		h := models.Relu(AddScalar(Dot(x, Const(x.Graph(), w)).MatMul(), 0.3))
		return ReduceAndKeep(Mul(h, Mul(h, AddScalar(h, -1))), ReduceSum, 1)
	})
	rows := make([][]float64, 10)
	for i, v := range tensors.MustCopyFlatData[float32](Pseudo(6, 10, 13)) {
		rows[i/13] = append(rows[i/13], float64(v))
	}
	for _, row := range rows {
		row[1] = row[0]
	}
	x := Rows(rows...)
	e := Explain(t, m, net, x, explain.Target{})
	if e.StdErr == nil {
		return
	}
	if e.Exact || len(e.Spent) != len(rows) || len(e.Ended) != len(rows) || e.Ended[0] != record.EndEvaluations {
		t.Errorf("values with standard errors: exact %v, %d numbers of rows spent, ends %v", e.Exact, len(e.Spent), e.Ended)
	}
	v, errs := e.Values[0].Data, e.StdErr[0].Data
	for i := range rows {
		row, errs := v[i*13:], errs[i*13:]
		if off := math.Abs(row[0] - row[1]); m.Axioms().Symmetry && off > 5*math.Hypot(errs[0], errs[1])+1e-9 {
			t.Errorf("example %d: inputs that are treated alike have %g ± %g and %g ± %g", i, row[0], errs[0], row[1], errs[1])
		}
		if m.Axioms().Dummy && math.Abs(row[12]) > 5*errs[12]+1e-9 {
			t.Errorf("example %d: an input that is ignored has %g ± %g", i, row[12], errs[12])
		}
	}
	with := reflect.New(reflect.TypeOf(m)).Elem()
	with.Set(reflect.ValueOf(m))
	if seed := with.FieldByName("Seed"); seed.IsValid() {
		seed.SetUint(seed.Uint() + 1)
		other := Explain(t, with.Interface().(explain.Explainer), net, x, explain.Target{})
		apart, n := 0.0, 0
		for i := range v {
			variance := errs[i]*errs[i] + other.StdErr[0].Data[i]*other.StdErr[0].Data[i]
			if off := v[i] - other.Values[0].Data[i]; math.Abs(off) > 1e-9 {
				apart, n = apart+off*off/variance, n+1
			}
		}
		if apart /= float64(n); n < len(v)/2 || apart < 1.0/3 || apart > 3 {
			t.Errorf("with another seed %d of %d values are others, and their squared distances are on average %.2f of what the standard errors say", n, len(v), apart)
		}
		seed.SetUint(seed.Uint() - 1)
	}
	if budget := with.FieldByName("Budget"); budget.IsValid() {
		worst := 0.0
		for _, v := range errs {
			worst = max(worst, v)
		}
		budget.Set(reflect.ValueOf(explain.Budget{Tolerance: worst / 1.2}))
		e := Explain(t, with.Interface().(explain.Explainer), net, x, explain.Target{})
		for i, end := range e.Ended {
			if end != record.EndTolerance && end != record.EndAll && end != record.EndEvaluations {
				t.Errorf("with a tolerance, example %d ended by %q", i, end)
			}
			for j := range 13 {
				if e.StdErr == nil {
					break
				}
				if got := e.StdErr[0].Row(i)[j]; end == record.EndTolerance && got > worst/1.2 {
					t.Errorf("example %d ended by the tolerance %g, but a value has the standard error %g", i, worst/1.2, got)
				}
			}
		}
	}
}
