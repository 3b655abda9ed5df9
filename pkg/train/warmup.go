package train

import (
	"encoding/json"
	"fmt"
)

// Warmup lets the learning rate rise in a line for so many steps, after which another schedule begins, with the steps that are left as all of its
// own (epochs count on): in step t of the first, the factor is t/(Steps + 1) times the one that Then starts with. Transformers want it: Adam's
// first steps, when it knows little of the gradients, are then small.
type Warmup struct {
	Steps int      // 0: none
	Then  Schedule // nil: the learning rate stays the same
}

// Factor implements Schedule.
func (s Warmup) Factor(at Progress) float64 {
	factor := 1.0
	if at.Step <= s.Steps {
		factor = float64(at.Step) / float64(s.Steps+1)
	}
	if s.Then == nil {
		return factor
	}
	at.Step, at.Steps = max(1, at.Step-s.Steps), max(1, at.Steps-s.Steps)
	return factor * s.Then.Factor(at)
}

func (s Warmup) needsValidation() bool {
	then, ok := s.Then.(needsValidation)
	return ok && then.needsValidation()
}

// Check implements Schedule.
func (s Warmup) Check() error {
	if s.Steps < 0 {
		return fmt.Errorf("Steps is %d, want at least 0", s.Steps)
	}
	if s.Then == nil {
		return nil
	}
	return s.Then.Check()
}

// MarshalJSON says of which type Then is: a training is kept under it.
func (s Warmup) MarshalJSON() ([]byte, error) {
	return json.Marshal([]any{s.Steps, fmt.Sprintf("%T", s.Then), s.Then})
}
