package models

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive,staticcheck // graph functions read like the mathematics
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
)

// Decode generates targets from sources, token by token, with a net like [Seq2Seq]'s: the most probable token at each position or, with a
// beam, one of the most probable sequences. The zero value is greedy.
//
// A beam keeps the best sequences so far; each is continued with every token, and the best of all of these and of those that have ended are
// kept, until all have ended or are as long as they may be. [Padding] and [Begin] are never generated.
type Decode struct {
	Beam          int     // how many sequences are kept; 0: 1, which is greedy
	Length        int     // the largest number of tokens, [End] included; 0: as many as the target has positions
	LengthPenalty float64 // α: sequences are compared by log probability / lengthᵅ; 0: by log probability, which favours short ones
}

// Generated is a generated target.
type Generated struct {
	IDs      []int     // the last is End, if the sequence has ended
	LogProbs []float64 // of each id, given the source and those before it: natural logarithms
	Score    float64   // what the beam compared: their sum / lengthᵅ
}

func (g Generated) ended() bool { return len(g.IDs) > 0 && g.IDs[len(g.IDs)-1] == End }

// Tokens are what the ids stand for in a vocabulary, without [End]; an id beyond it is its number.
func (g Generated) Tokens(vocabulary []string) []string {
	tokens := []string{}
	for _, id := range g.IDs {
		switch {
		case id == End:
		case id >= 0 && id < len(vocabulary):
			tokens = append(tokens, vocabulary[id])
		default:
			tokens = append(tokens, fmt.Sprint(id))
		}
	}
	return tokens
}

// Generate makes a target for every source, ids [examples, S]: the best of its beam. Sources are independent of one another, and what is made
// of one has the same bits however many there are. It stops with ctx after the chunk under way.
//
// To explain why a token was generated, give the net the target up to it ([DecoderInput]) and explain the position where it stands.
func (d Decode) Generate(ctx context.Context, net *Net, source *tensors.Tensor) ([]Generated, error) {
	if err := d.check(); err != nil {
		return nil, err
	}
	s, err := newSearch(ctx, net, source)
	if err != nil {
		return nil, fmt.Errorf("models: %s cannot generate: %w", net.Name, err)
	}
	length := cmp.Or(d.Length, s.length)
	if length > s.length {
		return nil, fmt.Errorf("models: Length %d, but the target of %s has %d positions", length, net.Name, s.length)
	}
	beams := make([][]Generated, s.examples)
	for e := range beams {
		beams[e] = []Generated{{}}
	}
	for position := range length {
		going := s.going(beams)
		if len(going) == 0 {
			break
		}
		next, err := s.next(going, position)
		if err != nil {
			return nil, err
		}
		for e, beam := range beams {
			var all []Generated
			for _, g := range beam {
				if g.ended() {
					all = append(all, g)
					continue
				}
				all = append(all, d.continued(g, next[0])...)
				next = next[1:]
			}
			slices.SortStableFunc(all, func(a, b Generated) int { return cmp.Compare(b.Score, a.Score) })
			beams[e] = all[:min(len(all), d.beam())]
		}
	}
	best := make([]Generated, s.examples)
	for e, beam := range beams {
		best[e] = beam[0]
	}
	return best, nil
}

func (d Decode) beam() int { return cmp.Or(d.Beam, 1) }

func (d Decode) check() error {
	if d.Beam < 0 || d.Length < 0 {
		return fmt.Errorf("models: Beam and Length must not be negative, got %d and %d", d.Beam, d.Length)
	}
	if !(d.LengthPenalty >= 0) || math.IsInf(d.LengthPenalty, 0) {
		return fmt.Errorf("models: LengthPenalty must be finite and not negative, got %g", d.LengthPenalty)
	}
	return nil
}

// continued are the best continuations of g by one token, of which the log probabilities are given: more than the beam holds cannot stay.
func (d Decode) continued(g Generated, logProbs []float64) []Generated {
	tokens := make([]int, 0, len(logProbs))
	for id := range logProbs {
		if id != Padding && id != Begin {
			tokens = append(tokens, id)
		}
	}
	slices.SortStableFunc(tokens, func(a, b int) int { return cmp.Compare(logProbs[b], logProbs[a]) })
	var all []Generated
	for _, id := range tokens[:min(len(tokens), d.beam())] {
		to := Generated{IDs: append(slices.Clone(g.IDs), id), LogProbs: append(slices.Clone(g.LogProbs), logProbs[id])}
		sum := 0.0
		for _, p := range to.LogProbs {
			sum += p
		}
		to.Score = sum / math.Pow(float64(len(to.IDs)), d.LengthPenalty)
		all = append(all, to)
	}
	return all
}

// search asks a net what comes next.
type search struct {
	ctx              context.Context
	net              *Net
	pair             pair
	source           *tensors.Tensor
	examples, length int
}

