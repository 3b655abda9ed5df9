package data

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Characters learns a tokeniser whose tokens are characters (Unicode code points), white space too, as they are.
type Characters struct {
	MinCount int // characters that come less often are unknown; 0: 1
	Max      int // the largest vocabulary, with its four special entries; 0: no bound
}

// Learn makes a tokeniser whose vocabulary is the characters of the texts, in the order that [Words.Learn] has words in.
func (c Characters) Learn(texts []string) (Tokenizer, error) {
	if c.MinCount < 0 || c.Max < 0 {
		return nil, fmt.Errorf("data: characters: MinCount is %d and Max %d, want neither below 0", c.MinCount, c.Max)
	}
	counts := map[string]int{}
	for _, text := range texts {
		for _, t := range (characterTokenizer{}).Encode(text) {
			if character := text[t.Start:t.End]; utf8.ValidString(character) {
				counts[character]++
			}
		}
	}
	v, err := learned(counts, max(1, c.MinCount), c.Max)
	if err != nil {
		return nil, fmt.Errorf("data: characters: %w", err)
	}
	return characterTokenizer{v}, nil
}

type characterTokenizer struct{ vocabulary }

// Encode gives every byte that is not UTF-8 a token of its own, which is unknown.
func (t characterTokenizer) Encode(text string) []Token {
	tokens := make([]Token, 0, len(text))
	for from := 0; from < len(text); {
		_, n := utf8.DecodeRuneInString(text[from:])
		tokens = append(tokens, Token{t.id(text[from : from+n]), from, from + n})
		from += n
	}
	return tokens
}

// Decode writes U+FFFD for an unknown character.
func (t characterTokenizer) Decode(ids []int32) string {
	var b strings.Builder
	for _, id := range ids {
		character, ok := t.written(id)
		if ok && character == specials[UnknownID] {
			character = "\uFFFD"
		}
		b.WriteString(character)
	}
	return b.String()
}
