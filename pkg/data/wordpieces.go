package data

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// wordPieces is BERT's tokeniser: words and marks of a normalised text, each cut into the longest pieces that the vocabulary has, from the
// left (Wu et al. 2016, arXiv 1609.08144; Devlin et al. 2019, arXiv 1810.04805).
type wordPieces struct {
	file    []byte // that it was read from
	normal  bertNormalizer
	ids     map[string]int32
	pieces  []string
	added   map[byte][]addedToken // found in a text as it stands, by their first byte; the longest first
	prefix  string                // of a piece that does not begin a word: "##"
	longest int                   // characters of a word; a longer one is unknown
	special Special
}

type addedToken struct {
	text string
	id   int32
}

// Special implements [Pretrained].
func (t *wordPieces) Special() Special {
	return Special{t.special.Unknown, slices.Clone(t.special.Before), slices.Clone(t.special.After)}
}

// Vocabulary implements [Tokenizer].
func (t *wordPieces) Vocabulary() []string { return slices.Clone(t.pieces) }

// Encode implements [Tokenizer]: without the special tokens before and after.
func (t *wordPieces) Encode(text string) []Token {
	tokens := []Token{}
	from := 0
	for at := 0; at < len(text); {
		a := slices.IndexFunc(t.added[text[at]], func(a addedToken) bool { return strings.HasPrefix(text[at:], a.text) })
		if a < 0 {
			at++
			continue
		}
		token := t.added[text[at]][a]
		tokens = t.plain(tokens, text, from, at)
		tokens = append(tokens, Token{token.id, at, at + len(token.text)})
		at += len(token.text)
		from = at
	}
	return t.plain(tokens, text, from, len(text))
}

// plain appends the tokens of text[from:to], in which there are no added ones.
func (t *wordPieces) plain(tokens []Token, text string, from, to int) []Token {
	var word []aligned
	end := func() {
		if len(word) > 0 {
			tokens = t.word(tokens, word)
		}
		word = word[:0]
	}
	for _, c := range t.normal.apply(text[from:to], from) {
		switch {
		case isWhite(c.r):
			end()
		case isMark(c.r):
			end()
			word = append(word, c)
			end()
		default:
			word = append(word, c)
		}
	}
	end()
	return tokens
}

// word appends the pieces of a word.
func (t *wordPieces) word(tokens []Token, word []aligned) []Token {
	last := len(word) - 1
	unknown := Token{t.special.Unknown, word[0].start, word[last].end}
	if len(word) > t.longest {
		return append(tokens, unknown)
	}
	var spelled []byte
	begins := make([]int, 0, len(word)+1) // of each character in it
	for _, c := range word {
		begins = append(begins, len(spelled))
		spelled = utf8.AppendRune(spelled, c.r)
	}
	begins = append(begins, len(spelled))
	whole := len(tokens)
	for at := 0; at < len(word); {
		prefix := ""
		if at > 0 {
			prefix = t.prefix
		}
		end := len(word)
		for ; end > at; end-- {
			if id, known := t.ids[prefix+string(spelled[begins[at]:begins[end]])]; known {
				tokens = append(tokens, Token{id, word[at].start, word[end-1].end})
				break
			}
		}
		if end == at {
			return append(tokens[:whole], unknown)
		}
		at = end
	}
	return tokens
}

// Decode joins pieces to words and words with spaces: where the text had other ones is not known. The special tokens before and after a
// text are left out.
func (t *wordPieces) Decode(ids []int32) string {
	var b strings.Builder
	for _, id := range ids {
		if id == PadID || slices.Contains(t.special.Before, id) || slices.Contains(t.special.After, id) {
			continue
		}
		if id < 0 || int(id) >= len(t.pieces) {
			id = t.special.Unknown
		}
		piece, continues := strings.CutPrefix(t.pieces[id], t.prefix)
		if b.Len() > 0 && (!continues || t.prefix == "") {
			b.WriteByte(' ')
		}
		b.WriteString(piece)
	}
	return b.String()
}
