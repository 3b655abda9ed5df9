package explain

import (
	"encoding/json"
	"fmt"
	"reflect"
	"time"

	"github.com/gomlx/compute/dtypes"

	"github.com/vitrine-ml/vitrine/pkg/models"
	"github.com/vitrine-ml/vitrine/pkg/record"
)

// record makes the explanation of values, one row of r.width numbers an example.
func (r *run) record(method Explainer, output []float64, values [][]float64) (*record.Explanation, error) {
	options, err := json.Marshal(method)
	if err != nil {
		return nil, fmt.Errorf("explain: %w", err)
	}
	e := &record.Explanation{
		Version: record.Version,
		Method:  nameOf(method),
		Options: options,
		Target:  record.Target{Output: r.net.Outputs[r.target.Output].Name, Asked: r.target.String(), Classes: r.classes, Minus: r.minus},
		Output:  output,
		Status:  make([]record.Status, len(output)),
	}
	for i := range e.Status {
		e.Status[i] = record.OK
	}
	at := 0
	for k, i := range r.attributed {
		p := r.net.Inputs[i]
		a := record.Array{
			Name:  p.Name,
			DType: "float32",
			Axes:  append([]string{"example"}, axisNames(p)...),
			Shape: append([]int{len(values)}, p.Shape...),
			Data:  make([]float64, 0, len(values)*r.size[k]),
		}
		if p.DType == dtypes.Float64 {
			a.DType = "float64"
		}
		for _, row := range values {
			a.Data = append(a.Data, row[at:at+r.size[k]]...)
		}
		e.Values = append(e.Values, a)
		at += r.size[k]
	}
	e.Evaluations, e.Gradients = r.evaluations, r.gradients
	if e.Made, err = provenance(r.net, r.inputs); err != nil {
		return nil, err
	}
	e.Elapsed = time.Since(r.start)
	return e, nil
}

func axisNames(p models.Port) []string {
	if p.Axes != nil {
		return p.Axes
	}
	names := make([]string, len(p.Shape))
	for i := range names {
		names[i] = fmt.Sprintf("axis %d", i+1)
	}
	return names
}

// nameOf is the name of a method's type: "IntegratedGradients".
func nameOf(method Explainer) string { return reflect.Indirect(reflect.ValueOf(method)).Type().Name() }
