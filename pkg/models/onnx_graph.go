package models

import (
	"fmt"
	"strings"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive,staticcheck // graph functions read like the mathematics
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/model/initializer"

	"github.com/vitrine-ml/vitrine/internal/backend"
)

// onnxValue is what goes along an edge of an ONNX graph. Numbers that depend on neither inputs nor weights, lengths of axes above all, are
// known while the graph is built.
type onnxValue struct {
	node  *Node
	known *tensors.Tensor
}

// onnxCall is a node of the ONNX graph with what came to it.
type onnxCall struct {
	*onnxNode
	g         *Graph
	in        []onnxValue
	opset     int64
	rows      int   // examples in this graph
	batch     int   // examples that the file's graph is fixed to; 0: any number
	fileShape []int // of the first input in a graph of batch examples, if the batch is fixed
}

// lowering builds the GoMLX graph of an ONNX graph.
type lowering struct {
	model      *onnxModel
	needed     []*onnxNode // in the order of the file
	names      map[*onnxNode]string
	variables  map[string]string // the weights: the name of each one's variable
	statistics map[string]bool   // weights that training leaves alone
	output     string
	batch      int
	fileShapes map[*onnxNode][]int
}

// build is the graph function.
func (l *lowering) build(scope *model.Scope, inputs []*Node) *Node {
	g := inputs[0].Graph()
	values := map[string]onnxValue{}
	for i, p := range l.model.ports() {
		values[p.name] = onnxValue{node: inputs[i]}
	}
	for _, n := range l.needed {
		c := &onnxCall{onnxNode: n, g: g, opset: l.model.opset, rows: inputs[0].Shape().Dim(0), batch: l.batch, fileShape: l.fileShapes[n]}
		for _, name := range n.inputs {
			v, ok := values[name]
			if w := l.model.weights[name]; !ok && w != nil {
				v, ok = l.weight(scope, g, w), true
				values[name] = v
			}
			if !ok && name != "" {
				panic(fmt.Errorf("%s takes %q, which nothing before it makes: the nodes of an ONNX file must be in the order of computation", n, name))
			}
			c.in = append(c.in, v)
		}
		outs := c.lower()
		if l.fileShapes != nil && l.fileShapes[n] == nil && c.rows == l.batch && len(c.in) > 0 && c.in[0].node != nil {
			l.fileShapes[n] = c.in[0].node.Shape().Dimensions
		}
		for i, out := range outs {
			if i >= len(n.outputs) {
				break
			}
			if out.node != nil && i == 0 && len(out.node.Inputs()) > 0 && out.node.GetAlias() == "" && l.names[n] != "" {
				out.node.WithAlias(l.names[n])
			}
			values[n.outputs[i]] = out
		}
	}
	v := values[l.output]
	if v.node == nil {
		panic(fmt.Errorf("the output %q depends on no input", l.output))
	}
	if v.node.Rank() == 1 {
		v.node = InsertAxes(v.node, -1)
	}
	return v.node
}

// weight is a variable, or a constant if it is no weight.
func (l *lowering) weight(scope *model.Scope, g *Graph, t *onnxTensor) onnxValue {
	name, ok := l.variables[t.name]
	if !ok {
		known, err := t.value("")
		if err != nil {
			panic(err)
		}
		return onnxValue{known: known}
	}
	shape, err := t.shape()
	if err != nil {
		panic(err)
	}
	v := scope.WithInitializer(initializer.Zero).VariableWithShape(name, shape)
	if l.statistics[t.name] {
		v.SetTrainable(false)
	}
	return onnxValue{node: v.NodeValue(g)}
}

// String names the node as errors do.
func (n *onnxNode) String() string {
	name := n.name
	if name == "" && len(n.outputs) > 0 {
		name = n.outputs[0]
	}
	return fmt.Sprintf("node %q (%s)", name, n.operation())
}

// operation is the node's type, with its domain if that is not ONNX's own.
func (n *onnxNode) operation() string {
	if n.domain == "" || n.domain == "ai.onnx" {
		return n.op
	}
	return n.domain + "." + n.op
}

// lower builds the node's operation. What is known is computed at once, on the host.
func (c *onnxCall) lower() (out []onnxValue) {
	defer func() {
		if r := recover(); r != nil {
			text := fmt.Sprint(r)
			if !strings.HasPrefix(text, "node ") {
				text = c.String() + ": " + text
			}
			panic(fmt.Errorf("%s", text))
		}
	}()
	switch c.operation() {
	case "Shape":
		d := c.dims(0)
		d = d[within0(c.int("start", 0), len(d)):within0(c.int("end", len(d)), len(d))]
		v := make([]int64, len(d))
		for i := range d {
			v[i] = int64(d[i])
		}
		return []onnxValue{{known: tensors.FromFlatDataAndDimensions(v, len(v))}}
	case "Constant":
		return []onnxValue{{known: c.constant()}}
	}
	op := onnxOperations[c.operation()]
	if op == nil {
		panic(fmt.Errorf("%s: the operation is not supported", c))
	}
	for _, v := range c.in {
		if v.node != nil {
			for _, n := range op(c) {
				if n != nil && n.Shape().Size() > maxNumbers {
					panic(fmt.Errorf("the result %s is too large", n.Shape()))
				}
				out = append(out, onnxValue{node: n})
			}
			return out
		}
	}
	if c.op == "Slice" && len(c.dims(0)) == 1 { // of a list of lengths; it may leave none, which no graph can hold
		starts, ends := c.listed("starts", 1), c.listed("ends", 2)
		if n := c.dims(0)[0]; len(starts) == 1 && len(ends) == 1 && within0(starts[0], n) >= within0(ends[0], n) && (!c.has(4) || c.whole(4)[0] > 0) {
			return []onnxValue{{known: tensors.FromShape(shapes.Make(c.in[0].known.DType(), 0))}}
		}
	}
	return c.fold(op)
}

