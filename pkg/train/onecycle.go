package train

import (
	"cmp"
	"errors"
	"math"
)

// OneCycle lets the learning rate rise along half a cosine from a small value to the full one and then fall to a very small one, as in Smith and
// Topin, "Super-convergence: very fast training of neural networks using large learning rates", 2018 (https://arxiv.org/abs/1708.07120), in the form of
// PyTorch's OneCycleLR (cosine, two phases, without a cycle of the momentum). The optimizer's LearningRate is the highest.
type OneCycle struct {
	Rise  float64 // share of the steps in which it rises, 0 < Rise < 1; 0: 0.3
	Start float64 // it starts at LearningRate/Start, at least 1; 0: 25
	End   float64 // it ends at LearningRate/(Start·End), at least 1; 0: 10,000
}

// Factor implements Schedule.
func (s OneCycle) Factor(at Progress) float64 {
	start := 1 / cmp.Or(s.Start, 25)
	end := start / cmp.Or(s.End, 1e4)
	t, last := float64(at.Step-1), float64(at.Steps-1)
	top := cmp.Or(s.Rise, 0.3)*float64(at.Steps) - 1 // the step of the highest rate, counted from 0; may lie between two
	switch {
	case t <= top && top > 0:
		return halfCosine(start, 1, t/top)
	case last <= max(top, 0): // of one step there is no way down
		return 1
	default:
		return halfCosine(1, end, (t-max(top, 0))/(last-max(top, 0)))
	}
}

// halfCosine goes from one number to another as its last argument goes from 0 to 1.
func halfCosine(from, to, way float64) float64 {
	return to + (from-to)/2*(1+math.Cos(math.Pi*way))
}

// Check implements Schedule.
func (s OneCycle) Check() error {
	return errors.Join(belowOne("Rise", s.Rise), atLeastOne("Start", s.Start), atLeastOne("End", s.End))
}
