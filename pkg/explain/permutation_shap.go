package explain

import (
	"context"

	"github.com/gomlx/gomlx/core/tensors"

	"github.com/vitrine-ml/vitrine/pkg/models"
	"github.com/vitrine-ml/vitrine/pkg/record"
)

// PermutationSHAP estimates Shapley's values by their definition: the mean of what a feature adds to those before it, over random orders in which they
// come. Units: of the output. Orders come in pairs, one and its reverse, so that where no more than two features interact the values are
// exact (Mitchell et al. 2022, arXiv 2104.12199); standard errors are of the mean over pairs, a little wider where these are few. Values add up to f(x) − f(nothing of x) to rounding.
//
// A pair takes 2·(n−1) coalitions of n features, and ten pairs are the least. Where all coalitions are no more than the budget, they are asked for instead, each once, and
// the values are exact. Memory does not grow with the number of orders.
type PermutationSHAP struct {
	Features   Features   // nil: every number, and every id that is not padding
	Baseline   Baseline   // what absent features are; zero: zeros, and padding for ids
	Background Background // instead of a Baseline: rows over which an absent feature is averaged
	Budget     Budget     // in rows, of which a coalition takes one for each of the Background. Zero: 500 coalitions, as in SHAP, or ten pairs where those are more
	Seed       uint64
}

// permutationCoalitions is how many of n features are asked for where the budget says nothing.
func permutationCoalitions(n int) int { return max(500, 20*(n-1)) }

// Axioms implements Explainer. They hold within the standard errors, and Completeness as it is.
func (m PermutationSHAP) Axioms() Axioms { return shapley(m.Features) }

// Explain implements Explainer.
func (m PermutationSHAP) Explain(ctx context.Context, net *models.Net, inputs []*tensors.Tensor, target Target) (*record.Explanation, error) {
	g, err := beginGame(ctx, m, net, inputs, target, m.Features, m.Baseline, m.Background)
	if err != nil {
		return nil, err
	}
	defer g.r.line.Done("")
	return g.estimates(m, m.Budget, m.Seed, permutationCoalitions, func(example, coalitions int) (estimator, error) {
		n := g.parts[example].n
		if allCoalitions(n) <= coalitions {
			return newEnumeration(n), nil
		}
		random := g.r.random(m.Seed, example)
		return newPermutations(n, func() []int { return random.Perm(n) }), nil
	})
}
