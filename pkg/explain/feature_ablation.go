package explain

import (
	"context"

	"github.com/gomlx/gomlx/core/tensors"

	"github.com/vitrine-ml/vitrine/pkg/models"
	"github.com/vitrine-ml/vitrine/pkg/record"
)

// FeatureAblation takes the features away one at a time: a feature's value is the drop of the output without it. Units: of the output. It takes n
// rows for n features, and sees nothing of what one feature does only together with another, or in the place of another; [Shapley] does.
//
// A feature of several numbers has their joint drop once, shared out among them; Captum gives all of it to each.
type FeatureAblation struct {
	Features   Features   // nil: every number, and every id that is not padding
	Baseline   Baseline   // what an absent feature is; zero: zeros, and padding for ids
	Background Background // instead of a Baseline: rows over which an absent feature is averaged
}

// Axioms implements Explainer.
func (m FeatureAblation) Axioms() Axioms {
	a := shapley(m.Features)
	a.Completeness = false
	return a
}

// Explain implements Explainer.
func (m FeatureAblation) Explain(ctx context.Context, net *models.Net, inputs []*tensors.Tensor, target Target) (*record.Explanation, error) {
	g, err := beginGame(ctx, m, net, inputs, target, m.Features, m.Baseline, m.Background)
	if err != nil {
		return nil, err
	}
	defer g.r.line.Done("")
	type one struct{ example, player int }
	var all []one
	values, deviations, there := make([][]float64, len(g.parts)), make([][]float64, len(g.parts)), make([][]bool, len(g.parts))
	for i, p := range g.parts {
		values[i], there[i] = make([]float64, p.n), make([]bool, p.n)
		if g.apart() {
			deviations[i] = make([]float64, p.n)
		}
		for k := range p.n {
			all, there[i][k] = append(all, one{i, k}), true
		}
	}
	done := 0
	err = g.play(len(all),
		func(i int) (int, []bool) {
			o := all[i]
			if members := there[o.example]; o.player > 0 {
				members[o.player-1] = true
			}
			there[o.example][o.player] = false
			return o.example, there[o.example]
		},
		func(i int, worth float64, each []float64) {
			o := all[i]
			values[o.example][o.player] = g.output[o.example] - worth
			if each != nil {
				deviations[o.example][o.player] = deviationOver(each)
			}
			done = i + 1
		})
	if err != nil && !g.r.halted(err) {
		return nil, err
	}
	if done < len(all) { // as the context ended
		clear(values[all[done].example:])
		clear(deviations[all[done].example:])
	}
	e, err := g.record(m, values, nil, deviations)
	if e == nil {
		return nil, err
	}
	e.Exact = true
	return e, err
}
