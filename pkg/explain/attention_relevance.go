package explain

import (
	"context"

	"github.com/gomlx/gomlx/core/tensors"

	"github.com/vitrine-ml/vitrine/pkg/models"
	"github.com/vitrine-ml/vitrine/pkg/record"
)

// AttentionRelevance follows attention through all layers by what it does for the target: Chefer's relevance. Each layer adds to what its rows
// hold of an input's positions (Chefer, Gur and Wolf 2021, arXiv 2103.15679, equations 5 to 11):
//
//	Ā  = mean over the heads of (∇A ∘ A)⁺         ∇A: the target's gradient for the weights A
//	R  ← R + Ā·R                                  self-attention: R is what the rows hold of their own input, or a decoder's of the source
//	Rₛ ← Rₛ + (R̂ + I)ᵀ·Ā·(Ê + I)                  cross-attention: what a decoder's rows hold of the source
//
// R begins as the identity and Rₛ as zeros. R̂ is the decoder's R less the identity, Ê the encoder's, their rows divided by their sums; a
// row of zeros stays so. As an encoder sees nothing of the decoder, equation 11 adds nothing.
//
// Values are the mean of the rows that are read ([Attentions]). None is negative: what speaks against the target is left out. A row holds
// itself with 1 from the beginning, so of a classifier that reads n rows 1/n of each of these is no effect of attention.
type AttentionRelevance struct {
	Nodes []string // the layers' weights by their names; nil: all
}

// Axioms implements Explainer: there are none.
func (AttentionRelevance) Axioms() Axioms { return Axioms{} }

// Explain implements Explainer.
func (m AttentionRelevance) Explain(ctx context.Context, net *models.Net, inputs []*tensors.Tensor, target Target) (*record.Explanation, error) {
	a, err := beginAttention(ctx, nameOf(m), net, inputs, target, m.Nodes, false)
	if err != nil {
		return nil, err
	}
	defer a.line.Done("")
	m.Nodes = a.nodes()
	return a.explain(m, meanRelevance, func(f flow) map[int][]float64 {
		x := a.mixture(false) // less the identity, beside which what attention adds may be small
		for i, l := range a.looks {
			bar, own, at := f.looked[i], pairOf{l.rows, l.rows}, pairOf{l.rows, l.columns}
			if l.rows != l.columns {
				seen := contextual(x[pairOf{l.columns, l.columns}])
				x[at] = x[at].plus(contextual(x[own]).transposed().times(bar).times(seen))
				continue
			}
			for _, of := range a.streams() {
				at.of = of
				x[at] = x[at].plus(bar.times(x[at]))
			}
			x[own] = x[own].plus(bar)
		}
		for _, k := range a.streams() {
			own := pairOf{k, k}
			x[own] = x[own].plus(identity(x[own].rows))
		}
		return a.readOut(x, f)
	})
}

// contextual is what attention has added, made to add up to 1 in each row, and the identity (equations 8 and 9).
func contextual(added matrix) matrix {
	n := identity(added.rows)
	for i := range n.rows {
		sum := 0.0
		for _, v := range added.row(i) {
			sum += v
		}
		for j, v := range added.row(i) {
			if sum > 0 {
				n.row(i)[j] += v / sum
			}
		}
	}
	return n
}
