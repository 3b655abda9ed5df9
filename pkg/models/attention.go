package models

import (
	"fmt"
	"math"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive,staticcheck // graph functions read like the mathematics
	"github.com/gomlx/gomlx/ml/model"
)

// MultiHeadAttention lets every position of one sequence look at all positions of another, or of itself: softmax(Q·Kᵀ/√d)·V in every head,
// where Q, K and V are linear in the sequences and d is their width in a head. (Vaswani et al. 2017, arXiv 1706.03762; PyTorch's
// MultiheadAttention.)
type MultiHeadAttention struct {
	Heads   int     // 0: 8; their number divides the width
	Causal  bool    // a position looks at none after itself
	Dropout float64 // share of the attention weights dropped while training, 0 ≤ Dropout < 1
}

// Apply gives what query [examples, T, width] sees in memory [examples, S, width], of shape [examples, T, width], and the attention weights
// [examples, heads, T, S] with which it sees it (as they are before dropout). The weights of a position add up to 1.
//
// Where mask [examples, S] is not nil, only positions with true are looked at; if there is none, the weights are 0 and what is seen is the
// output's bias. (PyTorch gives NaN.)
//
// Variables "query", "key", "value" and "output", each with "weights" [width, width] (Xavier's initialisation) and "biases" (zeros). Heads
// are next to one another: the first has the first width/heads columns.
func (a MultiHeadAttention) Apply(scope *model.Scope, query, memory, mask *Node) (seen, weights *Node) {
	heads := a.Heads
	if heads == 0 {
		heads = 8
	}
	checkAttention(query, memory, mask, heads)
	width := query.Shape().Dim(2)
	apart := func(name string, x *Node) *Node { // [examples, heads, positions, width of a head]
		d := x.Shape().Dimensions
		return Transpose(Reshape(linear(scope.In("%s", name), x, width), d[0], d[1], heads, width/heads), 1, 2)
	}
	q := apart("query", query)
	q = MulScalar(q, 1/math.Sqrt(float64(width/heads)))
	// Keys first: XLA then computes a training step of Seq2Seq in nine tenths of the time.
	scores := Transpose(Einsum("bhsd,bhtd->bhst", apart("key", memory), q), 2, 3)
	weights = attentionWeights(scores, mask, a.Causal)
	seen = Einsum("bhts,bhsd->bhtd", dropout(scope, weights, a.Dropout), apart("value", memory))
	seen = Reshape(Transpose(seen, 1, 2), query.Shape().Dimensions...)
	return linear(scope.In("output"), seen, width), weights
}

// hidden is the score of a position that is not looked at. Its exponential is exactly 0 beside any other; it is not infinite, as a row of
// nothing else would then be NaN, and so would be rules and gradients that multiply it by 0.
const hidden = -1e9

// attentionWeights are the softmax of those scores [examples, heads, T, S] that are not hidden by the mask [examples, S] (nil: none is) or,
// if causal, by being of a later position.
func attentionWeights(scores, mask *Node, causal bool) *Node {
	g, shape := scores.Graph(), scores.Shape()
	var looks *Node // which pairs count; nil: all
	if causal {
		pairs := shapes.Make(dtypes.Int32, 1, 1, shape.Dim(2), shape.Dim(3))
		looks = LessOrEqual(Iota(g, pairs, 3), Iota(g, pairs, 2))
	}
	if mask != nil {
		mask = InsertAxes(mask, 1, 1)
		if looks != nil {
			pairs := []int{shape.Dim(0), 1, shape.Dim(2), shape.Dim(3)}
			mask = LogicalAnd(BroadcastToDims(mask, pairs...), BroadcastToDims(looks, pairs...))
		}
		looks = mask
	}
	if looks == nil {
		return Softmax(scores)
	}
	looks = BroadcastToDims(looks, shape.Dimensions...)
	weights := Softmax(Where(looks, scores, BroadcastToShape(Scalar(g, scores.DType(), hidden), shape)))
	if mask == nil {
		return weights
	}
	return Where(looks, weights, ZerosLike(weights)) // where nothing counts, they are equal and not zero
}

func checkAttention(query, memory, mask *Node, heads int) {
	q, m := query.Shape(), memory.Shape()
	switch {
	case q.Rank() != 3 || m.Rank() != 3 || q.Dim(0) != m.Dim(0):
		panic(fmt.Errorf("attention wants query [examples, T, width] and memory [examples, S, width], got %s and %s", q, m))
	case heads < 0 || q.Dim(2)%heads != 0:
		panic(fmt.Errorf("the width %d of attention cannot be shared among %d heads: it must be a multiple of them", q.Dim(2), heads))
	case mask != nil && !mask.Shape().Equal(shapes.Make(dtypes.Bool, m.Dim(0), m.Dim(1))):
		panic(fmt.Errorf("attention to %s wants a mask of shape %s, got %s", m, shapes.Make(dtypes.Bool, m.Dim(0), m.Dim(1)), mask.Shape()))
	}
}
