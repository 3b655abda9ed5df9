package models

import (
	"fmt"
	"slices"

	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive,staticcheck // graph functions read like the mathematics
)

// customVJP is a part of a graph with a gradient of its own: forward makes y of the inputs and what the gradient needs besides; backward
// makes the inputs' gradients of those and of y's.
//
// GoMLX has gradients of one's own for identities alone. So y is cut off from what it was computed of and tied to each input again, as
// y + 0·p[0, …], where p is an identity of the input. A gradient visits nodes from the output on back: y's runs first and computes all, and
// those of the p hand it on, in the place of what came to them by the tie.
//
// What backward needs goes into one node with y and is found again from there. So the gradient of a copy of this graph for other values, as
// explanations make it, is of those values.
//
// A gradient of such a gradient meets what forward and backward are built of: loops, which have none, are refused rather than taken for
// constants.
func customVJP(inputs []*Node, forward func(in []*Node) (y *Node, kept []*Node), backward func(kept []*Node, d *Node) []*Node) *Node {
	y, kept := forward(inputs)
	y = StopGradient(Reshape(Slice(pack(append([]*Node{y}, kept...)), AxisRange(0, y.Shape().Size())), y.Shape().Dimensions...))
	var gradients []*Node
	var tie *Node
	for i, x := range inputs {
		p := IdentityWithCustomGradient(x, func(x, _ *Node) *Node {
			if gradients == nil {
				return ZerosLike(x)
			}
			return gradients[i]
		})
		first := make([]SliceAxisSpec, p.Rank())
		for axis := range first {
			first[axis] = AxisElem(0)
		}
		if one := Reshape(Slice(p, first...)); tie == nil {
			tie = one
		} else {
			tie = Add(tie, one)
		}
	}
	return IdentityWithCustomGradient(Add(y, MulScalar(tie, 0)), func(y, d *Node) *Node {
		for y.Type() != NodeTypeConcatenate {
			y = y.Inputs()[0]
		}
		now := make([]*Node, len(kept))
		for i, k := range kept {
			now[i] = Reshape(y.Inputs()[1+i], k.Shape().Dimensions...)
		}
		gradients = backward(now, d)
		return d
	})
}

// pack puts nodes one behind the other, as one axis. (XLA sees through it: a part is the node itself.)
func pack(nodes []*Node) *Node {
	flat := make([]*Node, len(nodes))
	for i, n := range nodes {
		flat[i] = Reshape(n, -1)
	}
	return Concatenate(flat, 0)
}

// overTime is a loop over n steps, from the last to the first if reverse: body makes the next values of what is carried; fixed is what it
// may read besides. It returns what is carried after the last step.
//
// The body is a function of its own for the backend, which sees its arguments alone; and constants must be made with Const, as GoMLX
// remembers others for the whole graph. It may not use ReduceSum or ReduceMax, if anything else in the graph does.
func overTime(n int, reverse bool, carried, fixed []*Node, body func(t *Node, carried, fixed []*Node) []*Node) []*Node {
	g := carried[0].Graph()
	from, to, by := 0, n, 1
	if reverse {
		from, to, by = n-1, -1, -1
	}
	all := slices.Concat([]*Node{Const(g, int32(from))}, carried, fixed)
	parameters := func(g *Graph) []*Node {
		p := make([]*Node, len(all))
		for i, a := range all {
			p[i] = Parameter(g, fmt.Sprintf("p%d", i), a.Shape())
		}
		return p
	}
	more := NewClosure(g, func(g *Graph) []*Node {
		return []*Node{NotEqual(parameters(g)[0], Const(g, int32(to)))}
	})
	step := NewClosure(g, func(g *Graph) []*Node {
		p := parameters(g)
		fixed := p[1+len(carried):]
		next := body(p[0], p[1:1+len(carried)], fixed)
		return slices.Concat([]*Node{Add(p[0], Const(g, int32(by)))}, next, fixed)
	})
	return While(more, step, all...)[1 : 1+len(carried)]
}

// at is x[t] of x [steps, …], in a loop.
func at(x, t *Node) *Node {
	size := slices.Clone(x.Shape().Dimensions)
	size[0] = 1
	return Reshape(DynamicSlice(x, place(x, t), size), size[1:]...)
}

// put is x with v for x[t], in a loop.
func put(x, v, t *Node) *Node { return DynamicUpdateSlice(x, InsertAxes(v, 0), place(x, t)) }

// place is where x[t] begins.
func place(x, t *Node) []*Node {
	start := []*Node{t}
	for range x.Rank() - 1 {
		start = append(start, Const(t.Graph(), int32(0)))
	}
	return start
}

// number is a constant of x's type that may be used in a loop.
func number(x *Node, v float64) *Node { return Const(x.Graph(), shapes.CastAsDType(v, x.DType())) }
