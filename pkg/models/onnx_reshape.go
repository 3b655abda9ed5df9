package models

import (
	"fmt"
	"slices"

	. "github.com/gomlx/gomlx/core/graph" //nolint:revive,staticcheck // graph functions read like the mathematics
)

func reshapeONNX(c *onnxCall) *Node {
	x, to := c.x(0), slices.Clone(c.whole(1))
	from, fixed := c.dims(0), c.fileShape != nil && c.rows != c.batch
	if fixed { // all lengths as in the file, until it is known which of them has the examples
		from = c.fileShape
	}
	if c.int("allowzero", 0) == 0 {
		for i, d := range to {
			if d == 0 && i < len(from) {
				to[i] = from[i]
			}
		}
	}
	size, open := 1, -1
	for i, d := range to {
		if d == -1 {
			open = i
		} else if d < 0 || d > maxNumbers || size*max(d, 1) > maxNumbers {
			panic(fmt.Errorf("%s makes the shape %v", c, to))
		} else {
			size *= d
		}
	}
	have := x.Shape().Size()
	if fixed && (open >= 0 || size != have) {
		if open >= 0 {
			to[open] = product(c.fileShape) / max(size, 1)
		}
		to = otherBatch(c.batch, c.fileShape, x.Shape().Dimensions, to)
		open, size = -1, product(to)
	}
	if open >= 0 && size > 0 && have%size == 0 {
		to[open] = have / size
	}
	if product(to) != have {
		panic(fmt.Errorf("%s makes %v of %s: is the number of examples fixed in the file? Export it with a free (dynamic) batch axis", c, to, x.Shape()))
	}
	return Reshape(x, to...)
}

// otherBatch is the shape that to, the result of a reshape in a graph of batch examples, has with another number of them: file and now are
// the shapes of what is reshaped with each. Shapes alone leave room for doubt, above all where batch is 1; what comes of it is checked
// ([Net.checkBatch]).
func otherBatch(batch int, file, now, to []int) []int {
	to = slices.Clone(to)
	axis := 0
	for axis < len(file) && file[axis] == now[axis] {
		axis++
	}
	if axis == len(file) {
		return to
	}
	before, rest := product(file[:axis]), file[axis+1:]
	grow := func(i int) []int {
		to[i] = to[i] * now[axis] / file[axis]
		return to
	}
	n := 1
	for i, d := range to {
		if n == before { // here begins what the axis with the examples becomes
			size := 1
			for j := i; j < len(to) && (size < file[axis] || to[j] == 1); j++ {
				if to[j] == batch {
					return grow(j)
				}
				size *= to[j]
			}
			if i > 0 && file[axis] == 1 && product(to[i:]) == product(rest) && len(to[i:]) <= len(rest) {
				return grow(i - 1) // the one example went to the axis before
			}
			if d*now[axis]%file[axis] == 0 {
				return grow(i)
			}
		}
		n *= d
	}
	n = 1
	for i, d := range to { // the axis that holds it
		if n *= d; n > before {
			return grow(i)
		}
	}
	return to
}
