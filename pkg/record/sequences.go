package record

import (
	"fmt"
	"math"
	"slices"
)

// Sequences says how well the ids of sequences are predicted, each from the right ones before it. What a model writes by itself is judged by
// [ExactMatch] and [CorpusBLEU].
type Sequences struct {
	Model    string  `json:"model"`
	Dataset  string  `json:"dataset"`
	Examples int     `json:"examples"`
	Tokens   int     `json:"tokens"`   // ids to be predicted in all examples, without padding
	Accuracy float64 `json:"accuracy"` // share of the ids that are the most probable
	Loss     float64 `json:"loss"`     // mean over the ids of −log of their probability
}

// Perplexity is e^Loss: the number of equally probable ids that would leave one as much in doubt.
func (s Sequences) Perplexity() float64 { return math.Exp(s.Loss) }

// String is the line that a person wants to see.
func (s Sequences) String() string {
	return fmt.Sprintf("%s on %s: token accuracy %.3f, perplexity %.3g (%d examples, %d tokens)", s.Model, s.Dataset, s.Accuracy, s.Perplexity(), s.Examples, s.Tokens)
}

// Check returns an error if a number cannot be.
func (s Sequences) Check() error {
	if s.Examples < 1 || s.Tokens < s.Examples {
		return fmt.Errorf("record: %d examples of sequences with %d tokens: want at least one each", s.Examples, s.Tokens)
	}
	if !(s.Accuracy >= 0 && s.Accuracy <= 1) || !(s.Loss >= 0) {
		return fmt.Errorf("record: sequences with token accuracy %v and loss %v", s.Accuracy, s.Loss)
	}
	return nil
}

// ExactMatch is the share of the sequences that are as they should be from beginning to end.
func ExactMatch[T comparable](want, got [][]T) (float64, error) {
	if err := pairs(want, got); err != nil {
		return 0, err
	}
	same := 0
	for i := range want {
		if slices.Equal(want[i], got[i]) {
			same++
		}
	}
	return float64(same) / float64(len(want)), nil
}

func pairs[T any](want, got [][]T) error {
	if len(want) == 0 || len(want) != len(got) {
		return fmt.Errorf("record: %d sequences to be compared with %d: want as many, and one at least", len(got), len(want))
	}
	return nil
}
