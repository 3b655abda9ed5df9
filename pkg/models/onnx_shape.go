package models

import (
	"fmt"
	"slices"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive,staticcheck // graph functions read like the mathematics
	"github.com/gomlx/gomlx/core/tensors"
)

func init() {
	lowerOne("Reshape", reshapeONNX)
	lowerOne("Flatten", func(c *onnxCall) *Node {
		x := c.x(0)
		axis := within0(c.int("axis", 1), x.Rank())
		return Reshape(x, product(x.Shape().Dimensions[:axis]), product(x.Shape().Dimensions[axis:]))
	})
	lowerOne("Transpose", func(c *onnxCall) *Node {
		x, order := c.x(0), c.ints("perm")
		if order == nil {
			for i := range x.Rank() {
				order = append(order, x.Rank()-1-i)
			}
		}
		return TransposeAllAxes(x, order...)
	})
	lowerOne("Squeeze", func(c *onnxCall) *Node {
		x, axes := c.x(0), c.listed("axes", 1)
		if axes == nil {
			return Squeeze(x)
		}
		return Squeeze(x, c.axes(axes, x.Rank())...)
	})
	lowerOne("Unsqueeze", func(c *onnxCall) *Node {
		x, axes := c.x(0), c.listed("axes", 1)
		axes = c.axes(axes, x.Rank()+len(axes))
		d := slices.Clone(x.Shape().Dimensions)
		slices.Sort(axes)
		for _, a := range axes {
			d = slices.Insert(d, a, 1)
		}
		return Reshape(x, d...)
	})
	lowerOne("Concat", func(c *onnxCall) *Node {
		var parts []*Node
		for i := range c.in {
			if product(c.dims(i)) > 0 || len(c.in) == 1 {
				parts = append(parts, c.x(i))
			}
		}
		if len(parts) == 1 {
			return parts[0]
		}
		return Concatenate(parts, c.axis(c.int("axis", 0), parts[0].Rank()))
	})
	onnxOperations["Split"] = splitONNX
	lowerOne("Slice", sliceONNX)
	lowerOne("Gather", gatherONNX)
	lowerOne("Expand", func(c *onnxCall) *Node {
		x, d := c.x(0), c.whole(1)
		c.checkSize(d)
		x = ExpandLeftToRank(x, max(x.Rank(), len(d)))
		for len(d) < x.Rank() {
			d = slices.Insert(d, 0, 1)
		}
		for i := range d {
			if d[i] == 1 || c.batch > 0 && i == 0 && d[i] == c.batch && x.Shape().Dim(i) == c.rows {
				d[i] = x.Shape().Dim(i)
			}
		}
		return BroadcastToDims(x, d...)
	})
	lowerOne("Tile", func(c *onnxCall) *Node {
		x := c.x(0)
		for axis, n := range c.whole(1) {
			if n < 1 || n > 1024 {
				panic(fmt.Errorf("%s repeats axis %d %d times", c, axis, n))
			}
			if n > 1 {
				x = Concatenate(slices.Repeat([]*Node{x}, n), axis)
			}
		}
		return x
	})
	lowerOne("ConstantOfShape", func(c *onnxCall) *Node {
		d := c.whole(0)
		c.checkSize(d)
		v := Const(c.g, float32(0))
		if a, ok := c.attributes["value"]; ok {
			t, err := a.t.value("")
			if err != nil {
				panic(err)
			}
			v = Reshape(ConstTensor(c.g, t))
		}
		return BroadcastToDims(v, d...)
	})
	lowerOne("Range", func(c *onnxCall) *Node {
		start, limit, delta := c.number(0), c.number(1), c.number(2)
		n := (limit - start) / delta
		if !(n >= 0 && n <= maxNumbers/16) {
			panic(fmt.Errorf("%s counts from %g to %g by %g", c, start, limit, delta))
		}
		count := int(n)
		if float64(count) < n {
			count++
		}
		dtype := c.known(0).DType()
		i := Iota(c.g, shapes.Make(dtype, count), 0)
		return Add(Mul(i, ConstTensor(c.g, c.known(2))), ConstTensor(c.g, c.known(0)))
	})
	lowerOne("Pad", padONNX)
	lowerOne("Trilu", func(c *onnxCall) *Node {
		x, k := c.x(0), 0
		if c.has(1) {
			k = int(c.number(1))
		}
		at := shapes.Make(dtypes.Int32, x.Shape().Dimensions...)
		row, column := AddScalar(Iota(c.g, at, -2), float64(k)), Iota(c.g, at, -1)
		if c.int("upper", 1) == 1 {
			return Where(GreaterOrEqual(column, row), x, ZerosLike(x))
		}
		return Where(LessOrEqual(column, row), x, ZerosLike(x))
	})
}

func product(d []int) int {
	n := 1
	for _, v := range d {
		n *= v
	}
	return n
}

