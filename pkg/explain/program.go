package explain

import (
	"fmt"

	. "github.com/gomlx/gomlx/core/graph" //nolint:revive,staticcheck // graph functions read like the mathematics
	"github.com/gomlx/gomlx/core/tensors"

	"github.com/gomlx/gomlx/ml/model"

	"github.com/vitrine-ml/vitrine/pkg/models"
)

// program is one of the functions that methods are made of. It takes a chunk of points and returns the target's output as [rows, numbers]
// and, behind it, what else the program yields.
type program interface {
	name() string                         // says all that build depends on: it is compiled once for a name
	build(net *models.Net) models.Forward // the graph function
	arguments(r *run, points []point) ([]*tensors.Tensor, error)
	yields(i int) string // what the i-th result is, for errors: "gradient"
	backward() bool      // rows are passed back too
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
		result := []*Node{flat(out)}
		if p.layer != "" {
			of = []*Node{t.Node(p.layer)}
			result = append(result, of...)
		}
		return append(result, t.Derive(p.output, classWeights(out, classes[0], classes[1]), of...)...)
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

// flat is an output as [rows, numbers].
func flat(output *Node) *Node { return Reshape(output, output.Shape().Dim(0), -1) }

// classWeights select for every row the class plus, with the contrast's sign the class minus; a class of −1 selects nothing.
func classWeights(output, plus, minus *Node) *Node {
	width := flat(output).Shape().Dim(1)
	return Reshape(Sub(OneHot(plus, width, output.DType()), OneHot(minus, width, output.DType())), output.Shape().Dimensions...)
}
