package models

import (
	"fmt"
	"math"

	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive,staticcheck // graph functions read like the mathematics
	"github.com/gomlx/gomlx/ml/layers"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/model/initializer"
)

// recurrent are the options that RNN, LSTM and GRU share, and what they do with them: layers of a cell, one on the other, then a pooling
// and a dense layer.
type recurrent struct {
	Hidden        int
	Layers        int
	Bidirectional bool
	Dropout       float64
	Pool          Pool
	Embedding     int
}

// cell is the equation of a recurrent layer: how a step's input and the state before make the state after. A layer of it is computed in one
// of two forms over the same variables: [recurrence.loop], or step by step ([recurrence.unrolled]).
type cell interface {
	// gates is the number of pre-activations a unit.
	gates() int
	// apart says that what the input and what the state contribute to them are not just added: step gets both, and the state's has biases.
	apart() bool
	// states are the names of what goes from step to step, the first of which is the layer's result.
	states() []string
	// parts are the names of what else step makes.
	parts() []string
	// step is one step: of the pre-activations [examples, gates·hidden] (if apart, of the input's part and the state's; else rec is nil)
	// and the state before, each [examples, hidden], it makes the state after and the parts.
	step(in, rec *Node, before []*Node) (after, parts []*Node)
	// factors are what back needs of a step: they do not depend on gradients, and so not on the steps after.
	factors(parts, before, after []*Node) []*Node
	// back is the gradient of step, linear in d, that of the state after: it makes those of the pre-activations and of the state before, by
	// the ways that do not lead through the pre-activations (nil: there is none).
	back(factors, d []*Node) (in, rec *Node, past []*Node)
	// lowest is the smallest number that the result may hold.
	lowest() float64
}

// In loops, where step and back run too, no constant but Const may be used.

// forward is the graph function; name is that of its layers.
func (r recurrent) forward(name string, c cell, inputs, outputs []Port) (Forward, error) {
	if r.Hidden == 0 {
		r.Hidden = 256
	}
	if r.Layers == 0 {
		r.Layers = 2
	}
	if r.Hidden < 0 || r.Layers < 0 {
		return nil, fmt.Errorf("Hidden and Layers must be positive, got %d and %d", r.Hidden, r.Layers)
	}
	if err := checkDropout(r.Dropout); err != nil {
		return nil, err
	}
	switch r.Pool {
	case "":
		r.Pool = PoolLast
	case PoolLast, PoolMean, PoolMax:
	default:
		return nil, fmt.Errorf("the pooling %q is not known, there are %q, %q and %q", r.Pool, PoolLast, PoolMean, PoolMax)
	}
	in, err := sequenceOf(inputs, r.Embedding)
	if err != nil {
		return nil, err
	}
	out, err := headOf(outputs)
	if err != nil {
		return nil, err
	}
	return func(scope *model.Scope, nodes []*Node) []*Node {
		x, mask := in.nodes(scope, nodes)
		for i := range r.Layers {
			if i > 0 && r.Dropout > 0 {
				x = layers.DropoutStatic(scope.In("dropout_%d", i), x, r.Dropout)
			}
			x = r.layer(scope, fmt.Sprintf("%s_%d", name, i), c, x, mask)
		}
		return []*Node{out.node(scope, r.pool(c, x, mask))}
	}, nil
}

// layer is the states [examples, steps, hidden] of a layer; if bidirectional, those of a layer that reads backwards behind them.
func (r recurrent) layer(scope *model.Scope, name string, c cell, x, mask *Node) *Node {
	y := recurrenceIn(scope.In("%s", name), name, c, x, r.Hidden, false).states(scope, x, mask)
	if r.Bidirectional {
		name := name + "_reverse"
		y = Concatenate([]*Node{y, recurrenceIn(scope.In("%s", name), name, c, x, r.Hidden, true).states(scope, x, mask)}, -1)
	}
	return y.WithAlias(name)
}

func (r recurrent) pool(c cell, x, mask *Node) (y *Node) {
	switch r.Pool {
	case PoolMean:
		y = meanOverTime(x, mask)
	case PoolMax:
		y = maxOverTime(x, mask, c.lowest())
	default: // at steps that do not count, the state stays what it was
		y = atStep(x, x.Shape().Dim(1)-1)
		if r.Bidirectional {
			y = Concatenate([]*Node{Slice(y, AxisRange(), AxisRange(0, r.Hidden)), Slice(atStep(x, 0), AxisRange(), AxisRange(r.Hidden))}, -1)
		}
	}
	return y.WithAlias(string(r.Pool))
}

// atStep is what x [examples, steps, …] holds for one step.
func atStep(x *Node, t int) *Node { return Squeeze(Slice(x, AxisRange(), AxisElem(t)), 1) }

