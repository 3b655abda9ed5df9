package models

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive,staticcheck // graph functions read like the mathematics
	"github.com/gomlx/gomlx/ml/model"
)

// Transformer is an encoder for sequences: blocks in which every position looks at all others (attention) and then works on what it has seen
// (feed-forward), whose vectors are pooled to logits or values. (Vaswani et al. 2017, arXiv 1706.03762; its blocks are those of PyTorch's
// TransformerEncoderLayer.)
//
// It reads ids [T], of which [Padding] is passed over, or values [T, features]; and a mask [T] as a second input, if there is one, that says
// which positions count. Positions that do not count are not looked at and not pooled.
//
// Its nodes are named embedding, positions, encoder_0/attention (the weights [examples, heads, T, T]), encoder_0, …, pooled and the
// output's kind (logits).
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

// Pool says how a sequence's vectors become one. "" is [PoolMean].
type Pool string

// The kinds of pooling.
const (
	PoolMean  Pool = "mean"  // of the positions that count; zeros if there are none
	PoolFirst Pool = "first" // the first position's
)

func (p Pool) check() error {
	if p != "" && p != PoolMean && p != PoolFirst {
		return fmt.Errorf("the pooling %q is not known, there are %q and %q", p, PoolMean, PoolFirst)
	}
	return nil
}

// Name implements Architecture.
func (Transformer) Name() string { return "Transformer" }

// Forward implements Architecture: ids [T] or values [T, features] and perhaps a mask [T], to one output with one axis.
func (t Transformer) Forward(inputs, outputs []Port) (Forward, error) {
	b, err := block{t.Width, t.Heads, t.FeedForward, t.Dropout, t.PreNorm, t.Activation, t.Norm}.withDefaults()
	if err != nil {
		return nil, err
	}
	layers := cmp.Or(t.Layers, 2)
	if layers < 0 {
		return nil, fmt.Errorf("Layers must be positive, got %d", t.Layers)
	}
	if err := errors.Join(t.Positions.check(), t.Pool.check()); err != nil {
		return nil, err
	}
	read, err := sequence(inputs, b.width)
	if err != nil {
		return nil, err
	}
	if len(outputs) != 1 || len(outputs[0].Shape) != 1 {
		return nil, fmt.Errorf("wants one output with one axis (of classes, if it holds logits), got %v", portShapes(outputs))
	}
	out := outputs[0]
	return func(scope *model.Scope, in []*Node) []*Node {
		x, mask := read(scope, in)
		x = t.Positions.add(scope.In("positions"), x).WithAlias("positions")
		x = dropout(scope, x, t.Dropout)
		x = b.encode(scope, layers, x, mask)
		x = t.Pool.apply(x, mask).WithAlias("pooled")
		name := string(cmp.Or(out.Kind, Values))
		return []*Node{linear(scope.In("%s", name), x, out.Shape[0]).WithAlias(name)}
	}, nil
}

// apply pools x [examples, T, width] to [examples, width].
func (p Pool) apply(x, mask *Node) *Node {
	switch {
	case p == PoolFirst:
		return Squeeze(Slice(x, AxisRange(), AxisElem(0)), 1)
	case mask == nil:
		return ReduceMean(x, 1)
	}
	count := ConvertDType(mask, x.DType())
	total := ReduceSum(Mul(x, InsertAxes(count, -1)), 1)
	return Div(total, InsertAxes(MaxScalar(ReduceSum(count, 1), 1), -1))
}

// sequence returns what reads a sequence from the inputs: vectors [examples, T, width] named embedding, and which positions count (nil: all).
func sequence(inputs []Port, width int) (func(*model.Scope, []*Node) (x, mask *Node), error) {
	if len(inputs) == 0 || len(inputs) > 2 || len(inputs) == 2 && inputs[1].Kind != Mask {
		return nil, fmt.Errorf("wants ids [T] or values [T, features] and, if wanted, a mask [T] after it; got %v", described(inputs))
	}
	in, ids := inputs[0], inputs[0].Kind == IDs
	names := 0
	switch {
	case ids && len(in.Shape) == 1:
		var err error
		if names, err = vocabulary(in); err != nil {
			return nil, err
		}
	case in.Kind == Values && len(in.Shape) == 2:
	default:
		return nil, fmt.Errorf("wants ids [T] or values [T, features]; got %v", described(inputs))
	}
	if len(inputs) == 2 && (!slices.Equal(inputs[1].Shape, in.Shape[:1]) || inputs[1].DType != dtypes.Bool) {
		return nil, fmt.Errorf("the mask %q must hold a Boolean for each of %d positions, got %s %v", inputs[1].Name, in.Shape[0], inputs[1].DType, inputs[1].Shape)
	}
	return func(scope *model.Scope, in []*Node) (x, mask *Node) {
		scope = scope.In("embedding")
		if ids {
			x, mask = Embedding(scope, in[0], names, width), present(in[0])
		} else {
			x = linear(scope, in[0], width)
		}
		if len(in) == 2 && mask != nil {
			mask = LogicalAnd(mask, in[1])
		} else if len(in) == 2 {
			mask = in[1]
		}
		return x.WithAlias("embedding"), mask
	}, nil
}

// present says which of ids are not padding.
func present(ids *Node) *Node { return NotEqual(ids, Scalar(ids.Graph(), ids.DType(), Padding)) }

// described are ports in words.
func described(ports []Port) (words []string) {
	for _, p := range ports {
		words = append(words, fmt.Sprintf("%q: %s %v", p.Name, p.Kind, p.Shape))
	}
	return words
}
