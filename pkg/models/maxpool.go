package models

import (
	"fmt"

	. "github.com/gomlx/gomlx/core/graph" //nolint:revive,staticcheck // graph functions read like the mathematics
	"github.com/gomlx/gomlx/ml/model"
)

// MaxPool2D takes the largest of every 2×2 block of x [examples, height, width, channels]; an odd last row or column is dropped.
//
// Where several share the largest value, the gradient is divided equally among them. (GoMLX's own gives each of them the whole of it,
// which multiplies the gradient wherever an image is flat.) The division uses nothing but what it is given, so that it holds on a graph
// that is replayed with other values too.
//
// Where the graph is spelled out ([Unroll]) it is one ReduceMax, as rules know it. Elsewhere the four corners of the blocks are compared, which
// on XLA's CPU takes a third of the time, and half of it back.
func MaxPool2D(scope *model.Scope, x *Node) *Node {
	d := imageDims(x, 1)
	h, w := d[1]/2, d[2]/2
	if h == 0 || w == 0 {
		panic(fmt.Errorf("MaxPool2D needs at least 2×2 pixels, got %s", x.Shape()))
	}
	if d[1]%2 == 1 || d[2]%2 == 1 {
		x = Slice(x, AxisRange(), AxisRange(0, 2*h), AxisRange(0, 2*w), AxisRange())
	}
	blocks := Reshape(x, d[0], h, 2, w, 2, d[3])
	if !unrolled(scope, x.Graph()) {
		return Reshape(maxOfBlocks(blocks), d[0], h, w, d[3])
	}
	blocks = IdentityWithCustomGradient(blocks, func(blocks, v *Node) *Node {
		top := ReduceAndKeep(blocks, ReduceMax, 2, 4)
		winners := ReduceAndKeep(NonNegativeIndicator(Sub(blocks, top)), ReduceSum, 2, 4)
		return Div(v, atLeastOne(winners))
	})
	return ReduceMax(blocks, 2, 4)
}

// maxOfBlocks is the largest of each block [examples, height, 2, width, 2, channels], kept as blocks of one.
func maxOfBlocks(blocks *Node) *Node {
	return customVJP([]*Node{blocks},
		func(in []*Node) (y *Node, kept []*Node) { return top(in[0]), in },
		func(kept []*Node, d *Node) []*Node {
			blocks, top := kept[0], top(kept[0])
			var winners *Node
			for _, c := range corners(blocks) {
				if wins := NonNegativeIndicator(Sub(c, top)); winners == nil {
					winners = wins
				} else {
					winners = Add(winners, wins)
				}
			}
			share := Div(d, atLeastOne(winners))
			wins := GreaterOrEqual(blocks, BroadcastToShape(top, blocks.Shape()))
			return []*Node{Where(wins, BroadcastToShape(share, blocks.Shape()), ZerosLike(blocks))}
		})
}

func top(blocks *Node) *Node {
	c := corners(blocks)
	return Max(Max(c[0], c[1]), Max(c[2], c[3]))
}

func corners(blocks *Node) (c [4]*Node) {
	for i := range c {
		c[i] = Slice(blocks, AxisRange(), AxisRange(), AxisElem(i/2), AxisRange(), AxisElem(i%2), AxisRange())
	}
	return c
}

// atLeastOne is for the count of winners: a compiler may compute what they are compared with twice, with other rounding, and then find none.
func atLeastOne(winners *Node) *Node { return Max(winners, OnesLike(winners)) }
