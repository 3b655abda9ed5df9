package explain

import (
	"fmt"

	"github.com/gomlx/compute/shapes"
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
	rows() int           // how many pass at once: always the same for a program
}

// outputProgram: points → output. With a layer, that node's values too.
type outputProgram struct {
	sources []source
	output  int
	layer   string
}

func (p outputProgram) name() string {
	return fmt.Sprintf("explain/output/%s/%d/%s", named(p.sources), p.output, p.layer)
}

func (p outputProgram) build(net *models.Net) models.Forward {
	return func(scope *model.Scope, in []*Node) []*Node {
		t, _, _ := feed(net, scope, in, p.sources, p.layer != "")
		result := []*Node{flat(t.Outputs[p.output])}
		if p.layer != "" {
			result = append(result, t.Node(p.layer))
		}
		return result
	}
}

func (p outputProgram) arguments(r *run, points []point) ([]*tensors.Tensor, error) {
	return r.arguments(points, p.sources)
}

func (p outputProgram) yields(i int) string { return [...]string{"output", "value of " + p.layer}[i] }
func (outputProgram) backward() bool        { return false }
func (outputProgram) rows() int             { return models.Chunk }

// gradientProgram: points, classes, contrasts → output, gradient of the target for every source. With a layer: output, that node's values,
// gradient for it.
type gradientProgram outputProgram

func (p gradientProgram) name() string {
	return fmt.Sprintf("explain/gradient/%s/%d/%s", named(p.sources), p.output, p.layer)
}

func (p gradientProgram) build(net *models.Net) models.Forward {
	return func(scope *model.Scope, in []*Node) []*Node {
		t, of, classes := feed(net, scope, in, p.sources, p.layer != "")
		out := t.Outputs[p.output]
		plus, minus := chosen(out, classes[0]), chosen(out, classes[1])
		result := []*Node{withClasses(out, plus, minus)}
		if p.layer != "" {
			of = []*Node{t.Node(p.layer)}
			result = append(result, of...)
		}
		return append(result, t.Derive(p.output, classWeights(out, plus, minus), of...)...)
	}
}

func (p gradientProgram) arguments(r *run, points []point) ([]*tensors.Tensor, error) {
	args, err := r.arguments(points, p.sources)
	return append(args, r.classesOf(points)...), err
}

func (p gradientProgram) yields(i int) string {
	switch {
	case i == 0:
		return "output"
	case p.layer == "" && p.sources[i-1].node == "":
		return "gradient"
	case p.layer == "":
		return "gradient at " + p.sources[i-1].node
	case i == 1:
		return "value of " + p.layer
	}
	return "gradient at " + p.layer
}
func (gradientProgram) backward() bool { return true }
func (gradientProgram) rows() int      { return models.Chunk }

// flat is an output as [rows, numbers].
func flat(output *Node) *Node { return Reshape(output, output.Shape().Dim(0), -1) }

// classWeights select for every row the class plus, with the contrast's sign the class minus; a class of −1 selects nothing.
func classWeights(output, plus, minus *Node) *Node {
	width := flat(output).Shape().Dim(1)
	return Reshape(Sub(OneHot(plus, width, output.DType()), OneHot(minus, width, output.DType())), output.Shape().Dimensions...)
}

// largest, less a position, in place of a class is that of the largest number there: it is found on the way, so that the examples need not pass twice.
const largest = -2

// chosen is where the rows' classes are in the output, found where they are to be the largest at a position: [rows, positions, numbers].
func chosen(output, classes *Node) *Node {
	rows := output.Shape().Dim(0)
	if output.Rank() < 3 {
		output = Reshape(output, rows, 1, -1)
	}
	g, positions, dtype := output.Graph(), output.Shape().Dim(1), classes.DType()
	starts := MulScalar(Iota(g, shapes.Make(dtype, rows, positions), 1), output.Shape().Dim(2))
	tops := Add(ArgMax(output, -1, dtype), starts)
	asked := Sub(Scalar(g, dtype, largest), classes) // the position, if it is not negative
	top := ReduceSum(Mul(tops, OneHot(asked, positions, dtype)), -1)
	return Where(LessOrEqual(classes, Scalar(g, dtype, largest)), top, classes)
}

// withClasses is an output as [rows, numbers] with each row's classes behind it: they are handed out, as a maximum that is looked for again
// in numbers of other rounding may be another.
func withClasses(output, plus, minus *Node) *Node {
	column := func(classes *Node) *Node { return InsertAxes(ConvertDType(classes, output.DType()), -1) }
	return Concatenate([]*Node{flat(output), column(plus), column(minus)}, -1)
}
