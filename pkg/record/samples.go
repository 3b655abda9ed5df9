package record

import "fmt"

// Samples are examples as a person looks at them: inputs with what belongs to them (a class, numbers or tokens) and, where a model has
// seen them, its predictions.
type Samples struct {
	Dataset string     `json:"dataset"`
	Inputs  Array      `json:"inputs"`            // images: example × height × width × channel, in [0,1]; ids: example × position
	Tokens  [][]string `json:"tokens,omitempty"`  // of ids: what those of each example stand for, without padding (id 0)
	Columns []Column   `json:"columns,omitempty"` // of a table: what its columns hold, as a person reads them; Inputs are what the net is given

	Labels  []int    `json:"labels,omitempty"`  // index into Classes, one an example
	Classes []string `json:"classes,omitempty"` // names of the classes

	Target       *Array     `json:"target,omitempty"`        // the numbers or ids to be predicted, where these are no classes
	TargetTokens [][]string `json:"target_tokens,omitempty"` // of ids: what those of each target stand for, without padding

	Index       []int        `json:"index,omitempty"`       // position of each example in its dataset
	Predictions []Prediction `json:"predictions,omitempty"` // one an example
}

// Prediction is what a classifier says of one example.
type Prediction struct {
	Class       int       `json:"class"`       // the most probable class
	Probability float64   `json:"probability"` // of that class
	All         []float64 `json:"all"`         // of every class
}

// Len is the number of examples.
func (s Samples) Len() int { return s.Inputs.Rows() }

// Class is the name of class i; its number where no names are known.
func (s Samples) Class(i int) string {
	if i >= 0 && i < len(s.Classes) {
		return s.Classes[i]
	}
	return fmt.Sprint(i)
}

// Check returns an error if the parts do not belong together.
func (s Samples) Check() error {
	if err := s.Inputs.Check(); err != nil {
		return err
	}
	n := s.Len()
	for _, c := range s.Columns {
		if err := c.Check(n); err != nil {
			return err
		}
	}
	if s.Target != nil {
		if err := s.Target.Check(); err != nil {
			return err
		}
		if s.Target.Rows() != n {
			return fmt.Errorf("record: %d examples but %d targets", n, s.Target.Rows())
		}
	}
	for _, part := range []struct {
		name string
		len  int
	}{{"labels", len(s.Labels)}, {"texts of tokens", len(s.Tokens)}, {"target texts", len(s.TargetTokens)}, {"index", len(s.Index)}, {"predictions", len(s.Predictions)}} {
		if part.len != 0 && part.len != n {
			return fmt.Errorf("record: %d examples but %d %s", n, part.len, part.name)
		}
	}
	if len(s.Classes) > 0 {
		for i, l := range s.Labels {
			if l < 0 || l >= len(s.Classes) {
				return fmt.Errorf("record: example %d has label %d, but there are %d classes", i, l, len(s.Classes))
			}
		}
		for i, p := range s.Predictions {
			if p.Class < 0 || p.Class >= len(s.Classes) {
				return fmt.Errorf("record: example %d is predicted as class %d, but there are %d classes", i, p.Class, len(s.Classes))
			}
		}
	}
	return nil
}
