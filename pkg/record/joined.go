package record

import (
	"fmt"
	"slices"
	"strings"
)

// WordsOf says of each token which word of its text it is part of, counted from 0: a token that begins with mark ("##", as BERT's have it)
// belongs to the word of the one before.
func WordsOf(tokens [][]string, mark string) [][]int {
	words := make([][]int, len(tokens))
	for i, row := range tokens {
		words[i] = make([]int, len(row))
		for j, token := range row {
			if j > 0 {
				if words[i][j] = words[i][j-1]; !strings.HasPrefix(token, mark) {
					words[i][j]++
				}
			}
		}
	}
	return words
}

// Joined is the explanation of words in the place of their pieces: values of axes "example" and "token" (or "position"), of which a word has the sum of its
// pieces' and the rest of the row, padding, follows after the words. words are those of [WordsOf] for the tokens without padding. Standard errors
// do not add up, and are left out, and so is what else is said of each value.
//
// The sum of each row stays what it is. It returns an error if words do not count up by 0 or 1, or an example has fewer values.
func (e *Explanation) Joined(words [][]int, mark string) (*Explanation, error) {
	if len(words) != e.Rows() {
		return nil, fmt.Errorf("record: words of %d examples for an explanation of %d", len(words), e.Rows())
	}
	if err := checkWords(words); err != nil {
		return nil, err
	}
	j := *e
	j.StdErr, j.BaselineStdDev, j.Groups, j.Values = nil, nil, nil, nil
	for _, a := range e.Values {
		if len(a.Shape) != 2 {
			return nil, fmt.Errorf("record: %q has shape %v, words can be joined where there is one value a token", a.Name, a.Shape)
		}
		length := a.Shape[1]
		joined := a
		joined.Data = make([]float64, len(a.Data))
		for i, row := range words {
			if len(row) > length {
				return nil, fmt.Errorf("record: example %d has %d tokens, but %d values", i, len(row), length)
			}
			next := 0 // the place after the words
			for k, w := range row {
				joined.Data[i*length+w] += a.Data[i*length+k]
				next = w + 1
			}
			copy(joined.Data[i*length+next:(i+1)*length], a.Data[i*length+len(row):(i+1)*length])
		}
		j.Values = append(j.Values, joined)
	}
	if e.Tokens != nil {
		var err error
		if j.Tokens, err = joinedTokens(e.Tokens, words, mark); err != nil {
			return nil, err
		}
	}
	return &j, j.Check()
}

// Joined is the samples with words in the place of their pieces, as a figure shows them. Inputs stay what they are.
func (s Samples) Joined(words [][]int, mark string) (Samples, error) {
	if err := checkWords(words); err != nil {
		return s, err
	}
	tokens, err := joinedTokens(s.Tokens, words, mark)
	s.Tokens = tokens
	return s, err
}

// JoinedOffsets are the places of words in their texts: from where the first piece begins to where the last ends.
func JoinedOffsets(offsets [][][2]int, words [][]int) ([][][2]int, error) {
	if len(offsets) != len(words) {
		return nil, fmt.Errorf("record: offsets of %d examples, words of %d", len(offsets), len(words))
	}
	if err := checkWords(words); err != nil {
		return nil, err
	}
	joined := make([][][2]int, len(offsets))
	for i, row := range words {
		if len(row) != len(offsets[i]) {
			return nil, fmt.Errorf("record: example %d has %d offsets for %d tokens", i, len(offsets[i]), len(row))
		}
		for k, w := range row {
			if w == len(joined[i]) {
				joined[i] = append(joined[i], offsets[i][k])
			}
			joined[i][w][1] = offsets[i][k][1]
		}
	}
	return joined, nil
}

func joinedTokens(tokens [][]string, words [][]int, mark string) ([][]string, error) {
	if len(tokens) != len(words) {
		return nil, fmt.Errorf("record: tokens of %d examples, words of %d", len(tokens), len(words))
	}
	joined := make([][]string, len(tokens))
	for i, row := range words {
		if len(row) > len(tokens[i]) {
			return nil, fmt.Errorf("record: example %d has %d tokens, but words for %d", i, len(tokens[i]), len(row))
		}
		for k, w := range row {
			if w == len(joined[i]) {
				joined[i] = append(joined[i], tokens[i][k])
				continue
			}
			joined[i][w] += strings.TrimPrefix(tokens[i][k], mark)
		}
		joined[i] = slices.Concat(joined[i], tokens[i][len(row):])
	}
	return joined, nil
}

func checkWords(words [][]int) error {
	for i, row := range words {
		last := -1
		for k, w := range row {
			if w != last && w != last+1 || k == 0 && w != 0 {
				return fmt.Errorf("record: token %d of example %d belongs to word %d, the one before it to %d: words count up from 0", k, i, w, last)
			}
			last = w
		}
	}
	return nil
}
