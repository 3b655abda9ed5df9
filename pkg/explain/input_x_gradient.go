package explain

import (
	"context"

	"github.com/gomlx/gomlx/core/tensors"

	"github.com/vitrine-ml/vitrine/pkg/models"
	"github.com/vitrine-ml/vitrine/pkg/record"
)

// InputXGradient is x · ∂f/∂x: what each number of the input contributes as long as the net is taken for linear, with the slopes that it has
// at x. Units: of the output. A token has the product of its vector and the vector's gradient. (Shrikumar et al. 2016, arXiv 1605.01713.)
//
// On a net of ReLUs without biases the values add up to the output; on others they need not, so that the record has no residual.
type InputXGradient struct{}

// Axioms implements Explainer. A product of two inputs is given to each of them whole.
func (InputXGradient) Axioms() Axioms {
	return Axioms{ImplementationInvariance: true, Constant: true, Linear: true, Symmetry: true, Dummy: true}
}

// Explain implements Explainer.
func (m InputXGradient) Explain(ctx context.Context, net *models.Net, inputs []*tensors.Tensor, target Target) (*record.Explanation, error) {
	r, err := begin(ctx, nameOf(m), net, inputs, target)
	if err != nil {
		return nil, err
	}
	defer r.line.Done("")
	values := make([][]float64, len(r.x))
	output, err := r.once(r.gradient(), func(i int, gradient []float64) {
		values[i] = make([]float64, r.width)
		for j, g := range gradient {
			values[i][j] = r.x[i][j] * g
		}
	})
	if err != nil {
		return nil, err
	}
	e, err := r.record(m, output, values)
	if e == nil {
		return nil, err
	}
	e.Exact = true
	return e, err
}
