package explain_test

import (
	"fmt"
	"path/filepath"
	"reflect"
	"slices"
	"testing"
	"time"

	. "github.com/gomlx/gomlx/core/graph" //nolint:revive,staticcheck // graph functions read like the mathematics
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"

	"github.com/vitrine-ml/vitrine/pkg/explain"
	"github.com/vitrine-ml/vitrine/pkg/explain/explaintest"
	"github.com/vitrine-ml/vitrine/pkg/record"
)

// TestStoppedOnSeveralWays: an example whose ways from several baselines were not all gone is called unfinished, whatever ended those that were.
func TestStoppedOnSeveralWays(t *testing.T) {
	net, x := explaintest.Random(t, 3, 1), []*tensors.Tensor{explaintest.Pseudo(1, 20, 3)}
	m := explain.IntegratedGradients{Steps: 8, Background: explain.Background{Values: []*tensors.Tensor{explaintest.Pseudo(2, 5, 3)}}}
	all, part := explaintest.Explain(t, m, net, x, explain.Target{}), 0
	for chunks := 1; ; chunks = chunks*3/2 + 1 {
		e, err := m.Explain(after{t.Context(), new(int), chunks}, net, x, explain.Target{})
		if err == nil {
			break
		}
		if e == nil {
			continue
		}
		for i, status := range e.Status {
			if (status == record.Unfinished) != (e.Ended[i] == record.EndInterrupt) {
				t.Errorf("stopped after %d chunks, example %d is %s, ended by %s", chunks, i, status, e.Ended[i])
			}
			if status != record.Unfinished && (e.Ended[i] != all.Ended[i] || e.Spent[i] != all.Spent[i]) {
				t.Errorf("stopped after %d chunks, example %d ended by %s after %d steps, want %s after %d", chunks, i, e.Ended[i], e.Spent[i], all.Ended[i], all.Spent[i])
			}
		}
		if first := e.Status[0]; first != record.Unfinished && slices.Contains(e.Status, record.Unfinished) {
			part++
		}
	}
	if part == 0 {
		t.Error("it was never stopped after some of the examples")
	}
}

// TestWhatEndsRefinement: a tolerance, the steps or the time, and the record says which. One that the time ended is made again bit for bit, whatever time
// that takes.
func TestWhatEndsRefinement(t *testing.T) {
	net := explaintest.Net(t, "two steps", 2, 1, func(_ *model.Scope, x *Node) *Node {
		h := Sigmoid(MulScalar(AddScalar(x, -0.3), 1000)).WithAlias("steps")
		return Add(Sigmoid(MulScalar(AddScalar(explaintest.Column(h, 0), -0.6), 1000)), Mul(explaintest.Column(h, 0), explaintest.Column(h, 1)))
	})
	var rows, background [][]float64
	for i := range 12 {
		rows = append(rows, []float64{0.7 + 0.1*float64(i%5), 0.5 + 0.1*float64(i%7)})
	}
	for i := range 5 {
		background = append(background, []float64{-0.1 * float64(i), 0.05 * float64(i)})
	}
	x, from := explaintest.Rows(rows...), explain.Background{Values: explaintest.Rows(background...)}
	const steps, endless = 8, 1 << 30
	for name, c := range map[string]struct {
		of    func(tolerance float64, most int, time time.Duration) explain.Explainer
		first int // steps of an example without refinement
	}{
		"IG": {func(tolerance float64, most int, time time.Duration) explain.Explainer {
			return explain.IntegratedGradients{Steps: steps, Tolerance: tolerance, MaxSteps: most, Time: time}
		}, steps},
		"IG from several baselines": {func(tolerance float64, most int, time time.Duration) explain.Explainer { // more ways than are under way at once
			return explain.IntegratedGradients{Steps: steps, Tolerance: tolerance, MaxSteps: most, Time: time, Background: from}
		}, 5 * steps},
		"guided IG": {func(tolerance float64, most int, time time.Duration) explain.Explainer {
			return explain.GuidedIG{Steps: steps, Tolerance: tolerance, MaxSteps: most, Time: time}
		}, steps},
		"layer IG": {func(tolerance float64, most int, time time.Duration) explain.Explainer {
			return explain.LayerIntegratedGradients{Layer: "steps", Steps: steps, Tolerance: tolerance, MaxSteps: most, Time: time}
		}, steps},
		"conductance": {func(tolerance float64, most int, time time.Duration) explain.Explainer {
			return explain.LayerConductance{Layer: "steps", Steps: steps, Tolerance: tolerance, MaxSteps: most, Time: time}
		}, steps},
	} {
		t.Run(name, func(t *testing.T) {
			says := func(e *record.Explanation, status record.Status, end record.End) {
				t.Helper()
				for i := range e.Ended {
					if e.Status[i] != status || e.Ended[i] != end || e.Spent[i] != c.first {
						t.Errorf("example %d is %s, ended by %s after %d steps, want %s by %s after %d", i, e.Status[i], e.Ended[i], e.Spent[i], status, end, c.first)
					}
				}
			}
			once := explaintest.Explain(t, c.of(1e-18, steps, 0), net, x, explain.Target{})
			says(once, record.Unconverged, record.EndEvaluations)
			says(explaintest.Explain(t, c.of(100, endless, 0), net, x, explain.Target{}), record.OK, record.EndTolerance)
			late := explaintest.Explain(t, c.of(1e-18, endless, 1), net, x, explain.Target{})
			says(late, record.Unconverged, record.EndTime)
			if !reflect.DeepEqual(late.Values, once.Values) {
				t.Error("without time, the values are others than without refinement")
			}
			for limit := 10 * time.Millisecond; ; limit *= 2 {
				m := c.of(1e-18, endless, limit)
				e := explaintest.Explain(t, m, net, x, explain.Target{})
				if e.Spent[0] == c.first && limit < time.Minute { // all of it was needed for that
					continue
				}
				path := filepath.Join(t.TempDir(), "why.json")
				if err := explain.Keep(path, e, m, net, x); err != nil {
					t.Fatal(err)
				}
				v, err := explain.Verify(t.Context(), path, net)
				if err != nil {
					t.Fatal(err)
				}
				if !v.Difference.SameBits || e.Ended[0] != record.EndTime || e.Spent[0] == c.first {
					t.Errorf("ended by %s after %v steps, again after %v: %s", fmt.Sprint(e.Ended), e.Spent, v.Again.Spent, v)
				}
				break
			}
		})
	}
}
