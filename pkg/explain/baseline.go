package explain

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/gomlx/gomlx/core/tensors"

	"github.com/vitrine-ml/vitrine/pkg/models"
)

// Baseline is what an input looks like when its features are absent. The zero value is zeros everywhere.
type Baseline struct {
	Constant float64           // this number everywhere
	Values   []*tensors.Tensor // instead: one tensor an attributed input, of one row for all examples or a row for each

	hash string // of Values that a record speaks of, until they are found
}

// String says in words what it is.
func (b Baseline) String() string {
	switch {
	case b.Values != nil:
		h, err := hashTensors(b.Values)
		if err != nil {
			return "given, unreadable"
		}
		return given + h
	case b.hash != "":
		return given + b.hash
	case b.Constant == 0:
		return zeros
	}
	return constant + strconv.FormatFloat(b.Constant, 'g', -1, 64)
}

// What a baseline is called.
const zeros, constant, given = "zeros", "constant ", "given, SHA-256 "

// MarshalJSON writes what String says: the numbers of a given baseline are not part of a method's options.
func (b Baseline) MarshalJSON() ([]byte, error) { return json.Marshal(b.String()) }

// UnmarshalJSON reads what MarshalJSON wrote.
func (b *Baseline) UnmarshalJSON(data []byte) (err error) {
	var text string
	if err := json.Unmarshal(data, &text); err != nil {
		return err
	}
	number, isConstant := strings.CutPrefix(text, constant)
	hash, isGiven := strings.CutPrefix(text, given)
	switch {
	case text == zeros:
		*b = Baseline{}
	case isConstant:
		*b = Baseline{}
		b.Constant, err = strconv.ParseFloat(number, 64)
	case isGiven:
		*b = Baseline{hash: hash}
	default:
		err = fmt.Errorf("a baseline %q, want %q, a constant or given values", text, zeros)
	}
	return err
}

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
