package explain

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/vitrine-ml/vitrine/pkg/models"
)

// specials are tokens that stand for no part of a text, as tokenisers spell them.
var specials = []string{"<bos>", "<eos>", "<s>", "</s>", "[CLS]", "[SEP]", "[BOS]", "[EOS]", "<|endoftext|>"}

// Tokens makes a feature of every id that is neither padding nor special: what says where a text begins and ends stays in its place.
type Tokens struct {
	// Special are ids that are never taken away; nil: those that stand for "<bos>", "<eos>", "<s>", "</s>", "[CLS]", "[SEP]", "[BOS]", "[EOS]"
	// or "<|endoftext|>". Padding, 0, is none of the features in any case.
	Special []int
}

// MarshalJSON writes the ids with their kind.
func (t Tokens) MarshalJSON() ([]byte, error) {
	type options Tokens
	return writeFeatures("Tokens", options(t))
}

func (t Tokens) divide(r *run, example int) (partition, error) {
	return r.ids(example, t.Special, func(in input) ([]int, []string) { return in.alone() })
}

// Words makes a feature of every word of an input of ids, all its tokens together, but for padding and special tokens.
type Words struct {
	// Mark begins a token that belongs to the word before it. "": "##", as BERT has it.
	Mark string
	// Of, instead of marks, says for every example which word each token is part of, counted from 0; −1: of none, it is never taken away. A
	// row may be shorter than the input. record.WordsOf makes them.
	Of      [][]int
	Special []int // as in Tokens; where Of is given, none but what it says
}

// MarshalJSON writes the options with their kind.
func (w Words) MarshalJSON() ([]byte, error) {
	type options Words
	return writeFeatures("Words", options(w))
}

func (w Words) divide(r *run, example int) (partition, error) {
	if w.Of != nil {
		return w.given(r, example)
	}
	mark := cmp.Or(w.Mark, "##")
	unnamed := ""
	p, err := r.ids(example, w.Special, func(in input) (of []int, names []string) {
		if in.names == nil {
			unnamed = in.name
		}
		for i, token := range in.names {
			if i > 0 && strings.HasPrefix(token, mark) {
				names[len(names)-1] += strings.TrimPrefix(token, mark)
			} else {
				names = append(names, token)
			}
			of = append(of, len(names)-1)
		}
		return of, names
	})
	if unnamed != "" {
		return p, fmt.Errorf("words: the ids of input %q have no names by which to join them; say in Of which word each is part of", unnamed)
	}
	return p, err
}

// given is the partition of the words in Of.
func (w Words) given(r *run, example int) (partition, error) {
	if len(w.Of) != len(r.x) {
		return partition{}, fmt.Errorf("words of %d examples for %d", len(w.Of), len(r.x))
	}
	row, long := w.Of[example], ""
	p, err := r.ids(example, []int{}, func(in input) ([]int, []string) {
		if len(row) > len(in.x) {
			long = in.name
			row = row[:len(in.x)]
		}
		of, names := make([]int, len(in.x)), []string(nil)
		for i := range of {
			of[i] = -1
			if i < len(row) {
				of[i] = row[i]
			}
			if of[i] < 0 || in.names == nil || in.x[i] == 0 {
				continue
			}
			for of[i] >= len(names) {
				names = append(names, "")
			}
			names[of[i]] += strings.TrimPrefix(in.names[i], cmp.Or(w.Mark, "##"))
		}
		return of, names
	})
	if long != "" {
		return p, fmt.Errorf("words for %d tokens, but input %q has room for fewer", len(w.Of[example]), long)
	}
	return p, err
}

// ids is a partition whose inputs of ids are divided; padding and special ids are in no feature, every number of other inputs is one.
func (r *run) ids(example int, special []int, divide func(in input) (of []int, names []string)) (partition, error) {
	found := false
	p := r.each(example, func(in input) ([]int, []string) {
		if in.kind != models.IDs {
			return nil, nil
		}
		found = true
		of, names := divide(in)
		for i := range of {
			if in.x[i] == 0 || slices.Contains(special, int(in.x[i])) || special == nil && in.names != nil && slices.Contains(specials, in.names[i]) {
				of[i] = -1
			}
		}
		return of, names
	})
	if !found {
		return p, fmt.Errorf("tokens and words are those of ids, and %s has no input of ids", r.net.Name)
	}
	return p, nil
}
