package train

import (
	"fmt"

	. "github.com/gomlx/gomlx/core/graph" //nolint:revive,staticcheck // graph functions read like the mathematics
)

// Schedule says how the learning rate changes in the course of a training. Its fields belong to what a training is kept under: it must be
// plain data. It keeps no state: all that it goes by is in Progress, so that a training which is taken up again goes on as it would have.
type Schedule interface {
	// Factor is what the learning rate is multiplied by in a step.
	Factor(at Progress) float64
	// Check says which option cannot be.
	Check() error
}

// Progress says how far a training is.
type Progress struct {
	Step, Steps   int       // the step that is to be taken, counted from 1, and how many there are in all
	Epoch, Epochs int       // the same in epochs
	Validation    []float64 // the validation loss after each of the epochs before this one; empty without validation data
}

// needsValidation is for schedules that cannot do without validation losses.
type needsValidation interface{ needsValidation() bool }

// scheduled scales a variable's change by a factor. That is the learning rate times the factor, for any optimizer whose change is
// proportional to the learning rate.
func scheduled(w, next, factor *Node) *Node {
	return Add(w, Mul(Sub(next, w), ConvertDType(factor, w.DType())))
}

// factor is the schedule's for a step; 1 without one.
func (c Config) factor(at Progress) (float64, error) {
	if c.Schedule == nil {
		return 1, nil
	}
	f := c.Schedule.Factor(at)
	if err := notNegative("factor", f); err != nil {
		return 0, fmt.Errorf("train: %T: step %d of %d: %w", c.Schedule, at.Step, at.Steps, err)
	}
	return f, nil
}
