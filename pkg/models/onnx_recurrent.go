package models

import (
	"fmt"
	"slices"

	. "github.com/gomlx/gomlx/core/graph" //nolint:revive,staticcheck // graph functions read like the mathematics
)

// maxSteps is how many steps a recurrent layer may have: each is spelled out in nodes.
const maxSteps = 4096

func init() {
	onnxOperations["LSTM"] = func(c *onnxCall) []*Node { return recurrentONNX(c, 4) }
	onnxOperations["GRU"] = func(c *onnxCall) []*Node { return recurrentONNX(c, 3) }
	onnxOperations["RNN"] = func(c *onnxCall) []*Node { return recurrentONNX(c, 1) }
}

// recurrentONNX is a layer of LSTM, GRU or RNN, by the number of their gates: of X [steps, examples, in] it gives Y [steps, directions,
// examples, hidden] and the last states [directions, examples, hidden].
func recurrentONNX(c *onnxCall, gates int) []*Node {
	x, w, r := c.x(0), c.x(1), c.x(2)
	if x.Rank() != 3 || w.Rank() != 3 || r.Rank() != 3 || c.int("layout", 0) != 0 {
		panic(fmt.Errorf("%s of %s with weights %s: only [steps, examples, features] (layout 0) is supported", c, x.Shape(), w.Shape()))
	}
	steps, rows, directions, hidden := x.Shape().Dim(0), x.Shape().Dim(1), w.Shape().Dim(0), r.Shape().Dim(2)
	if steps < 1 || steps > maxSteps {
		panic(fmt.Errorf("%s has %d steps, from 1 to %d are supported", c, steps, maxSteps))
	}
	if c.has(4) || c.has(7) || c.attributes["clip"].f != 0 {
		panic(fmt.Errorf("%s has lengths of sequences, peepholes or a clip, which are not supported", c))
	}
	for _, name := range c.attributes["activations"].strings {
		if !slices.Contains([]string{"Sigmoid", "Tanh"}, name) {
			panic(fmt.Errorf("%s has the activation %q, supported are Sigmoid and Tanh", c, name))
		}
	}
	back := c.text("direction", "forward") == "reverse"
	var ys, hs, cs []*Node
	for d := range directions {
		of := func(v *Node) *Node { return Squeeze(Slice(v, AxisElem(d)), 0) }
		state := func(i int) *Node {
			if !c.has(i) {
				return nil
			}
			s := of(c.x(i))
			return BroadcastToDims(s, rows, hidden)
		}
		l := &layerONNX{gates: gates, hidden: hidden, apart: c.int("linear_before_reset", 0) == 1, r: Transpose(of(r), 0, 1)}
		in := Dot(Reshape(x, steps*rows, -1), Transpose(of(w), 0, 1)).MatMul()
		if c.has(3) {
			b := of(c.x(3))
			l.bias = InsertAxes(Slice(b, AxisRange(gates*hidden, 2*gates*hidden)), 0)
			in = Add(in, InsertAxes(Slice(b, AxisRange(0, gates*hidden)), 0))
		}
		in = Reshape(in, steps, rows, gates*hidden)
		h, cell := state(5), state(6)
		if gates != 4 {
			cell = nil
		}
		seen := make([]*Node, steps)
		for k := range steps {
			t := k
			if back || d == 1 {
				t = steps - 1 - k
			}
			h, cell = l.step(Squeeze(Slice(in, AxisElem(t)), 0), h, cell)
			seen[t] = h
		}
		ys, hs, cs = append(ys, Stack(seen, 0)), append(hs, h), append(cs, cell)
	}
	out := []*Node{Stack(ys, 1), Stack(hs, 0)}
	if gates == 4 {
		out = append(out, Stack(cs, 0))
	}
	return out
}

// layerONNX is one direction of a recurrent layer.
type layerONNX struct {
	gates, hidden int
	apart         bool // GRU: the reset gate comes after the product with the state
	r, bias       *Node
}

// rec is the state's part of the gates from up to to.
func (l *layerONNX) rec(h *Node, from, to int) (y *Node) {
	part := func(v *Node) *Node { return Slice(v, AxisRange(), AxisRange(from*l.hidden, to*l.hidden)) }
	if h != nil {
		y = Dot(h, part(l.r)).MatMul()
	}
	if l.bias == nil {
		return y
	}
	if y == nil {
		return part(l.bias)
	}
	return Add(y, part(l.bias))
}

// step makes the state after of the input's part and the state before (nil: zeros).
func (l *layerONNX) step(in, h, cell *Node) (*Node, *Node) {
	gate := func(x *Node, i int) *Node { return Slice(x, AxisRange(), AxisRange(i*l.hidden, (i+1)*l.hidden)) }
	both := func(a, b *Node) *Node {
		if b == nil {
			return a
		}
		return Add(a, b)
	}
	switch l.gates {
	case 1:
		return Tanh(both(in, l.rec(h, 0, 1))), nil
	case 4: // input, output, forget, cell
		all := both(in, l.rec(h, 0, 4))
		fresh := Mul(Sigmoid(gate(all, 0)), Tanh(gate(all, 3)))
		if cell != nil {
			fresh = Add(Mul(Sigmoid(gate(all, 2)), cell), fresh)
		}
		return Mul(Sigmoid(gate(all, 1)), Tanh(fresh)), fresh
	}
	// update, reset, hidden
	two := both(Slice(in, AxisRange(), AxisRange(0, 2*l.hidden)), l.rec(h, 0, 2))
	z, reset := Sigmoid(gate(two, 0)), Sigmoid(gate(two, 1))
	var past *Node
	if l.apart {
		if past = l.rec(h, 2, 3); past != nil {
			past = Mul(reset, BroadcastToDims(past, reset.Shape().Dimensions...))
		}
	} else if h != nil {
		past = l.rec(Mul(reset, h), 2, 3)
	} else {
		past = l.rec(nil, 2, 3)
	}
	n := Mul(OneMinus(z), Tanh(both(gate(in, 2), past)))
	if h == nil {
		return n, nil
	}
	return Add(n, Mul(z, h)), nil
}
