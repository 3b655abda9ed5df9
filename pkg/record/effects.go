package record

import (
	"encoding/json"
	"fmt"
	"time"
)

// Effects says how an output changes when units of a layer are set to other values, one unit at a time.
type Effects struct {
	Version int `json:"version"`

	Method  string          `json:"method"`  // "Ablation"
	Options json.RawMessage `json:"options"` // with the defaults filled in
	Layer   string          `json:"layer"`   // name of the node whose units were set
	To      string          `json:"to"`      // in words, what they were set to: "0"
	Target  Target          `json:"target"`

	Output []float64 `json:"output"` // per example: the explained output as it is
	// Change per example and unit is the output with the unit set, minus Output. A unit that speaks for the target has a negative change
	// when it is taken away. Axes are "example" and those that count the units.
	Change Array `json:"change"`

	Evaluations int           `json:"evaluations"` // rows passed through the model
	Made        Provenance    `json:"made"`
	Elapsed     time.Duration `json:"elapsed"` // nanoseconds; not part of what verify compares
}

// Check returns an error if the record's parts do not belong together or a number is not finite.
func (e *Effects) Check() error {
	if e.Version != Version {
		return fmt.Errorf("record: version %d of effects, this program reads version %d", e.Version, Version)
	}
	if err := e.Change.Check(); err != nil {
		return err
	}
	if e.Change.Rows() != len(e.Output) {
		return fmt.Errorf("record: %d outputs but %d rows of changes", len(e.Output), e.Change.Rows())
	}
	return finite("output", e.Output)
}
