package record

import (
	"fmt"
	"math"
	"slices"
)

// Array is a dense array in row-major order whose axes have names. The first axis of every array that belongs to examples is "example".
type Array struct {
	Name  string    `json:"name"`            // of the port it belongs to, "image" for instance
	DType string    `json:"dtype,omitempty"` // the type its numbers were computed in: "float32" or "float64"
	Axes  []string  `json:"axes"`            // one name an axis: "example", "height", "width", "channel"
	Shape []int     `json:"shape"`           // one length an axis
	Data  []float64 `json:"data"`            // as many numbers as the product of Shape

	Features []string `json:"features,omitempty"` // names for the places of the last axis; nil: none
}

// Size is the number of elements that the shape asks for.
func (a Array) Size() int {
	n := 1
	for _, d := range a.Shape {
		n *= d
	}
	return n
}

// Rows is the length of the first axis, 0 for an array without axes.
func (a Array) Rows() int {
	if len(a.Shape) == 0 {
		return 0
	}
	return a.Shape[0]
}

// Row is the i-th example's numbers: a view, not a copy.
func (a Array) Row(i int) []float64 {
	n := a.Size() / max(a.Rows(), 1)
	return a.Data[i*n : (i+1)*n : (i+1)*n]
}

// Axis is the position of the axis of that name, -1 if there is none.
func (a Array) Axis(name string) int { return slices.Index(a.Axes, name) }

// Check returns an error if axes, shape and data disagree or a number is not finite; it names the first place.
func (a Array) Check() error {
	if len(a.Axes) != len(a.Shape) {
		return fmt.Errorf("record: array %q has %d axes %v but a shape of %d lengths %v", a.Name, len(a.Axes), a.Axes, len(a.Shape), a.Shape)
	}
	size := 1
	for i, d := range a.Shape {
		if d < 0 {
			return fmt.Errorf("record: array %q has length %d on axis %q", a.Name, d, a.Axes[i])
		}
		if d > 0 && size > math.MaxInt32/d { // far above what fits in memory, and far below what overflows
			return fmt.Errorf("record: array %q has shape %v, which is too large", a.Name, a.Shape)
		}
		size *= d
	}
	if size != len(a.Data) {
		return fmt.Errorf("record: array %q of shape %v wants %d numbers, has %d", a.Name, a.Shape, size, len(a.Data))
	}
	if a.Features != nil && (len(a.Shape) == 0 || len(a.Features) != a.Shape[len(a.Shape)-1]) {
		return fmt.Errorf("record: array %q of shape %v has names for %d features, want one for each place of the last axis", a.Name, a.Shape, len(a.Features))
	}
	for i, v := range a.Data {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return fmt.Errorf("record: array %q holds %v at %v", a.Name, v, a.index(i))
		}
	}
	return nil
}

// index turns a position in Data into one index an axis.
func (a Array) index(i int) []int {
	at := make([]int, len(a.Shape))
	for axis := len(a.Shape) - 1; axis >= 0; axis-- {
		at[axis] = i % a.Shape[axis]
		i /= a.Shape[axis]
	}
	return at
}
