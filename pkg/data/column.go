package data

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/tensors"

	"github.com/vitrine-ml/vitrine/pkg/record"
)

// Kind says what the numbers of a column are.
type Kind string

// The kinds of column.
const (
	Values  Kind = "values"  // numbers as they are; as a target: what a regression or a forecast predicts
	IDs     Kind = "ids"     // indices into Names, 0 being padding; as a target: a sequence, whose padding counts in no loss and no metric
	Mask    Kind = "mask"    // which positions of another input count; no target
	Classes Kind = "classes" // an index into Names, one an example; no input
)

// Column is one input, or the target, of every example.
type Column struct {
	Name  string   // "image", "tokens", "past"; "": the usual one of its kind and shape
	Kind  Kind     // "": Values
	Shape []int    // of one example; nil: one number
	Axes  []string // a name for each axis of Shape; nil: the usual ones

	// Names are the classes of Classes, and of IDs what each id stands for: where a text is cut into tokens, "<pad>", "<unk>", "<bos>" and
	// "<eos>" come first, in this order. Other kinds have none.
	Names []string

	// Features are names for the places of the last axis of Values, "age", "purpose=car": figures show them. nil: none. Other kinds have none.
	Features []string

	// The numbers, example after example, each in row-major order. Exactly one of these holds them: Bytes, which are read as fractions of
	// 255, or Floats for Values; IDs for IDs and Classes; Mask for a Mask. Of an input, Rows may give them when they are asked for; then
	// the lists are empty, and [Column.Span] reads.
	Bytes  []uint8
	Floats []float32
	IDs    []int32
	Mask   []bool
	Rows   Rows
}

// size is the number of numbers in one example.
func (c Column) size() int {
	n := 1
	for _, length := range c.Shape {
		n *= length
	}
	return n
}

// len is the number of numbers.
func (c Column) len() int { return len(c.Bytes) + len(c.Floats) + len(c.IDs) + len(c.Mask) }

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

// completed is the column with the usual name, kind and axes where it has none. Its numbers are the same slices.
func (c Column) completed(target bool) Column {
	if c.Kind == "" {
		c.Kind = Values
	}
	name, axes := usual(c.Kind, c.Shape, target)
	if c.Name == "" {
		c.Name = name
	}
	if c.Axes == nil {
		c.Axes = axes
	}
	c.Bytes, c.Floats, c.IDs, c.Mask = held(c.Bytes), held(c.Floats), held(c.IDs), held(c.Mask)
	c.Shape, c.Axes, c.Names = slices.Clone(c.Shape), slices.Clone(c.Axes), slices.Clone(c.Names)
	c.Features = slices.Clone(c.Features)
	return c
}

// held is a list that holds something, or nil: which list is not nil says where the numbers are.
func held[T any](list []T) []T {
	if len(list) == 0 {
		return nil
	}
	return list
}

// usual names a column and the axes of one example, by the usual meaning of so many axes.
func usual(kind Kind, shape []int, target bool) (name string, axes []string) {
	switch kind {
	case Classes:
		return "class", nil
	case IDs, Mask:
		name = string(kind)
		if kind == IDs {
			name = "tokens"
		}
		if len(shape) == 1 {
			axes = []string{"position"}
		}
	default:
		switch len(shape) {
		case 0:
			name = "value"
		case 1:
			name, axes = "features", []string{"feature"}
		case 2:
			name, axes = "series", []string{"time", "feature"}
		case 3:
			name, axes = "image", []string{"height", "width", "channel"}
		default:
			name = "values"
		}
		if target {
			name = "value"
		}
	}
	if len(axes) != len(shape) {
		axes = make([]string, len(shape))
		for i := range axes {
			axes[i] = fmt.Sprint("axis ", i+1)
		}
	}
	return name, axes
}

