package explain

import (
	"context"

	"github.com/gomlx/gomlx/core/tensors"

	"github.com/vitrine-ml/vitrine/pkg/models"
	"github.com/vitrine-ml/vitrine/pkg/record"
)

// SmoothGradSquared is the mean of the square of the target's gradient around the example, drawn as in [SmoothGrad]: where the gradient is
// large, whatever its sign. Units: those of the gradient, squared. A token has the squared length. (Hooker et al. 2019, arXiv 1806.10758.)
type SmoothGradSquared SmoothGrad

// Axioms implements Explainer: those of [SmoothGrad].
func (SmoothGradSquared) Axioms() Axioms { return SmoothGrad{}.Axioms() }

// Explain implements Explainer.
func (m SmoothGradSquared) Explain(ctx context.Context, net *models.Net, inputs []*tensors.Tensor, target Target) (*record.Explanation, error) {
	noise, err := SmoothGrad(m).defaults()
	if err != nil {
		return nil, err
	}
	return noise.around(ctx, SmoothGradSquared(noise), 2, meanSquare, net, inputs, target)
}

func meanSquare(v []float64) (s float64) {
	for _, x := range v {
		s += x * x
	}
	return s / float64(len(v))
}
