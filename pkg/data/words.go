package data

import (
	"fmt"
	"strings"

	segment "github.com/clipperhouse/uax29/v2/words"
)

// Words learns a tokeniser whose tokens are words and punctuation marks in lower case. Where a word ends is Unicode's rule
// (https://www.unicode.org/reports/tr29/, word boundaries): "It's 3.5°, isn't it?" is it's, 3.5, °, a comma, isn't, it, a question mark.
// White space is no token. Words in scripts without spaces, such as Chinese, are cut into characters or small groups.
type Words struct {
	MinCount int // words that come less often are unknown; 0: 1
	Max      int // the largest vocabulary, with its four special entries; 0: no bound
}

// Learn makes a tokeniser whose vocabulary is the words of the texts: the most frequent first, equally frequent ones by their bytes, so
// that the same texts, in any order, give the same ids. It returns an error if no word is left. Learn from training texts alone.
func (w Words) Learn(texts []string) (Tokenizer, error) {
	if w.MinCount < 0 || w.Max < 0 {
		return nil, fmt.Errorf("data: words: MinCount is %d and Max %d, want neither below 0", w.MinCount, w.Max)
	}
	counts := map[string]int{}
	for _, text := range texts {
		for word := range eachWord(text) {
			counts[lower(text[word.Start:word.End])]++
		}
	}
	v, err := learned(counts, max(1, w.MinCount), w.Max)
	if err != nil {
		return nil, fmt.Errorf("data: words: %w", err)
	}
	return wordTokenizer{v}, nil
}

// eachWord gives the words and marks of a text, one after another.
func eachWord(text string) func(yield func(Span) bool) {
	return func(yield func(Span) bool) {
		for segments := segment.FromString(text); segments.Next(); {
			if strings.TrimSpace(segments.Value()) == "" {
				continue
			}
			if !yield(Span{segments.Start(), segments.End()}) {
				return
			}
		}
	}
}

// lower is the word as the vocabulary has it. Bytes that are not UTF-8 become U+FFFD: a vocabulary holds text.
func lower(word string) string { return strings.ToLower(strings.ToValidUTF8(word, "\uFFFD")) }

type wordTokenizer struct{ vocabulary }

func (t wordTokenizer) Encode(text string) []Token {
	tokens := []Token{}
	for word := range eachWord(text) {
		tokens = append(tokens, Token{t.id(lower(text[word.Start:word.End])), word.Start, word.End})
	}
	return tokens
}

// Decode joins the words with spaces: where the text had other ones is not known.
func (t wordTokenizer) Decode(ids []int32) string {
	var written []string
	for _, id := range ids {
		if word, ok := t.written(id); ok {
			written = append(written, word)
		}
	}
	return strings.Join(written, " ")
}
