package record

import (
	"encoding/json"
	"fmt"
)

// Pick is a few examples whose explanations together show what a net goes by.
type Pick struct {
	Version int `json:"version"`

	Method  string          `json:"method"`  // "SP-LIME"
	Options json.RawMessage `json:"options"` // with the defaults filled in
	Of      string          `json:"of"`      // the method that made the explanations

	Features   []string  `json:"features"`   // those that the explanations have in common
	Importance []float64 `json:"importance"` // of each: the root of the sum of the magnitudes of its values over all examples
	Examples   []int     `json:"examples"`   // those that were picked, counted from 0, in the order in which they were
	// Coverage is, after each pick, which part of all features' importance belongs to features that the examples picked so far show.
	Coverage []float64 `json:"coverage"`
	Values   Array     `json:"values"` // of the picked examples: axes "example" and "feature"; 0 for what an explanation does not show

	Made Provenance `json:"made"` // of the explanations
}

// Check returns an error if the parts do not belong together or a number is not finite.
func (p *Pick) Check() error {
	if p.Version != Version {
		return fmt.Errorf("record: version %d of a pick, this program reads version %d", p.Version, Version)
	}
	if err := p.Values.Check(); err != nil {
		return err
	}
	if n, f := len(p.Examples), len(p.Features); len(p.Values.Shape) != 2 || p.Values.Shape[0] != n || p.Values.Shape[1] != f || len(p.Coverage) != n || len(p.Importance) != f {
		return fmt.Errorf("record: a pick of %d examples and %d features has values of shape %v, %d coverages and %d importances", n, f, p.Values.Shape, len(p.Coverage), len(p.Importance))
	}
	if err := finite("coverage", p.Coverage); err != nil {
		return err
	}
	return finite("importance", p.Importance)
}