// checkSize refuses lengths that are negative or of too many numbers.
func (c *onnxCall) checkSize(d []int) {
	n := 1
	for _, v := range d {
		if v < 0 || v > maxNumbers || n*max(v, 1) > maxNumbers/16 {
			panic(fmt.Errorf("%s makes the shape %v: at most %d numbers are made", c, d, maxNumbers/16))
		}
		n *= max(v, 1)
	}
}

func reshapeONNX(c *onnxCall) *Node {
	x, to := c.x(0), slices.Clone(c.whole(1))
	if c.int("allowzero", 0) == 0 {
		for i, d := range to {
			if d == 0 {
				to[i] = c.dims(0)[i]
			}
		}
	}
	size, open := 1, -1
	for i, d := range to {
		if d == -1 {
			open = i
		} else if d < 0 || d > maxNumbers || size*max(d, 1) > maxNumbers {
			panic(fmt.Errorf("%s makes the shape %v", c, to))
		} else {
			size *= d
		}
	}
	have := x.Shape().Size()
	if c.fileShape != nil && c.rows != c.batch && (open < 0 && size != have || open >= 0) {
		if open >= 0 {
			to[open] = product(c.fileShape) / max(size, 1)
		}
		to = otherBatch(c.batch, c.fileShape, x.Shape().Dimensions, to)
		open, size = -1, product(to)
	}
	if open >= 0 && size > 0 && have%size == 0 {
		to[open] = have / size
	}
	if product(to) != have {
		panic(fmt.Errorf("%s makes %v of %s: is the number of examples fixed in the file? Export it with a free (dynamic) batch axis", c, to, x.Shape()))
	}
	return Reshape(x, to...)
}

// otherBatch is the shape that to, the result of a reshape in a graph of batch examples, has with another number of them: file and now are
// the shapes of what is reshaped with each. Shapes alone leave room for doubt, above all where batch is 1; what comes of it is checked
// ([Net.checkBatch]).
func otherBatch(batch int, file, now, to []int) []int {
	to = slices.Clone(to)
	axis := 0
	for axis < len(file) && file[axis] == now[axis] {
		axis++
	}
	if axis == len(file) {
		return to
	}
	before, rest := product(file[:axis]), file[axis+1:]
	grow := func(i int) []int {
		to[i] = to[i] * now[axis] / file[axis]
		return to
	}
	n := 1
	for i, d := range to {
		if n == before { // here begins what the axis with the examples becomes
			size := 1
			for j := i; j < len(to) && (size < file[axis] || to[j] == 1); j++ {
				if to[j] == batch {
					return grow(j)
				}
				size *= to[j]
			}
			if i > 0 && file[axis] == 1 && product(to[i:]) == product(rest) && len(to[i:]) <= len(rest) {
				return grow(i - 1) // the one example went to the axis before
			}
			if d*now[axis]%file[axis] == 0 {
				return grow(i)
			}
		}
		n *= d
	}
	n = 1
	for i, d := range to { // the axis that holds it
		if n *= d; n > before {
			return grow(i)
		}
	}
	return to
}

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
		if step < 1 {
			panic(fmt.Errorf("%s goes backwards, by %d: that is not supported", c, step))
		}
		from, to := within0(starts[i], n), within0(ends[i], n)
		if from >= to && c.in[0].known == nil {
			panic(fmt.Errorf("%s leaves nothing of axis %d of %s", c, axis, x.Shape()))
		}
		if from > 0 || to < n || step > 1 {
			x = Slice(x, along1(x, axis, AxisRange(from, to).Stride(step))...)
		}
	}
	return x
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

func padONNX(c *onnxCall) *Node {
	x, v := c.x(0), c.float("value", 0)
	pads := c.listed("pads", 1)
	if mode := c.text("mode", "constant"); mode != "constant" {
		panic(fmt.Errorf("%s pads with mode %q, only constant is supported", c, mode))
	}
	if c.has(2) {
		v = c.number(2)
	}
	axes := make([]int, x.Rank())
	for i := range axes {
		axes[i] = i
	}
	if c.has(3) {
		axes = c.axes(c.whole(3), x.Rank())
	}
	if len(pads) != 2*len(axes) {
		panic(fmt.Errorf("%s has %d paddings for %d axes", c, len(pads), len(axes)))
	}
	for i, axis := range axes {
		x = c.padAxis(x, axis, pads[i], pads[len(axes)+i], v)
	}
	return x
}

// padAxis concatenates: Pad has no gradient of its own.
func (c *onnxCall) padAxis(x *Node, axis, before, after int, v float64) *Node {
	side := func(n int) *Node {
		d := slices.Clone(x.Shape().Dimensions)
		d[axis] = n
		c.checkSize(d)
		return BroadcastToDims(Scalar(c.g, x.DType(), v), d...)
	}
	if before < 0 || after < 0 {
		x = Slice(x, along1(x, axis, AxisRange(max(0, -before), x.Shape().Dim(axis)-max(0, -after)))...)
	}
	parts := []*Node{x}
	if before > 0 {
		parts = slices.Insert(parts, 0, side(before))
	}
	if after > 0 {
		parts = append(parts, side(after))
	}
	if len(parts) == 1 {
		return x
	}
	return Concatenate(parts, axis)
}
