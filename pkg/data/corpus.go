package data

import (
	"fmt"
	"slices"
)

// Corpus is labelled texts: what a tokeniser learns from, and what it makes a [Dataset] of.
type Corpus struct {
	Name    string   // for people
	Texts   []string // as they stand in their source
	Labels  []int    // one a text, an index into Classes
	Classes []string

	Ratings []float64 // one a text: the number that its label was made of; nil if there is none
	Cues    [][]Span  // the parts of each text that its label follows from, where that is known; nil if it is not
}

// Span is a part of a text: the bytes [Start:End].
type Span struct{ Start, End int }

// Covered says of each token whether it holds a part of one of the spans: which positions an explanation should point to.
func Covered(tokens []Token, spans []Span) []bool {
	covered := make([]bool, len(tokens))
	for i, token := range tokens {
		covered[i] = slices.ContainsFunc(spans, func(s Span) bool { return token.Start < s.End && s.Start < token.End })
	}
	return covered
}

// Located is some of the texts and where in them their tokens are, at most length of each: what a figure needs to draw over the texts themselves.
func (c Corpus) Located(t Tokenizer, length int, index ...int) (texts []string, offsets [][][2]int) {
	for _, i := range index {
		var at [][2]int
		for _, token := range Framed(t, c.Texts[i], length) {
			at = append(at, [2]int{token.Start, token.End})
		}
		texts, offsets = append(texts, c.Texts[i]), append(offsets, at[:min(length, len(at))])
	}
	return texts, offsets
}

// Dataset is the texts as ids; see [Texts].
func (c Corpus) Dataset(t Tokenizer, length int) (*Dataset, TokenCounts, error) {
	return Texts(c.Name, c.Texts, c.Labels, c.Classes, t, length)
}

// TokenCounts is what became of texts as they were cut into tokens and all made equally long.
type TokenCounts struct {
	Tokens    int // of all texts, before any was truncated
	Unknown   int // of these, not in the vocabulary
	Longest   int // tokens of the longest text, with those that a [Pretrained] adds
	Truncated int // texts that were longer than allowed
	Lost      int // tokens at their ends
}

func (c TokenCounts) String() string {
	return fmt.Sprintf("%d tokens, %d of them unknown; the longest text has %d; %d texts truncated, %d tokens lost", c.Tokens, c.Unknown, c.Longest, c.Truncated, c.Lost)
}

// Texts makes a dataset of texts with classes: one input, "tokens", ids [length], and a class. Shorter texts are padded with [PadID] at their
// ends, longer ones truncated there; length 0 is that of the longest. Token i of example n is token i of Framed(t, texts[n], length), which says
// where in the text it stands: that is t.Encode(texts[n]), between the special tokens of a [Pretrained], which take part in the length.
//
// It returns an error if there are not as many labels as texts, a text has no token, or for the reasons of [Assemble].
func Texts(name string, texts []string, labels []int, classes []string, t Tokenizer, length int) (*Dataset, TokenCounts, error) {
	fail := func(format string, args ...any) (*Dataset, TokenCounts, error) {
		return nil, TokenCounts{}, fmt.Errorf("data: %q: %s", name, fmt.Sprintf(format, args...))
	}
	if len(texts) != len(labels) {
		return fail("%d texts but %d labels", len(texts), len(labels))
	}
	ids, counts, err := encodeAll(t, texts)
	if err != nil {
		return fail("%v", err)
	}
	input, err := padded("tokens", ids, t, length, &counts)
	if err != nil {
		return fail("%v", err)
	}
	target := Column{Kind: Classes, Names: classes, IDs: make([]int32, len(labels))}
	for i, label := range labels {
		if label < 0 || label >= len(classes) {
			return fail("text %d has label %d, want one of %d classes, counted from 0", i, label, len(classes))
		}
		target.IDs[i] = int32(label)
	}
	d, err := Assemble(name, []Column{input}, target)
	if err != nil {
		return nil, counts, err
	}
	d.Preparation = TextPreparation{t, input.Shape[0]}
	return d, counts, nil
}

// Parallel is texts with what each becomes: sentences and their translations.
type Parallel struct {
	Name             string
	Sources, Targets []string // of the same number

	// Which tokens of the source decide a token of the target, where that is known: [text][token of the target][…], as positions in the
	// sequences that Words cuts the texts into; nil if it is not.
	Alignments [][][]int
}

