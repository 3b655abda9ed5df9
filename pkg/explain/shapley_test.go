package explain_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	. "github.com/gomlx/gomlx/core/graph" //nolint:revive,staticcheck // graph functions read like the mathematics
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"

	"github.com/vitrine-ml/vitrine/pkg/explain"
	"github.com/vitrine-ml/vitrine/pkg/explain/explaintest"
	"github.com/vitrine-ml/vitrine/pkg/models"
)

// TestKnownShapleyValues are published values, or follow from the definition by hand. Of so few features all methods of the family are exact.
func TestKnownShapleyValues(t *testing.T) {
	bml := explaintest.BML(t)
	and := explaintest.Net(t, "80·AND", 2, 1, func(_ *model.Scope, x *Node) *Node {
		return MulScalar(Mul(explaintest.Column(x, 0), explaintest.Column(x, 1)), 80)
	})
	at := func(rows ...[]float64) explain.Baseline { return explain.Baseline{Values: explaintest.Rows(rows...)} }
	among := func(rows ...[]float64) explain.Background {
		return explain.Background{Values: explaintest.Rows(rows...)}
	}
	corners := among([]float64{0, 0}, []float64{0, 1}, []float64{1, 0}, []float64{1, 1})
	pair := explain.Columns{Groups: [][]int{{0, 1}, {2}}}
	for _, c := range []struct {
		net        *models.Net
		x, want    []float64
		features   explain.Features
		baseline   explain.Baseline
		background explain.Background
	}{
		{bml, []float64{20, 50, 30}, []float64{230. / 3, 590. / 3, 350. / 3}, nil, explain.Baseline{}, explain.Background{}},
		{bml, []float64{20, 50, 30}, []float64{40, 120, 80}, nil, at([]float64{10, 20, 10}), explain.Background{}},
		{bml, []float64{20, 50, 30}, []float64{137.5, 137.5, 115}, pair, explain.Baseline{}, explain.Background{}},
		{bml, []float64{20, 50, 30}, []float64{124, 124, 104}, pair, explain.Baseline{Constant: 4}, explain.Background{}},
		{and, []float64{0, 0}, []float64{-10, -10}, nil, explain.Baseline{}, corners},
		{and, []float64{0, 1}, []float64{-30, 10}, nil, explain.Baseline{}, corners},
		{and, []float64{1, 0}, []float64{10, -30}, nil, explain.Baseline{}, corners},
		{and, []float64{1, 1}, []float64{30, 30}, nil, explain.Baseline{}, corners},
		{explaintest.Linear(t, 2, -3, 0.5), []float64{1, 4, -2}, []float64{2 * (1 - 3), -3 * (4 - 1), 0.5 * (-2 - 2)}, nil, explain.Baseline{}, among([]float64{2, 1, 3}, []float64{4, 1, 1})},
	} {
		for _, m := range []explain.Explainer{
			explain.Shapley{Features: c.features, Baseline: c.baseline, Background: c.background, Exact: true},
			explain.KernelSHAP{Features: c.features, Baseline: c.baseline, Background: c.background},
			explain.PermutationSHAP{Features: c.features, Baseline: c.baseline, Background: c.background},
		} {
			e := explaintest.Explain(t, m, c.net, explaintest.Rows(c.x), explain.Target{})
			for i, want := range c.want {
				if got := e.Values[0].Data[i]; math.Abs(got-want) > 1e-9 || !e.Exact {
					t.Errorf("%s of %s at %v: %v, exact %v, want %v", e.Method, c.net.Name, c.x, e.Values[0].Data, e.Exact, c.want)
					break
				}
			}
		}
	}
}

// TestAblationAndPermutation: a feature's drop is averaged over all rows by ablation, and over those that were drawn by permutation.
func TestAblationAndPermutation(t *testing.T) {
	net := explaintest.Random(t, 6, 4)
	x, rows := explaintest.Pseudo(5, 3, 6), explaintest.Pseudo(6, 9, 6)
	background := explain.Background{Values: []*tensors.Tensor{rows}}
	ablated := explaintest.Explain(t, explain.FeatureAblation{Background: background}, net, []*tensors.Tensor{x}, explain.Class(1))
	all := explaintest.Explain(t, explain.FeaturePermutation{Background: background, Budget: explain.Budget{Evaluations: 6 * 9}}, net, []*tensors.Tensor{x}, explain.Class(1))
	some := explaintest.Explain(t, explain.FeaturePermutation{Background: background, Budget: explain.Budget{Evaluations: 6 * 5}}, net, []*tensors.Tensor{x}, explain.Class(1))
	predict := func(row []float32) float64 {
		y, err := net.Compute([]*tensors.Tensor{tensors.FromFlatDataAndDimensions(row, 1, 6)})
		if err != nil {
			t.Fatal(err)
		}
		return float64(tensors.MustCopyFlatData[float32](y[0])[1])
	}
	one, other := tensors.MustCopyFlatData[float32](x), tensors.MustCopyFlatData[float32](rows)
	for i := range 3 {
		for k := range 6 {
			drop := 0.0
			for r := range 9 {
				row := append([]float32(nil), one[i*6:(i+1)*6]...)
				row[k] = other[r*6+k]
				drop += (predict(one[i*6:(i+1)*6]) - predict(row)) / 9
			}
			at := i*6 + k
			if got := ablated.Values[0].Data[at]; math.Abs(got-drop) > 1e-6 {
				t.Errorf("ablation of %d in example %d: %g, by plain loops %g", k, i, got, drop)
			}
			if got := all.Values[0].Data[at]; math.Abs(got-drop) > 1e-6 {
				t.Errorf("permutation of %d in example %d by all rows: %g, by plain loops %g", k, i, got, drop)
			}
			if got, err := some.Values[0].Data[at], some.StdErr[0].Data[at]; math.Abs(got-drop) > 4*err {
				t.Errorf("permutation of %d in example %d by some rows: %g ± %g, by all %g", k, i, got, err, drop)
			}
		}
	}
	if !ablated.Exact || !all.Exact || all.StdErr != nil || some.Exact {
		t.Errorf("exact: %v, %v, %v", ablated.Exact, all.Exact, some.Exact)
	}
	// Without a background the examples are permuted: of two, each has the other's value or its own.
	two := explaintest.Explain(t, explain.FeaturePermutation{}, explaintest.Linear(t, 2, 3), explaintest.Rows([]float64{1, 5}, []float64{4, 7}), explain.Target{})
	if got, want := fmt.Sprint(two.Values[0].Data, two.Exact), "[-3 -3 3 3] true"; got != want {
		t.Errorf("two examples permuted: %s, want %s", got, want)
	}
}