// recurrence is one layer in one direction, with its variables.
type recurrence struct {
	cell
	name    string
	reverse bool
	hidden  int

	input, recurrent *Node // [features, gates·hidden] and [hidden, gates·hidden]
	biases           *Node // [gates·hidden]
	recurrentBiases  *Node // the same for the state's part; nil: the cell adds both parts, and one will do
}

// recurrenceIn has its variables in the scope: "weights", "recurrent_weights" and "biases", whose columns are the cell's gates one after
// another. They are initialised as in PyTorch: uniform within ±1/√hidden; but the biases are zero.
func recurrenceIn(scope *model.Scope, name string, c cell, x *Node, hidden int, reverse bool) recurrence {
	if x.Rank() != 3 || !x.DType().IsFloat() {
		panic(fmt.Errorf("a recurrent layer wants numbers [examples, steps, features], got %s", x.Shape()))
	}
	width, bound := c.gates()*hidden, 1/math.Sqrt(float64(hidden))
	uniform := scope.WithInitializer(initializer.RandomUniformFn(scope, -bound, bound))
	variable := func(scope *model.Scope, name string, dims ...int) *Node {
		return scope.VariableWithShape(name, shapes.Make(x.DType(), dims...)).NodeValue(x.Graph())
	}
	zero := scope.WithInitializer(initializer.Zero)
	r := recurrence{
		cell: c, name: name, reverse: reverse, hidden: hidden,
		input:     variable(uniform, "weights", x.Shape().Dim(2), width),
		recurrent: variable(uniform, "recurrent_weights", hidden, width),
		biases:    variable(zero, "biases", width),
	}
	if c.apart() {
		r.recurrentBiases = variable(zero, "recurrent_biases", width)
	}
	return r
}

// states are the layer's [examples, steps, hidden] in the form that fits the graph.
func (r recurrence) states(scope *model.Scope, x, mask *Node) *Node {
	if unrolled(scope, x.Graph()) {
		return r.unrolled(x, mask)
	}
	return r.loop(x, mask)
}

// unrolled spells the layer out step by step, in nodes that rules and interventions can see. The state after step t is named
// "layer/h_t", as are the cell's other states and parts.
func (r recurrence) unrolled(x, mask *Node) *Node {
	g, examples, n := x.Graph(), x.Shape().Dim(0), x.Shape().Dim(1)
	var both *Node // one layer of input and state: rules share out a sum as a whole
	if !r.apart() {
		both = Concatenate([]*Node{r.input, r.recurrent}, 0)
	}
	dense := func(x, w, b *Node) *Node { return Add(Dot(x, w).MatMul(), InsertAxes(b, 0)) }
	named := func(nodes []*Node, names []string, t int) {
		for i, n := range nodes {
			n.WithAlias(fmt.Sprintf("%s/%s_%d", r.name, names[i], t))
		}
	}
	state := make([]*Node, len(r.cell.states()))
	for i := range state {
		state[i] = Zeros(g, shapes.Make(x.DType(), examples, r.hidden))
	}
	if r.apart() {
		// The zero that the first step begins with is one of the input's: rules then see a signal that a gate scales, as at all other steps.
		// With a constant, the product would be a function of the gate.
		first := Slice(atStep(x, 0), AxisRange(), AxisRange(0, 1))
		state[0] = BroadcastToDims(MulScalar(first, 0), examples, r.hidden)
	}
	all := make([]*Node, n)
	for i := range n {
		t := i
		if r.reverse {
			t = n - 1 - i
		}
		var in, rec *Node
		if xt := atStep(x, t); both != nil {
			in = dense(Concatenate([]*Node{xt, state[0]}, 1), both, r.biases)
		} else {
			in, rec = dense(xt, r.input, r.biases), dense(state[0], r.recurrent, r.recurrentBiases)
		}
		after, parts := r.step(in, rec, state)
		if mask != nil {
			after = choose(atStep(mask, t), after, state)
		}
		named(parts, r.parts(), t)
		named(after, r.cell.states(), t)
		state, all[t] = after, after[0]
	}
	return Stack(all, 1)
}

// choose takes the rows for which counts [examples] is true from a, the others from b.
func choose(counts *Node, a, b []*Node) []*Node {
	chosen := make([]*Node, len(a))
	for i := range a {
		chosen[i] = Where(counts, a[i], b[i])
	}
	return chosen
}

// gatesOf cuts pre-activations [examples, n·hidden] into n.
func gatesOf(x *Node, n int) []*Node { return Split(x, 1, n) }

// checkDropout is the error of a share of units that cannot be dropped.
func checkDropout(share float64) error {
	if !(share >= 0 && share < 1) {
		return fmt.Errorf("Dropout must be at least 0 and below 1, got %g", share)
	}
	return nil
}
