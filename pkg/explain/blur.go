package explain

import (
	"fmt"
	"math"

	"github.com/gomlx/gomlx/core/tensors"

	"github.com/vitrine-ml/vitrine/pkg/models"
)

// blurred are images without their details.
func (b Baseline) blurred(t *tensors.Tensor, p models.Port) (*tensors.Tensor, error) {
	if !(b.Blur > 0) || math.IsInf(b.Blur, 1) {
		return nil, fmt.Errorf("explain: a baseline blurred by %g pixels", b.Blur)
	}
	values, err := numbers(t)
	if err != nil {
		return nil, fmt.Errorf("explain: input %q: %w", p.Name, err)
	}
	height, width, channels, _ := inputOf(p, nil).image()
	size := height * width * channels
	for from := 0; from < len(values); from += size {
		image := values[from : from+size]
		image = blurAxis(image, 1, height, width*channels, b.Blur)
		image = blurAxis(image, height, width, channels, b.Blur)
		copy(values[from:], image)
	}
	return pack(t.DType(), t.Shape().Dimensions, []point{{values: values}}, 0)
}

// blurAxis takes means along the middle axis of an array [outer, n, inner], weighted by a Gaussian.
func blurAxis(values []float64, outer, n, inner int, deviation float64) []float64 {
	reach := int(math.Ceil(3 * deviation))
	weights, all := make([]float64, 2*reach+1), 0.0
	for k := range weights {
		d := float64(k-reach) / deviation
		weights[k] = math.Exp(-d * d / 2)
		all += weights[k]
	}
	out := make([]float64, len(values))
	for o := range outer {
		for i := range n {
			for k, w := range weights {
				from := min(max(i+k-reach, 0), n-1)
				for j := range inner {
					out[(o*n+i)*inner+j] += w / all * values[(o*n+from)*inner+j]
				}
			}
		}
	}
	return out
}
