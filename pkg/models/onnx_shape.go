package models

import (
	"fmt"
	"slices"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive,staticcheck // graph functions read like the mathematics
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
