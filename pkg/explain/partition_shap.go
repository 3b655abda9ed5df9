package explain

import (
	"context"
	"fmt"

	"github.com/gomlx/gomlx/core/tensors"

	"github.com/vitrine-ml/vitrine/pkg/models"
	"github.com/vitrine-ml/vitrine/pkg/record"
)

// PartitionSHAP gives Owen's values: those of Shapley where features form groups, and groups larger ones, so that of the orders in which
// features may come only those count in which each group comes as a whole (Owen 1977). Units: of the output. What belongs together, the two halves of
// an object or two columns that say the same, is so never seen apart from the rest of its group in the presence of half of another.
//
// Where the coalitions that the definition takes are no more than the budget, the values are exact. Otherwise they are estimated as by [PermutationSHAP],
// from pairs of random orders in which groups stay together, with standard errors. (SHAP's program stops dividing groups instead, and has no error to state.)
type PartitionSHAP struct {
	Features Features // nil: every number, and every id that is not padding
	// Hierarchy says which features belong together. nil: the features of each input are halved again and again, along the axis on which they lie
	// widest; or, where inputs are single rows of numbers and a Background of three rows or more is given, those are joined, two by two, that go together most in it:
	// by average linkage of 1 − |correlation|.
	Hierarchy  *Hierarchy
	Baseline   Baseline   // what absent features are; zero: zeros, and padding for ids
	Background Background // instead of a Baseline: rows over which an absent feature is averaged
	Budget     Budget     // in rows, of which a coalition takes one for each of the Background. Zero: 2·n + 2048 coalitions of n features, or ten pairs of orders where those are more
	Seed       uint64     // of estimates
}

// partitionCoalitions is how many of n features are asked for where the budget says nothing.
func partitionCoalitions(n int) int { return max(2*n+2048, permutationCoalitions(n)) }

// Axioms implements Explainer. Features that the function treats alike have equal values only where the hierarchy does too.
func (m PartitionSHAP) Axioms() Axioms {
	a := shapley(m.Features)
	a.Symmetry = false
	return a
}

// Explain implements Explainer.
func (m PartitionSHAP) Explain(ctx context.Context, net *models.Net, inputs []*tensors.Tensor, target Target) (*record.Explanation, error) {
	g, err := beginGame(ctx, m, net, inputs, target, m.Features, m.Baseline, m.Background)
	if err != nil {
		return nil, err
	}
	defer g.r.line.Done("")
	return g.estimates(m, m.Budget, m.Seed, partitionCoalitions, func(example, coalitions int) (estimator, error) {
		n := g.parts[example].n
		if n < 2 {
			return newEnumeration(n), nil
		}
		var tree Hierarchy
		if m.Hierarchy != nil {
			tree = *m.Hierarchy
			if err := tree.of(n); err != nil {
				return nil, fmt.Errorf("%w, of example %d", err, example)
			}
		} else {
			tree = g.hierarchy(example)
		}
		if o := newOwen(tree, n, coalitions); o != nil {
			return o, nil
		}
		random := g.r.random(m.Seed, example)
		return newPermutations(n, func() []int { return tree.order(random) }), nil
	})
}
