package explain

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/tensors"

	"github.com/vitrine-ml/vitrine/internal/progress"
	"github.com/vitrine-ml/vitrine/pkg/models"
)

// run is one explanation in the making: the examples as flat rows of numbers, and the counters.
type run struct {
	ctx    context.Context
	method string
	net    *models.Net
	inputs []*tensors.Tensor
	target Target
	start  time.Time
	line   *progress.Line

	attributed []int       // input ports that are attributed
	places     []place     // what values are given to: those ports, or a layer
	width      int         // numbers per example in all of them
	x          [][]float64 // per example: what they hold, one after another
	layer      string      // the node that the net is cut at; "": none

	classes, minus []int    // per example, once resolved; minus is nil without a contrast
	passed         [][2]int // per example: the classes that it was passed back from
	evaluations    int
	gradients      int
}

// begin checks that the method can work on these inputs and reads them.
func begin(ctx context.Context, method string, net *models.Net, inputs []*tensors.Tensor, target Target) (*run, error) {
	r := &run{ctx: ctx, method: method, net: net, inputs: inputs, target: target, start: time.Now()}
	r.line = progress.New(method)
	n, err := net.CheckInputs(inputs)
	if err != nil {
		return nil, fmt.Errorf("explain: %w", err)
	}
	if err := net.CheckWeights(); err != nil {
		return nil, fmt.Errorf("explain: %w", err)
	}
	for _, t := range []*Target{&target, target.Minus} {
		if t != nil && (t.Output < 0 || t.Output >= len(net.Outputs)) {
			return nil, fmt.Errorf("explain: target output %d, but %s has %d", t.Output, net.Name, len(net.Outputs))
		}
	}
	if m := target.Minus; m != nil && (m.Output != target.Output || m.Minus != nil) {
		return nil, fmt.Errorf("explain: a contrast is between two classes of one output, got %v", target)
	}
	if port := net.Outputs[target.Output]; len(port.Shape) > 1 {
		return nil, fmt.Errorf("explain: output %q has shape %v; only single numbers and vectors are explained", port.Name, port.Shape)
	}
	r.x, r.passed = make([][]float64, n), make([][2]int, n)
	for i, p := range net.Inputs {
		switch p.Kind {
		case models.Mask:
			continue
		case models.IDs:
			return nil, fmt.Errorf("explain: input %q holds ids, and only inputs of numbers are attributed", p.Name)
		}
		values, err := models.Floats(inputs[i])
		if err != nil {
			return nil, fmt.Errorf("explain: input %q: %w", p.Name, err)
		}
		size := len(values) / n
		r.attributed, r.width = append(r.attributed, i), r.width+size
		r.places = append(r.places, place{p.Name, p.DType, axisNames(p.Axes, len(p.Shape)), p.Shape})
		for e := range n {
			r.x[e] = append(r.x[e], values[e*size:(e+1)*size]...)
		}
	}
	if r.width == 0 {
		return nil, fmt.Errorf("explain: %s has no input that can be attributed", net.Name)
	}
	return r, nil
}

// place is what values are given to.
type place struct {
	name  string
	dtype dtypes.DType
	axes  []string // without that of the examples
	shape []int
}

func (p place) size() int {
	n := 1
	for _, d := range p.shape {
		n *= d
	}
	return n
}

// output is the program that passes the run's points forward.
func (r *run) output() program {
	if r.layer != "" {
		return cutProgram{r.target.Output, r.layer, false}
	}
	return outputProgram{output: r.target.Output}
}

// gradient is the program that passes them back as well.
func (r *run) gradient() program {
	if r.layer != "" {
		return cutProgram{r.target.Output, r.layer, true}
	}
	return gradientProgram{output: r.target.Output}
}

// value is the explained number of an output row.
func (r *run) value(example int, output []float64) float64 {
	v := output[r.classes[example]]
	if r.minus != nil {
		v -= output[r.minus[example]]
	}
	return v
}

// resolve finds out which classes are explained, from the outputs of the examples themselves, and returns the explained numbers.
func (r *run) resolve(p program) ([]float64, error) {
	return r.once(p, func(int, []float64) {})
}

// once is resolve for a method that also needs what the program yields for the examples, which then pass through the net only once.
func (r *run) once(p program, got func(i int, rest []float64)) ([]float64, error) {
	scores := make([][]float64, len(r.x))
	err := r.pass(p, len(r.x), r.example, func(i int, output, rest []float64) {
		scores[i] = slices.Clone(output)
		got(i, rest)
	})
	if refused := (refusal{}); errors.As(err, &refused) { // if the net gives NaN, that is the news
		if wrong := r.pass(r.output(), len(r.x), r.example, func(int, []float64, []float64) {}); wrong != nil {
			err = wrong
		}
	}
	if err != nil {
		return nil, err
	}
	return r.choose(scores, p.backward())
}

// choose resolves the target on the examples' outputs; if they were passed back, it takes the largest to be what that was done from.
func (r *run) choose(scores [][]float64, passed bool) (explained []float64, err error) {
	top := func(k int) func(i int) int {
		if passed {
			return func(i int) int { return r.passed[i][k] }
		}
		return func(i int) int { return argmax(scores[i]) }
	}
	if r.classes, err = r.target.resolve(scores, top(0)); err != nil {
		return nil, err
	}
	if r.target.Minus != nil {
		if r.minus, err = r.target.Minus.resolve(scores, top(1)); err != nil {
			return nil, err
		}
	}
	explained = make([]float64, len(scores))
	for i, s := range scores {
		explained[i] = r.value(i, s)
	}
	return explained, nil
}

// example fills in an example as it is.
func (r *run) example(i int, to []float64) int {
	copy(to, r.x[i])
	return i
}
