package explain

import (
	"context"

	"github.com/gomlx/gomlx/core/tensors"

	"github.com/vitrine-ml/vitrine/pkg/models"
	"github.com/vitrine-ml/vitrine/pkg/record"
)

// KernelSHAP estimates Shapley's values by weighted least squares: they are the additive game that is nearest to the net's (Lundberg and Lee 2017,
// arXiv 1705.07874). Units: of the output. No feature is left out of the fit.
//
// Coalitions are drawn in pairs with their complements, as many of each size and none twice (leverage scores: Musco and Witter 2024, arXiv 2410.01917).
// Where all fit into the budget, all are asked for, and the values are exact. Where there are equations enough, what coalitions of a size have in
// common, how values change with the size, and interactions are fitted too, so that values are not disturbed by them: all of three features (as in
// Fumagalli, Witter and Musco 2026, arXiv 2601.18608) or, for up to 37 features, the few of three, five and more that the answers plainly show (as in
// Kang et al. 2025, arXiv 2502.13870). Of these fits the one with the smallest standard errors is taken.
//
// Values add up to f(x) − f(nothing of x) to rounding. Standard errors are those of the fit for the coalitions that were drawn: ±1.96 of them holds
// the exact value in 95 of 100 cases. n features take at least 4·n coalitions, and the time and memory of a fit grow with n². With a Background four bytes are
// kept for each row that passes, from which the standard deviations over it are worked out.
type KernelSHAP struct {
	Features   Features   // nil: every number, and every id that is not padding
	Baseline   Baseline   // what absent features are; zero: zeros, and padding for ids
	Background Background // instead of a Baseline: rows over which an absent feature is averaged
	Budget     Budget     // in rows, of which a coalition takes one for each of the Background. Zero: 2·n + 2048 coalitions of n features, as SHAP has it, and at least 4·n
	Seed       uint64
}

// kernelSHAPCoalitions is how many of n features are asked for where the budget says nothing.
func kernelSHAPCoalitions(n int) int { return max(2*n+2048, 4*n) }

// Axioms implements Explainer. They hold within the standard errors, and Completeness as it is.
func (m KernelSHAP) Axioms() Axioms { return shapley(m.Features) }

// Explain implements Explainer.
func (m KernelSHAP) Explain(ctx context.Context, net *models.Net, inputs []*tensors.Tensor, target Target) (*record.Explanation, error) {
	g, err := beginGame(ctx, m, net, inputs, target, m.Features, m.Baseline, m.Background)
	if err != nil {
		return nil, err
	}
	defer g.r.line.Done("")
	return g.estimates(m, m.Budget, m.Seed, kernelSHAPCoalitions, func(example, _ int) (estimator, error) {
		return newKernelFit(g.parts[example].n, g.r.random(m.Seed, example)), nil
	})
}
