package record

import "fmt"

// Scores says how well a classifier does on a dataset.
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

// String is the line that a person wants to see.
func (s Scores) String() string {
	return fmt.Sprintf("%s on %s: accuracy %.3f, loss %.3f (%d examples)", s.Model, s.Dataset, s.Accuracy, s.Loss, s.Examples)
}

// Check returns an error if the parts do not belong together.
func (s Scores) Check() error {
	if len(s.Labels) != s.Examples || len(s.Predicted) != s.Examples {
		return fmt.Errorf("record: scores of %d examples with %d labels and %d predictions", s.Examples, len(s.Labels), len(s.Predicted))
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
