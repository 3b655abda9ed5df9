package train

import "math"

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
func (s Cosine) Factor(at Progress) float64 {
	warm, steps := s.Warmup*float64(at.Steps), float64(at.Steps)
	if t := float64(at.Step); t <= warm {
		return t / (warm + 1)
	}
	return (1 + math.Cos(math.Pi*(float64(at.Step-1)-warm)/(steps-warm))) / 2
}

// Check implements Schedule.
func (s Cosine) Check() error { return belowOne("Warmup", s.Warmup) }
