package explain

import (
	"context"

	"github.com/gomlx/gomlx/core/tensors"

	"github.com/vitrine-ml/vitrine/pkg/models"
	"github.com/vitrine-ml/vitrine/pkg/record"
)

// VarGrad is the variance of the target's gradient around the example, with noise as in [SmoothGrad]: how unsteady the gradient is there.
// Units: those of the gradient, squared. A token has the sum over its vector. (Adebayo et al. 2018, arXiv 1810.03292.)
//
// The places are drawn in fives, and the value is the mean of the variances within them, which has no bias.
type VarGrad SmoothGrad

// Axioms implements Explainer: those of [SmoothGrad].
func (VarGrad) Axioms() Axioms { return SmoothGrad{}.Axioms() }

// Explain implements Explainer.
func (m VarGrad) Explain(ctx context.Context, net *models.Net, inputs []*tensors.Tensor, target Target) (*record.Explanation, error) {
	noise, err := SmoothGrad(m).defaults()
	if err != nil {
		return nil, err
	}
	return noise.around(ctx, VarGrad(noise), 5, variance, net, inputs, target)
}

// variance has no bias.
func variance(v []float64) (s float64) {
	m := mean(v)
	for _, x := range v {
		s += (x - m) * (x - m)
	}
	return s / float64(len(v)-1)
}
