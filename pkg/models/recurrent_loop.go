package models

import (
	"slices"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive,staticcheck // graph functions read like the mathematics
	"github.com/gomlx/gomlx/ml/model"
)

// paramUnrolled is the name of the graph's parameter that Unroll sets.
const paramUnrolled = "unrolled"

// Unroll has the recurrent layers of a graph spelled out step by step. Without it they are loops where the backend has these, which are
// several times faster to compile and to run, but hide the steps: rules and interventions do not see them, and a gradient of a gradient is
// refused. It is to be called before the net's function, as [model.Store.SetTraining] is.
func Unroll(scope *model.Scope, g *Graph) {
	scope.Store().RootScope().SetGraphParam(g, paramUnrolled, true)
}

// unrolled says whether recurrent layers are to be spelled out. (GoMLX's backend in Go cannot read or write at a place that is computed.)
func unrolled(scope *model.Scope, g *Graph) bool {
	return !g.Backend().Capabilities().Operations[compute.OpTypeDynamicUpdateSlice] ||
		model.GetGraphParamOr(scope.Store().RootScope(), g, paramUnrolled, false)
}

// loop is the layer as two loops: one forward, which keeps what the other needs that goes back and is its gradient, written by hand.
// Products that do not wait for the step before are taken out of both: the inputs' share of the pre-activations, and the weights' gradients.
func (r recurrence) loop(x, mask *Node) *Node {
	x = Transpose(x, 0, 1) // steps first
	n, examples, features := x.Shape().Dim(0), x.Shape().Dim(1), x.Shape().Dim(2)
	width := r.gates() * r.hidden
	in := Add(Dot(Reshape(x, n*examples, features), r.input).MatMul(), InsertAxes(r.biases, 0))
	trained := []*Node{Reshape(in, n, examples, width), r.recurrent}
	if r.apart() {
		trained = append(trained, r.recurrentBiases)
	}
	var masks []*Node
	if mask != nil {
		masks = []*Node{Transpose(mask, 0, 1)}
	}
	y := customVJP(trained,
		func(in []*Node) (*Node, []*Node) { return r.ahead(in, masks) },
		func(kept []*Node, d *Node) []*Node { return r.back(kept, masks, d) })
	return Transpose(y, 0, 1)
}

// ahead is the loop forward: trained are the inputs' share of the pre-activations [steps, examples, width], the recurrent weights and, if
// apart, biases. It returns the layer's result [steps, examples, hidden] and what back needs.
func (r recurrence) ahead(trained, masks []*Node) (y *Node, kept []*Node) {
	d := trained[0].Shape().Dimensions
	states, parts := len(r.cell.states()), len(r.parts())
	carried := r.zeros(trained[0], states, d[1], r.hidden)
	carried = append(carried, r.zeros(trained[0], states, d[0], d[1], r.hidden)...)
	if parts > 0 {
		carried = append(carried, r.zeros(trained[0], 1, d[0], d[1], parts*r.hidden)...)
	}
	out := overTime(d[0], r.reverse, carried, slices.Concat(trained, masks), func(t *Node, carried, fixed []*Node) []*Node {
		before := carried[:states]
		in, rec := at(fixed[0], t), Dot(before[0], fixed[1]).MatMul()
		if r.apart() {
			rec = Add(rec, InsertAxes(fixed[2], 0))
		} else {
			in, rec = Add(in, rec), nil
		}
		after, kept := r.step(in, rec, before)
		if masks != nil {
			after = choose(at(fixed[len(fixed)-1], t), after, before)
		}
		next := slices.Clone(after)
		for i, s := range after {
			next = append(next, put(carried[states+i], s, t))
		}
		if parts > 0 {
			next = append(next, put(carried[2*states], Concatenate(kept, 1), t))
		}
		return next
	})
	return out[states], append([]*Node{trained[1]}, out[states:]...)
}

// back is the loop that goes the other way: kept are the recurrent weights, the states and the parts of all steps, d the gradient of the
// layer's result. It returns the gradients of what ahead got as trained.
func (r recurrence) back(kept, masks []*Node, d *Node) []*Node {
	dims, states := d.Shape().Dimensions, len(r.cell.states())
	n, examples, width := dims[0], dims[1], r.gates()*r.hidden
	weights, after, parts := kept[0], kept[1:1+states], kept[1+states:]
	before := make([]*Node, states)
	for i, s := range after {
		before[i] = r.shifted(s)
	}
	carried := r.zeros(d, states, examples, r.hidden)
	carried = append(carried, r.zeros(d, 1, n, examples, width)...)
	if r.apart() {
		carried = append(carried, r.zeros(d, 1, n, examples, width)...)
	}
	fixed := slices.Concat([]*Node{weights, d}, before, after, parts, masks)
	out := overTime(n, !r.reverse, carried, fixed, func(t *Node, carried, fixed []*Node) []*Node {
		now := make([]*Node, len(fixed))
		for i, f := range fixed[1:] {
			now[1+i] = at(f, t)
		}
		before, after := now[2:2+states], now[2+states:2+2*states]
		var kept []*Node
		if len(parts) > 0 {
			kept = gatesOf(now[2+2*states], len(r.parts()))
		}
		d := slices.Clone(carried[:states])
		d[0] = Add(d[0], now[1])
		in, rec, past := r.cell.back(kept, before, after, d)
		through := in // the pre-activations
		if r.apart() {
			through = rec
		}
		for i, p := range past {
			if i == 0 {
				past[0] = DotGeneral(through, []int{1}, nil, fixed[0], []int{1}, nil)
				if p != nil {
					past[0] = Add(past[0], p)
				}
			}
		}
		shares := []*Node{in}
		if r.apart() {
			shares = append(shares, rec)
		}
		if masks != nil {
			counts := now[len(now)-1]
			past = choose(counts, past, d)
			for i, s := range shares {
				shares[i] = Where(counts, s, number(s, 0))
			}
		}
		next := slices.Clone(past)
		for i, s := range shares {
			next = append(next, put(carried[states+i], s, t))
		}
		return next
	})
	in, rec := out[states], out[len(out)-1] // the same node, if not apart
	rec = Reshape(rec, n*examples, width)
	gradients := []*Node{in, DotGeneral(Reshape(before[0], n*examples, r.hidden), []int{0}, nil, rec, []int{0}, nil)}
	if r.apart() {
		gradients = append(gradients, ReduceSum(rec, 0))
	}
	return gradients
}

// shifted is x [steps, …] as it was a step before, zeros before the first.
func (r recurrence) shifted(x *Node) *Node {
	d := x.Shape().Dimensions
	zeros := r.zeros(x, 1, 1, d[1], d[2])[0]
	if r.reverse {
		return Concatenate([]*Node{Slice(x, AxisRange(1)), zeros}, 0)
	}
	return Concatenate([]*Node{zeros, Slice(x, AxisRange(0, d[0]-1))}, 0)
}

func (r recurrence) zeros(like *Node, n int, dims ...int) []*Node {
	zeros := make([]*Node, n)
	for i := range zeros {
		zeros[i] = Zeros(like.Graph(), shapes.Make(like.DType(), dims...))
	}
	return zeros
}
