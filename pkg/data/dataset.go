// Package data holds examples and knows where to get them. A cell of a notebook is a process of its own, so a dataset is
// declared again in every cell: the embedded ones load in some tens of milliseconds without a network.
//
//	train, test, err := data.FashionMNIST()          // embedded: 6,000 + 1,000 images
//	x := test.Inputs(0, 16)                          // [16, 28, 28, 1] float32 in [0,1]
//	in, labels := train.Batch([]int{5, 0, 3})        // any order, for training
//	viz.ImageAttribution(test.Samples(0, 16), why)   // the same examples as a person looks at them
//
// [New] makes a dataset of arrays of one's own with classes, [Assemble] one of any inputs (numbers, ids, masks) and any target (a class, numbers,
// a sequence of ids).
//
// Loading and building return errors. Taking examples by position panics when the position is out of range, as indexing a slice does:
// that is a mistake in the program, not in the data. Where the numbers are not in memory, it panics with a [ReadError] if they cannot be read.
//
// The package prints nothing and is safe for concurrent use.
package data

import (
	"fmt"
	"slices"
	"sync"
)

// Dataset is examples, in memory or read when they are asked for ([Rows]), each of one or more inputs and a target: a class, numbers or a sequence of ids. It does not change once
// made; its fields are to be read only.
type Dataset struct {
	Name    string   // for people: "Fashion-MNIST test subset"
	Classes []string // names of the classes, by label; nil if the target is no class
	Index   []int    // per example: its position in the file or array that it came from, so that a sample can be traced

	// Preparation makes the inputs of one more example, from outside the dataset; nil: not known.
	Preparation Preparation

	n      int
	inputs []Column
	target Column
	hash   func() string
}

// New makes a dataset of examples of one shape, [height, width, channels] for images, whose values follow one another in row-major
// order. Bytes are read as fractions of 255, so that they become values in [0,1]; floats are kept as they are. labels has a class for
// every example, an index into classes. The slices are copied. [Assemble] makes datasets of other kinds.
//
// It returns an error if there are no examples, a length of shape is not positive, the numbers of values, labels and the shape disagree,
// a value is NaN or infinite, or a label is not one of the classes.
func New[T uint8 | float32](name string, shape []int, values []T, labels []int, classes []string) (*Dataset, error) {
	return newOwning(name, shape, slices.Clone(values), labels, classes)
}

// newOwning is New, but keeps values instead of a copy.
func newOwning[T uint8 | float32](name string, shape []int, values []T, labels []int, classes []string) (*Dataset, error) {
	input, target := Column{Shape: shape}, Column{Kind: Classes, Names: classes, IDs: make([]int32, len(labels))}
	switch values := any(values).(type) {
	case []uint8:
		input.Bytes = values
	case []float32:
		input.Floats = values
	}
	for i, label := range labels {
		if label < 0 || label >= len(classes) {
			return nil, fmt.Errorf("data: %q: example %d has label %d, want one of %d classes, counted from 0", name, i, label, len(classes))
		}
		target.IDs[i] = int32(label)
	}
	return Assemble(name, []Column{input}, target)
}

