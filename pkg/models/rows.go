package models

import (
	"errors"
	"fmt"
	"slices"

	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/tensors"
)

// Rows copies n rows of t from row from on. Where t ends, its last row is repeated.
func Rows(t *tensors.Tensor, from, n int) (*tensors.Tensor, error) {
	have := t.Shape().Dim(0)
	if from < 0 || from >= have {
		return nil, fmt.Errorf("models: rows from %d of a tensor with %d rows", from, have)
	}
	out := tensors.FromShape(withRows(t.Shape(), n))
	if err := CopyRows(out, 0, t, from, min(n, have-from)); err != nil {
		return nil, err
	}
	for at := have - from; at < n; at++ {
		if err := CopyRows(out, at, t, have-1, 1); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// CopyRows copies n rows of from, the first of which is start, into to, where they start at row at.
func CopyRows(to *tensors.Tensor, at int, from *tensors.Tensor, start, n int) error {
	var inner error
	err := from.ConstBytes(func(src []byte) {
		row := len(src) / from.Shape().Dim(0)
		inner = to.MutableBytes(func(dst []byte) { copy(dst[at*row:(at+n)*row], src[start*row:]) })
	})
	return errors.Join(err, inner)
}

func withRows(s shapes.Shape, n int) shapes.Shape {
	s = s.Clone()
	s.Dimensions[0] = n
	return s
}

// Floats copies a tensor of float32 or float64 as float64.
func Floats(t *tensors.Tensor) ([]float64, error) {
	out := make([]float64, t.Size())
	var unknown error
	err := t.ConstFlatData(func(flat any) {
		switch flat := flat.(type) {
		case []float32:
			for i, v := range flat {
				out[i] = float64(v)
			}
		case []float64:
			copy(out, flat)
		default:
			unknown = fmt.Errorf("models: numbers of type %s, only float32 and float64 are read", t.DType())
		}
	})
	return out, errors.Join(err, unknown)
}

// Ints copies a tensor of whole numbers, of any type that holds them: ids, for instance.
func Ints(t *tensors.Tensor) ([]int, error) {
	out := make([]int, t.Size())
	var unknown error
	err := t.ConstFlatData(func(flat any) {
		switch flat := flat.(type) {
		case []int8:
			fill(out, flat)
		case []int16:
			fill(out, flat)
		case []int32:
			fill(out, flat)
		case []int64:
			fill(out, flat)
		case []uint8:
			fill(out, flat)
		case []uint16:
			fill(out, flat)
		case []uint32:
			fill(out, flat)
		default:
			unknown = fmt.Errorf("models: numbers of type %s, where whole numbers are read", t.DType())
		}
	})
	return out, errors.Join(err, unknown)
}

func fill[T int8 | int16 | int32 | int64 | uint8 | uint16 | uint32](to []int, from []T) {
	for i, v := range from {
		to[i] = int(v)
	}
}

// firstNotFinite is the position and value of the first NaN or infinity; -1 if there is none or the tensor holds no floats.
func firstNotFinite(t *tensors.Tensor) (at int, value float64) {
	at = -1
	if !t.DType().IsFloat() {
		return at, 0
	}
	_ = t.ConstFlatData(func(flat any) {
		switch flat := flat.(type) {
		case []float32:
			if at = notFinite(flat); at >= 0 {
				value = float64(flat[at])
			}
		case []float64:
			if at = notFinite(flat); at >= 0 {
				value = flat[at]
			}
		}
	})
	return at, value
}

// notFinite is where the first NaN or infinity is, which lack something to themselves; -1 if there is none.
func notFinite[T float32 | float64](flat []T) int {
	return slices.IndexFunc(flat, func(v T) bool { return v-v != 0 })
}
