package explain

import (
	"fmt"

	. "github.com/gomlx/gomlx/core/graph" //nolint:revive,staticcheck // graph functions read like the mathematics
	"github.com/gomlx/gomlx/core/tensors"

	"github.com/gomlx/gomlx/ml/model"

	"github.com/vitrine-ml/vitrine/pkg/models"
)

// program is one of the functions that methods are made of. It takes a chunk of points and returns the target's output as [rows, numbers]
// and, behind it, what else the program yields. One that passes back appends to every row of the output the classes that it passed back from.
type program interface {
	name() string                         // says all that build depends on: it is compiled once for a name
	build(net *models.Net) models.Forward // the graph function
	arguments(r *run, points []point) ([]*tensors.Tensor, error)
	yields(i int) string // what the i-th result is, for errors: "gradient"
	backward() bool      // rows are passed back too
}

// outputProgram: inputs → output. With a layer, that node's values too.
type outputProgram struct {
	output int
	layer  string
}

func (p outputProgram) name() string { return fmt.Sprintf("explain/output/%d/%s", p.output, p.layer) }

func (p outputProgram) build(net *models.Net) models.Forward {
	return func(scope *model.Scope, in []*Node) []*Node {
		t := NewTrace(net, scope, in)
		result := []*Node{flat(t.Outputs[p.output])}
		if p.layer != "" {
			result = append(result, t.Node(p.layer))
		}
		return result
	}
}

func (outputProgram) arguments(r *run, points []point) ([]*tensors.Tensor, error) {
	return r.inputsOf(points)
}

func (p outputProgram) yields(i int) string { return [...]string{"output", "value of " + p.layer}[i] }
func (outputProgram) backward() bool        { return false }

// gradientProgram: inputs, classes, contrasts → output, gradient of the target for every attributed input. With a layer: output, that
// node's values, gradient for it.
type gradientProgram outputProgram

func (p gradientProgram) name() string {
	return fmt.Sprintf("explain/gradient/%d/%s", p.output, p.layer)
}

func (p gradientProgram) build(net *models.Net) models.Forward {
	return func(scope *model.Scope, in []*Node) []*Node {
		n := len(net.Inputs)
		t := NewTrace(net, scope, in[:n])
		out := t.Outputs[p.output]
		plus, minus := chosen(out, in[n]), chosen(out, in[n+1])
		result := []*Node{withClasses(out, plus, minus)}
		var of []*Node
		if p.layer != "" {
			of = []*Node{t.Node(p.layer)}
			result = append(result, of...)
		} else {
			for i, port := range net.Inputs {
				if port.Kind == models.Values {
					of = append(of, in[i])
				}
			}
		}
		return append(result, t.Derive(p.output, classWeights(out, plus, minus), of...)...)
	}
}

func (gradientProgram) arguments(r *run, points []point) ([]*tensors.Tensor, error) {
	args, err := r.inputsOf(points)
	return append(args, r.classesOf(points)...), err
}

func (p gradientProgram) yields(i int) string {
	switch {
	case i == 0:
		return "output"
	case p.layer == "":
		return "gradient"
	case i == 1:
		return "value of " + p.layer
	}
	return "gradient at " + p.layer
}
func (gradientProgram) backward() bool { return true }

// cutProgram begins in the middle: inputs, values of a layer, classes, contrasts → output and, with gradient, that of the target for
// the layer. The layer holds what it is given, and what goes around it is computed from the inputs.
type cutProgram struct {
	output   int
	layer    string
	gradient bool
}

func (p cutProgram) name() string {
	return fmt.Sprintf("explain/cut/%d/%t/%s", p.output, p.gradient, p.layer)
}

func (p cutProgram) build(net *models.Net) models.Forward {
	return func(scope *model.Scope, in []*Node) []*Node {
		n := len(net.Inputs)
		t := NewTrace(net, scope, in[:n])
		t = t.Replay(map[*Node]*Node{t.Node(p.layer): in[n]})
		out := t.Outputs[p.output]
		if !p.gradient {
			return []*Node{flat(out)}
		}
		plus, minus := chosen(out, in[n+1]), chosen(out, in[n+2])
		return append([]*Node{withClasses(out, plus, minus)}, t.Derive(p.output, classWeights(out, plus, minus), in[n])...)
	}
}

func (p cutProgram) arguments(r *run, points []point) (args []*tensors.Tensor, err error) {
	for _, t := range r.inputs {
		rows, err := gather(t, points)
		if err != nil {
			return nil, err
		}
		args = append(args, rows)
	}
	values, err := pack(r.places[0].dtype, r.places[0].shape, points, 0)
	args = append(args, values)
	if p.gradient {
		args = append(args, r.classesOf(points)...)
	}
	return args, err
}

func (p cutProgram) yields(i int) string { return [...]string{"output", "gradient at " + p.layer}[i] }
func (p cutProgram) backward() bool      { return p.gradient }

// flat is an output as [rows, numbers].
func flat(output *Node) *Node { return Reshape(output, output.Shape().Dim(0), -1) }

// classWeights select for every row the class plus, with the contrast's sign the class minus; a class of −1 selects nothing.
func classWeights(output, plus, minus *Node) *Node {
	width := flat(output).Shape().Dim(1)
	return Reshape(Sub(OneHot(plus, width, output.DType()), OneHot(minus, width, output.DType())), output.Shape().Dimensions...)
}

// largest in place of a class is that of a row's largest number: it is found on the way, so that the examples need not pass twice.
const largest = -2

// chosen are the rows' classes, found where they are to be the largest.
func chosen(output, classes *Node) *Node {
	top := ArgMax(flat(output), -1, classes.DType())
	return Where(Equal(classes, Scalar(output.Graph(), classes.DType(), largest)), top, classes)
}

// withClasses is an output as [rows, numbers] with each row's classes behind it: they are handed out, as a maximum that is looked for again
// in numbers of other rounding may be another.
func withClasses(output, plus, minus *Node) *Node {
	column := func(classes *Node) *Node { return InsertAxes(ConvertDType(classes, output.DType()), -1) }
	return Concatenate([]*Node{flat(output), column(plus), column(minus)}, -1)
}
