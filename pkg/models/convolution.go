package models

import (
	"fmt"

	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive,staticcheck // graph functions read like the mathematics
	"github.com/gomlx/gomlx/ml/model"
)

// Conv2D is a convolution with a square kernel, stride 1 and zero padding that keeps height and width, for x of shape
// [examples, height, width, channels]. The kernel is [size, size, in, out], size is odd.
//
// On XLA it is a convolution node with a gradient of its own, unless the graph is spelled out ([Unroll]); it is then, and on pure Go always,
// one matrix product over the patches (im2col), which rules pass through faster, and pure Go eight times as fast. [NativeConv2D] is the same
// layer over the same variables as a convolution node always, with the gradient that the backend has for it.
func Conv2D(scope *model.Scope, x *Node, out, size int) *Node {
	d := imageDims(x, size)
	w := weights(scope, x, size, size, d[3], out)
	if !unrolled(scope, x.Graph()) {
		return convolve(x, w, biases(scope, x, out))
	}
	y := Dot(Reshape(patches(x, 0, size, size), -1, size*size*d[3]), Reshape(w, size*size*d[3], out)).MatMul()
	y = Add(y, InsertAxes(biases(scope, x, out), 0))
	return Reshape(y, d[0], d[1], d[2], out)
}

// NativeConv2D is Conv2D as the backend's own convolution.
func NativeConv2D(scope *model.Scope, x *Node, out, size int) *Node {
	d := imageDims(x, size)
	w := weights(scope, x, size, size, d[3], out)
	return addBiases(Convolve(x, w).PadSame().Done(), biases(scope, x, out))
}

// convolve is x * w + b as XLA's CPU computes it fastest, with a gradient of its own.
//
// An odd number of channels, such as three colours, takes twice the time of one more, which is zero here. XLA's gradient for the weights is a
// convolution whose kernel is as large as the image, and takes longer than all the rest; here it is a matrix product for each row of the kernel.
// The sum for the biases is a product with ones, as XLA would compute again, number by number, all that it sums up.
func convolve(x, w, b *Node) *Node {
	return customVJP([]*Node{x, w, b},
		func(in []*Node) (y *Node, kept []*Node) {
			x, w := in[0], in[1]
			if channels := w.Shape().Dim(2); channels > 1 {
				even := (channels + 1) / 2 * 2
				x, w = zerosAfter(x, 3, even), zerosAfter(w, 2, even)
			}
			return addBiases(Convolve(x, w).PadSame().Done(), in[2]), in[:2]
		},
		func(kept []*Node, d *Node) []*Node {
			x, w := kept[0], kept[1]
			size, in, out := w.Shape().Dim(0), w.Shape().Dim(2), w.Shape().Dim(3)
			back := Transpose(Reverse(zerosAfter(w, 2, (in+3)/4*4), 0, 1), 2, 3)
			ofX := Slice(Convolve(d, back).PadSame().Done(), AxisRange(), AxisRange(), AxisRange(), AxisRange(0, in))

			rows := Reshape(d, -1, out)
			ofW := make([]*Node, size)
			for i := range size {
				row := Reshape(patches(x, i, 1, size), -1, size*in)
				ofW[i] = Reshape(Dot(row, rows).General([]int{0}, nil, []int{0}, nil), 1, size, in, out)
			}
			ones := Ones(d.Graph(), shapes.Make(d.DType(), 1, rows.Shape().Dim(0)))
			return []*Node{ofX, Concatenate(ofW, 0), Reshape(Dot(ones, rows).MatMul(), out)}
		})
}

// zerosAfter appends zeros to an axis, up to a length.
func zerosAfter(x *Node, axis, length int) *Node {
	d := x.Shape().Clone()
	if d.Dimensions[axis] == length {
		return x
	}
	d.Dimensions[axis] = length - d.Dimensions[axis]
	return Concatenate([]*Node{x, Zeros(x.Graph(), d)}, axis)
}

// patches are, for every pixel of x, the numbers that some rows of a kernel of that size meet, the first of them its row from: [examples,
// height, width, rows · size · channels].
func patches(x *Node, from, rows, size int) *Node {
	d := x.Shape().Dimensions
	padded := padImage(x, size/2)
	all := make([]*Node, 0, rows*size)
	for i := from; i < from+rows; i++ {
		for j := range size {
			all = append(all, Slice(padded, AxisRange(), AxisRange(i, i+d[1]), AxisRange(j, j+d[2]), AxisRange()))
		}
	}
	return Concatenate(all, -1)
}

func addBiases(y, b *Node) *Node { return Add(y, InsertAxes(b, 0, 0, 0)) }

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
