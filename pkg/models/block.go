package models

import (
	"cmp"
	"errors"
	"fmt"

	. "github.com/gomlx/gomlx/core/graph" //nolint:revive,staticcheck // graph functions read like the mathematics
	"github.com/gomlx/gomlx/ml/model"
)

// block is what the blocks of a Transformer have in common: attention and a feed-forward network, each of which adds to the vectors that
// pass through.
type block struct {
	width, heads, feedForward int
	dropout                   float64
	preNorm                   bool
	activation                Activation
	norm                      Norm
	epsilon                   float64 // of the normalisation by layers; 0: PyTorch's
}

// Norm is a normalisation by its name. "" is [LayerNormalisation].
type Norm string

// The normalisations of a Transformer.
const (
	LayerNormalisation Norm = "layer" // LayerNorm
	RMSNormalisation   Norm = "rms"   // RMSNorm
)

func (n Norm) check() error {
	if n != "" && n != LayerNormalisation && n != RMSNormalisation {
		return fmt.Errorf("the normalisation %q is not known, there are %q and %q", n, LayerNormalisation, RMSNormalisation)
	}
	return nil
}

func (b block) normalise(scope *model.Scope, x *Node) *Node {
	if b.norm == RMSNormalisation {
		return RMSNorm(scope, x)
	}
	return layerNorm(scope, x, cmp.Or(b.epsilon, normEpsilon))
}

// withDefaults fills in the defaults; or says what cannot be.
func (b block) withDefaults() (block, error) {
	b.width, b.heads = cmp.Or(b.width, 256), cmp.Or(b.heads, 8)
	b.feedForward = cmp.Or(b.feedForward, 4*b.width)
	if b.width < 0 || b.heads < 0 || b.feedForward < 0 {
		return b, fmt.Errorf("Width, Heads and FeedForward must be positive, got %d, %d and %d", b.width, b.heads, b.feedForward)
	}
	if b.width%b.heads != 0 {
		return b, fmt.Errorf("Width %d cannot be shared among %d Heads: it must be a multiple of them", b.width, b.heads)
	}
	return b, errors.Join(checkDropout(b.dropout), b.activation.check(), b.norm.check())
}

// add is the sum of x and a sublayer's result, normalised: after the sum or, with PreNorm, before the sublayer
// (Xiong et al. 2020, arXiv 2002.04745).
func (b block) add(scope *model.Scope, name string, x *Node, sublayer func(*Node) *Node) *Node {
	norm := scope.In("%s_norm", name)
	if b.preNorm {
		return Add(x, dropout(scope, sublayer(b.normalise(norm, x)), b.dropout))
	}
	return b.normalise(norm, Add(x, dropout(scope, sublayer(x), b.dropout)))
}

// last normalises what leaves the last block with PreNorm, where nothing else does.
func (b block) last(scope *model.Scope, x *Node) *Node {
	if b.preNorm {
		return b.normalise(scope, x)
	}
	return x
}

// attend is a sublayer of attention to memory; nil: to x itself. The attention weights get the block's name and its own as an alias.
func (b block) attend(scope *model.Scope, blockName, name string, x, memory, mask *Node, causal bool) *Node {
	return b.add(scope, name, x, func(x *Node) *Node {
		to := memory
		if to == nil {
			to = x
		}
		seen, weights := MultiHeadAttention{b.heads, causal, b.dropout}.Apply(scope.In("%s", name), x, to, mask)
		weights.WithAlias(blockName + "/" + name)
		return seen
	})
}

// feed is the sublayer that works on each position by itself.
func (b block) feed(scope *model.Scope, x *Node) *Node {
	return b.add(scope, "feed_forward", x, func(x *Node) *Node {
		s := scope.In("feed_forward")
		h := b.activation.Apply(linear(s.In("in"), x, b.activation.takes(b.feedForward)))
		return linear(s.In("out"), dropout(s, h, b.dropout), b.width)
	})
}

// encode passes x [examples, T, width] through an encoder's blocks.
func (b block) encode(scope *model.Scope, layers int, x, mask *Node) *Node {
	for i := range layers {
		name := fmt.Sprintf("encoder_%d", i)
		s := scope.In("%s", name)
		x = b.attend(s, name, "attention", x, nil, mask, false)
		x = b.feed(s, x).WithAlias(name)
	}
	return b.last(scope.In("encoder_norm"), x)
}

// decode passes x [examples, T, width] through a decoder's blocks, which look at the memory too.
func (b block) decode(scope *model.Scope, layers int, x, mask, memory, memoryMask *Node) *Node {
	for i := range layers {
		name := fmt.Sprintf("decoder_%d", i)
		s := scope.In("%s", name)
		x = b.attend(s, name, "attention", x, nil, mask, true)
		x = b.attend(s, name, "cross_attention", x, memory, memoryMask, false)
		x = b.feed(s, x).WithAlias(name)
	}
	return b.last(scope.In("decoder_norm"), x)
}