// check returns an error if the column, completed, cannot be that of n examples.
func (c Column) check(n int, target bool) error {
	switch {
	case !slices.Contains([]Kind{Values, IDs, Mask, Classes}, c.Kind):
		return fmt.Errorf("kind %q, want %s, %s, %s or %s", c.Kind, Values, IDs, Mask, Classes)
	case target && c.Kind == Mask:
		return errors.New("a mask cannot be predicted: want classes, values or ids")
	case !target && c.Kind == Classes:
		return errors.New("classes are a target; an input has values, ids or a mask")
	case c.Kind == Classes && c.Shape != nil:
		return fmt.Errorf("a class is one number, Shape must be nil, got %v", c.Shape)
	case target && c.Kind == IDs && len(c.Shape) != 1:
		return fmt.Errorf("a target of ids is a sequence, of shape [positions], got %v", c.Shape)
	case len(c.Axes) != len(c.Shape):
		return fmt.Errorf("%d axes %q for an example of shape %v", len(c.Axes), c.Axes, c.Shape)
	case (c.Kind == Values || c.Kind == Mask) && c.Names != nil:
		return fmt.Errorf("%s have no Names, got %d", c.Kind, len(c.Names))
	case c.Features != nil && (c.Kind != Values || len(c.Shape) == 0 || len(c.Features) != c.Shape[len(c.Shape)-1]):
		return fmt.Errorf("%d Features for %s of shape %v, want a name for each place of the last axis", len(c.Features), c.Kind, c.Shape)
	}
	size, err := volume(c.Shape)
	if err != nil {
		return fmt.Errorf("shape of an example: %w", err)
	}
	if c.Rows != nil {
		return c.checkRows(n)
	}
	if err := c.checkStorage(); err != nil {
		return err
	}
	if got := c.len(); got%size != 0 || got/size != n {
		return fmt.Errorf("%d examples of shape %v want %d × %d values, got %d", n, c.Shape, n, size, got)
	}
	if i := slices.IndexFunc(c.Floats, notFinite); i >= 0 {
		return fmt.Errorf("example %d holds %v at position %d of %d", i/size, c.Floats[i], i%size, size)
	}
	return c.checkIDs(size, target)
}

func notFinite(v float32) bool { return math.IsNaN(float64(v)) || math.IsInf(float64(v), 0) }

// checkRows looks at the first example. The others are checked as they are read.
func (c Column) checkRows(n int) error {
	switch {
	case c.len() > 0:
		return errors.New("the numbers are given as a list and as Rows, want one of the two")
	case c.Rows.Len() != n:
		return fmt.Errorf("%d examples want as many Rows, got %d", n, c.Rows.Len())
	}
	_, err := c.read([]int{0})
	return err
}

// checkStorage wants exactly one list of numbers, the one of its kind.
func (c Column) checkStorage() error {
	holds := map[string]bool{"Bytes": c.Bytes != nil, "Floats": c.Floats != nil, "IDs": c.IDs != nil, "Mask": c.Mask != nil}
	want := map[Kind][]string{Values: {"Bytes", "Floats"}, IDs: {"IDs"}, Classes: {"IDs"}, Mask: {"Mask"}}[c.Kind]
	found := 0
	for _, list := range []string{"Bytes", "Floats", "IDs", "Mask"} {
		if !holds[list] {
			continue
		}
		if found++; !slices.Contains(want, list) {
			return fmt.Errorf("%s are held as %s, want them in %s", c.Kind, list, want)
		}
	}
	if found > 1 {
		return errors.New("the numbers are given as Bytes and as Floats, want one of the two")
	}
	return nil
}

// checkIDs wants ids that Names has, and some in every target.
func (c Column) checkIDs(size int, target bool) error {
	if c.Kind == Classes {
		for i, label := range c.IDs {
			if label < 0 || int(label) >= len(c.Names) {
				return fmt.Errorf("example %d has label %d, want one of %d classes, counted from 0", i, label, len(c.Names))
			}
		}
		return nil
	}
	padding := 0
	for i, id := range c.IDs {
		if id < 0 || int(id) >= len(c.Names) {
			return fmt.Errorf("example %d has id %d at position %d, want one of the %d that have Names, counted from 0", i/size, id, i%size, len(c.Names))
		}
		if i%size == 0 {
			padding = 0
		}
		if id == 0 {
			padding++
		}
		if target && padding == size {
			return fmt.Errorf("example %d is nothing but padding (id 0)", i/size)
		}
	}
	return nil
}

