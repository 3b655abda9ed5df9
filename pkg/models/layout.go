package models

import (
	"fmt"
	"slices"

	"github.com/vitrine-ml/vitrine/pkg/record"
)

// Layout turns a tensor as a file has it, Shape and Data in row-major order, into the net's layout.
type Layout func(record.Array) (record.Array, error)

// Transposed reverses the axes: the weights of PyTorch's Linear and of its recurrent layers, [out, in], become [in, out].
func Transposed(a record.Array) (record.Array, error) {
	axes := make([]int, len(a.Shape))
	for i := range axes {
		axes[i] = len(axes) - 1 - i
	}
	return Permuted(axes...)(a)
}

// Permuted puts the axes into another order: axis i of the result is axis axes[i] of the tensor. Permuted(2, 3, 1, 0) makes
// [out, in, height, width], PyTorch's kernels, into [height, width, in, out].
func Permuted(axes ...int) Layout {
	return func(a record.Array) (record.Array, error) {
		sorted := slices.Sorted(slices.Values(axes))
		for i, axis := range sorted {
			if axis != i {
				return a, fmt.Errorf("%v is no order of axes", axes)
			}
		}
		if len(axes) != len(a.Shape) {
			return a, fmt.Errorf("its shape %v should have %d axes", a.Shape, len(axes))
		}
		strides, stride := make([]int, len(axes)), 1
		for i := len(axes) - 1; i >= 0; i-- {
			strides[i], stride = stride, stride*a.Shape[i]
		}
		out := record.Array{Shape: make([]int, len(axes)), Data: make([]float64, len(a.Data))}
		for i, axis := range axes {
			out.Shape[i] = a.Shape[axis]
		}
		index, at := make([]int, len(axes)), 0
		for i := range out.Data {
			out.Data[i] = a.Data[at]
			for k := len(axes) - 1; k >= 0; k-- {
				index[k]++
				at += strides[axes[k]]
				if index[k] < out.Shape[k] {
					break
				}
				at -= strides[axes[k]] * out.Shape[k]
				index[k] = 0
			}
		}
		return out, nil
	}
}

// Reshaped lays the same numbers out in another shape. One length may be −1: whatever is left over.
func Reshaped(shape ...int) Layout {
	return func(a record.Array) (record.Array, error) {
		size, open, out := 1, -1, slices.Clone(shape)
		for i, d := range shape {
			switch {
			case d == -1 && open < 0:
				open = i
			case d < 1:
				return a, fmt.Errorf("%v is no shape", shape)
			default:
				size *= d
			}
		}
		if open >= 0 && size <= len(a.Data) {
			out[open] = len(a.Data) / size
			size *= out[open]
		}
		if size != len(a.Data) {
			return a, fmt.Errorf("its shape %v holds %d numbers, which have no shape %v", a.Shape, len(a.Data), shape)
		}
		return record.Array{Shape: out, Data: a.Data}, nil
	}
}

// Part takes the i-th of n equal parts along the first axis: of PyTorch's in_proj_weight, 0 is the queries', 1 the keys', 2 the values'.
func Part(i, n int) Layout {
	return func(a record.Array) (record.Array, error) {
		if i < 0 || i >= n || len(a.Shape) == 0 || a.Shape[0]%n != 0 {
			return a, fmt.Errorf("its shape %v has no part %d of %d along the first axis", a.Shape, i, n)
		}
		shape, size := slices.Clone(a.Shape), len(a.Data)/n
		shape[0] /= n
		return record.Array{Shape: shape, Data: a.Data[i*size : (i+1)*size]}, nil
	}
}

// Reordered puts the len(order) equal parts along the last axis into another order: part i of the result is part order[i] of the tensor.
// Reordered(1, 0, 2) makes the gates of Keras' GRU, z, r and n, into r, z and n.
func Reordered(order ...int) Layout {
	return func(a record.Array) (record.Array, error) {
		n := len(order)
		for i, part := range slices.Sorted(slices.Values(order)) {
			if part != i {
				return a, fmt.Errorf("%v is no order of parts", order)
			}
		}
		if n == 0 || len(a.Shape) == 0 || a.Shape[len(a.Shape)-1]%n != 0 {
			return a, fmt.Errorf("its shape %v has no %d equal parts along the last axis", a.Shape, n)
		}
		size := a.Shape[len(a.Shape)-1] / n
		out := record.Array{Shape: a.Shape, Data: make([]float64, 0, len(a.Data))}
		for row := range len(a.Data) / max(n*size, 1) {
			for _, part := range order {
				at := (row*n + part) * size
				out.Data = append(out.Data, a.Data[at:at+size]...)
			}
		}
		return out, nil
	}
}

// InTurn is several layouts, one after another.
func InTurn(layouts ...Layout) Layout {
	return func(a record.Array) (record.Array, error) {
		for _, l := range layouts {
			var err error
			if a, err = l(a); err != nil {
				return a, err
			}
		}
		return a, nil
	}
}

// ChannelsFirst is the layout of a Linear layer after PyTorch's flatten of images [channels, height, width], [out, channels·height·width]:
// it becomes [height·width·channels, out].
func ChannelsFirst(channels, height, width int) Layout {
	return InTurn(Reshaped(-1, channels, height, width), Permuted(2, 3, 1, 0), Reshaped(height*width*channels, -1))
}