func TestShapleyOptions(t *testing.T) {
	net, x := explaintest.Random(t, 20, 1), []*tensors.Tensor{explaintest.Pseudo(1, 1, 20)}
	rows := explain.Background{Values: []*tensors.Tensor{explaintest.Pseudo(2, 3, 20)}}
	for _, c := range []struct {
		m    explain.Explainer
		want string
	}{
		{explain.Shapley{Exact: true}, "the 20 features of example 0 have 2^20 coalitions, more than the 65536"},
		{explain.Shapley{Exact: true, Background: rows, Budget: explain.Budget{Evaluations: 1 << 20}}, "more than the 349525"},
		{explain.KernelSHAP{Budget: explain.Budget{Evaluations: 79}}, "at least 80"},
		{explain.KernelSHAP{Budget: explain.Budget{Evaluations: 200}, Background: rows}, "a Budget of 240 Evaluations"},
		{explain.KernelSHAP{Budget: explain.Budget{Evaluations: -1}}, "none may be negative"},
		{explain.KernelSHAP{Background: rows, Baseline: explain.Baseline{Constant: 1}}, "both a baseline and a background"},
		{explain.PermutationSHAP{Budget: explain.Budget{Evaluations: 100}}, "at least 380"},
		{explain.PartitionSHAP{Hierarchy: &explain.Hierarchy{Parts: []explain.Hierarchy{{Feature: 1}, {Feature: 2}}}}, "a hierarchy of 2 features, but there are 20"},
		{explain.PartitionSHAP{Hierarchy: &explain.Hierarchy{Parts: []explain.Hierarchy{{Feature: 1}, {Feature: 1}}}}, "feature 1 is twice"},
		{explain.PartitionSHAP{Hierarchy: &explain.Hierarchy{Parts: []explain.Hierarchy{{Feature: 1}, {Feature: 20}}}}, "with feature 20, but there are 20"},
		{explain.FeaturePermutation{}, "features of one example cannot be permuted"},
		{explain.FeaturePermutation{Background: rows, Budget: explain.Budget{Evaluations: 30}}, "two rows for each, 40"},
	} {
		if _, err := c.m.Explain(t.Context(), net, x, explain.Predicted); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%T: error %v, want one with %q", c.m, err, c.want)
		}
	}
	if _, err := explain.Merged(3, [][2]int{{0, 1}, {0, 2}}); err == nil || !strings.Contains(err.Error(), "pair 1 of a hierarchy merges 0") {
		t.Errorf("error %v", err)
	}
	if _, err := explain.Merged(3, [][2]int{{0, 1}}); err == nil || !strings.Contains(err.Error(), "3 features are merged by 1 pairs") {
		t.Errorf("error %v", err)
	}
}

// TestManyFeatures: the usual budgets are enough for any number of features.
func TestManyFeatures(t *testing.T) {
	net, x := explaintest.Random(t, 200, 1), []*tensors.Tensor{explaintest.Pseudo(1, 1, 200)}
	for _, m := range []explain.Explainer{explain.Shapley{}, explain.PermutationSHAP{}, explain.PartitionSHAP{}} {
		e := explaintest.Explain(t, m, net, x, explain.Predicted)
		if e.StdErr == nil || e.Exact || e.Residual[0] > 1e-9 {
			t.Errorf("%s: exact %v, residual %g", e.Method, e.Exact, e.Residual[0])
		}
	}
}

// TestPaddingAlone: of an example that is only padding there is nothing to share out.
func TestPaddingAlone(t *testing.T) {
	net := explaintest.Tokens(t)
	x := []*tensors.Tensor{tensors.FromValue([][]int32{{0, 0, 0, 0, 0}, {1, 2, 3, 0, 0}}), explaintest.Pseudo(1, 2, 2)}
	for _, m := range []explain.Explainer{explain.Shapley{Features: explain.Words{}}, explain.KernelSHAP{}, explain.PermutationSHAP{}, explain.PartitionSHAP{}, explain.FeatureAblation{}} {
		e := explaintest.Explain(t, m, net, x, explain.Predicted)
		for _, v := range e.Values[0].Row(0) {
			if v != 0 {
				t.Errorf("%s: padding has %v", e.Method, e.Values[0].Row(0))
			}
		}
	}
}