// hypothesis is a target under way.
type hypothesis struct {
	example int
	ids     []int
}

func newSearch(ctx context.Context, net *Net, source *tensors.Tensor) (s search, err error) {
	s = search{ctx: ctx, net: net, source: source}
	if s.pair, err = pairPorts(net.Inputs, net.Outputs); err != nil {
		return s, err
	}
	if source == nil || !source.Ok() || source.Rank() != 2 {
		return s, errors.New("the source is no tensor of ids [examples, positions]")
	}
	s.length = net.Inputs[s.pair.target].Shape[0]
	inputs := make([]*tensors.Tensor, 2)
	inputs[s.pair.source] = source
	inputs[s.pair.target] = tensors.FromShape(shapes.Make(dtypes.Int32, source.Shape().Dim(0), s.length))
	s.examples, err = net.CheckInputs(inputs)
	return s, err
}

// going are the targets that have not ended, example by example.
func (s search) going(beams [][]Generated) (all []hypothesis) {
	for e, beam := range beams {
		for _, g := range beam {
			if !g.ended() {
				all = append(all, hypothesis{e, g.IDs})
			}
		}
	}
	return all
}

// next are the log probabilities of every token at that position, for each of the targets.
func (s search) next(going []hypothesis, position int) (all [][]float64, err error) {
	for from := 0; from < len(going); from += Chunk {
		if err := s.ctx.Err(); err != nil {
			return nil, err
		}
		chunk := going[from:min(from+Chunk, len(going))]
		args := []*tensors.Tensor{2: tensors.FromScalar(int32(position))}
		source := tensors.FromShape(withRows(s.source.Shape(), Chunk))
		targets := make([][]int, Chunk)
		for row := range Chunk { // what fills the chunk up is its last target again
			h := chunk[min(row, len(chunk)-1)]
			targets[row] = h.ids
			if err := CopyRows(source, row, s.source, h.example, 1); err != nil {
				return nil, err
			}
		}
		args[s.pair.source] = source
		if args[s.pair.target], err = DecoderInput(s.length, targets...); err != nil {
			return nil, err
		}
		out, err := s.net.Run("decode", s.logitsAt, args...)
		if err != nil {
			return nil, err
		}
		logits, err := Floats(out[0])
		if err != nil {
			return nil, fmt.Errorf("models: %s: %w", s.net.Name, err)
		}
		for _, t := range append(args, out...) {
			t.MustFinalizeAll()
		}
		for row := range chunk {
			of := logits[row*s.pair.targetVocabulary : (row+1)*s.pair.targetVocabulary]
			if err := logSoftmax(of); err != nil {
				return nil, fmt.Errorf("models: %s at position %d of example %d: %w", s.net.Name, position, chunk[row].example, err)
			}
			all = append(all, of)
		}
	}
	return all, nil
}

// logitsAt is the graph of a net's logits [examples, vocabulary] at one position.
func (s search) logitsAt(scope *model.Scope, in []*Node) []*Node {
	logits := s.net.Apply(scope, in[:2])[0]
	here := Equal(Iota(logits.Graph(), shapes.Make(dtypes.Int32, logits.Shape().Dimensions...), 1), in[2])
	return []*Node{ReduceSum(Where(here, logits, ZerosLike(logits)), 1)}
}

// logSoftmax replaces logits by log probabilities.
func logSoftmax(logits []float64) error {
	top := slices.Max(logits) // NaN, if there is one
	sum := 0.0
	for _, v := range logits {
		sum += math.Exp(v - top)
	}
	norm := top + math.Log(sum)
	if math.IsNaN(norm) || math.IsInf(norm, 0) {
		return fmt.Errorf("the logits hold %v", top)
	}
	for i := range logits {
		logits[i] -= norm
	}
	return nil
}

// DecoderInput is what a decoder sees while targets are generated or learned: for every target [Begin] and its ids but the last if all
// positions are taken, then [Padding]; a tensor of ids [targets, length].
func DecoderInput(length int, targets ...[]int) (*tensors.Tensor, error) {
	if length <= 0 || len(targets) == 0 {
		return nil, fmt.Errorf("models: the decoder's input for %d targets of length %d: both must be positive", len(targets), length)
	}
	flat := make([]int32, len(targets)*length)
	for i, ids := range targets {
		if len(ids) > length {
			return nil, fmt.Errorf("models: target %d has %d ids, the decoder has %d positions", i, len(ids), length)
		}
		row := flat[i*length : (i+1)*length]
		row[0] = Begin
		for t := 1; t < length && t <= len(ids); t++ {
			row[t] = int32(ids[t-1])
		}
	}
	return tensors.FromFlatDataAndDimensions(flat, len(targets), length), nil
}
