package explain

import (
	"fmt"

	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive,staticcheck // graph functions read like the mathematics
	"github.com/gomlx/gomlx/ml/model"

	"github.com/vitrine-ml/vitrine/pkg/models"
)

// program is one of the two functions that every method is made of.
type program int

const (
	outputProgram   program = iota // inputs → outputs
	gradientProgram                // inputs, classes, contrasts → outputs, gradient of the target for every attributed input
)

func (p program) name(output int) string {
	return fmt.Sprintf("explain/%s/%d", [...]string{"output", "gradient"}[p], output)
}

// build returns the graph function. Outputs come as [rows, numbers].
func (p program) build(net *models.Net, output int) models.Forward {
	return func(scope *model.Scope, in []*Node) []*Node {
		t := NewTrace(net, scope, in[:len(net.Inputs)])
		rows := in[0].Shape().Dim(0)
		result := []*Node{Reshape(t.Outputs[output], rows, -1)}
		if p == outputProgram {
			return result
		}
		scores := t.Outputs[output]
		plus, minus := in[len(net.Inputs)], in[len(net.Inputs)+1]
		width := result[0].Shape().Dim(1)
		// A class of -1 selects nothing.
		weights := Sub(OneHot(plus, width, scores.DType()), OneHot(minus, width, scores.DType()))
		var attributed []*Node
		for i, port := range net.Inputs {
			if port.Kind == models.Values && port.DType != dtypes.InvalidDType {
				attributed = append(attributed, in[i])
			}
		}
		return append(result, t.Derive(output, Reshape(weights, scores.Shape().Dimensions...), attributed...)...)
	}
}

// derive passes points through the gradient program: got takes the explained number and its gradient.
func (r *run) derive(n int, fill func(i int, to []float64) (example int), got func(i int, value float64, gradient []float64)) error {
	examples := make([]int, n)
	return r.pass(gradientProgram, n,
		func(i int, to []float64) int { examples[i] = fill(i, to); return examples[i] },
		func(i int, output, gradient []float64) { got(i, r.value(examples[i], output), gradient) })
}
