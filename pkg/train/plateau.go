package train

import (
	"cmp"
	"errors"
	"fmt"
	"math"
)

// Plateau multiplies the learning rate by Gamma whenever the validation loss has not improved for more than Patience epochs, as PyTorch's
// ReduceLROnPlateau does. It needs Config.Validation.
type Plateau struct {
	Gamma     float64 // 0 < Gamma ≤ 1; 0: 0.1
	Patience  int     // epochs in a row without improvement that are put up with; 0: 10
	Threshold float64 // a loss is an improvement if it is below (1 − Threshold) times the best so far; 0: 0.0001
	Cooldown  int     // epochs after a reduction that do not count
	Lowest    float64 // the factor does not fall below; 0 ≤ Lowest ≤ 1
}

// Factor implements Schedule.
func (s Plateau) Factor(at Progress) float64 {
	factor, best, bad, cooldown := 1.0, math.Inf(1), 0, 0
	for _, loss := range at.Validation {
		if loss < best*(1-cmp.Or(s.Threshold, 1e-4)) {
			best, bad = loss, 0
		} else {
			bad++
		}
		if cooldown > 0 {
			cooldown--
			bad = 0
		}
		if bad > cmp.Or(s.Patience, 10) {
			factor = max(factor*cmp.Or(s.Gamma, 0.1), s.Lowest)
			cooldown, bad = s.Cooldown, 0
		}
	}
	return factor
}

func (s Plateau) needsValidation() bool { return true }

// Check implements Schedule.
func (s Plateau) Check() error {
	var err error
	if s.Patience < 0 || s.Cooldown < 0 {
		err = fmt.Errorf("Patience is %d and Cooldown %d, want no negative number", s.Patience, s.Cooldown)
	}
	return errors.Join(err, share("Gamma", s.Gamma), belowOne("Threshold", s.Threshold), share("Lowest", s.Lowest))
}