// Dataset is the texts as ids, for a net that reads the source and writes the target token by token. The inputs are "source" [S] and
// "target" [T], shifted right, <bos> and the target's tokens; what is to be predicted is "next" [T], the target's tokens and <eos>: at every
// position the token after those that the net sees. Both lengths are as in [Texts], that of the target with <eos>; a target that is
// truncated has no <eos>, as it does not end there. The counts are of sources and of targets.
//
// It returns an error if there are not as many targets as sources, a source has no token, or for the reasons of [Assemble].
func (p Parallel) Dataset(source, target Tokenizer, sourceLength, targetLength int) (d *Dataset, sources, targets TokenCounts, err error) {
	fail := func(err error) (*Dataset, TokenCounts, TokenCounts, error) {
		return nil, TokenCounts{}, TokenCounts{}, fmt.Errorf("data: %q: %w", p.Name, err)
	}
	if len(p.Sources) != len(p.Targets) {
		return fail(fmt.Errorf("%d sources but %d targets", len(p.Sources), len(p.Targets)))
	}
	read, sources, err := encodeAll(source, p.Sources)
	if err != nil {
		return fail(fmt.Errorf("source: %w", err))
	}
	if _, is := target.(Pretrained); is {
		return fail(fmt.Errorf("target: the tokeniser of a pretrained model has no <bos> and <eos>: learn one from the targets"))
	}
	written, targets, err := encodeAll(target, p.Targets)
	if err != nil {
		return fail(fmt.Errorf("target: %w", err))
	}
	for i := range written {
		written[i] = append(written[i], EndID)
	}
	targets.Longest++
	input, err := padded("source", read, source, sourceLength, &sources)
	if err != nil {
		return fail(err)
	}
	next, err := padded("next", written, target, targetLength, &targets)
	if err != nil {
		return fail(err)
	}
	shifted := next
	shifted.Name, shifted.IDs = "target", make([]int32, len(next.IDs))
	length := next.Shape[0]
	for from := 0; from < len(next.IDs); from += length {
		row := shifted.IDs[from : from+length]
		row[0] = BeginID
		for i := 1; i < length && next.IDs[from+i] != PadID; i++ {
			row[i] = next.IDs[from+i-1]
		}
	}
	d, err = Assemble(p.Name, []Column{input, shifted}, next)
	return d, sources, targets, err
}

// encodeAll is the ids of each text.
func encodeAll(t Tokenizer, texts []string) (ids [][]int32, counts TokenCounts, err error) {
	if t == nil {
		return nil, counts, fmt.Errorf("no tokeniser")
	}
	ids = make([][]int32, len(texts))
	special := specialOf(t)
	for i, text := range texts {
		tokens := t.Encode(text)
		if len(tokens) == 0 {
			return nil, counts, fmt.Errorf("text %d, %q, has no tokens", i, text)
		}
		counts.Tokens += len(tokens)
		counts.Longest = max(counts.Longest, len(special.Before)+len(tokens)+len(special.After))
		ids[i] = make([]int32, 0, len(tokens)+1)
		for _, token := range tokens {
			ids[i] = append(ids[i], token.ID)
			if token.ID == special.Unknown {
				counts.Unknown++
			}
		}
	}
	return ids, counts, nil
}

// padded is sequences of one length, 0 for that of the longest, as a column. It counts what is cut off.
func padded(name string, ids [][]int32, t Tokenizer, length int, counts *TokenCounts) (Column, error) {
	if length == 0 {
		length = counts.Longest
	}
	if length < 1 {
		return Column{}, fmt.Errorf("%d texts of length %d, want at least one text and a length of at least 1, or 0 for that of the longest", len(ids), length)
	}
	special := specialOf(t)
	room := length - len(special.Before) - len(special.After)
	if room < 1 {
		return Column{}, fmt.Errorf("a length of %d leaves no room beside the %d special tokens", length, length-room)
	}
	c := Column{Name: name, Kind: IDs, Shape: []int{length}, Names: t.Vocabulary()}
	if _, err := volume([]int{len(ids), length}); err != nil {
		return Column{}, err
	}
	c.IDs = slices.Grow(c.IDs, len(ids)*length)
	for _, row := range ids {
		if len(row) > room {
			counts.Truncated++
			counts.Lost += len(row) - room
			row = row[:room]
		}
		c.IDs = append(c.IDs, special.Before...)
		c.IDs = append(c.IDs, row...)
		c.IDs = append(c.IDs, special.After...)
		c.IDs = append(c.IDs, make([]int32, room-len(row))...)
	}
	return c, nil
}
