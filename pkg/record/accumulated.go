package record

import (
	"fmt"
	"math"
	"time"
)

// AccumulatedEffects says how an output changes with one feature of a table's rows, by what it changes between neighbouring values for
// those examples that are near (accumulated local effects, ALE).
type AccumulatedEffects struct {
	Version int `json:"version"`

	Target     Target   `json:"target"`
	Name       string   `json:"name"` // of the feature
	Unit       string   `json:"unit,omitempty"`
	Categories []string `json:"categories,omitempty"` // of a category: the words

	// Edges are the ends of the bins, in the unit, in ascending order; of a category, positions in Categories, each beside the next.
	Edges []float64 `json:"edges"`
	// Effects are one an edge: the accumulated effect there, in units of the output, less its mean over the examples; StdErr are their standard
	// errors, for examples that are drawn at random, with the bins as they are.
	Effects []float64 `json:"effects"`
	StdErr  []float64 `json:"std_err"`
	// Of each bin, which is one fewer than the edges: how many examples are in it (of categories: have one of the two), the mean of what they gain
	// from its lower edge to its upper, and the standard error of that.
	Counts      []int     `json:"counts"`
	Local       []float64 `json:"local"`
	LocalStdErr []float64 `json:"local_std_err"`

	Examples    int           `json:"examples"`             // that took part: of categories, those that have one
	Unfinished  bool          `json:"unfinished,omitempty"` // stopped before the last example: the others are as if they were not there
	Evaluations int           `json:"evaluations"`
	Made        Provenance    `json:"made"`
	Elapsed     time.Duration `json:"elapsed"` // nanoseconds
}

// Check returns an error if the record's parts do not belong together or a number is not finite.
func (a *AccumulatedEffects) Check() error {
	if a.Version != Version {
		return fmt.Errorf("record: version %d of accumulated effects, this program reads version %d", a.Version, Version)
	}
	if err := ascending(a.Name, a.Edges, a.Categories); err != nil {
		return err
	}
	n := len(a.Edges)
	for _, part := range []struct {
		name      string
		v         []float64
		n         int
		deviation bool
	}{{"effects", a.Effects, n, false}, {"standard errors", a.StdErr, n, true}, {"local effects", a.Local, n - 1, false},
		{"standard errors of local effects", a.LocalStdErr, n - 1, true}} {
		if len(part.v) != part.n {
			return fmt.Errorf("record: %d edges of %q, but %d %s", n, a.Name, len(part.v), part.name)
		}
		for i, v := range part.v {
			if math.IsNaN(v) || math.IsInf(v, 0) || part.deviation && v < 0 {
				return fmt.Errorf("record: number %d of the %s of %q is %v", i, part.name, a.Name, v)
			}
		}
	}
	if n < 2 || len(a.Counts) != n-1 {
		return fmt.Errorf("record: %d edges of %q, but counts of %d bins", n, a.Name, len(a.Counts))
	}
	for i, c := range a.Counts {
		if c < 1 || c > a.Examples {
			return fmt.Errorf("record: bin %d of %q holds %d of %d examples", i, a.Name, c, a.Examples)
		}
	}
	return nil
}
