package models

import (
	"fmt"
	"slices"

	. "github.com/gomlx/gomlx/core/graph" //nolint:revive,staticcheck // graph functions read like the mathematics
	"github.com/gomlx/gomlx/core/tensors"
)

func splitONNX(c *onnxCall) (parts []*Node) {
	x := c.x(0)
	axis := c.axis(c.int("axis", 0), x.Rank())
	sizes := c.listed("split", 1)
	if sizes == nil {
		n := c.int("num_outputs", len(c.outputs))
		if n < 1 || n > 1<<16 {
			panic(fmt.Errorf("%s splits into %d", c, n))
		}
		each := (x.Shape().Dim(axis) + n - 1) / n
		for left := x.Shape().Dim(axis); left > 0; left -= each {
			sizes = append(sizes, min(each, left))
		}
	}
	at := 0
	for _, n := range sizes {
		parts = append(parts, Slice(x, along1(x, axis, AxisRange(at, at+n))...))
		at += n
	}
	return parts
}

// along1 takes part of one axis.
func along1(x *Node, axis int, part SliceAxisSpec) []SliceAxisSpec {
	all := make([]SliceAxisSpec, x.Rank())
	for i := range all {
		all[i] = AxisRange()
	}
	all[axis] = part
	return all
}

func sliceONNX(c *onnxCall) *Node {
	x := c.x(0)
	starts, ends, axes, steps := c.listed("starts", 1), c.listed("ends", 2), c.listed("axes", 3), []int(nil)
	if c.has(4) {
		steps = c.whole(4)
	}
	for i := range starts {
		axis, step := i, 1
		if axes != nil {
			axis = c.axis(axes[i], x.Rank())
		}
		if steps != nil {
			step = steps[i]
		}
		n := x.Shape().Dim(axis)
		if step == 0 || step < -n {
			panic(fmt.Errorf("%s goes by steps of %d along axis %d of %s", c, step, axis, x.Shape()))
		}
		from, to := within0(starts[i], n), within0(ends[i], n)
		if step < 0 {
			x = c.backwards(x, axis, starts[i], ends[i], step)
			continue
		}
		if from >= to && c.in[0].known == nil {
			panic(fmt.Errorf("%s leaves nothing of axis %d of %s", c, axis, x.Shape()))
		}
		if from > 0 || to < n || step > 1 {
			x = Slice(x, along1(x, axis, AxisRange(from, to).Stride(step))...)
		}
	}
	return x
}

// backwards is a slice that goes backwards. GoMLX's Reverse has no gradient, so it is a gather.
func (c *onnxCall) backwards(x *Node, axis, start, end, step int) *Node {
	n := x.Shape().Dim(axis)
	place := func(v int) int { // -1 is before the first
		if v < 0 {
			v += n
		}
		return min(max(v, -1), n-1)
	}
	var at []int32
	for i := place(start); i > place(end); i += step {
		at = append(at, int32(i))
	}
	if len(at) == 0 {
		panic(fmt.Errorf("%s leaves nothing of axis %d of %s", c, axis, x.Shape()))
	}
	return gatherAlong(x, Const(c.g, at), axis)
}

func gatherONNX(c *onnxCall) *Node {
	x := c.x(0)
	axis := c.axis(c.int("axis", 0), x.Rank())
	n := x.Shape().Dim(axis)
	if c.in[1].known != nil {
		at := c.whole(1)
		for i := range at {
			if at[i] = c.axis(at[i], n); len(at) == 1 {
				x = Slice(x, along1(x, axis, AxisRange(at[0], at[0]+1))...)
				d := slices.Delete(slices.Clone(x.Shape().Dimensions), axis, axis+1)
				return Reshape(x, slices.Insert(d, axis, c.dims(1)...)...)
			}
		}
		flat := make([]int32, len(at))
		for i := range at {
			flat[i] = int32(at[i])
		}
		return gatherAlong(x, ConstTensor(c.g, tensors.FromFlatDataAndDimensions(flat, c.dims(1)...)), axis)
	}
	return gatherAlong(x, c.x(1), axis)
}

func gatherAlong(x, at *Node, axis int) *Node {
	order := []int{axis}
	for i := range x.Rank() {
		if i != axis {
			order = append(order, i)
		}
	}
	if axis > 0 {
		x = TransposeAllAxes(x, order...)
	}
	y := Gather(x, InsertAxes(at, -1))
	if axis == 0 {
		return y
	}
	back, k := []int{}, at.Rank()
	for i := range axis {
		back = append(back, k+i)
	}
	for i := range k {
		back = append(back, i)
	}
	for i := k + axis; i < y.Rank(); i++ {
		back = append(back, i)
	}
	return TransposeAllAxes(y, back...)
}