// selected is the column of the examples at those positions.
func (c Column) selected(index []int) Column {
	if c.Rows != nil {
		c.Rows = viewed(c.Rows, index)
		return c
	}
	n := c.size()
	c.Bytes, c.Floats, c.IDs, c.Mask = rows(c.Bytes, n, index), rows(c.Floats, n, index), rows(c.IDs, n, index), rows(c.Mask, n, index)
	return c
}

// rows copies the rows of n elements at those positions, one after another; nil stays nil.
func rows[T any](from []T, n int, index []int) []T {
	if from == nil {
		return nil
	}
	to := make([]T, 0, n*len(index))
	for _, i := range index {
		to = append(to, from[i*n:(i+1)*n]...)
	}
	return to
}

// fraction is a byte's value in [0,1]: the float32 nearest to b/255. A table is faster than 255 divisions a row.
var fraction = func() (table [256]float32) {
	for b := range table {
		table[b] = float32(b) / 255
	}
	return table
}()

// tensor puts n examples into a fresh tensor; at gives the position of each.
func (c Column) tensor(n int, at func(int) int) *tensors.Tensor {
	if c.Rows != nil {
		index := make([]int, n)
		for i := range index {
			index[i] = at(i)
		}
		return c.at(index).tensor(n, func(i int) int { return i })
	}
	dims := slices.Concat([]int{n}, c.Shape)
	size := c.size()
	switch c.Kind {
	case Classes:
		return packed(dtypes.Int32, []int{n, 1}, c.IDs, 1, n, at)
	case IDs:
		return packed(dtypes.Int32, dims, c.IDs, size, n, at)
	case Mask:
		return packed(dtypes.Bool, dims, c.Mask, size, n, at)
	}
	if c.Bytes == nil {
		return packed(dtypes.Float32, dims, c.Floats, size, n, at)
	}
	t := tensors.FromShape(shapes.Make(dtypes.Float32, dims...))
	tensors.MustMutableFlatData(t, func(flat []float32) {
		for i := range n {
			row := flat[i*size : (i+1)*size]
			for j, b := range c.Bytes[at(i)*size:][:size] {
				row[j] = fraction[b]
			}
		}
	})
	return t
}

// packed is a tensor of n rows of size elements.
func packed[T float32 | int32 | bool](dtype dtypes.DType, dims []int, from []T, size, n int, at func(int) int) *tensors.Tensor {
	t := tensors.FromShape(shapes.Make(dtype, dims...))
	tensors.MustMutableFlatData(t, func(flat []T) {
		for i := range n {
			copy(flat[i*size:(i+1)*size], from[at(i)*size:])
		}
	})
	return t
}

// array is the n examples of a column in memory as a record.
func (c Column) array(n int) record.Array {
	a := record.Array{
		Name: c.Name, DType: map[Kind]string{Values: "float32", IDs: "int32", Mask: "bool", Classes: "int32"}[c.Kind],
		Axes:  append([]string{"example"}, c.Axes...),
		Shape: slices.Concat([]int{n}, c.Shape),
		Data:  make([]float64, n*c.size()), Features: slices.Clone(c.Features),
	}
	for i := range a.Data {
		switch {
		case c.Bytes != nil:
			a.Data[i] = float64(fraction[c.Bytes[i]])
		case c.Floats != nil:
			a.Data[i] = float64(c.Floats[i])
		case c.IDs != nil:
			a.Data[i] = float64(c.IDs[i])
		case c.Mask[i]:
			a.Data[i] = 1
		}
	}
	return a
}

// tokens are what the ids of a column in memory stand for, without padding; nil for other kinds.
func (c Column) tokens() [][]string {
	if c.Kind != IDs {
		return nil
	}
	all := make([][]string, 0, len(c.IDs)/c.size())
	for row := range slices.Chunk(c.IDs, c.size()) {
		tokens := []string{}
		for _, id := range row {
			if id != 0 {
				tokens = append(tokens, c.Names[id])
			}
		}
		all = append(all, tokens)
	}
	return all
}
