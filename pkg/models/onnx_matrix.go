package models

import (
	"fmt"
	"slices"

	. "github.com/gomlx/gomlx/core/graph" //nolint:revive,staticcheck // graph functions read like the mathematics
)

func init() {
	lowerOne("MatMul", func(c *onnxCall) *Node { return matMul(c.x(0), c.x(1)) })
	lowerOne("Gemm", func(c *onnxCall) *Node {
		a, b := c.x(0), c.x(1)
		if c.int("transA", 0) == 1 {
			a = Transpose(a, 0, 1)
		}
		if c.int("transB", 0) == 1 {
			b = Transpose(b, 0, 1)
		}
		y := matMul(a, b)
		if alpha := c.float("alpha", 1); alpha != 1 {
			y = MulScalar(y, alpha)
		}
		if c.has(2) {
			bias := c.x(2)
			if beta := c.float("beta", 1); beta != 1 {
				bias = MulScalar(bias, beta)
			}
			y = Add(alike(y, bias))
		}
		return y
	})
	lowerOne("Einsum", func(c *onnxCall) *Node {
		if len(c.in) != 2 {
			panic(fmt.Errorf("%s has %d operands, two are supported", c, len(c.in)))
		}
		return Einsum(c.text("equation", ""), c.x(0), c.x(1))
	})
	lowerOne("Softmax", func(c *onnxCall) *Node {
		return alongAxis(c, func(x *Node, axis int) *Node { return Softmax(x, axis) })
	})
	lowerOne("LogSoftmax", func(c *onnxCall) *Node {
		return alongAxis(c, func(x *Node, axis int) *Node { return LogSoftmax(x, axis) })
	})
	for name, reduce := range map[string]func(x *Node, axes ...int) *Node{
		"ReduceSum": ReduceSum, "ReduceMean": ReduceMean, "ReduceMax": ReduceMax, "ReduceMin": ReduceMin, "ReduceProd": ReduceMultiply,
		"ReduceSumSquare": func(x *Node, axes ...int) *Node { return ReduceSum(Square(x), axes...) },
		"ReduceL1":        func(x *Node, axes ...int) *Node { return ReduceSum(Abs(x), axes...) },
		"ReduceL2":        func(x *Node, axes ...int) *Node { return Sqrt(ReduceSum(Square(x), axes...)) },
	} {
		lowerOne(name, func(c *onnxCall) *Node { return reduceONNX(c, name, reduce) })
	}
	lowerOne("ArgMax", func(c *onnxCall) *Node {
		x := c.x(0)
		axis := c.axis(c.int("axis", 0), x.Rank())
		y := ArgMax(x, axis, c.dtype(7))
		if c.int("keepdims", 1) == 1 {
			y = InsertAxes(y, axis)
		}
		return y
	})
}

// matMul is NumPy's; vectors of many axes are the rows of one product, as in [Dense].
func matMul(a, b *Node) *Node {
	if a.Rank() > 2 && b.Rank() == 2 {
		d := slices.Clone(a.Shape().Dimensions)
		y := Dot(Reshape(a, -1, d[len(d)-1]), b).MatMul()
		d[len(d)-1] = b.Shape().Dim(1)
		return Reshape(y, d...)
	}
	return Dot(a, b).MatMul()
}

// alongAxis applies a softmax; before version 13 it was of all axes from the given one on.
func alongAxis(c *onnxCall, of func(x *Node, axis int) *Node) *Node {
	x := c.x(0)
	if c.opset >= 13 {
		return of(x, c.axis(c.int("axis", -1), x.Rank()))
	}
	axis, d := c.axis(c.int("axis", 1), x.Rank()), x.Shape().Dimensions
	return Reshape(of(Reshape(x, product(d[:axis]), product(d[axis:])), 1), d...)
}

func reduceONNX(c *onnxCall, name string, reduce func(x *Node, axes ...int) *Node) *Node {
	x, axes := c.x(0), c.listed("axes", 1)
	if len(axes) == 0 {
		if c.int("noop_with_empty_axes", 0) == 1 {
			return x
		}
		for i := range x.Rank() {
			axes = append(axes, i)
		}
	}
	axes = c.axes(axes, x.Rank())
	d := slices.Clone(x.Shape().Dimensions)
	for _, a := range axes {
		d[a] = 1
	}
	var y *Node
	if (name == "ReduceMax" || name == "ReduceMin") && x.DType().IsFloat() { // whose gradient is divided among equal ones
		if name == "ReduceMin" {
			x = Neg(x)
		}
		var order []int
		for i := range d {
			if !slices.Contains(axes, i) {
				order = append(order, i)
			}
		}
		kept := len(order)
		t := TransposeAllAxes(x, append(order, axes...)...)
		y = maxOfLast(Reshape(t, append(slices.Clone(t.Shape().Dimensions[:kept]), -1)...))
		if name == "ReduceMin" {
			y = Neg(y)
		}
	} else {
		y = reduce(x, axes...)
	}
	if c.int("keepdims", 1) == 1 {
		y = Reshape(y, d...)
	}
	return y
}
