package record

import (
	"errors"
	"fmt"
)

// Scores says how well a classifier does on a dataset: by accuracy and loss, and by what can be worked out of the rest ([Scores.TopK],
// [Scores.PerClass], [Scores.Macro], [Scores.Micro], [Scores.Weighted], [Scores.AUC]).
type Scores struct {
	Model    string   `json:"model"`
	Dataset  string   `json:"dataset"`
	Examples int      `json:"examples"`
	Accuracy float64  `json:"accuracy"` // share of the examples whose most probable class is their label
	Loss     float64  `json:"loss"`     // mean of −log of the label's probability
	Classes  []string `json:"classes,omitempty"`

	// Confusion counts the examples by label (row) and predicted class (column).
	Confusion [][]int `json:"confusion"`

	Labels    []int `json:"labels"`    // per example
	Predicted []int `json:"predicted"` // per example: the most probable class

	Probabilities [][]float64 `json:"probabilities,omitempty"` // per example: of every class; nil where they are not kept
}

// Right are the positions of the examples that were predicted rightly, in order.
func (s Scores) Right() []int { return s.where(true) }

// Wrong are the positions of the examples that were predicted wrongly, in order.
func (s Scores) Wrong() []int { return s.where(false) }

func (s Scores) where(right bool) (index []int) {
	for i, label := range s.Labels {
		if (label == s.Predicted[i]) == right {
			index = append(index, i)
		}
	}
	return index
}

// TopK is the share of the examples whose label is among the k most probable classes. Of equally probable classes the first comes first, so that
// TopK(1) is the accuracy. It returns an error if k is not between 1 and the number of classes or no probabilities are kept.
func (s Scores) TopK(k int) (float64, error) {
	if err := s.checkProbabilities(); err != nil {
		return 0, err
	}
	if k < 1 || k > len(s.Confusion) {
		return 0, fmt.Errorf("record: the %d most probable of %d classes", k, len(s.Confusion))
	}
	among := 0
	for i, label := range s.Labels {
		before, p := 0, s.Probabilities[i]
		for c, v := range p {
			if v > p[label] || v == p[label] && c < label {
				before++
			}
		}
		if before < k {
			among++
		}
	}
	return float64(among) / float64(s.Examples), nil
}

// checkProbabilities wants a probability of every class for every example.
func (s Scores) checkProbabilities() error {
	if s.Probabilities == nil || s.Examples == 0 {
		return errors.New("record: these scores hold no probabilities: let train.Evaluate make them")
	}
	if len(s.Probabilities) != s.Examples {
		return fmt.Errorf("record: scores of %d examples with probabilities of %d", s.Examples, len(s.Probabilities))
	}
	for i, p := range s.Probabilities {
		if len(p) != len(s.Confusion) {
			return fmt.Errorf("record: example %d has probabilities of %d classes, there are %d", i, len(p), len(s.Confusion))
		}
		for c, v := range p {
			if !(v >= 0 && v <= 1+1e-6) { // a softmax in float32 may round up
				return fmt.Errorf("record: example %d has the probability %v for class %d", i, v, c)
			}
		}
	}
	return nil
}

// String is the line that a person wants to see.
func (s Scores) String() string {
	return fmt.Sprintf("%s on %s: accuracy %.3f, loss %.3f (%d examples)", s.Model, s.Dataset, s.Accuracy, s.Loss, s.Examples)
}

// Check returns an error if the parts do not belong together.
func (s Scores) Check() error {
	if len(s.Labels) != s.Examples || len(s.Predicted) != s.Examples {
		return fmt.Errorf("record: scores of %d examples with %d labels and %d predictions", s.Examples, len(s.Labels), len(s.Predicted))
	}
	if !(s.Accuracy >= 0 && s.Accuracy <= 1) || !(s.Loss >= 0) {
		return fmt.Errorf("record: scores with accuracy %v and loss %v", s.Accuracy, s.Loss)
	}
	if s.Probabilities != nil {
		if err := s.checkProbabilities(); err != nil {
			return err
		}
	}
	n := len(s.Confusion)
	if s.Classes != nil && len(s.Classes) != n {
		return fmt.Errorf("record: scores of %d classes with %d names", n, len(s.Classes))
	}
	counted := make([][]int, n)
	for i, row := range s.Confusion {
		if len(row) != n {
			return fmt.Errorf("record: row %d of a confusion matrix of %d classes has %d", i, n, len(row))
		}
		counted[i] = make([]int, n)
	}
	for i, label := range s.Labels {
		if p := s.Predicted[i]; label < 0 || label >= n || p < 0 || p >= n {
			return fmt.Errorf("record: example %d has label %d and prediction %d, there are %d classes", i, label, p, n)
		}
		counted[label][s.Predicted[i]]++
	}
	for i := range counted {
		for j, c := range counted[i] {
			if c != s.Confusion[i][j] {
				return fmt.Errorf("record: %d examples of class %d were predicted as %d, the confusion matrix has %d", c, i, j, s.Confusion[i][j])
			}
		}
	}
	return nil
}
