package record

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"

	"github.com/vitrine-ml/vitrine/internal/atomicfile"
)

// Answer is what a net says of one example from outside a dataset: classes with their probabilities, or values.
type Answer struct {
	Version int    `json:"version"`
	Raw     string `json:"raw"`    // the example as it was given: a text, a row, the path of a file
	Output  string `json:"output"` // the name of the net's output

	Classes []ClassProbability `json:"classes,omitempty"` // the most probable first; nil: the net predicts values
	Values  *Array             `json:"values,omitempty"`  // of a regression or forecast; nil: the net predicts classes

	Made Provenance `json:"made"`
}

// ClassProbability is a class and how probable it is.
type ClassProbability struct {
	Class       int     `json:"class"` // counted from 0
	Name        string  `json:"name"`
	Probability float64 `json:"probability"`
}

// Check returns an error if the parts do not belong together or a number cannot be.
func (a *Answer) Check() error {
	if a.Version != Version {
		return fmt.Errorf("record: an answer of version %d, this program reads version %d", a.Version, Version)
	}
	if (a.Classes == nil) == (a.Values == nil) {
		return errors.New("record: an answer has either classes or values")
	}
	if a.Values != nil {
		return a.Values.Check()
	}
	before := math.Inf(1)
	for _, c := range a.Classes {
		if !(c.Probability >= 0 && c.Probability <= 1+1e-6) {
			return fmt.Errorf("record: class %q has the probability %v", c.Name, c.Probability)
		}
		if c.Probability > before {
			return errors.New("record: the classes of an answer are not in the order of their probabilities")
		}
		before = c.Probability
	}
	return nil
}

// WriteFile writes the record as JSON, whole or not at all. A record that does not pass Check is refused.
func (a *Answer) WriteFile(path string) error {
	if err := a.Check(); err != nil {
		return err
	}
	data, err := json.Marshal(a)
	if err != nil {
		return fmt.Errorf("record: %w", err)
	}
	return atomicfile.Write(path, 0o644, func(w io.Writer) error { _, err := w.Write(append(data, '\n')); return err })
}

// ReadAnswer reads what WriteFile wrote. Unknown fields, another version and numbers that do not fit are errors.
func ReadAnswer(path string) (*Answer, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("record: %w", err)
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	var a Answer
	if err := d.Decode(&a); err != nil {
		return nil, fmt.Errorf("record: not an answer: %w (in %s)", err, path)
	}
	if err := a.Check(); err != nil {
		return nil, fmt.Errorf("%w (in %s)", err, path)
	}
	return &a, nil
}
