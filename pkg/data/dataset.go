// Package data holds labelled examples and knows where to get them. A cell of a notebook is a process of its own, so a dataset is
// declared again in every cell: the embedded ones load in some tens of milliseconds without a network.
//
//	train, test, err := data.FashionMNIST()          // embedded: 6,000 + 1,000 images
//	x := test.Inputs(0, 16)                          // [16, 28, 28, 1] float32 in [0,1]
//	in, labels := train.Batch([]int{5, 0, 3})        // any order, for training
//	viz.ImageAttribution(test.Samples(0, 16), why)   // the same examples as a person looks at them
//
// Loading and building return errors. Taking examples by position panics when the position is out of range, as indexing a slice does:
// that is a mistake in the program, not in the data.
//
// The package prints nothing and is safe for concurrent use.
package data

import (
	"fmt"
	"math"
	"slices"
	"sync"
)

// Dataset is labelled examples in memory, all of one shape. It does not change once made; its fields are to be read only.
type Dataset struct {
	Name    string   // for people: "Fashion-MNIST test subset"
	Classes []string // names of the classes, by label
	Index   []int    // per example: its position in the file or array that it came from, so that a sample can be traced

	shape  []int     // of one example
	pixels []uint8   // the values as bytes, 255 for 1.0; or
	values []float32 // the values themselves. One of the two is nil
	labels []int32
	hash   func() string
}

// New makes a dataset of examples of one shape, [height, width, channels] for images, whose values follow one another in row-major
// order. Bytes are read as fractions of 255, so that they become values in [0,1]; floats are kept as they are. labels has a class for
// every example, an index into classes. The slices are copied.
//
// It returns an error if there are no examples, a length of shape is not positive, the numbers of values, labels and the shape disagree,
// a value is NaN or infinite, or a label is not one of the classes.
func New[T uint8 | float32](name string, shape []int, values []T, labels []int, classes []string) (*Dataset, error) {
	return newOwning(name, shape, slices.Clone(values), labels, classes)
}

// newOwning is New, but keeps values instead of a copy.
func newOwning[T uint8 | float32](name string, shape []int, values []T, labels []int, classes []string) (*Dataset, error) {
	fail := func(format string, args ...any) (*Dataset, error) {
		return nil, fmt.Errorf("data: %q: %s", name, fmt.Sprintf(format, args...))
	}
	if len(labels) == 0 {
		return fail("no examples")
	}
	size, err := volume(shape)
	if err != nil {
		return fail("shape of an example: %v", err)
	}
	if len(values)/size != len(labels) || len(values)%size != 0 {
		return fail("%d examples of shape %v want %d × %d values, got %d", len(labels), shape, len(labels), size, len(values))
	}
	d := &Dataset{
		Name: name, Classes: slices.Clone(classes), Index: make([]int, len(labels)),
		shape: slices.Clone(shape), labels: make([]int32, len(labels)),
	}
	for i, label := range labels {
		if label < 0 || label >= len(classes) {
			return fail("example %d has label %d, want one of %d classes, counted from 0", i, label, len(classes))
		}
		d.Index[i], d.labels[i] = i, int32(label)
	}
	switch values := any(values).(type) {
	case []uint8:
		d.pixels = values
	case []float32:
		for i, v := range values {
			if math.IsNaN(float64(v)) || math.IsInf(float64(v), 0) {
				return fail("example %d holds %v at position %d of %d", i/size, v, i%size, size)
			}
		}
		d.values = values
	}
	return d.sealed(), nil
}

// volume is the number of values in an example of that shape.
func volume(shape []int) (int, error) {
	n := 1
	for _, length := range shape {
		if length < 1 {
			return 0, fmt.Errorf("%v has a length of %d, want at least 1", shape, length)
		}
		if n > math.MaxInt32/length {
			return 0, fmt.Errorf("%v is too large", shape)
		}
		n *= length
	}
	return n, nil
}

// sealed gives the dataset its hash, which is computed when it is first asked for.
func (d *Dataset) sealed() *Dataset {
	contents := *d
	d.hash = sync.OnceValue(contents.sum)
	return d
}

// Len is the number of examples.
func (d *Dataset) Len() int { return len(d.labels) }

// Shape is that of one example: [height, width, channels] for images.
func (d *Dataset) Shape() []int { return slices.Clone(d.shape) }

// Label is the class of example i, an index into Classes. It panics if there is no such example.
func (d *Dataset) Label(i int) int {
	d.mustHold(i)
	return int(d.labels[i])
}

// Select is a dataset of the examples at those positions, in that order; a position may come more than once. Index goes on pointing to
// where the examples first came from. It panics if there is no such example.
func (d *Dataset) Select(index ...int) *Dataset {
	s := &Dataset{Name: d.Name, Classes: d.Classes, shape: d.shape}
	s.Index = make([]int, len(index))
	s.labels = make([]int32, len(index))
	for to, from := range index {
		d.mustHold(from)
		s.Index[to], s.labels[to] = d.Index[from], d.labels[from]
	}
	n := d.size()
	if d.pixels != nil {
		s.pixels = rows(d.pixels, n, index)
	} else {
		s.values = rows(d.values, n, index)
	}
	return s.sealed()
}

// rows copies the rows of n elements at those positions, one after another.
func rows[T any](from []T, n int, index []int) []T {
	to := make([]T, 0, n*len(index))
	for _, i := range index {
		to = append(to, from[i*n:(i+1)*n]...)
	}
	return to
}

// size is the number of values in one example.
func (d *Dataset) size() int {
	n := 1
	for _, length := range d.shape {
		n *= length
	}
	return n
}

func (d *Dataset) mustHold(i int) {
	if i < 0 || i >= d.Len() {
		panic(fmt.Sprintf("data: example %d of %q, which has %d examples, counted from 0", i, d.Name, d.Len()))
	}
}

func (d *Dataset) mustSpan(from, to int) {
	if from < 0 || to < from || to > d.Len() {
		panic(fmt.Sprintf("data: examples [%d:%d] of %q, want 0 ≤ from ≤ to ≤ %d", from, to, d.Name, d.Len()))
	}
}
