package explain

import (
	"context"
	"math"

	"github.com/gomlx/gomlx/core/tensors"

	"github.com/vitrine-ml/vitrine/pkg/models"
	"github.com/vitrine-ml/vitrine/pkg/record"
)

// Saliency is the magnitude of the target's gradient with respect to every number of the input: how fast the output moves as it moves.
// Units: output per unit of input. A token has the length of the gradient for its vector; if signed, the sum. (Simonyan, Vedaldi and Zisserman 2013, arXiv 1312.6034.)
type Saliency struct {
	Signed bool // keep the gradient's sign
}

// Axioms implements Explainer. A gradient says nothing of how much an input contributed, so values do not add up to the output.
func (Saliency) Axioms() Axioms {
	return Axioms{ImplementationInvariance: true, Constant: true, Symmetry: true, Dummy: true}
}

// Explain implements Explainer.
func (s Saliency) Explain(ctx context.Context, net *models.Net, inputs []*tensors.Tensor, target Target) (*record.Explanation, error) {
	r, err := begin(ctx, nameOf(s), net, inputs, target)
	if err != nil {
		return nil, err
	}
	defer r.line.Done("")
	r.norm = !s.Signed
	values := make([][]float64, len(r.x))
	output, err := r.once(r.gradient(), func(i int, gradient []float64) {
		values[i] = make([]float64, r.width)
		for j, g := range gradient {
			if !s.Signed {
				g = math.Abs(g)
			}
			values[i][j] = g
		}
	})
	if err != nil {
		return nil, err
	}
	e, err := r.record(s, output, values)
	if e == nil {
		return nil, err
	}
	e.Exact = true
	return e, err
}
