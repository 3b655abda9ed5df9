package models

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	. "github.com/gomlx/gomlx/core/graph" //nolint:revive,staticcheck // graph functions read like the mathematics
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"

	"github.com/vitrine-ml/vitrine/internal/backend"
)

// maxFile is the size from which on a file is not read: Protocol Buffers end there.
const maxFile = 1 << 31

// maxExample is how many numbers an example may have.
const maxExample = 1 << 24

// ONNXOptions say what a file does not. The zero value takes from it what it can.
type ONNXOptions struct {
	// Output is the name of the graph's output that is the net's; "": the first that holds floating-point numbers. Of a classifier of
	// scikit-learn those are the probabilities.
	Output string
	// Kind is what the output's numbers are; "": Probabilities if a softmax or a sigmoid makes them or they are called so, Values if there is
	// one number an example or a regression makes them, else Logits.
	Kind Kind
	// Classes names the output's classes; nil: as the file does, which most do not.
	Classes []string
	// InputKinds are the kinds of inputs by their names; else whole numbers are IDs, booleans a Mask and all others Values.
	InputKinds map[string]Kind
	// Shapes are the shapes of one example by the names of inputs: for those that have free axes besides the examples'.
	Shapes map[string][]int
}

// FromONNX makes a net of an ONNX file, as PyTorch (both exporters), skl2onnx and others write them: see [ONNX] for what is supported. The
// first axis of every input holds the examples. Inputs keep the file's shapes; one of three axes is called channel, height, width.
//
// Where the file fixes the number of examples, the graph is made for any number, and is checked to give the same; if it does not, that is an
// error. Nothing in a file is executed, and none is opened but it and, for external data, those beside it.
func FromONNX(path string, options ...ONNXOptions) (n *Net, err error) {
	defer func() {
		if err != nil {
			n, err = nil, fmt.Errorf("models: %s: %w", path, err)
		}
	}()
	var o ONNXOptions
	if len(options) > 0 {
		o = options[0]
	}
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() || info.Size() >= maxFile {
		return nil, fmt.Errorf("want a file of less than 2 GiB, this has %d bytes", info.Size())
	}
	file, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	title := strings.TrimSuffix(filepath.Base(path), ".onnx")
	return fromONNX(title, file, filepath.Dir(path), o)
}

// fromONNX makes the net of a file's bytes; external data lies in dir ("": there may be none).
func fromONNX(title string, file []byte, dir string, o ONNXOptions) (n *Net, err error) {
	defer recovered(&err)
	m, err := parseONNX(file)
	if err != nil {
		return nil, err
	}
	a := ONNX{Title: title, Output: o.Output}
	if a.Output == "" {
		if a.Output, err = m.firstFloats(); err != nil {
			return nil, err
		}
	}
	inputs, err := m.inputPorts(o)
	if err != nil {
		return nil, err
	}
	l, err := lowered(m, a.Output)
	if err != nil {
		return nil, err
	}
	weights := map[string]*tensors.Tensor{}
	weight := map[string]bool{}
	for name, variable := range l.variables {
		if weights["/"+variable], err = m.weights[name].value(dir); err != nil {
			return nil, err
		}
		weight[name] = true
	}
	if a.Graph, err = withoutWeights(file, weight); err != nil {
		return nil, err
	}
	output, err := l.outputPort(a, inputs, o)
	if err != nil {
		return nil, err
	}
	if n, err = New(a, inputs, []Port{output}, 0); err != nil {
		return nil, err
	}
	all, err := n.Weights()
	if err != nil {
		return nil, err
	}
	for name, value := range all {
		if weights[name] != nil {
			all[name] = weights[name]
		} else if all[name], err = detached(value); err != nil { // a variable ends the tensor that it had
			return nil, err
		}
	}
	if err := n.SetWeights(all); err != nil {
		return nil, err
	}
	if l.batch > 0 {
		if err := n.checkBatch(l.batch); err != nil {
			return nil, err
		}
	}
	return n, nil
}

// ONNX is the architecture of an ONNX graph: one output of its nodes. [FromONNX] makes it.
//
// Its operations are lowered to those of GoMLX one by one; onnxOperations lists them: what feed-forward, convolutional and recurrent nets
// and Transformers are made of, and scikit-learn's linear models and perceptrons. A pooling's gradient is divided among equal largest
// values; ReLU has none at 0; recurrent layers are spelled out step by step.
type ONNX struct {
	Title  string // its name in records
	Graph  []byte // the file's ModelProto, with the shapes of its weights in their place
	Output string // the name of the value in the graph that the net gives
}

// Name implements Architecture.
func (a ONNX) Name() string {
	if a.Title == "" {
		return "ONNX"
	}
	return a.Title
}

// Forward implements Architecture: the inputs of the graph, in its order, and one output.
func (a ONNX) Forward(inputs, outputs []Port) (Forward, error) {
	m, err := parseONNX(a.Graph)
	if err != nil {
		return nil, err
	}
	if len(inputs) != len(m.ports()) || len(outputs) != 1 {
		return nil, fmt.Errorf("has %d inputs and one output, got ports for %d and %d", len(m.ports()), len(inputs), len(outputs))
	}
	l, err := lowered(m, a.Output)
	if err != nil {
		return nil, err
	}
	if err := l.asFixed(inputs); err != nil {
		return nil, err
	}
	return func(scope *model.Scope, in []*Node) []*Node { return []*Node{l.build(scope, in)} }, nil
}

