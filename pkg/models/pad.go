package models

import (
	"fmt"
	"regexp"
	"strconv"

	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive,staticcheck // graph functions read like the mathematics
)

// GoMLX makes the gradient of a Slice of a Pad, which it gives no gradient itself: a gradient of a gradient would end there. It has one here.
func init() {
	if VJPRegistration[NodeTypePad] == nil {
		VJPRegistration[NodeTypePad] = padVJP
	}
}

// What is put around an axis is said nowhere but in a node's text.
var padding = regexp.MustCompile(`Start:(-?\d+) End:(-?\d+) Interior:(-?\d+)`)

// padVJP takes what came for the numbers themselves; the rest belongs to the number that fills.
func padVJP(n *Node, d []*Node, _ shapes.Shape) []*Node {
	x := n.Inputs()[0]
	around := padding.FindAllStringSubmatch(n.String(), -1)
	if len(around) > x.Rank() {
		panic(fmt.Errorf("what does %s put around %s?", n, x.Shape()))
	}
	where := make([]SliceAxisSpec, x.Rank())
	for axis := range where {
		where[axis] = AxisRange()
		if axis >= len(around) {
			continue
		}
		var number [3]int
		for i, word := range around[axis][1:] {
			v, err := strconv.Atoi(word)
			if err != nil || v < 0 {
				panic(fmt.Errorf("the gradient of %s, which cuts off, is not known: use Slice", n))
			}
			number[i] = v
		}
		start, end, step := number[0], n.Shape().Dim(axis)-number[1], number[2]+1
		where[axis] = AxisRange(start, end).Stride(step)
	}
	own := Slice(d[0], where...)
	return []*Node{own, Sub(ReduceAllSum(d[0]), ReduceAllSum(own))}
}
