package explain

import (
	"context"

	"github.com/gomlx/gomlx/core/tensors"

	"github.com/vitrine-ml/vitrine/pkg/models"
	"github.com/vitrine-ml/vitrine/pkg/record"
)

// AttentionGradient is attention × gradient: a position's value is the sum, over all heads and rows of a layer, of the weight with which it is
// looked at times the target's gradient for that weight. To first order, it is what the output would lose if nobody looked there. Units:
// those of the output; negative where what is seen there speaks against the target. (Serrano and Smith 2019, arXiv 1906.03731; Chrysostomou
// and Aletras 2021, arXiv 2105.02657.)
type AttentionGradient struct {
	// Nodes are the weights by their names; of several that look at one input the sum. nil: for each input the last that looks at it.
	Nodes []string
}

// Axioms implements Explainer: there are none, as what goes around the attention is not seen.
func (AttentionGradient) Axioms() Axioms { return Axioms{} }

// Explain implements Explainer.
func (m AttentionGradient) Explain(ctx context.Context, net *models.Net, inputs []*tensors.Tensor, target Target) (*record.Explanation, error) {
	a, err := beginAttention(ctx, nameOf(m), net, inputs, target, m.Nodes, true)
	if err != nil {
		return nil, err
	}
	defer a.line.Done("")
	m.Nodes = a.nodes()
	return a.explain(m, sumProduct, func(f flow) map[int][]float64 {
		values := map[int][]float64{}
		for i, l := range a.looks {
			for row := range f.looked[i].rows {
				values[l.columns] = added(values[l.columns], f.looked[i].row(row), 1)
			}
		}
		return values
	})
}
