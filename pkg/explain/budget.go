package explain

import (
	"fmt"
	"math"
	"time"
)

// Budget says when a method that samples has sampled enough; whichever comes first ends it, example by example, and the record says which it
// was. The zero value is the method's own number of evaluations.
type Budget struct {
	// Evaluations is how many rows pass through the net for an example, at most. 0: the method's own number or, with a Tolerance or a Time, a
	// hundred times that.
	Evaluations int `json:",omitempty"`
	// Tolerance ends an example when none of its values has a larger standard error, in units of the output. 0: no tolerance is asked for.
	Tolerance float64 `json:",omitempty"`
	// Time ends the sampling of all examples. It is looked at after each round, so that every example has had at least one. What comes out then
	// depends on how fast the machine is; the record holds what it takes to compute it again bit for bit. 0: as long as it takes.
	Time time.Duration `json:",omitempty"`
}

// evaluations is how many rows an example may take.
func (b Budget) evaluations(defaults int) (int, error) {
	switch {
	case b.Evaluations < 0 || b.Time < 0 || !(b.Tolerance >= 0) || math.IsInf(b.Tolerance, 1):
		return 0, fmt.Errorf("explain: a budget of %d evaluations, tolerance %v and time %v: none may be negative", b.Evaluations, b.Tolerance, b.Time)
	case b.Evaluations > 0:
		return b.Evaluations, nil
	case b.Tolerance > 0 || b.Time > 0:
		return 100 * defaults, nil
	}
	return defaults, nil
}
