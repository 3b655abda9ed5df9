package explain

import (
	"context"

	"github.com/gomlx/gomlx/core/tensors"

	"github.com/vitrine-ml/vitrine/pkg/models"
	"github.com/vitrine-ml/vitrine/pkg/record"
)

// AttentionRollout follows attention through all layers. A position is, by half, what it was and, by half, what it looks at, so that it is a
// mixture of the input's positions (Abnar and Zuidema 2020, arXiv 2005.00928):
//
//	X ← ½(A + I)·X   from the identity, layer by layer; A is the mean over the heads
//
// with the rows of ½(A + I) divided by their sums. A position of a decoder is a mixture of the positions of both inputs; cross-attention gives
// it, by half, what it looks at of the encoder's mixtures E: X ← ½(A·E + X).
//
// Values are the mean of the rows that are read ([Attentions]), which is all that the target decides. They are not negative and add up to 1
// over the inputs, less what a decoder without attention to its own input keeps of that.
type AttentionRollout struct {
	Nodes []string // the layers' weights by their names; nil: all
}

// Axioms implements Explainer: there are none.
func (AttentionRollout) Axioms() Axioms { return Axioms{} }

// Explain implements Explainer.
func (m AttentionRollout) Explain(ctx context.Context, net *models.Net, inputs []*tensors.Tensor, target Target) (*record.Explanation, error) {
	a, err := beginAttention(ctx, nameOf(m), net, inputs, target, m.Nodes, false)
	if err != nil {
		return nil, err
	}
	defer a.line.Done("")
	m.Nodes = a.nodes()
	return a.explain(m, meanWeights, func(f flow) map[int][]float64 {
		x := a.mixture(true)
		for i, l := range a.looks {
			for _, of := range a.streams() {
				x[pairOf{l.rows, of}] = half(f.looked[i], x[pairOf{l.columns, of}], x[pairOf{l.rows, of}])
			}
		}
		return a.readOut(x, f)
	})
}

// half is ½(A·seen + was), the rows of the weights A and I being made to add up to 1 together.
func half(a, seen, was matrix) matrix {
	next := a.times(seen).plus(was)
	for i := range next.rows {
		sum := 1.0
		for _, v := range a.row(i) {
			sum += v
		}
		row := next.row(i)
		for j := range row {
			row[j] /= sum
		}
	}
	return next
}
