package explain

import (
	"encoding/json"
	"fmt"
	"reflect"
	"time"

	"github.com/gomlx/compute/dtypes"

	"github.com/vitrine-ml/vitrine/pkg/record"
)

// record makes the explanation of values, one row of r.width numbers an example; those of a token's vectors are folded into one. An example
// without values was not computed, as the context ended: the record comes with that error then.
func (r *run) record(method Explainer, output []float64, values [][]float64) (*record.Explanation, error) {
	options, err := json.Marshal(method)
	if err != nil {
		return nil, fmt.Errorf("explain: %w", err)
	}
	e := &record.Explanation{
		Version: record.Version,
		Method:  r.method,
		Options: options,
		Target:  r.asked(),
		Output:  output,
		Status:  make([]record.Status, len(output)),
	}
	folded := make([][]float64, len(values))
	for i, row := range values {
		e.Status[i] = record.OK
		if row == nil {
			row = make([]float64, r.width)
			e.Status[i] = record.Unfinished
		}
		if r.ended != nil && r.ended[i] == record.EndInterrupt {
			e.Status[i] = record.Unfinished
		}
		folded[i] = r.fold(row)
	}
	e.Spent, e.Ended = r.spent, r.ended
	at := 0
	for _, p := range r.places {
		a := record.Array{
			Name:  p.name,
			DType: "float32",
			Axes:  append([]string{"example"}, p.axes...),
			Shape: append([]int{len(values)}, p.shape...),
			Data:  make([]float64, 0, len(values)*p.size()),

			Features: p.features,
		}
		if p.dtype == dtypes.Float64 {
			a.DType = "float64"
		}
		for _, row := range folded {
			a.Data = append(a.Data, row[at:at+p.size()]...)
		}
		e.Values = append(e.Values, a)
		at += p.size()
	}
	if e.Tokens, err = r.tokens(); err != nil {
		return nil, err
	}
	e.Evaluations, e.Gradients = r.evaluations, r.gradients
	if e.Made, err = r.made(); err != nil {
		return nil, err
	}
	e.Elapsed = time.Since(r.start)
	return e, r.stopped
}

// asked is the target as records have it.
func (r *run) asked() record.Target {
	return record.Target{Output: r.net.Outputs[r.target.Output].Name, Asked: r.target.String(), Classes: r.classes, Minus: r.minus, Positions: r.positions}
}

// axisNames are names for n axes: those given, or their numbers.
func axisNames(given []string, n int) []string {
	if given != nil {
		return given
	}
	names := make([]string, n)
	for i := range names {
		names[i] = fmt.Sprintf("axis %d", i+1)
	}
	return names
}

// nameOf is the name of a method's type: "IntegratedGradients".
func nameOf(method Explainer) string { return reflect.Indirect(reflect.ValueOf(method)).Type().Name() }
