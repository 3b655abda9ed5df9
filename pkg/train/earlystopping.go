package train

import (
	"errors"
	"fmt"
	"math"
	"strings"

	"github.com/gomlx/gomlx/core/tensors"
)

// EarlyStopping ends a training whose validation loss no longer improves, and gives the net the weights that it had after its best epoch,
// also where it ran to its end. It needs Config.Validation.
type EarlyStopping struct {
	Patience int     // epochs in a row without improvement after which it stops; 0: it does not, and the last weights stay
	MinDelta float64 // a loss is an improvement if it is below the best so far by more than this
}

// after is the best epoch so far, counted from 1, and whether the training is to stop, from the validation losses of all epochs so far.
func (s EarlyStopping) after(losses []float64) (best int, stop bool) {
	if s.Patience == 0 {
		return 0, false
	}
	lowest := math.Inf(1)
	for i, loss := range losses {
		if loss < lowest-s.MinDelta {
			best, lowest = i+1, loss
		}
	}
	return best, len(losses)-best >= s.Patience
}

func (s EarlyStopping) check() error {
	if s.Patience < 0 {
		return fmt.Errorf("EarlyStopping.Patience is %d, want at least 1, or 0 for none", s.Patience)
	}
	if s.Patience == 0 && s.MinDelta != 0 {
		return errors.New("EarlyStopping has a MinDelta but no Patience")
	}
	return notNegative("EarlyStopping.MinDelta", s.MinDelta)
}

// validationLosses are those after each epoch so far.
func (f *fit) validationLosses() (losses []float64) {
	for _, e := range f.History.Epochs {
		if e.ValidationLoss != nil {
			losses = append(losses, *e.ValidationLoss)
		}
	}
	return losses
}

// keepBest copies the net's variables if the epoch that has just ended is the best.
func (f *fit) keepBest() error {
	if best, _ := f.c.EarlyStopping.after(f.validationLosses()); best == 0 || best != len(f.History.Epochs) {
		return nil
	}
	f.best = map[string]*tensors.Tensor{}
	for v := range f.net.Store().IterVariables() {
		if strings.HasPrefix(v.Path(), slotScope) {
			continue
		}
		value, err := v.Value()
		if err == nil {
			f.best[v.Path()], err = value.LocalClone()
		}
		if err != nil {
			return fmt.Errorf("train: variable %s: %w", v.Path(), err)
		}
	}
	return nil
}

// takeBest gives the net the weights of its best epoch.
func (f *fit) takeBest() error {
	f.History.Best, _ = f.c.EarlyStopping.after(f.validationLosses())
	for path, value := range f.best {
		if err := f.net.Store().GetVariable(path).SetValue(value); err != nil {
			return fmt.Errorf("train: variable %s: %w", path, err)
		}
	}
	f.best = nil
	return nil
}
