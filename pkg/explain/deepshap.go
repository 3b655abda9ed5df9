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
	n := len(r.x)
	estimates, base, bases := make([]estimate, n), make([]float64, n), make([][]float64, n)
	err = r.pass(p, n*from.each,
		func(i int, to []float64) int {
			copy(to, r.x[i/from.each])
			return i / from.each
		},
		func(i int, _, back []float64) {
			e := i / from.each
			estimates[e].add(r.fold(back[:r.width]))
			bases[e] = append(bases[e], r.value(e, back[r.width:]))
		})
	if err != nil && !r.halted(err) {
		return nil, err
	}
	values, deviations := make([][]float64, n), make([][]float64, n)
	for i, e := range estimates {
		if e.n == from.each {
			values[i], base[i] = e.mean, mean(bases[i])
			deviations[i] = e.deviation()
		}
	}
	e, err := r.recordFolded(m, output, values)
	if e == nil {
		return nil, err
	}
	e.Exact, e.Base, e.Baseline, e.Residual = true, base, from.words, make([]float64, n)
	if from.each > 1 {
		e.BaselineStdDev = r.arrays(deviations)
	}
	for i, v := range values {
		e.Residual[i] = math.Abs(sum(v) - (output[i] - base[i]))
		if v != nil && e.Residual[i] > r.rounding(output[i], v, bases[i]) {
			e.Status[i] = record.Unconverged
		}
	}
	return e, err
}
