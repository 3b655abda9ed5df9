package data

import "slices"

// The ids that every tokeniser gives the same meaning. Models take 0 for padding, which counts for nothing.
const (
	PadID     int32 = iota // <pad>, after the end of a text that is shorter than the others
	UnknownID              // <unk>, a token that the vocabulary does not have
	BeginID                // <bos>, before the first token of a sequence that is to be written
	EndID                  // <eos>, after the last
)

// specials are their names, and the first entries of every vocabulary.
var specials = []string{"<pad>", "<unk>", "<bos>", "<eos>"}

// Token is a piece of a text: its number in the vocabulary and the bytes [Start:End] of the text that it stands for, so that what an
// explanation says of a token can be drawn over the text itself.
type Token struct {
	ID         int32
	Start, End int
}

// Tokenizer cuts texts into tokens. [Words], [Characters] and [BytePairs] learn one from texts; [WriteTokenizer] and [ReadTokenizer] keep it.
// It does not change once made.
type Tokenizer interface {
	// Encode cuts any text into tokens, in its order. It adds no PadID, BeginID or EndID. What the vocabulary lacks is UnknownID.
	Encode(text string) []Token
	// Decode is a text of these tokens. PadID, BeginID and EndID are left out, and ids that there are not are unknown.
	Decode(ids []int32) string
	// Vocabulary is what each id stands for; the first four are <pad>, <unk>, <bos> and <eos>. The slice is the caller's.
	Vocabulary() []string
}

// Pretrained is a tokeniser that came with a pretrained model, whose special tokens are its own: only [PadID] is as everywhere.
type Pretrained interface {
	Tokenizer
	// Special are those tokens. Encode adds none of them; [Framed] does.
	Special() Special
}

// Special is the ids of special tokens.
type Special struct {
	Unknown int32
	Before  []int32 // what the model reads before every text: [CLS]
	After   []int32 // and after it: [SEP]
}

// specialOf are the tokeniser's.
func specialOf(t Tokenizer) Special {
	if p, is := t.(Pretrained); is {
		return p.Special()
	}
	return Special{Unknown: UnknownID}
}

// Framed is the tokens that a net reads of a text, as [Texts] has them: those of Encode, the last ones dropped where length (if it is not 0)
// is too short for them, between those that a [Pretrained] adds before and after, which stand for no bytes of the text.
func Framed(t Tokenizer, text string, length int) []Token {
	special := specialOf(t)
	frame := func(ids []int32) (tokens []Token) {
		for _, id := range ids {
			tokens = append(tokens, Token{ID: id})
		}
		return tokens
	}
	tokens := t.Encode(text)
	if length > 0 {
		tokens = tokens[:min(len(tokens), max(0, length-len(special.Before)-len(special.After)))]
	}
	return slices.Concat(frame(special.Before), tokens, frame(special.After))
}

// Pieces are the parts of a text that a tokeniser makes tokens of, as they stand there: also of words that are not in the vocabulary.
func Pieces(t Tokenizer, text string) []string {
	pieces := []string{}
	for _, token := range t.Encode(text) {
		pieces = append(pieces, text[token.Start:token.End])
	}
	return pieces
}

// Unknown counts the tokens that are not in the vocabulary of a tokeniser that was learned here.
func Unknown(tokens []Token) int {
	n := 0
	for _, t := range tokens {
		if t.ID == UnknownID {
			n++
		}
	}
	return n
}
