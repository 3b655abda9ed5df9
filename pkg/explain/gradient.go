package explain

import (
	"fmt"

	. "github.com/gomlx/gomlx/core/graph" //nolint:revive,staticcheck // graph functions read like the mathematics
	"github.com/gomlx/gomlx/ml/model"

	"github.com/vitrine-ml/vitrine/pkg/models"
)

// program is a function that chunks of points are passed through.
type program struct {
	name string // says all that back depends on: a net compiles a program once for its name
	// back appends to the outputs what is passed back from the target, whose weights are the outputs' shape: first an array for every
	// attributed input, then whatever else there is to know of every row. nil: outputs only.
	back     func(t *Trace, target, weights *Node, attributed, baseline []*Node) []*Node
	baseline bool // back gets the baseline of the attributed inputs too
}

var (
	outputProgram   = &program{name: "output"}
	gradientProgram = &program{name: "gradient", back: func(_ *Trace, target, weights *Node, attributed, _ []*Node) []*Node {
		return Gradient(ReduceAllSum(Mul(target, weights)), attributed...)
	}}
)

func (p *program) title(output int) string { return fmt.Sprintf("explain/%s/%d", p.name, output) }

// build returns the graph function. Outputs come as [rows, numbers].
func (p *program) build(net *models.Net, output int) models.Forward {
	return func(scope *model.Scope, in []*Node) []*Node {
		inputs, rest := in[:len(net.Inputs)], in[len(net.Inputs):]
		t := NewTrace(net, scope, inputs)
		rows := in[0].Shape().Dim(0)
		scores := t.Outputs[output]
		result := []*Node{Reshape(scores, rows, -1)}
		if p.back == nil {
			return result
		}
		plus, minus := rest[0], rest[1]
		width := result[0].Shape().Dim(1)
		// A class of -1 selects nothing.
		weights := Sub(OneHot(plus, width, scores.DType()), OneHot(minus, width, scores.DType()))
		var attributed []*Node
		for i, port := range net.Inputs {
			if port.Kind == models.Values {
				attributed = append(attributed, in[i])
			}
		}
		return append(result, p.back(t, scores, Reshape(weights, scores.Shape().Dimensions...), attributed, rest[2:])...)
	}
}

// derive passes points through the gradient program: got takes the explained number and its gradient.
func (r *run) derive(n int, fill func(i int, to []float64) (example int), got func(i int, value float64, gradient []float64)) error {
	examples := make([]int, n)
	return r.pass(gradientProgram, n,
		func(i int, to []float64) int { examples[i] = fill(i, to); return examples[i] },
		func(i int, output, gradient []float64) { got(i, r.value(examples[i], output), gradient) })
}
