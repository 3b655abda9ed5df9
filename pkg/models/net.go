// Package models holds neural networks as GoMLX graph functions: the architectures, and [Net], a function with its variables and the
// backend that computes it. Nothing is registered or wrapped: whatever the function builds is what is trained, explained and saved.
package models

import (
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"

	"github.com/vitrine-ml/vitrine/internal/backend"
)

// Kind says what the numbers of a port are.
type Kind string

// The kinds of port.
const (
	Values        Kind = "values"        // numbers that can be attributed; as an output: a regression
	IDs           Kind = "ids"           // indices into a table, attributed where they are looked up; 0 is padding
	Mask          Kind = "mask"          // which positions count; never attributed
	Logits        Kind = "logits"        // an output before softmax, one number a class
	Probabilities Kind = "probabilities" // an output after softmax
)

// dtype is the type of a port's numbers where it states none.
func (k Kind) dtype() dtypes.DType {
	switch k {
	case IDs:
		return dtypes.Int32
	case Mask:
		return dtypes.Bool
	}
	return dtypes.Float32
}

// Port is an input or output of a net.
type Port struct {
	Name    string
	DType   dtypes.DType // zero: Int32 for IDs, Bool for a Mask, Float32 for all others
	Shape   []int        // of one example, without the example axis
	Axes    []string     // a name for each axis of Shape; nil names them by number
	Kind    Kind         // "": Values
	Classes []string     // of Logits and Probabilities: one name a class; of IDs: what each id stands for, the first being padding

	Features []string // of Values: names for the places of the last axis; nil: none
}

// Forward builds a net's graph: the inputs have the example axis first, and so have the outputs. It may panic, as graph functions do.
// It is called with the training flag of the scope's store set while training (dropout) and unset otherwise.
type Forward = func(scope *model.Scope, inputs []*graph.Node) []*graph.Node

// Net is a network: typed ports, a graph function, the variables that it reads and the backend that it runs on.
// It is safe for concurrent use, but for changing its variables while it computes.
type Net struct {
	Name    string
	Inputs  []Port
	Outputs []Port
	Forward Forward

	// Metadata are texts that go into the net's file and come back from it: under "preparation", how a raw example becomes its inputs
	// (package train puts that there, package pipeline reads it). nil: none.
	Metadata map[string]string

	architecture Architecture // with the seed: what the net is made of, for its file
	seed         uint64

	store   *model.Store
	backend compute.Backend // opened when first needed: a cell that only loads results needs none

	mu       sync.Mutex
	programs map[string]*model.Exec
	hash     string // of the graph
}

// Architecture is what can become a net once the task's ports are known.
type Architecture interface {
	// Name is short and stands in records: "CNN".
	Name() string
	// Forward returns the graph function for these ports, or an error that says why they do not fit.
	Forward(inputs, outputs []Port) (Forward, error)
}

// New makes a net of an architecture for a task and initialises its variables from the seed: the same seed gives the same bits.
func New(a Architecture, inputs, outputs []Port, seed uint64) (*Net, error) {
	if len(inputs) == 0 || len(outputs) == 0 {
		return nil, fmt.Errorf("models: %s needs at least one input and one output port, got %d and %d", a.Name(), len(inputs), len(outputs))
	}
	n := &Net{Name: a.Name(), Inputs: slices.Clone(inputs), Outputs: slices.Clone(outputs), architecture: a, seed: seed, programs: map[string]*model.Exec{}}
	for i := range n.Inputs {
		p := &n.Inputs[i]
		if p.Kind == "" {
			p.Kind = Values
		}
		if p.DType == dtypes.InvalidDType {
			p.DType = p.Kind.dtype()
		}
		if p.Kind == IDs && !p.DType.IsInt() {
			return nil, fmt.Errorf("models: input %q of %s holds ids, so its type must be one of whole numbers, not %s", p.Name, n.Name, p.DType)
		}
		if slices.ContainsFunc(p.Shape, func(d int) bool { return d <= 0 }) {
			return nil, fmt.Errorf("models: input %q of %s has shape %v, every length must be positive", p.Name, n.Name, p.Shape)
		}
		if p.Axes != nil && len(p.Axes) != len(p.Shape) {
			return nil, fmt.Errorf("models: input %q of %s names %d axes, its shape has %d", p.Name, n.Name, len(p.Axes), len(p.Shape))
		}
		if p.Features != nil && (len(p.Shape) == 0 || len(p.Features) != p.Shape[len(p.Shape)-1]) {
			return nil, fmt.Errorf("models: input %q of %s, of shape %v, names %d features: want one for each place of the last axis", p.Name, n.Name, p.Shape, len(p.Features))
		}
	}
	forward, err := a.Forward(n.Inputs, n.Outputs)
	if err != nil {
		return nil, fmt.Errorf("models: %s: %w", a.Name(), err)
	}
	n.Forward = forward
	if err := n.initialise(seed); err != nil {
		return nil, fmt.Errorf("models: %s: %w", a.Name(), err)
	}
	return n, nil
}

