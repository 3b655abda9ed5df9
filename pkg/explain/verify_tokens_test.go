package explain_test

import (
	"context"
	"path/filepath"
	"testing"

	"github.com/vitrine-ml/vitrine/pkg/explain"
)

// TestVerifyTokens: records of ids, with baselines of ids, and of positions of a sequence hold when they are run again.
func TestVerifyTokens(t *testing.T) {
	t.Setenv("VITRINE_CACHE", t.TempDir())
	net, x := translator(t), append(ids([]int32{3, 6, 2, 0}, []int32{5, 6, 0, 0}), ids([]int32{2, 4, 5}, []int32{2, 3, 0})...)
	given := explain.Baseline{Values: append(ids([]int32{1, 1, 1, 1}), ids([]int32{1, 1, 1})...)}
	for _, m := range []explain.Explainer{
		explain.IntegratedGradients{Baseline: explain.Baseline{Token: 1}}, explain.Occlusion{Baseline: explain.Baseline{Token: 1}}, explain.DeepLIFT{Baseline: given}, explain.LRP{},
	} {
		for _, target := range []explain.Target{explain.Predicted.At(1), explain.Class(4).At(2).Against(explain.Class(3)), {Classes: []int{3, 4}, Positions: []int{0, 2}}} {
			e, err := m.Explain(context.Background(), net, x, target)
			if err != nil {
				t.Fatal(err)
			}
			path := filepath.Join(t.TempDir(), "why.json")
			if err := explain.Keep(path, e, m, net, x); err != nil {
				t.Fatal(err)
			}
			v, err := explain.Verify(context.Background(), path, net)
			if err != nil || !v.Holds() {
				t.Errorf("%T of %v: %v, %v", m, target, v, err)
				continue
			}
			for i, p := range e.Target.Positions {
				if v.Again.Target.Positions[i] != p {
					t.Errorf("%T of %v: run again at position %d of example %d, not %d", m, target, v.Again.Target.Positions[i], i, p)
				}
			}
		}
	}
}
