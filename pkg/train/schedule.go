package train

import (
	"fmt"
	"math"

	. "github.com/gomlx/gomlx/core/graph" //nolint:revive,staticcheck // graph functions read like the mathematics
)

// Schedule says how the learning rate changes in the course of a training. Its fields belong to what a training is kept under: it must be
// plain data.
type Schedule interface {
	// Factor is what the learning rate is multiplied by in a step, counted from 1, of so many.
	Factor(step, steps int) float64
	// Check says which option cannot be.
	Check() error
}

// Cosine lets the learning rate fall from its full value to 0 along half a cosine,
//
//	factor = ½·(1 + cos(π·(step − 1)/steps))
//
// as in Loshchilov and Hutter, "SGDR: stochastic gradient descent with warm restarts", ICLR 2017 (https://arxiv.org/abs/1608.03983), without
// restarts. The last steps then settle what the first have found: the same accuracy takes fewer epochs, and depends less on the seed.
type Cosine struct {
	Warmup float64 // share of the steps in which the factor rises from 0 in a line before it falls, 0 ≤ Warmup < 1; 0: none
}

// Factor implements Schedule.
func (s Cosine) Factor(step, steps int) float64 {
	warm := s.Warmup * float64(steps)
	if t := float64(step); t <= warm {
		return t / (warm + 1)
	}
	return (1 + math.Cos(math.Pi*(float64(step-1)-warm)/(float64(steps)-warm))) / 2
}

// Check implements Schedule.
func (s Cosine) Check() error { return belowOne("Warmup", s.Warmup) }

// scheduled scales a variable's change by a factor. That is the learning rate times the factor, for any optimizer whose change is
// proportional to the learning rate.
func scheduled(w, next, factor *Node) *Node {
	return Add(w, Mul(Sub(next, w), ConvertDType(factor, w.DType())))
}

// factor is the schedule's for a step; 1 without one.
func (c Config) factor(step, steps int) (float64, error) {
	if c.Schedule == nil {
		return 1, nil
	}
	f := c.Schedule.Factor(step, steps)
	if err := notNegative("factor", f); err != nil {
		return 0, fmt.Errorf("train: %T: step %d of %d: %w", c.Schedule, step, steps, err)
	}
	return f, nil
}
