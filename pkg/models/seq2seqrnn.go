package models

import (
	"cmp"
	"fmt"

	. "github.com/gomlx/gomlx/core/graph" //nolint:revive,staticcheck // graph functions read like the mathematics
	"github.com/gomlx/gomlx/ml/model"
)

// Seq2SeqRNN turns one sequence into another with two recurrent layers: an encoder's [GRU] reads the source; a decoder's reads the target so
// far, with the encoder's last state beside every token (Cho et al. 2014, arXiv 1406.1078), and its states look at the encoder's by
// attention (Luong et al. 2015, arXiv 1508.04025, with the score "general"):
//
//	a_t = softmax over s of h_t·(W e_s)     h: the decoder's states, e: the encoder's
//	y_t = V tanh(U [Σ a_ts e_s, h_t])       logits
//
// Ports, padding and the target's shift are [Seq2Seq]'s. Its nodes are named source_embedding, encoder_0, target_embedding, decoder_0,
// decoder_0/cross_attention (the weights [examples, 1, T, S]), decoder_0/seen (the tanh) and logits.
type Seq2SeqRNN struct {
	Hidden    int     // units of encoder and decoder; 0: 256
	Embedding int     // numbers that an id is looked up as; 0: 100
	Dropout   float64 // share of embeddings and of the last layer's inputs dropped while training, 0 ≤ Dropout < 1
}

// Name implements Architecture.
func (Seq2SeqRNN) Name() string { return "Seq2SeqRNN" }

// Forward implements Architecture: as [Seq2Seq]'s.
func (q Seq2SeqRNN) Forward(inputs, outputs []Port) (Forward, error) {
	hidden, width := cmp.Or(q.Hidden, 256), cmp.Or(q.Embedding, 100)
	if hidden < 0 || width < 0 {
		return nil, fmt.Errorf("Hidden and Embedding must be positive, got %d and %d", q.Hidden, q.Embedding)
	}
	if err := checkDropout(q.Dropout); err != nil {
		return nil, err
	}
	p, err := pairPorts(inputs, outputs)
	if err != nil {
		return nil, err
	}
	return func(scope *model.Scope, in []*Node) []*Node {
		source, target := in[p.source], in[p.target]
		read := func(name string, ids *Node, vocabulary int) *Node {
			x := Embedding(scope.In("%s", name), ids, vocabulary, width).WithAlias(name)
			return dropout(scope, x, q.Dropout)
		}
		layer := func(name string, x, mask *Node) *Node {
			s := scope.In("%s", name)
			return recurrenceIn(s, name, gruCell{}, x, hidden, false).states(s, x, mask).WithAlias(name)
		}
		x := read("source_embedding", source, p.sourceVocabulary)
		e := layer("encoder_0", x, present(source))
		y := read("target_embedding", target, p.targetVocabulary)
		last := InsertAxes(atStep(e, e.Shape().Dim(1)-1), 1)
		last = BroadcastToDims(last, y.Shape().Dim(0), y.Shape().Dim(1), hidden)
		h := layer("decoder_0", Concatenate([]*Node{y, last}, -1), present(target))

		s := scope.In("attention")
		scores := Einsum("bth,bsh->bts", h, unbiased(s.In("score"), e, hidden))
		weights := attentionWeights(InsertAxes(scores, 1), present(source), false).WithAlias("decoder_0/cross_attention")
		seen := Einsum("bts,bsh->bth", Squeeze(weights, 1), e)
		seen = Tanh(unbiased(s.In("seen"), Concatenate([]*Node{seen, h}, -1), hidden)).WithAlias("decoder_0/seen")
		return []*Node{linear(scope.In("logits"), dropout(scope, seen, q.Dropout), p.targetVocabulary).WithAlias("logits")}
	}, nil
}
