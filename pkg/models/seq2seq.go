package models

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive,staticcheck // graph functions read like the mathematics
	"github.com/gomlx/gomlx/ml/model"
)

// Ids with a meaning, beside [Padding]. Vocabularies of sequences to sequences have them in these places.
const (
	Unknown = 1 // what is in no vocabulary
	Begin   = 2 // comes before the first token of a target
	End     = 3 // comes after its last
)

// Seq2Seq is a Transformer that turns one sequence into another: an encoder reads the source; a decoder says, at each position of the target,
// what comes next, and looks at the target so far and at what the encoder made of the source. (Vaswani et al. 2017, arXiv 1706.03762; its
// blocks are those of PyTorch's TransformerEncoderLayer and TransformerDecoderLayer.)
//
// The inputs are ids "source" [S] and "target" [T]; the output holds logits [T, vocabulary of the target]. In training the target is shifted
// right ([ShiftRight]): at position t the decoder sees [Begin] and the target's first t tokens, and is to say the token after. [Padding] is
// passed over. [Decode] generates a target from a source.
//
// Its nodes are named source_embedding, source_positions, encoder_0/attention (the weights [examples, heads, S, S]), encoder_0, …,
// target_embedding, target_positions, decoder_0/attention [examples, heads, T, T], decoder_0/cross_attention [examples, heads, T, S],
// decoder_0, … and logits.
type Seq2Seq struct {
	EncoderLayers int        // blocks of the encoder; 0: 2
	DecoderLayers int        // blocks of the decoder; 0: 2
	Heads         int        // of attention; 0: 8; their number divides Width
	Width         int        // of the vectors; 0: 256
	FeedForward   int        // hidden units of the feed-forward networks; 0: 4 times Width
	Dropout       float64    // share of attention weights, hidden units, sublayers' results and inputs dropped while training, 0 ≤ Dropout < 1
	PreNorm       bool       // normalise before each sublayer and after the last block, rather than after each sum
	Activation    Activation // of the feed-forward networks; "": ReLU
	Norm          Norm       // "": LayerNormalisation
	Positions     Positions  // "": LearnedPositions
}

// Name implements Architecture.
func (Seq2Seq) Name() string { return "Seq2Seq" }

// Forward implements Architecture: ids "source" [S] and "target" [T] to logits [T, vocabulary of the target].
func (q Seq2Seq) Forward(inputs, outputs []Port) (Forward, error) {
	b, err := block{q.Width, q.Heads, q.FeedForward, q.Dropout, q.PreNorm, q.Activation, q.Norm, 0}.withDefaults()
	if err != nil {
		return nil, err
	}
	encoders, decoders := cmp.Or(q.EncoderLayers, 2), cmp.Or(q.DecoderLayers, 2)
	if encoders < 0 || decoders < 0 {
		return nil, fmt.Errorf("EncoderLayers and DecoderLayers must be positive, got %d and %d", q.EncoderLayers, q.DecoderLayers)
	}
	if err := q.Positions.check(); err != nil {
		return nil, err
	}
	p, err := pairPorts(inputs, outputs)
	if err != nil {
		return nil, err
	}
	return func(scope *model.Scope, in []*Node) []*Node {
		source, target := in[p.source], in[p.target]
		read := func(name string, ids *Node, vocabulary int) *Node {
			x := Embedding(scope.In("%s_embedding", name), ids, vocabulary, b.width).WithAlias(name + "_embedding")
			x = q.Positions.add(scope.In("%s_positions", name), x).WithAlias(name + "_positions")
			return dropout(scope, x, q.Dropout)
		}
		memory := b.encode(scope, encoders, read("source", source, p.sourceVocabulary), present(source))
		x := b.decode(scope, decoders, read("target", target, p.targetVocabulary), present(target), memory, present(source))
		return []*Node{linear(scope.In("logits"), x, p.targetVocabulary).WithAlias("logits")}
	}, nil
}

// pair are the ports of a net from sequences to sequences.
type pair struct {
	source, target                     int // which inputs
	sourceVocabulary, targetVocabulary int
}

func pairPorts(inputs, outputs []Port) (p pair, err error) {
	named := func(name string) int {
		return slices.IndexFunc(inputs, func(p Port) bool { return p.Name == name && p.Kind == IDs && len(p.Shape) == 1 })
	}
	p.source, p.target = named("source"), named("target")
	if len(inputs) != 2 || p.source < 0 || p.target < 0 {
		return p, fmt.Errorf(`wants two inputs of ids, "source" [S] and "target" [T], got %s`, describe(inputs))
	}
	for _, in := range inputs {
		if in.DType != dtypes.Int32 {
			return p, fmt.Errorf("input %q holds ids of type %s, want %s", in.Name, in.DType, dtypes.Int32)
		}
	}
	if p.sourceVocabulary, err = vocabulary(inputs[p.source]); err != nil {
		return p, err
	}
	if p.targetVocabulary, err = vocabulary(inputs[p.target]); err != nil {
		return p, err
	}
	if p.targetVocabulary <= End {
		return p, fmt.Errorf("the vocabulary of %q has %d ids, the first four are padding, unknown, begin and end", "target", p.targetVocabulary)
	}
	want := []int{inputs[p.target].Shape[0], p.targetVocabulary}
	if len(outputs) != 1 || outputs[0].Kind != Logits || !slices.Equal(outputs[0].Shape, want) {
		return p, fmt.Errorf("wants one output of logits %v (a logit for each position and id of the target), got %s", want, describe(outputs))
	}
	return p, nil
}
