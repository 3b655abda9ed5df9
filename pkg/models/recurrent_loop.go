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

// Unroll has a graph spelled out: recurrent layers step by step, convolutions ([Conv2D]) as products. Without it they are loops and convolution
// nodes where the backend has loops. Loops are several times faster to compile and to run, but hide the steps: rules and interventions do not
// see them, and a gradient of a gradient is refused. It is to be called before the net's function, as [model.Store.SetTraining] is.
func Unroll(scope *model.Scope, g *Graph) {
	scope.Store().RootScope().SetGraphParam(g, paramUnrolled, true)
}

// unrolled says whether recurrent layers are to be spelled out. (GoMLX's backend in Go cannot read or write at a place that is computed.)
func unrolled(scope *model.Scope, g *Graph) bool {
	return !g.Backend().Capabilities().Operations[compute.OpTypeDynamicUpdateSlice] ||
		model.GetGraphParamOr(scope.Store().RootScope(), g, paramUnrolled, false)
}

// loop is the layer as two loops: one forward, one back, which is its gradient, written by hand. Whatever does not wait for the step before
// is computed outside of them for all steps at once: the inputs' share of the pre-activations, what the gradient is multiplied by, and the
// weights' gradients. So little is kept from step to step: the gates are computed again.
func (r recurrence) loop(x, mask *Node) *Node {
	x = Transpose(x, 0, 1) // steps first
	n, examples, features := x.Shape().Dim(0), x.Shape().Dim(1), x.Shape().Dim(2)
	in := Add(Dot(Reshape(x, n*examples, features), r.input).MatMul(), InsertAxes(r.biases, 0))
	trained := []*Node{Reshape(in, n, examples, -1), r.recurrent}
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
// apart, biases. It returns the layer's result [steps, examples, hidden] and what back needs: the recurrent weights, the inputs' share, the
// pre-activations (if apart, the state's share of them) and the states.
func (r recurrence) ahead(trained, masks []*Node) (y *Node, kept []*Node) {
	d := trained[0].Shape().Dimensions
	n, examples, width, states := d[0], d[1], d[2], len(r.cell.states())
	carried := slices.Concat(r.zeros(trained[0], states, examples, r.hidden), r.zeros(trained[0], 1, n, examples, width), r.zeros(trained[0], states, n, examples, r.hidden))
	out := overTime(n, r.reverse, carried, slices.Concat(trained, masks), func(t *Node, carried, fixed []*Node) []*Node {
		before := carried[:states]
		in, rec := at(fixed[0], t), Dot(before[0], fixed[1]).MatMul()
		if r.apart() {
			rec = Add(rec, InsertAxes(fixed[2], 0))
		} else {
			in, rec = Add(in, rec), nil
		}
		after, _ := r.step(in, rec, before)
		if masks != nil {
			after = choose(at(fixed[len(fixed)-1], t), after, before)
		}
		if !r.apart() {
			rec = in
		}
		next := append(slices.Clone(after), put(carried[states], rec, t))
		for i, s := range after {
			next = append(next, put(carried[states+1+i], s, t))
		}
		return next
	})
	return out[states+1], slices.Concat([]*Node{trained[1], trained[0]}, out[states:])
}

// back is the loop that goes the other way, from what ahead kept and the gradient of the layer's result. It returns the gradients of what
// ahead got as trained.
func (r recurrence) back(kept, masks []*Node, d *Node) []*Node {
	dims, states := d.Shape().Dimensions, len(r.cell.states())
	n, examples := dims[0], dims[1]
	flat := func(x *Node) *Node { return Reshape(x, n*examples, -1) }
	var before, after []*Node
	for _, s := range kept[3:] {
		before, after = append(before, flat(r.shifted(s))), append(after, flat(s))
	}
	in, rec := flat(kept[2]), (*Node)(nil)
	if r.apart() {
		in, rec = flat(kept[1]), flat(kept[2])
	}
	_, parts := r.step(in, rec, before)
	factors := r.factors(parts, before, after)
	fixed := []*Node{kept[0], d}
	for _, f := range factors {
		fixed = append(fixed, Reshape(f, n, examples, -1))
	}
	carried := append(r.zeros(d, states, examples, r.hidden), r.zeros(d, states, n, examples, r.hidden)...)
	out := overTime(n, !r.reverse, carried, slices.Concat(fixed, masks), func(t *Node, carried, fixed []*Node) []*Node {
		d := slices.Clone(carried[:states])
		d[0] = Add(d[0], at(fixed[1], t))
		counting := d
		if masks != nil { // the others hand on what they got
			counting = make([]*Node, states)
			for i := range d {
				counting[i] = Where(at(fixed[len(fixed)-1], t), d[i], number(d[i], 0))
			}
		}
		now := make([]*Node, len(factors))
		for i := range now {
			now[i] = at(fixed[2+i], t)
		}
		in, rec, past := r.cell.back(now, counting)
		if rec == nil {
			rec = in
		}
		through := DotGeneral(rec, []int{1}, nil, fixed[0], []int{1}, nil) // the pre-activations
		if past[0] == nil {
			past[0] = through
		} else {
			past[0] = Add(past[0], through)
		}
		if masks != nil {
			past = choose(at(fixed[len(fixed)-1], t), past, d)
		}
		for i, s := range counting {
			past = append(past, put(carried[states+i], s, t))
		}
		return past
	})
	all := make([]*Node, states)
	for i, s := range out[states:] {
		all[i] = flat(s)
	}
	in, rec, _ = r.cell.back(factors, all)
	if rec == nil {
		rec = in
	}
	gradients := []*Node{Reshape(in, n, examples, -1), DotGeneral(before[0], []int{0}, nil, rec, []int{0}, nil)}
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
