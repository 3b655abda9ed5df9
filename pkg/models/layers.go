package models

import (
	"fmt"

	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive,staticcheck // graph functions read like the mathematics
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/model/initializer"
)

// The layers are graph functions: they take and return nodes, keep their variables in the scope and panic if something does not fit.

// Dense is x·W + b for every vector along the last axis of x [examples, …, in]; W is [in, out]. Variables "weights" (He's initialisation)
// and "biases" (zeros).
//
// It is one matrix product, whose rows are all the vectors.
func Dense(scope *model.Scope, x *Node, out int) *Node {
	return dense(scope, x, out, initializer.HeFn(scope), true)
}

// linear is Dense with Xavier's initialisation, for layers that no ReLU follows.
func linear(scope *model.Scope, x *Node, out int) *Node {
	return dense(scope, x, out, initializer.XavierUniformFn(scope), true)
}

// unbiased is linear without biases.
func unbiased(scope *model.Scope, x *Node, out int) *Node {
	return dense(scope, x, out, initializer.XavierUniformFn(scope), false)
}

func dense(scope *model.Scope, x *Node, out int, initial model.VariableInitializer, bias bool) *Node {
	if x.Rank() < 2 {
		panic(fmt.Errorf("Dense wants [examples, …, features], got %s: reshape first", x.Shape()))
	}
	d := x.Shape().Clone().Dimensions
	in := d[len(d)-1]
	w := scope.WithInitializer(initial).VariableWithShape("weights", shapes.Make(x.DType(), in, out)).NodeValue(x.Graph())
	rows := x
	if len(d) > 2 {
		rows = Reshape(x, -1, in)
	}
	y := Dot(rows, w).MatMul()
	if bias {
		y = Add(y, InsertAxes(biases(scope, x, out), 0))
	}
	if len(d) > 2 {
		d[len(d)-1] = out
		y = Reshape(y, d...)
	}
	return y
}

// Conv2D is a convolution with a square kernel, stride 1 and zero padding that keeps height and width, for x of shape
// [examples, height, width, channels]. The kernel is [size, size, in, out], size is odd.
//
// On XLA it is a convolution node, which takes two thirds of the time forward and back together, unless the graph is spelled out ([Unroll]);
// it is then, and on pure Go always, one matrix product over the patches (im2col), which rules pass through faster, and pure Go eight times
// as fast. [NativeConv2D] is the same layer over the same variables as a convolution node always.
func Conv2D(scope *model.Scope, x *Node, out, size int) *Node {
	if !unrolled(scope, x.Graph()) {
		return NativeConv2D(scope, x, out, size)
	}
	d := imageDims(x, size)
	w := weights(scope, x, size, size, d[3], out)
	padded := padImage(x, size/2)
	patches := make([]*Node, 0, size*size)
	for i := range size {
		for j := range size {
			patches = append(patches, Slice(padded, AxisRange(), AxisRange(i, i+d[1]), AxisRange(j, j+d[2]), AxisRange()))
		}
	}
	columns := Reshape(Concatenate(patches, -1), d[0]*d[1]*d[2], size*size*d[3])
	y := Dot(columns, Reshape(w, size*size*d[3], out)).MatMul()
	y = Add(y, InsertAxes(biases(scope, x, out), 0))
	return Reshape(y, d[0], d[1], d[2], out)
}

// NativeConv2D is Conv2D as the backend's own convolution.
func NativeConv2D(scope *model.Scope, x *Node, out, size int) *Node {
	d := imageDims(x, size)
	w := weights(scope, x, size, size, d[3], out)
	y := Convolve(x, w).PadSame().Done()
	return Add(y, InsertAxes(biases(scope, x, out), 0, 0, 0))
}

// MaxPool2D takes the largest of every 2×2 block of x [examples, height, width, channels]; an odd last row or column is dropped.
//
// Where several share the largest value, the gradient is divided equally among them. (GoMLX's own gives each of them the whole of it,
// which multiplies the gradient wherever an image is flat.) The division uses nothing but what it is given, so that it holds on a graph
// that is replayed with other values too.
func MaxPool2D(x *Node) *Node {
	d := imageDims(x, 1)
	h, w := d[1]/2, d[2]/2
	if h == 0 || w == 0 {
		panic(fmt.Errorf("MaxPool2D needs at least 2×2 pixels, got %s", x.Shape()))
	}
	if d[1]%2 == 1 || d[2]%2 == 1 {
		x = Slice(x, AxisRange(), AxisRange(0, 2*h), AxisRange(0, 2*w), AxisRange())
	}
	blocks := IdentityWithCustomGradient(Reshape(x, d[0], h, 2, w, 2, d[3]), func(blocks, v *Node) *Node {
		top := ReduceAndKeep(blocks, ReduceMax, 2, 4)
		winners := ReduceAndKeep(NonNegativeIndicator(Sub(blocks, top)), ReduceSum, 2, 4)
		// A compiler may compute blocks twice, with other rounding, and then find no winner; there is one at least.
		return Div(v, Max(winners, OnesLike(winners)))
	})
	return ReduceMax(blocks, 2, 4)
}

// Relu is max(0, x) with gradient 0 at x = 0, as in PyTorch. (GoMLX's is 1 there.)
func Relu(x *Node) *Node { return Max(ZerosLike(x), x) }

// padImage adds border rows and columns of zeros on every side. It concatenates, as Pad has no gradient.
func padImage(x *Node, border int) *Node {
	if border == 0 {
		return x
	}
	for _, axis := range []int{1, 2} {
		d := x.Shape().Clone()
		d.Dimensions[axis] = border
		zeros := Zeros(x.Graph(), d)
		x = Concatenate([]*Node{zeros, x, zeros}, axis)
	}
	return x
}

func imageDims(x *Node, size int) []int {
	if x.Rank() != 4 {
		panic(fmt.Errorf("image layers want [examples, height, width, channels], got %s", x.Shape()))
	}
	if size%2 == 0 || size < 1 {
		panic(fmt.Errorf("the kernel's size must be odd, so that padding keeps height and width; got %d", size))
	}
	return x.Shape().Dimensions
}

func weights(scope *model.Scope, x *Node, dims ...int) *Node {
	scope = scope.WithInitializer(initializer.HeFn(scope))
	return scope.VariableWithShape("weights", shapes.Make(x.DType(), dims...)).NodeValue(x.Graph())
}

func biases(scope *model.Scope, x *Node, n int) *Node {
	scope = scope.WithInitializer(initializer.Zero)
	return scope.VariableWithShape("biases", shapes.Make(x.DType(), n)).NodeValue(x.Graph())
}
