package data

import (
	"fmt"
	"slices"
)

// Rows are the numbers of an input that are read when they are asked for, because memory has no room for all: those in a file ([OpenRows]),
// images that are decoded, or whatever a program of one's own can make again.
type Rows interface {
	// Len is the number of examples. It does not change.
	Len() int
	// Read gives the numbers of the examples at those positions, one after another, in one of the lists Bytes, Floats, IDs and Mask of a
	// column; its other fields are not looked at. It is the same list each time and the same numbers for the same position. A position may
	// come more than once; all of them are in range. Read is called from several goroutines at once. The list is the caller's.
	Read(index []int) (Column, error)
}

// ReadError is what taking examples panics with if the numbers of a column that is not in memory cannot be read, or are none that the column may
// hold: the functions that take examples return no error, and to go on without the numbers would be to make them up. Those of package train
// return it as an error, with [Catch]; so can one's own.
type ReadError struct {
	Column string // which
	Err    error
}

func (e *ReadError) Error() string {
	return fmt.Sprintf("data: reading column %q: %v", e.Column, e.Err)
}
func (e *ReadError) Unwrap() error { return e.Err }

// Catch puts the [ReadError] that the function panics with into its error. Other panics go on.
//
//	func mean(d *data.Dataset) (m float64, err error) {
//		defer data.Catch(&err)
//		…
func Catch(err *error) {
	switch caught := recover().(type) {
	case nil:
	case *ReadError:
		*err = caught
	default:
		panic(caught)
	}
}

// view is some of the rows.
type view struct {
	of    Rows
	index []int
}

func (v view) Len() int { return len(v.index) }

func (v view) Read(index []int) (Column, error) {
	at := make([]int, len(index))
	for i, to := range index {
		at[i] = v.index[to]
	}
	return v.of.Read(at)
}

// viewed is the rows at those positions. A view of a view is one of what that looks at.
func viewed(r Rows, index []int) Rows {
	if v, ok := r.(view); ok {
		at := make([]int, len(index))
		for i, to := range index {
			at[i] = v.index[to]
		}
		return view{v.of, at}
	}
	return view{r, slices.Clone(index)}
}

// read is the column of the examples at those positions, in memory, checked as [Assemble] checks what is there from the beginning.
func (c Column) read(index []int) (Column, error) {
	got, err := c.Rows.Read(index)
	if err != nil {
		return Column{}, err
	}
	c.Rows, c.Bytes, c.Floats, c.IDs, c.Mask = nil, held(got.Bytes), held(got.Floats), held(got.IDs), held(got.Mask)
	if err := c.check(len(index), false); err != nil {
		return Column{}, fmt.Errorf("of %d examples from %d on: %w", len(index), index[0], err)
	}
	return c, nil
}

// at is the column of the examples at those positions, in memory. It panics with a ReadError.
func (c Column) at(index []int) Column {
	if c.Rows == nil || len(index) == 0 {
		c.Rows = nil
		return c.selected(index)
	}
	got, err := c.read(index)
	if err != nil {
		panic(&ReadError{c.Name, err})
	}
	return got
}

// Span is the column of the examples [from:to], in memory: a part of the column's own lists, to be read only, or what is read. It panics with a
// [ReadError], and unless 0 ≤ from ≤ to ≤ the number of examples.
func (c Column) Span(from, to int) Column {
	if c.Rows != nil {
		index := make([]int, to-from)
		for i := range index {
			index[i] = from + i
		}
		return c.at(index)
	}
	n := c.size()
	c.Bytes, c.Floats, c.IDs, c.Mask = part(c.Bytes, n, from, to), part(c.Floats, n, from, to), part(c.IDs, n, from, to), part(c.Mask, n, from, to)
	return c
}

// part is the rows [from:to] of n elements each; nil stays nil.
func part[T any](list []T, n, from, to int) []T {
	if list == nil {
		return nil
	}
	return list[from*n : to*n : to*n]
}

// pieces gives the column piece by piece, each with the position of its first example: as it is if it is in memory.
func (c Column) pieces(n int) func(yield func(from int, piece Column) bool) {
	return func(yield func(int, Column) bool) {
		step := n
		if c.Rows != nil {
			step = max(1, (1<<20)/c.size())
		}
		for from := 0; from < n; from += step {
			if !yield(from, c.Span(from, min(from+step, n))) {
				return
			}
		}
	}
}
