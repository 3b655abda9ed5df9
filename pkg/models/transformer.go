package models

import (
	"cmp"
	"fmt"

	. "github.com/gomlx/gomlx/core/graph" //nolint:revive,staticcheck // graph functions read like the mathematics
	"github.com/gomlx/gomlx/ml/model"
)

// Transformer is an encoder for sequences: blocks in which every position looks at all others (attention) and then works on what it has seen
// (feed-forward), whose vectors are pooled to logits or values. (Vaswani et al. 2017, arXiv 1706.03762; its blocks are those of PyTorch's
// TransformerEncoderLayer.)
//
// It reads ids [T] or values [T, features]. Which positions count is said by a mask [T], if there is one among the inputs; without one, those
// of ids that are not [Padding], and all of values. Positions that do not count are not looked at and not pooled.
//
// Its nodes are named embedding, positions, encoder_0/attention (the weights [examples, heads, T, T]), encoder_0, …, pooled and the
// output's kind (logits, values).
type Transformer struct {
	Layers      int        // blocks; 0: 2
	Heads       int        // of attention; 0: 8; their number divides Width
	Width       int        // of the vectors; 0: 256
	FeedForward int        // hidden units of the feed-forward networks; 0: 4 times Width
	Dropout     float64    // share of attention weights, hidden units, sublayers' results and inputs dropped while training, 0 ≤ Dropout < 1
	PreNorm     bool       // normalise before each sublayer and after the last block, rather than after each sum
	Activation  Activation // of the feed-forward networks; "": ReLU
	Norm        Norm       // "": LayerNormalisation
	Positions   Positions  // "": LearnedPositions
	Pool        Pool       // "": PoolMean
}

// Name implements Architecture.
func (Transformer) Name() string { return "Transformer" }

// Forward implements Architecture: ids [T] or values [T, features] and perhaps a mask [T], to logits [classes] or values of up to two axes.
func (t Transformer) Forward(inputs, outputs []Port) (Forward, error) {
	b, err := block{t.Width, t.Heads, t.FeedForward, t.Dropout, t.PreNorm, t.Activation, t.Norm, 0}.withDefaults()
	if err != nil {
		return nil, err
	}
	layers := cmp.Or(t.Layers, 2)
	if layers < 0 {
		return nil, fmt.Errorf("Layers must be positive, got %d", t.Layers)
	}
	if err := t.Positions.check(); err != nil {
		return nil, err
	}
	if t.Pool != "" && t.Pool != PoolMean && t.Pool != PoolFirst {
		return nil, fmt.Errorf("the pooling %q is not known, there are %q and %q", t.Pool, PoolMean, PoolFirst)
	}
	in, err := sequenceOf(inputs, b.width)
	if err != nil {
		return nil, err
	}
	out, err := headOf(outputs)
	if err != nil {
		return nil, err
	}
	return func(scope *model.Scope, nodes []*Node) []*Node {
		x, mask := in.nodes(scope, nodes)
		if in.vocabulary == 0 {
			x = linear(scope.In("embedding"), x, b.width).WithAlias("embedding")
		}
		x = t.Positions.add(scope.In("positions"), x).WithAlias("positions")
		x = b.encode(scope, layers, dropout(scope, x, t.Dropout), mask)
		if t.Pool == PoolFirst {
			x = atStep(x, 0)
		} else {
			x = meanOverTime(x, mask)
		}
		return []*Node{out.node(scope, x.WithAlias("pooled"))}
	}, nil
}

// present says which of ids are not padding.
func present(ids *Node) *Node { return NotEqual(ids, Scalar(ids.Graph(), ids.DType(), Padding)) }
