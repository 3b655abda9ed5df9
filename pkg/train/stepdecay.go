package train

import (
	"cmp"
	"errors"
	"fmt"
	"math"
)

// StepDecay multiplies the learning rate by Gamma after every so many epochs, as PyTorch's StepLR does:
//
//	factor = Gamma^⌊(epoch − 1)/Epochs⌋
type StepDecay struct {
	Epochs int     // 0: 10
	Gamma  float64 // 0 < Gamma ≤ 1; 0: 0.1
}

// Factor implements Schedule.
func (s StepDecay) Factor(at Progress) float64 {
	return math.Pow(cmp.Or(s.Gamma, 0.1), float64((at.Epoch-1)/cmp.Or(s.Epochs, 10)))
}

// Check implements Schedule.
func (s StepDecay) Check() error {
	var err error
	if s.Epochs < 0 {
		err = fmt.Errorf("Epochs is %d, want at least 1, or 0 for 10", s.Epochs)
	}
	return errors.Join(err, share("Gamma", s.Gamma))
}
