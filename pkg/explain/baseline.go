package explain

import (
	"encoding/json"
	"fmt"

	"github.com/gomlx/gomlx/core/tensors"

	"github.com/vitrine-ml/vitrine/pkg/models"
)

// Baseline is what an input looks like when its features are absent. The zero value is zeros everywhere.
type Baseline struct {
	Constant float64           // this number everywhere
	Values   []*tensors.Tensor // instead: one tensor an attributed input, of one row for all examples or a row for each
}

// String says in words what it is.
func (b Baseline) String() string {
	switch {
	case b.Values != nil:
		h, err := hashTensors(b.Values)
		if err != nil {
			return "given, unreadable"
		}
		return "given, SHA-256 " + h
	case b.Constant == 0:
		return "zeros"
	}
	return fmt.Sprintf("constant %g", b.Constant)
}

// MarshalJSON writes what String says: the numbers of a given baseline are not part of a method's options.
func (b Baseline) MarshalJSON() ([]byte, error) { return json.Marshal(b.String()) }

// baseline is b for every example of the run.
func (r *run) baseline(b Baseline) ([][]float64, error) {
	rows := make([][]float64, len(r.x))
	if b.Values == nil {
		row := make([]float64, r.width)
		for i := range row {
			row[i] = b.Constant
		}
		for i := range rows {
			rows[i] = row
		}
		return rows, nil
	}
	if len(b.Values) != len(r.attributed) {
		return nil, fmt.Errorf("explain: a baseline of %d tensors for %d attributed inputs", len(b.Values), len(r.attributed))
	}
	for i := range rows {
		rows[i] = make([]float64, 0, r.width)
	}
	for k, t := range b.Values {
		p := r.net.Inputs[r.attributed[k]]
		values, err := models.Floats(t)
		if err != nil {
			return nil, fmt.Errorf("explain: baseline of input %q: %w", p.Name, err)
		}
		n := len(values) / r.places[k].size()
		if len(values)%r.places[k].size() != 0 || n != 1 && n != len(rows) {
			return nil, fmt.Errorf("explain: the baseline of input %q is %s, it should have 1 or %d rows of shape %v", p.Name, t.Shape(), len(rows), p.Shape)
		}
		for i := range rows {
			from := (i % n) * r.places[k].size()
			rows[i] = append(rows[i], values[from:from+r.places[k].size()]...)
		}
	}
	for i, row := range rows {
		if err := r.finite(i, "baseline", row); err != nil {
			return nil, fmt.Errorf("explain: in the baseline: %w", err)
		}
	}
	return rows, nil
}
