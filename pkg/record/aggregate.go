package record

import (
	"encoding/json"
	"fmt"
	"math"
	"time"
)

// Aggregate is what a method attributes over a dataset: for each feature the mean over many examples, and how much it varies.
type Aggregate struct {
	Version int `json:"version"`

	Method  string          `json:"method"`
	Options json.RawMessage `json:"options"` // of the method, with the defaults filled in
	Target  Target          `json:"target"`  // Output and Asked only: examples have classes of their own

	// Cohorts are the groups of examples: the first, without a name, is all of them; the others are in the order in which they came.
	Cohorts []Cohort `json:"cohorts"`

	Unconverged int  `json:"unconverged"`          // examples whose residual stayed above the tolerance, though they are counted
	Unfinished  bool `json:"unfinished,omitempty"` // stopped before the last example

	Evaluations int           `json:"evaluations"`
	Gradients   int           `json:"gradients"`
	Made        Provenance    `json:"made"`    // Inputs: SHA-256 of all examples, one after another
	Elapsed     time.Duration `json:"elapsed"` // nanoseconds
}

// Cohort is a group of examples.
type Cohort struct {
	Name     string   `json:"name"`
	Examples int      `json:"examples"`
	Values   []Spread `json:"values"` // one an attributed input
}

// Spread is what a feature's values are over examples. The arrays have the input's shape, and Mean the features' names, if they have any. Of an input of ids whose ids have names, a
// feature is not a position but an id, [vocabulary], and its values are those of all tokens that hold it.
type Spread struct {
	Mean         Array `json:"mean"`
	MeanAbs      Array `json:"mean_abs"`         // of the magnitudes: how much a feature matters, whichever way
	Deviation    Array `json:"deviation"`        // standard deviation of the values, with n − 1; 0 where there is one value or none
	DeviationAbs Array `json:"deviation_abs"`    // of the magnitudes
	Counts       []int `json:"counts"`           // how many values a feature has
	Sampled      Array `json:"sampled,omitzero"` // of a method that samples: the part of StdErr's Mean that its sampling makes; else without axes
}

// StdErr are the standard errors of the means and of the mean magnitudes, feature by feature: √(deviation²/n), for examples that are drawn at random. What a
// method's sampling adds is in the deviation already. Of a single value it is not known, and NaN.
func (s Spread) StdErr() (mean, meanAbs []float64) {
	for i, n := range s.Counts {
		scale := math.NaN()
		if n > 1 {
			scale = 1 / math.Sqrt(float64(n))
		}
		mean, meanAbs = append(mean, s.Deviation.Data[i]*scale), append(meanAbs, s.DeviationAbs.Data[i]*scale)
	}
	return mean, meanAbs
}

// Ranking has the features that have at least so many values (1, if least is less), by name: their means or, if abs, their mean magnitudes.
// With least of 2 or more there are standard errors. Features without names go by their places: "image [3 4 0]".
func (s Spread) Ranking(abs bool, least int) Ranking {
	mean, meanAbs := s.StdErr()
	values, value, errs := s.Mean, "mean attribution", mean
	if abs {
		values, value, errs = s.MeanAbs, "mean |attribution|", meanAbs
	}
	r := Ranking{Name: values.Name, Value: value}
	for i, n := range s.Counts {
		if n < max(1, least) {
			continue
		}
		name := fmt.Sprintf("%s %v", values.Name, values.index(i))
		if s.Mean.Features != nil && len(values.Shape) == 1 {
			name = s.Mean.Features[i]
		}
		r.Names, r.Values, r.Counts = append(r.Names, name), append(r.Values, values.Data[i]), append(r.Counts, n)
		if least > 1 {
			r.StdErr = append(r.StdErr, errs[i])
		}
	}
	return r
}

// Check returns an error if the record's parts do not belong together or a number is not finite.
func (a *Aggregate) Check() error {
	if a.Version != Version {
		return fmt.Errorf("record: version %d of an aggregate, this program reads version %d", a.Version, Version)
	}
	if len(a.Cohorts) == 0 || a.Cohorts[0].Name != "" {
		return fmt.Errorf("record: an aggregate by %s begins with all examples, a cohort without a name", a.Method)
	}
	for _, c := range a.Cohorts {
		if c.Examples < 1 || c.Examples > a.Cohorts[0].Examples || len(c.Values) == 0 || len(c.Values) != len(a.Cohorts[0].Values) {
			return fmt.Errorf("record: cohort %q of %d examples has values of %d inputs; all %d examples, of %d", c.Name, c.Examples, len(c.Values),
				a.Cohorts[0].Examples, len(a.Cohorts[0].Values))
		}
		for _, s := range c.Values {
			if err := s.check(); err != nil {
				return fmt.Errorf("%w (cohort %q)", err, c.Name)
			}
		}
	}
	return nil
}

func (s Spread) check() error {
	arrays := []Array{s.Mean, s.MeanAbs, s.Deviation, s.DeviationAbs}
	if s.Sampled.Axes != nil {
		arrays = append(arrays, s.Sampled)
	}
	for i, a := range arrays {
		if err := a.Check(); err != nil {
			return err
		}
		if len(a.Data) != len(s.Counts) {
			return fmt.Errorf("record: %q has %d numbers for %d features", a.Name, len(a.Data), len(s.Counts))
		}
		for _, v := range a.Data {
			if i > 0 && v < 0 {
				return fmt.Errorf("record: %q has a magnitude, deviation or error of %v: it cannot be negative", a.Name, v)
			}
		}
	}
	for _, n := range s.Counts {
		if n < 0 {
			return fmt.Errorf("record: %q has %d values of a feature", s.Mean.Name, n)
		}
	}
	return nil
}
