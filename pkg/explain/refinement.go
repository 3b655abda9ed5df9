package explain

import (
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/vitrine-ml/vitrine/pkg/record"
)

// refinement is what methods have in common that know how far off they are, and go on until that is little enough.
type refinement struct {
	steps, most int // at first and at most; 0: as many as is usual for the method
	tolerance   float64
	time        time.Duration // of all refinement; 0: as long as it takes
}

// checked fills in what is usual, so many steps and so many times these, and says whether the options fit together.
func (f refinement) checked(method string, usual, times int) (refinement, error) {
	if f.steps == 0 {
		f.steps = usual
	}
	if f.most == 0 {
		f.most = times * f.steps
	}
	if f.steps < 0 || f.most < f.steps || !(f.tolerance >= 0) || f.time < 0 {
		return f, fmt.Errorf("explain: %s with Steps %d, MaxSteps %d, Tolerance %g and Time %v: none may be negative, nor MaxSteps less than Steps", method, f.steps, f.most, f.tolerance, f.time)
	}
	return f, nil
}

// allowed is how far off an example with these values may be.
func (f refinement) allowed(values []float64) float64 {
	if f.tolerance > 0 {
		return f.tolerance
	}
	magnitude := 0.0
	for _, v := range values {
		magnitude += math.Abs(v)
	}
	return magnitude / 100
}

// refines makes a run keep of each example how many steps are spent, and what ends it: until something does, being stopped.
func (r *run) refines() {
	r.spent, r.ended = make([]int, len(r.x)), slices.Repeat([]record.End{record.EndInterrupt}, len(r.x))
}

// round says, for one more round, whether an example may be refined in it: while there is time or, where a record is made again, until as much is spent
// as was then. later is what will yet be spent on it without being refined.
func (r *run) round(f refinement) func(example, later int) bool {
	then, late := r.then(), f.time > 0 && time.Since(r.start) >= f.time
	return func(example, later int) bool {
		if then != nil {
			return r.spent[example]+later < then.Spent[example]
		}
		return !late
	}
}

// left are those of the examples that were refined which are refined once more. more says that there are steps for it.
func (f refinement) left(r *run, examples []int, more bool, off func(example int) (off, allowed float64)) (left []int) {
	round := r.round(f)
	for _, i := range examples {
		off, allowed := off(i)
		if off > allowed && more && r.stopped == nil && round(i, 0) {
			left = append(left, i)
		} else {
			r.ended[i] = r.ending(off, allowed, more)
		}
	}
	return left
}

// unconverged marks the examples that something else ended than their tolerance.
func (r *run) unconverged(e *record.Explanation) {
	for i, end := range r.ended {
		if end == record.EndEvaluations || end == record.EndTime {
			e.Status[i] = record.Unconverged
		}
	}
}

// ending is what ended an example that is off by so much; more says that it could be refined yet.
func (r *run) ending(off, allowed float64, more bool) record.End {
	switch {
	case off <= allowed:
		return record.EndTolerance
	case !more:
		return record.EndEvaluations
	case r.stopped != nil:
		return record.EndInterrupt
	}
	return record.EndTime
}
