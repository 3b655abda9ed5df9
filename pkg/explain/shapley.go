package explain

import (
	"context"
	"fmt"

	"github.com/gomlx/gomlx/core/tensors"

	"github.com/vitrine-ml/vitrine/pkg/models"
	"github.com/vitrine-ml/vitrine/pkg/record"
)

// Shapley shares out f(x) − f(nothing of x) among the features: each has the mean of what it adds to those before it, over all orders in which
// they may come (Shapley 1953). Units: of the output. It is the way to Shapley's values when you do not care how they are found: from all coalitions of
// features, and so exactly, where all of them are asked for within the budget; otherwise as [KernelSHAP] estimates them, with a standard error
// for every value. The record's Exact says which, and Ended for each example.
//
// There are 2ⁿ coalitions of n features, so that up to 12 are exact by default, and more with a larger Budget. To have fewer features is what
// Features is for: the columns of a table, the superpixels of an image, the words of a text.
type Shapley struct {
	Features   Features   // nil: every number, and every id that is not padding
	Baseline   Baseline   // what absent features are; zero: zeros, and padding for ids
	Background Background // instead of a Baseline: rows over which an absent feature is averaged
	Exact      bool       // an error where the values would be estimated; up to 16 features then
	// Budget is in rows, of which a coalition takes one for each of the Background. Zero: 2·n + 2048 coalitions of n features, or all 4096 of 12;
	// with Exact 65,536.
	Budget Budget
	Seed   uint64 // of estimates
}

// shapley are the axioms that define Shapley's values, and what follows from them where a feature is one number.
func shapley(f Features) Axioms {
	single := f == nil
	return Axioms{Completeness: true, ImplementationInvariance: true, Constant: true, Linear: single, Symmetry: single, Dummy: single}
}

// Axioms implements Explainer. Of estimates they hold within their standard errors, and Completeness as it is.
func (m Shapley) Axioms() Axioms { return shapley(m.Features) }

// Explain implements Explainer.
func (m Shapley) Explain(ctx context.Context, net *models.Net, inputs []*tensors.Tensor, target Target) (*record.Explanation, error) {
	g, err := beginGame(ctx, m, net, inputs, target, m.Features, m.Baseline, m.Background)
	if err != nil {
		return nil, err
	}
	defer g.r.line.Done("")
	usual := func(players int) int {
		if m.Exact {
			return 1 << 16
		}
		if all := allCoalitions(players); all <= 1<<12 {
			return max(all, kernelSHAPCoalitions(players))
		}
		return kernelSHAPCoalitions(players)
	}
	return g.estimates(m, m.Budget, m.Seed, usual, func(example, coalitions int) (estimator, error) {
		n := g.parts[example].n
		if allCoalitions(n) <= coalitions {
			return newEnumeration(n), nil
		}
		if m.Exact {
			return nil, fmt.Errorf("explain: the %d features of example %d have 2^%d coalitions, more than the %d that may be asked for: exact values take fewer features (Features) or "+
				"a larger Budget; without Exact, and by KernelSHAP and PermutationSHAP, they are estimated", n, example, n, coalitions)
		}
		return newKernelFit(n, g.r.random(m.Seed, example)), nil
	})
}