// ports are the inputs that have no initial value.
func (m *onnxModel) ports() (ports []onnxPort) {
	for _, p := range m.inputs {
		if m.weights[p.name] == nil {
			ports = append(ports, p)
		}
	}
	return ports
}

// firstFloats is the first output of floating-point numbers: of ZipMap, which makes dictionaries of them, its input.
func (m *onnxModel) firstFloats() (string, error) {
	for _, p := range m.outputs {
		for _, n := range m.nodes {
			if n.op == "ZipMap" && slices.Contains(n.outputs, p.name) && len(n.inputs) > 0 {
				return n.inputs[0], nil
			}
		}
		if onnxTypes[p.dtype].IsFloat() {
			return p.name, nil
		}
	}
	return "", errors.New("no output of its graph holds floating-point numbers: nothing to explain")
}

func (m *onnxModel) inputPorts(o ONNXOptions) (ports []Port, err error) {
	if len(m.ports()) == 0 {
		return nil, errors.New("its graph has no inputs")
	}
	for _, in := range m.ports() {
		dtype, ok := onnxTypes[in.dtype]
		if !ok {
			return nil, fmt.Errorf("the input %q holds ONNX's type %d, which is not read", in.name, in.dtype)
		}
		p := Port{Name: in.name, DType: dtype, Kind: Values, Shape: o.Shapes[in.name]}
		switch {
		case o.InputKinds[in.name] != "":
			p.Kind = o.InputKinds[in.name]
		case dtype.IsInt():
			p.Kind = IDs
		case !dtype.IsFloat():
			p.Kind = Mask
		}
		if p.Shape == nil {
			if len(in.dims) == 0 {
				return nil, fmt.Errorf("the input %q is a scalar: it has no axis of examples", in.name)
			}
			p.Shape = slices.Clone(in.dims[1:])
			if at := slices.Index(p.Shape, -1); at >= 0 {
				return nil, fmt.Errorf("the input %q has a free length, axis %d: say the shape of one example in ONNXOptions.Shapes", in.name, at+1)
			}
		}
		size := 1
		for _, d := range p.Shape {
			if d <= 0 || d > maxExample || size*d > maxExample {
				return nil, fmt.Errorf("the input %q has the shape %v: every length must be positive, and an example has at most %d numbers", in.name, p.Shape, maxExample)
			}
			size *= d
		}
		if len(p.Shape) == 3 && p.Kind == Values {
			p.Axes = []string{"channel", "height", "width"}
		}
		ports = append(ports, p)
	}
	return ports, nil
}

// outputPort traces the graph for the output's shape.
func (l *lowering) outputPort(a ONNX, inputs []Port, o ONNXOptions) (p Port, err error) {
	p = Port{Name: a.Output, Kind: o.Kind, Classes: o.Classes}
	forward, err := a.Forward(inputs, []Port{p})
	if err != nil {
		return p, err
	}
	host, err := backend.Host()
	if err != nil {
		return p, err
	}
	y := traceOf(host, forward, inputs, traceRows)
	if y.Shape().Dim(0) != traceRows || !y.DType().IsFloat() {
		return p, fmt.Errorf("the output %q is %s for %d examples: its first axis should be theirs, of floating-point numbers", a.Output, y.Shape(), traceRows)
	}
	p.Shape, p.DType = slices.Clone(y.Shape().Dimensions[1:]), y.DType()
	for _, d := range p.Shape {
		if d <= 0 {
			return p, fmt.Errorf("the output %q has the shape %v", a.Output, p.Shape)
		}
	}
	classes := p.Shape[len(p.Shape)-1]
	if p.Kind == "" {
		p.Kind = l.kind(a.Output, classes)
	}
	if p.Classes == nil && p.Kind != Values {
		p.Classes = l.classes(classes)
	}
	if p.Classes != nil && len(p.Classes) != classes {
		return p, fmt.Errorf("the output %q has %d classes, %d names are given", a.Output, classes, len(p.Classes))
	}
	return p, nil
}

func (l *lowering) kind(output string, classes int) Kind {
	if classes == 1 {
		return Values
	}
	for _, n := range l.model.nodes {
		if slices.Contains(n.outputs, output) && slices.Contains([]string{"Softmax", "Sigmoid", "Normalizer"}, n.op) {
			return Probabilities
		}
		if n.op == "ZipMap" && slices.Contains(n.inputs, output) {
			return Probabilities
		}
		if n.op == "LinearRegressor" && slices.Contains(n.outputs, output) {
			return Values
		}
	}
	if strings.Contains(strings.ToLower(output), "probabilit") {
		return Probabilities
	}
	return Logits
}

// classes are the names that scikit-learn's classifiers keep.
func (l *lowering) classes(count int) (names []string) {
	for _, n := range l.model.nodes {
		for _, key := range []string{"classlabels_strings", "classlabels_int64s", "classlabels_ints"} {
			if a := n.attributes[key]; n.domain == "ai.onnx.ml" && len(a.strings)+len(a.ints) == count {
				names = slices.Clone(a.strings)
				for _, i := range a.ints {
					names = append(names, fmt.Sprint(i))
				}
				return names
			}
		}
	}
	return nil
}