// Assemble makes a dataset of any inputs and one target. It keeps the columns' slices of numbers, which must not be changed any more. Of an input
// that has Rows it reads the first example; the others are checked as they are read.
//
// What a target is decides what a net is trained for: Classes for classification; Values for regression and forecasting; IDs for sequences,
// whose examples are as long as the longest, and padded with 0. Where the target's ids are predicted one after another, the inputs are the
// ids of the source and those that the decoder reads, "<bos>" and the target without its last id.
//
//	pairs, err := data.Assemble("numbers",
//		[]data.Column{
//			{Name: "source", Kind: data.IDs, Shape: []int{8}, IDs: words, Names: english},
//			{Name: "target", Kind: data.IDs, Shape: []int{5}, IDs: shifted, Names: digits},
//		},
//		data.Column{Name: "next", Kind: data.IDs, Shape: []int{5}, IDs: numbers, Names: digits})
//
// It returns an error that names the column if there are no examples, columns do not hold the same number of examples, a kind, a shape
// and the numbers disagree, two inputs have one name, a value is NaN or infinite, an id or a class has no name, or a sequence to be
// predicted is all padding.
func Assemble(name string, inputs []Column, target Column) (*Dataset, error) {
	fail := func(format string, args ...any) (*Dataset, error) {
		return nil, fmt.Errorf("data: %q: %s", name, fmt.Sprintf(format, args...))
	}
	if len(inputs) == 0 {
		return fail("no inputs")
	}
	target = target.completed(true)
	size, err := volume(target.Shape)
	if err != nil {
		return fail("target %q: shape of an example: %v", target.Name, err)
	}
	if target.Rows != nil {
		return fail("target %q: a target is held in memory, want no Rows", target.Name)
	}
	d := &Dataset{Name: name, n: target.len() / size, target: target}
	if target.len() == 0 {
		return fail("no examples")
	}
	for i, c := range inputs {
		c = c.completed(false)
		if slices.ContainsFunc(d.inputs, func(other Column) bool { return other.Name == c.Name }) {
			return fail("two inputs are called %q", c.Name)
		}
		if err := c.check(d.n, false); err != nil {
			return fail("input %d, %q: %v", i, c.Name, err)
		}
		d.inputs = append(d.inputs, c)
	}
	if err := target.check(d.n, true); err != nil {
		return fail("target %q: %v", target.Name, err)
	}
	if target.Kind == Classes {
		d.Classes = target.Names
	}
	d.Index = make([]int, d.n)
	for i := range d.Index {
		d.Index[i] = i
	}
	return d.sealed(), nil
}

// sealed gives the dataset its hash, which is computed when it is first asked for.
func (d *Dataset) sealed() *Dataset {
	contents := *d
	d.hash = sync.OnceValue(contents.sum)
	return d
}

// Len is the number of examples.
func (d *Dataset) Len() int { return d.n }

// Shape is that of one example of the first input: [height, width, channels] for images.
func (d *Dataset) Shape() []int { return slices.Clone(d.inputs[0].Shape) }

// Columns are the inputs and the target, with their names, kinds and axes. Their numbers are the dataset's own, to be read only.
func (d *Dataset) Columns() (inputs []Column, target Column) { return slices.Clone(d.inputs), d.target }

// Label is the class of example i, an index into Classes. It panics if there is no such example or the target is no class.
func (d *Dataset) Label(i int) int {
	d.mustHold(i)
	if d.target.Kind != Classes {
		panic(fmt.Sprintf("data: the target %q of %q is of kind %s and has no labels", d.target.Name, d.Name, d.target.Kind))
	}
	return int(d.target.IDs[i])
}

// Select is a dataset of the examples at those positions, in that order; a position may come more than once. Index goes on pointing to
// where the examples first came from. It panics if there is no such example.
func (d *Dataset) Select(index ...int) *Dataset {
	s := &Dataset{Name: d.Name, Classes: d.Classes, n: len(index), Index: make([]int, len(index)), Preparation: d.Preparation}
	for to, from := range index {
		d.mustHold(from)
		s.Index[to] = d.Index[from]
	}
	for _, c := range d.inputs {
		s.inputs = append(s.inputs, c.selected(index))
	}
	s.target = d.target.selected(index)
	return s.sealed()
}

// Every is a set of every n-th example, beginning with the first: of windows, which overlap, enough to learn from. It panics unless n is positive.
func (d *Dataset) Every(n int) *Dataset {
	if n < 1 {
		panic(fmt.Sprintf("data: every %dth example of %q, want at least every one", n, d.Name))
	}
	var index []int
	for i := 0; i < d.Len(); i += n {
		index = append(index, i)
	}
	return d.Select(index...)
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
