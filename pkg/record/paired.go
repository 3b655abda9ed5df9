package record

import (
	"fmt"
	"math"
	"slices"
)

// Gain is by how much more often s is right than other, on the same examples, and half the width of the 95 % interval of that: what may be
// owed to the choice of so many examples. Only those count that one of the two gets right and the other wrong, which is why two models can
// differ clearly whose intervals, taken alone, overlap (the normal approximation for a difference of paired shares).
func (s Scores) Gain(other Scores) (gain, margin float64, err error) {
	if err := paired(s, other); err != nil {
		return 0, 0, err
	}
	var won, lost float64
	for i, label := range s.Labels {
		switch mine, theirs := s.Predicted[i] == label, other.Predicted[i] == label; {
		case mine && !theirs:
			won++
		case theirs && !mine:
			lost++
		}
	}
	n := float64(s.Examples)
	gain = (won - lost) / n
	return gain, 1.959963984540054 * math.Sqrt(max(0, (won+lost)/n-gain*gain)/n), nil
}

// Divided are the positions of the examples that all of several models get right, and of those that some get right and some wrong, in order.
func Divided(scores ...Scores) (together, divided []int, err error) {
	if err := paired(scores...); err != nil {
		return nil, nil, err
	}
	for i, label := range scores[0].Labels {
		right := 0
		for _, s := range scores {
			if s.Predicted[i] == label {
				right++
			}
		}
		switch right {
		case 0:
		case len(scores):
			together = append(together, i)
		default:
			divided = append(divided, i)
		}
	}
	return together, divided, nil
}

// paired wants scores of the same examples.
func paired(scores ...Scores) error {
	if len(scores) == 0 {
		return fmt.Errorf("record: no scores to compare")
	}
	for _, s := range scores {
		if err := s.Check(); err != nil {
			return err
		}
		if s.Examples == 0 || s.Dataset != scores[0].Dataset || !slices.Equal(s.Labels, scores[0].Labels) {
			return fmt.Errorf("record: %s has %d examples of %q, %s %d of %q: only the same ones can be compared",
				scores[0].Model, scores[0].Examples, scores[0].Dataset, s.Model, s.Examples, s.Dataset)
		}
	}
	return nil
}
