package explain

import (
	"context"
	"math"

	"github.com/gomlx/gomlx/core/tensors"

	"github.com/vitrine-ml/vitrine/pkg/models"
	"github.com/vitrine-ml/vitrine/pkg/record"
)

// DeepSHAP is [DeepLIFT] averaged over the rows of a background: each number's share of f(x) less the mean of f over the background. Units: of
// the output. (Lundberg and Lee 2017, arXiv 1705.07874, section 4.2; the rules are those of DeepLIFT.)
//
// All rows of the background are used for every example, so that nothing is left to chance: each costs a pass. What an input is given
// depends on the row that it is compared with; the record has the standard deviation over the rows.
type DeepSHAP struct {
	Background Background `json:",omitzero"` // zero: one row of zeros, which is DeepLIFT
}

// Axioms implements Explainer: those of [DeepLIFT].
func (DeepSHAP) Axioms() Axioms { return DeepLIFT{}.Axioms() }

// Explain implements Explainer.
func (m DeepSHAP) Explain(ctx context.Context, net *models.Net, inputs []*tensors.Tensor, target Target) (*record.Explanation, error) {
	r, err := begin(ctx, nameOf(m), net, inputs, target)
	if err != nil {
		return nil, err
	}
	defer r.line.Done("")
	from, err := r.references(Baseline{}, m.Background)
	if err != nil {
		return nil, err
	}
	p, err := r.lift(from.rows)
	if err != nil {
		return nil, err
	}
	output, err := r.resolve(r.output())
	if err != nil {
		return nil, err
	}
	all, largest := newOver(from, len(r.x)), make([]float64, len(r.x)) // of the background's outputs, in magnitude
	err = r.pass(p, len(r.x)*from.each,
		func(i int, to []float64) int {
			copy(to, r.x[i/from.each])
			return i / from.each
		},
		func(i int, _, back []float64) {
			e := i / from.each
			base := r.value(e, back[r.width:])
			all.add(e, r.fold(back[:r.width]), base)
			largest[e] = max(largest[e], math.Abs(base))
		})
	if err != nil && !r.halted(err) {
		return nil, err
	}
	e, err := all.record(r, m, output)
	if e == nil {
		return nil, err
	}
	e.Exact = true
	for i, v := range all.values {
		if v != nil && e.Residual[i] > r.rounding(output[i], v, largest[i:i+1]) {
			e.Status[i] = record.Unconverged
		}
	}
	return e, err
}
