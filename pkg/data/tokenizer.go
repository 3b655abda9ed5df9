package data

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

// Pieces are the parts of a text that a tokeniser makes tokens of, as they stand there: also of words that are not in the vocabulary.
func Pieces(t Tokenizer, text string) []string {
	pieces := []string{}
	for _, token := range t.Encode(text) {
		pieces = append(pieces, text[token.Start:token.End])
	}
	return pieces
}

// Unknown counts the tokens that are not in the vocabulary.
func Unknown(tokens []Token) int {
	n := 0
	for _, t := range tokens {
		if t.ID == UnknownID {
			n++
		}
	}
	return n
}