// fold computes the operation of known numbers.
func (c *onnxCall) fold(op func(*onnxCall) []*Node) (out []onnxValue) {
	host, err := backend.Host()
	if err != nil {
		panic(err)
	}
	inner := *c
	exec, err := NewExec(host, func(g *Graph) []*Node {
		inner.g = g
		nodes := op(&inner)
		for _, n := range nodes {
			if n.Shape().Size() > maxNumbers/16 {
				panic(fmt.Errorf("the result %s is too large", n.Shape()))
			}
		}
		return nodes
	})
	if err != nil {
		panic(err)
	}
	defer exec.Finalize()
	results, err := exec.Call()
	if err != nil {
		panic(err)
	}
	for _, t := range results {
		t, err := detached(t)
		if err != nil {
			panic(err)
		}
		out = append(out, onnxValue{known: t})
	}
	return out
}

func within0(v, n int) int {
	if v < 0 {
		v += n
	}
	return min(max(v, 0), n)
}

// has says whether input i is there.
func (c *onnxCall) has(i int) bool {
	return i < len(c.in) && (c.in[i].node != nil || c.in[i].known != nil)
}

// x is input i as a node.
func (c *onnxCall) x(i int) *Node {
	if !c.has(i) {
		panic(fmt.Errorf("%s has no input %d", c, i))
	}
	if c.in[i].node != nil {
		return c.in[i].node
	}
	return ConstTensor(c.g, c.in[i].known)
}

func (c *onnxCall) dims(i int) []int {
	if !c.has(i) {
		panic(fmt.Errorf("%s has no input %d", c, i))
	}
	if c.in[i].node != nil {
		return c.in[i].node.Shape().Dimensions
	}
	return c.in[i].known.Shape().Dimensions
}

// known is input i, which must depend on no input of the graph.
func (c *onnxCall) known(i int) *tensors.Tensor {
	if !c.has(i) || c.in[i].known == nil {
		panic(fmt.Errorf("%s: its input %d depends on the net's inputs or weights; only a constant is supported there", c, i))
	}
	return c.in[i].known
}

// whole are the whole numbers of input i.
func (c *onnxCall) whole(i int) []int {
	v, err := Ints(c.known(i))
	if err != nil {
		panic(err)
	}
	return v
}

// number is the one number of input i.
func (c *onnxCall) number(i int) float64 {
	t := c.known(i)
	if t.Size() != 1 {
		panic(fmt.Errorf("%s: its input %d should be one number, it is %s", c, i, t.Shape()))
	}
	if !t.DType().IsFloat() {
		return float64(c.whole(i)[0])
	}
	v, err := Floats(t)
	if err != nil {
		panic(err)
	}
	return v[0]
}

func (c *onnxCall) int(name string, otherwise int) int {
	if a, ok := c.attributes[name]; ok {
		return int(a.i)
	}
	return otherwise
}

func (c *onnxCall) float(name string, otherwise float64) float64 {
	if a, ok := c.attributes[name]; ok {
		return float64(a.f)
	}
	return otherwise
}

func (c *onnxCall) text(name, otherwise string) string {
	if a, ok := c.attributes[name]; ok {
		return a.s
	}
	return otherwise
}

// ints are the whole numbers of an attribute; nil if there is none.
func (c *onnxCall) ints(name string) (v []int) {
	for _, i := range c.attributes[name].ints {
		v = append(v, int(i))
	}
	return v
}

// listed are the whole numbers of an attribute or, in newer versions of the operation, of input i.
func (c *onnxCall) listed(name string, i int) []int {
	if c.has(i) {
		return c.whole(i)
	}
	return c.ints(name)
}

// axis is an axis of rank, counted from the end if negative.
func (c *onnxCall) axis(v, rank int) int {
	if v < -rank || v >= rank {
		panic(fmt.Errorf("%s: axis %d of %d", c, v, rank))
	}
	if v < 0 {
		v += rank
	}
	return v
}

func (c *onnxCall) axes(v []int, rank int) []int {
	out := make([]int, len(v))
	for i := range v {
		out[i] = c.axis(v[i], rank)
	}
	return out
}

func (c *onnxCall) constant() *tensors.Tensor {
	if a, ok := c.attributes["value"]; ok && a.t != nil {
		t, err := a.t.value("")
		if err != nil {
			panic(err)
		}
		return t
	}
	if a, ok := c.attributes["value_float"]; ok {
		return tensors.FromValue(a.f)
	}
	if a, ok := c.attributes["value_int"]; ok {
		return tensors.FromValue(a.i)
	}
	if a, ok := c.attributes["value_floats"]; ok {
		return tensors.FromFlatDataAndDimensions(a.floats, len(a.floats))
	}
	if a, ok := c.attributes["value_ints"]; ok {
		return tensors.FromFlatDataAndDimensions(a.ints, len(a.ints))
	}
	panic(fmt.Errorf("%s holds no numbers", c))
}

// dtype is a type of numbers by ONNX's number for it.
func (c *onnxCall) dtype(v int) dtypes.DType {
	t, ok := onnxTypes[int64(v)]
	if !ok {
		panic(fmt.Errorf("%s: numbers of ONNX's type %d are not supported", c, v))
	}
	return t
}
