package explain

import (
	"context"

	"github.com/gomlx/gomlx/core/tensors"

	"github.com/vitrine-ml/vitrine/pkg/models"
	"github.com/vitrine-ml/vitrine/pkg/record"
)

// RawAttention is where the net looks: the attention weights of a layer, averaged over its heads, in the rows that are read ([Attentions]).
// They are not negative and add up to 1 over the positions of an input. What is looked at need not matter (Jain and Wallace 2019, arXiv
// 1902.10186): the weights say nothing of what is taken from there, nor whether that speaks for a class or against it.
type RawAttention struct {
	// Nodes are the weights by their names; of several that look at one input the mean. nil: for each input the last that looks at it, of a
	// decoder's source the last cross-attention.
	Nodes []string
}

// Axioms implements Explainer: there are none.
func (RawAttention) Axioms() Axioms { return Axioms{} }

// Explain implements Explainer.
func (m RawAttention) Explain(ctx context.Context, net *models.Net, inputs []*tensors.Tensor, target Target) (*record.Explanation, error) {
	a, err := beginAttention(ctx, nameOf(m), net, inputs, target, m.Nodes, true)
	if err != nil {
		return nil, err
	}
	defer a.line.Done("")
	m.Nodes = a.nodes()
	count := map[int]float64{}
	for _, l := range a.looks {
		count[l.columns]++
	}
	return a.explain(m, meanWeights, func(f flow) map[int][]float64 {
		values := map[int][]float64{}
		for i, l := range a.looks {
			values[l.columns] = added(values[l.columns], f.looked[i].mixed(f.read[l.rows]), 1/count[l.columns])
		}
		return values
	})
}

// added is sum + scale·v; a nil sum is zeros.
func added(sum, v []float64, scale float64) []float64 {
	if sum == nil {
		sum = make([]float64, len(v))
	}
	for i, x := range v {
		sum[i] += scale * x
	}
	return sum
}