// Store holds the net's variables.
func (n *Net) Store() *model.Store { return n.store }

// Backend is what the net is computed by.
func (n *Net) Backend() (compute.Backend, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.open()
}

func (n *Net) open() (compute.Backend, error) {
	if n.backend == nil {
		b, err := backend.Open()
		if err != nil {
			return nil, err
		}
		n.backend = b
	}
	return n.backend, nil
}

// On moves the net to another backend and returns it.
func (n *Net) On(b compute.Backend) *Net {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.backend = b
	n.programs = map[string]*model.Exec{}
	return n
}

// Run computes a graph function of the net's variables and of args. It is compiled once for every name and shapes of args, so the name
// must say all that build depends on.
func (n *Net) Run(name string, build Forward, args ...*tensors.Tensor) (out []*tensors.Tensor, err error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	defer recovered(&err)
	b, err := n.open()
	if err != nil {
		return nil, err
	}
	program := n.programs[name]
	if program == nil {
		if program, err = model.NewExec(b, n.store, build); err != nil {
			return nil, fmt.Errorf("models: %s: %w", n.Name, err)
		}
		n.programs[name] = program
	}
	in := make([]any, len(args))
	for i, a := range args {
		in[i] = a
	}
	if out, err = program.Call(in...); err != nil {
		return nil, fmt.Errorf("models: %s: %s: %w", n.Name, name, err)
	}
	return out, nil
}

// Forget drops the programs of that name, so that Run builds anew: for a program whose variables are gone, as after training.
func (n *Net) Forget(name string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if program := n.programs[name]; program != nil {
		program.Finalize()
		delete(n.programs, name)
	}
}

// apply is Forward with its results checked against the net's ports.
func (n *Net) apply(scope *model.Scope, inputs []*graph.Node) []*graph.Node {
	out := n.Forward(scope, inputs)
	if len(out) != len(n.Outputs) {
		panic(fmt.Errorf("%s has %d output ports but its function returned %d nodes", n.Name, len(n.Outputs), len(out)))
	}
	rows := inputs[0].Shape().Dim(0)
	for i, o := range out {
		p := n.Outputs[i]
		if want := shapes.Make(o.DType(), append([]int{rows}, p.Shape...)...); !o.Shape().Equal(want) {
			panic(fmt.Errorf("output %q of %s should have shape %v after the example axis, its function returned %v", p.Name, n.Name, p.Shape, o.Shape()))
		}
	}
	return out
}

// Apply builds the net's graph on nodes: what Forward does, checked. It panics as graph functions do.
func (n *Net) Apply(scope *model.Scope, inputs []*graph.Node) []*graph.Node {
	return n.apply(scope, inputs)
}

// recovered turns a panic of a graph function into an error.
func recovered(err *error) {
	switch r := recover().(type) {
	case nil:
	case error:
		*err = errors.Join(*err, r)
	default:
		*err = errors.Join(*err, fmt.Errorf("%v", r))
	}
}
