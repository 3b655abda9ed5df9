package explain_test

import (
	"math"
	"testing"

	"github.com/gomlx/gomlx/core/tensors"

	"github.com/vitrine-ml/vitrine/pkg/explain"
	"github.com/vitrine-ml/vitrine/pkg/explain/explaintest"
	"github.com/vitrine-ml/vitrine/pkg/models"
)

// TestDeviationsOverBackgrounds: the record's standard deviations are those of explanations with one row of the background after another as the baseline.
func TestDeviationsOverBackgrounds(t *testing.T) {
	const features, rows, examples = 9, 5, 2
	net, x := explaintest.Random(t, features, 1), []*tensors.Tensor{explaintest.Pseudo(2, examples, features)}
	background := []*tensors.Tensor{explaintest.Pseudo(3, rows, features)}
	pairs := explain.Columns{Groups: [][]int{{0, 4}, {1, 2, 3}, {5, 6}, {7, 8}}}
	// Of as many coalitions; of so few that KernelSHAP has but one fit for them.
	few := func(coalitions int, several bool) explain.Budget {
		if several {
			coalitions *= rows
		}
		return explain.Budget{Evaluations: coalitions}
	}
	for name, of := range map[string]func(baseline explain.Baseline, background explain.Background) explain.Explainer{
		"Shapley": func(b explain.Baseline, g explain.Background) explain.Explainer {
			return explain.Shapley{Baseline: b, Background: g}
		},
		"Shapley of groups": func(b explain.Baseline, g explain.Background) explain.Explainer {
			return explain.Shapley{Features: pairs, Baseline: b, Background: g}
		},
		"KernelSHAP": func(b explain.Baseline, g explain.Background) explain.Explainer {
			return explain.KernelSHAP{Baseline: b, Background: g, Budget: few(40, !g.Empty())}
		},
		"PermutationSHAP": func(b explain.Baseline, g explain.Background) explain.Explainer {
			return explain.PermutationSHAP{Baseline: b, Background: g, Budget: few(192, !g.Empty())}
		},
		"PartitionSHAP": func(b explain.Baseline, g explain.Background) explain.Explainer {
			return explain.PartitionSHAP{Hierarchy: halves(features), Baseline: b, Background: g}
		},
		"FeatureAblation": func(b explain.Baseline, g explain.Background) explain.Explainer {
			return explain.FeatureAblation{Features: pairs, Baseline: b, Background: g}
		},
	} {
		all := explaintest.Explain(t, of(explain.Baseline{}, explain.Background{Values: background}), net, x, explain.Target{})
		if all.BaselineStdDev == nil {
			t.Errorf("%s: no standard deviations", name)
			continue
		}
		byRow := make([][]float64, examples*features)
		for row := range rows {
			one, err := models.Rows(background[0], row, 1)
			if err != nil {
				t.Fatal(err)
			}
			e := explaintest.Explain(t, of(explain.Baseline{Values: []*tensors.Tensor{one}}, explain.Background{}), net, x, explain.Target{})
			if e.BaselineStdDev != nil {
				t.Errorf("%s: standard deviations over one baseline", name)
			}
			for i, v := range e.Values[0].Data {
				byRow[i] = append(byRow[i], v)
			}
		}
		for i, v := range byRow {
			mean, squares := 0.0, 0.0
			for _, x := range v {
				mean += x / rows
			}
			for _, x := range v {
				squares += (x - mean) * (x - mean)
			}
			got, want := all.BaselineStdDev[0].Data[i], math.Sqrt(squares/(rows-1))
			if math.Abs(got-want) > 1e-6 || math.Abs(all.Values[0].Data[i]-mean) > 1e-6 {
				t.Errorf("%s, value %d: %g, deviation %g; by single rows %g, %g", name, i, all.Values[0].Data[i], got, mean, want)
			}
		}
	}
	for name, g := range map[string]explain.Background{"one row": {Values: []*tensors.Tensor{explaintest.Pseudo(3, 1, features)}}, "nearest rows": {Values: background, Nearest: 3}} {
		if e := explaintest.Explain(t, explain.Shapley{Background: g}, net, x, explain.Target{}); e.BaselineStdDev != nil {
			t.Errorf("%s: standard deviations over a background", name)
		}
	}
}

// halves is a hierarchy of so many features, the first of which are beside one another.
func halves(n int) *explain.Hierarchy {
	h := explain.Hierarchy{Feature: 0}
	for i := 1; i < n; i++ {
		h = explain.Hierarchy{Parts: []explain.Hierarchy{h, {Feature: i}}}
	}
	return &h
}
