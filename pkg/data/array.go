package data

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"

	"github.com/gomlx/compute/dtypes/float16"
	"github.com/gomlx/gomlx/core/tensors"
)

// array is a NumPy array as a column, and whether its numbers are whole: such a target may be classes.
type array struct {
	Column
	whole bool
}

// arrayOf takes an array's first axis for the examples.
func arrayOf(t *tensors.Tensor) (a array, err error) {
	if t.Rank() == 0 || t.Size() == 0 {
		return a, fmt.Errorf("its shape is %v: the first axis is that of the examples, of which there must be some", t.Shape().Dimensions)
	}
	a.Kind, a.Shape = Values, slices.Clone(t.Shape().Dimensions[1:])
	if len(a.Shape) == 0 {
		a.Shape = nil
	}
	var inner error
	err = t.ConstFlatData(func(flat any) {
		switch flat := flat.(type) {
		case []bool:
			a.Kind, a.Mask, a.whole = Mask, slices.Clone(flat), true
		case []uint8:
			a.Bytes, a.whole = slices.Clone(flat), true
		case []float16.Float16:
			for _, v := range flat {
				a.Floats = append(a.Floats, v.Float32())
			}
		case []float32:
			a.Floats = slices.Clone(flat)
		case []float64:
			a.Floats, inner = narrowed(flat)
		case []int8:
			a.Floats, inner = exactly(flat)
		case []int16:
			a.Floats, inner = exactly(flat)
		case []int32:
			a.Floats, inner = exactly(flat)
		case []int64:
			a.Floats, inner = exactly(flat)
		case []uint16:
			a.Floats, inner = exactly(flat)
		case []uint32:
			a.Floats, inner = exactly(flat)
		case []uint64:
			a.Floats, inner = exactly(flat)
		default:
			inner = fmt.Errorf("numbers of type %s", t.DType())
		}
	})
	a.whole = a.whole || t.DType().IsInt()
	return a, errors.Join(err, inner)
}

// narrowed are the nearest numbers of 32 bits.
func narrowed(from []float64) ([]float32, error) {
	to := make([]float32, len(from))
	for i, v := range from {
		if to[i] = float32(v); math.IsInf(float64(to[i]), 0) && !math.IsInf(v, 0) {
			return nil, fmt.Errorf("number %d is %g, which float32 cannot hold", i, v)
		}
	}
	return to, nil
}

// exactly are whole numbers as floats of 32 bits, if none is rounded.
func exactly[T int8 | int16 | int32 | int64 | uint16 | uint32 | uint64](from []T) ([]float32, error) {
	to := make([]float32, len(from))
	for i, v := range from {
		if float64(v) > 1<<24 || float64(v) < -1<<24 {
			return nil, fmt.Errorf("number %d is %d, which float32 rounds: at most 2²⁴ is read", i, v)
		}
		to[i] = float32(v)
	}
	return to, nil
}

// asIDs reads whole numbers as indices into names. Without names, those of classes are their numbers.
func (a array) asIDs(kind Kind, names []string) (array, error) {
	if !a.whole {
		for i, v := range a.Floats {
			if v != float32(int32(v)) {
				return a, fmt.Errorf("number %d is %v: %s are whole numbers", i, v, kind)
			}
		}
	}
	c := array{Column{Name: a.Name, Kind: kind, Shape: a.Shape, Names: names, IDs: make([]int32, a.len())}, true}
	if kind == Classes {
		c.Shape = nil
	}
	largest := int32(0)
	for i := range c.IDs {
		switch {
		case a.Mask != nil && a.Mask[i]:
			c.IDs[i] = 1
		case a.Bytes != nil:
			c.IDs[i] = int32(a.Bytes[i])
		case a.Floats != nil:
			c.IDs[i] = int32(a.Floats[i])
		}
		largest = max(largest, c.IDs[i])
	}
	if names == nil {
		if largest >= 1<<16 {
			return a, fmt.Errorf("it holds %d, and so many classes there are hardly: values are to be saved as floats", largest)
		}
		for i := range largest + 1 {
			c.Names = append(c.Names, strconv.Itoa(int(i)))
		}
	}
	return c, nil
}
