package models

import (
	"fmt"
	"slices"

	. "github.com/gomlx/gomlx/core/graph" //nolint:revive,staticcheck // graph functions read like the mathematics
)

func init() {
	onnxOperations["BatchNormalization"] = func(c *onnxCall) []*Node {
		if c.int("training_mode", 0) == 1 {
			panic(fmt.Errorf("%s is in training mode: export the model after eval()", c))
		}
		x := c.x(0)
		v := func(i int) *Node { return alongAxis1(c.x(i), x.Rank(), 1) }
		// One product and one sum, so that rules see a linear operation.
		scale := Div(v(1), Sqrt(AddScalar(v(4), c.float("epsilon", 1e-5))))
		return []*Node{Add(Mul(x, scale), Sub(v(2), Mul(v(3), scale)))}
	}
	onnxOperations["LayerNormalization"] = func(c *onnxCall) []*Node {
		x := c.x(0)
		var axes []int
		for i := c.axis(c.int("axis", -1), x.Rank()); i < x.Rank(); i++ {
			axes = append(axes, i)
		}
		y := Mul(standardised(x, c.float("epsilon", 1e-5), axes...), ExpandLeftToRank(c.x(1), x.Rank()))
		if c.has(2) {
			y = Add(y, ExpandLeftToRank(c.x(2), x.Rank()))
		}
		return []*Node{y}
	}
	lowerOne("InstanceNormalization", func(c *onnxCall) *Node {
		x := c.x(0)
		y := standardised(x, c.float("epsilon", 1e-5), space(x)...)
		return Add(Mul(y, alongAxis1(c.x(1), x.Rank(), 1)), alongAxis1(c.x(2), x.Rank(), 1))
	})
	lowerOne("GroupNormalization", func(c *onnxCall) *Node {
		x, groups := c.x(0), c.int("num_groups", 1)
		if c.opset < 21 || groups < 1 || x.Shape().Dim(1)%groups != 0 {
			panic(fmt.Errorf("%s has %d groups of %s in version %d; from 21 on it is supported", c, groups, x.Shape(), c.opset))
		}
		d := x.Shape().Dimensions
		y := Reshape(standardised(Reshape(x, d[0], groups, -1), c.float("epsilon", 1e-5), 2), d...)
		return Add(Mul(y, alongAxis1(c.x(1), x.Rank(), 1)), alongAxis1(c.x(2), x.Rank(), 1))
	})
	lowerOne("ai.onnx.ml.Normalizer", func(c *onnxCall) *Node {
		x := c.x(0)
		var size *Node
		switch norm := c.text("norm", "MAX"); norm {
		case "L1":
			size = oneForZero(ReduceAndKeep(Abs(x), ReduceSum, -1))
		case "L2":
			size = Sqrt(oneForZero(ReduceAndKeep(Square(x), ReduceSum, -1)))
		default:
			panic(fmt.Errorf("%s is by the norm %q, supported are L1 and L2", c, norm))
		}
		return Div(x, size)
	})
	lowerOne("ai.onnx.ml.Scaler", func(c *onnxCall) *Node {
		x := c.x(0)
		y := Sub(x, ExpandLeftToRank(Const(c.g, c.attributes["offset"].floats), x.Rank()))
		return Mul(y, ExpandLeftToRank(Const(c.g, c.attributes["scale"].floats), x.Rank()))
	})
	lowerOne("ai.onnx.ml.LinearRegressor", func(c *onnxCall) *Node { return linearONNX(c, "coefficients", c.int("targets", 1)) })
	onnxOperations["ai.onnx.ml.LinearClassifier"] = func(c *onnxCall) []*Node {
		classes := max(len(c.attributes["classlabels_ints"].ints), len(c.attributes["classlabels_strings"].strings))
		y := linearONNX(c, "coefficients", len(c.attributes["intercepts"].floats))
		columns := y.Shape().Dim(1)
		if columns == 1 && classes == 2 { // one number says both
			if c.text("post_transform", "NONE") != "LOGISTIC" {
				panic(fmt.Errorf("%s has one score for two classes and no logistic function after it, which is not supported", c))
			}
			p := Sigmoid(y)
			return []*Node{nil, Concatenate([]*Node{OneMinus(p), p}, -1)}
		}
		switch post := c.text("post_transform", "NONE"); post {
		case "NONE":
		case "SOFTMAX":
			y = Softmax(y, -1)
		case "LOGISTIC":
			y = Sigmoid(y)
		default:
			panic(fmt.Errorf("%s ends with %q, which is not supported", c, post))
		}
		return []*Node{nil, y} // the first is the label
	}
}

// oneForZero leaves zeros, which have no size, as they are: so do scikit-learn and ONNX Runtime.
func oneForZero(x *Node) *Node { return Where(Equal(x, ZerosLike(x)), OnesLike(x), x) }

// standardised has mean 0 and variance 1 over the axes.
func standardised(x *Node, epsilon float64, axes ...int) *Node {
	d := Sub(x, ReduceAndKeep(x, ReduceMean, axes...))
	return Div(d, Sqrt(AddScalar(ReduceAndKeep(Square(d), ReduceMean, axes...), epsilon)))
}

// alongAxis1 gives a vector the rank of what it is combined with, along that axis.
func alongAxis1(v *Node, rank, axis int) *Node {
	if v.Rank() != 1 || rank <= axis {
		panic(fmt.Errorf("%s along axis %d of %d", v.Shape(), axis, rank))
	}
	d := slices.Repeat([]int{1}, rank)
	d[axis] = v.Shape().Dim(0)
	return Reshape(v, d...)
}

// linearONNX is x·Wᵀ + b of attributes.
func linearONNX(c *onnxCall, name string, rows int) *Node {
	x, w, b := c.x(0), c.attributes[name].floats, c.attributes["intercepts"].floats
	if x.Rank() == 2 && rows > 0 && len(w) > 0 && len(w)%rows == 0 && len(w) != rows*x.Shape().Dim(1) {
		panic(fmt.Errorf("%s has coefficients for %d numbers an example, and the graph gives it %d: if the file says a wrong shape of its input, say the right one in ONNXOptions.Shapes",
			c, len(w)/rows, x.Shape().Dim(1)))
	}
	if x.Rank() != 2 || rows < 1 || len(w) != rows*x.Shape().Dim(1) || len(b) != 0 && len(b) != rows {
		panic(fmt.Errorf("%s has %d coefficients and %d intercepts for %s", c, len(w), len(b), x.Shape()))
	}
	y := Dot(x, Transpose(Reshape(ConvertDType(Const(c.g, w), x.DType()), rows, -1), 0, 1)).MatMul()
	if len(b) > 0 {
		y = Add(y, InsertAxes(ConvertDType(Const(c.g, b), x.DType()), 0))
	}
	return y
}
