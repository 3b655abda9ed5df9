package explain

import (
	"context"
	"fmt"

	. "github.com/gomlx/gomlx/core/graph" //nolint:revive,staticcheck // graph functions read like the mathematics
	"github.com/gomlx/gomlx/core/tensors"

	"github.com/vitrine-ml/vitrine/pkg/models"
	"github.com/vitrine-ml/vitrine/pkg/record"
)

// LRP is layer-wise relevance propagation: the output is passed back layer by layer, each of which shares out what it gets among its
// inputs by a rule. Units: of the output. (Bach et al. 2015, doi 10.1371/journal.pone.0130140.)
//
// It works on the graph of any net. Layers (matrix products and convolutions, with the bias that follows) get the rules of the composite;
// an activation passes all its relevance on but for f(0), a maximum to whoever won it (equal winners share), a product of two signals half
// to each, a product with a gate all to the signal, and denominators are held constant. (AttnLRP, arXiv 2402.05602, for softmax and
// products; Arras et al. 2019, arXiv 1909.12114, for gates.)
//
// The record has a ledger: what reached the input, and what biases, ε and others took, add up to the output. An example for which they do
// not is Unconverged. Explain logits rather than probabilities, as a softmax takes what it gets.
type LRP struct {
	Composite Composite     // which rule each layer gets; nil: EpsilonPlus
	Nodes     bool          // have the ledger say what each node took
	Attention AttentionRule `json:",omitempty"` // how relevance passes through attention; "": AttnLRP
}

// AttentionRule says how relevance passes through softmax(Q·Kᵀ)·V.
type AttentionRule string

// The rules for attention.
const (
	AttnLRP AttentionRule = "attn" // half to the weights, on to Q and K by the softmax's derivative, half to V (Achtibat et al. 2024, arXiv 2402.05602)
	CPLRP   AttentionRule = "cp"   // all to V: the weights are held constant (Ali et al. 2022, arXiv 2202.07304). It conserves relevance but for biases
)

// Axioms implements Explainer. How a function is spelled in layers decides how relevance is shared, even among inputs that the function
// treats alike, and biases keep theirs. LRP-0 is exact for a linear model.
func (l LRP) Axioms() Axioms {
	exact := l.Composite != nil
	for _, choice := range l.Composite {
		exact = exact && choice.Rule == Epsilon{}
	}
	return Axioms{Linear: exact}
}

// Explain implements Explainer.
func (l LRP) Explain(ctx context.Context, net *models.Net, inputs []*tensors.Tensor, target Target) (*record.Explanation, error) {
	if l.Composite == nil {
		l.Composite = EpsilonPlus
	}
	if err := l.Composite.check(); err != nil {
		return nil, err
	}
	if a := l.Attention; a != "" && a != AttnLRP && a != CPLRP {
		return nil, fmt.Errorf("explain: the rule %q for attention is not known, there are %q and %q", a, AttnLRP, CPLRP)
	}
	r, err := begin(ctx, nameOf(l), net, inputs, target)
	if err != nil {
		return nil, err
	}
	defer r.line.Done("")
	p, err := r.walkProgram(l, nil, func(t *Trace, target, weights *Node, attributed, _ []*Node) []*Node {
		w := newWalk(t, l, attributed)
		w.ledger, w.through = &ledger{byNode: l.Nodes}, true
		w.run(target, weights)
		values := make([]*Node, len(attributed))
		for i, x := range attributed {
			values[i] = w.total(x, x)
		}
		return append(values, w.ledger.columns(target)...)
	})
	if err != nil {
		return nil, err
	}
	values := make([][]float64, len(r.x))
	book := &record.Ledger{}
	output, err := r.once(p, func(i int, back []float64) {
		values[i] = append([]float64(nil), back[:r.width]...)
		enter(book, i, len(r.x), values[i], back[r.width:], l.Nodes)
	})
	if err != nil {
		return nil, err
	}
	r.enterConstants(book, values, l.Nodes)
	e, err := r.record(l, output, values)
	if e == nil {
		return nil, err
	}
	e.Exact, e.Ledger = true, book
	e.Residual = balance(book, output)
	for i, residual := range e.Residual {
		if residual > r.rounding(output[i], values[i], book.TakenFrom(i)) {
			e.Status[i] = record.Unconverged
		}
	}
	return e, err
}
