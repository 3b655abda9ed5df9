package explain

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"time"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/tensors"

	"github.com/vitrine-ml/vitrine/internal/backend"
	"github.com/vitrine-ml/vitrine/internal/build"
	"github.com/vitrine-ml/vitrine/pkg/models"
	"github.com/vitrine-ml/vitrine/pkg/record"
)

// run is one explanation in the making: the examples as flat rows of numbers, and the counters.
type run struct {
	ctx    context.Context
	net    *models.Net
	inputs []*tensors.Tensor
	target Target
	start  time.Time

	attributed []int       // input ports that are attributed
	size       []int       // numbers per example of each of those
	width      int         // their sum
	x          [][]float64 // per example: the attributed inputs, one after another

	classes, minus []int // per example, once resolved; minus is nil without a contrast
	evaluations    int
	gradients      int
}

// begin checks that the method can work on these inputs and reads them.
func begin(ctx context.Context, net *models.Net, inputs []*tensors.Tensor, target Target) (*run, error) {
	r := &run{ctx: ctx, net: net, inputs: inputs, target: target, start: time.Now()}
	n, err := net.CheckInputs(inputs)
	if err != nil {
		return nil, fmt.Errorf("explain: %w", err)
	}
	for _, t := range []*Target{&target, target.Minus} {
		if t != nil && (t.Output < 0 || t.Output >= len(net.Outputs)) {
			return nil, fmt.Errorf("explain: target output %d, but %s has %d", t.Output, net.Name, len(net.Outputs))
		}
	}
	if m := target.Minus; m != nil && (m.Output != target.Output || m.Minus != nil) {
		return nil, fmt.Errorf("explain: a contrast is between two classes of one output, got %v", target)
	}
	if port := net.Outputs[target.Output]; len(port.Shape) > 1 {
		return nil, fmt.Errorf("explain: output %q has shape %v; only single numbers and vectors are explained", port.Name, port.Shape)
	}
	r.x = make([][]float64, n)
	for i, p := range net.Inputs {
		switch p.Kind {
		case models.Mask:
			continue
		case models.IDs:
			return nil, fmt.Errorf("explain: input %q holds ids, and only inputs of numbers are attributed", p.Name)
		}
		values, err := models.Floats(inputs[i])
		if err != nil {
			return nil, fmt.Errorf("explain: input %q: %w", p.Name, err)
		}
		size := len(values) / n
		r.attributed, r.size, r.width = append(r.attributed, i), append(r.size, size), r.width+size
		for e := range n {
			r.x[e] = append(r.x[e], values[e*size:(e+1)*size]...)
		}
	}
	if r.width == 0 {
		return nil, fmt.Errorf("explain: %s has no input that can be attributed", net.Name)
	}
	return r, nil
}

// point is a row to pass through the net: its attributed numbers, and the example whose other inputs and target it takes.
type point struct {
	example int
	values  []float64
}

// pass sends n points through the net, chunk by chunk, with the program of that name. fill(i) gives the i-th point; got takes its output
// row and, from a program that has one, its gradient; both slices are only lent.
func (r *run) pass(p program, n int, fill func(i int, to []float64) (example int), got func(i int, output, gradient []float64)) error {
	points := make([]point, models.Chunk)
	for i := range points {
		points[i].values = make([]float64, r.width)
	}
	for from := 0; from < n; from += models.Chunk {
		if err := r.ctx.Err(); err != nil {
			return fmt.Errorf("explain: stopped after %d of %d rows: %w", from, n, err)
		}
		for i := range points {
			points[i].example = fill(min(from+i, n-1), points[i].values)
		}
		args, err := r.arguments(p, points)
		if err != nil {
			return err
		}
		out, err := r.net.Run(p.name(r.target.Output), p.build(r.net, r.target.Output), args...)
		if err != nil {
			return fmt.Errorf("explain: %w", err)
		}
		columns := make([][]float64, len(out))
		for i, t := range out {
			if columns[i], err = models.Floats(t); err != nil {
				return err
			}
			t.MustFinalizeAll()
		}
		rows := min(models.Chunk, n-from)
		gradient := make([]float64, 0, r.width)
		width := len(columns[0]) / models.Chunk
		for i := range rows {
			output := columns[0][i*width : (i+1)*width]
			gradient = gradient[:0]
			for k, g := range columns[1:] {
				gradient = append(gradient, g[i*r.size[k]:(i+1)*r.size[k]]...)
			}
			if err := r.finite(points[i].example, output, gradient); err != nil {
				return err
			}
			got(from+i, output, gradient)
		}
		r.evaluations += rows
		if p == gradientProgram {
			r.gradients += rows
		}
	}
	return nil
}

// finite refuses NaN and infinity in what the net returned.
func (r *run) finite(example int, output, gradient []float64) error {
	for _, part := range []struct {
		name string
		v    []float64
	}{{"output", output}, {"gradient", gradient}} {
		for i, v := range part.v {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				return fmt.Errorf("explain: the %s of %s for example %d is %v at position %d", part.name, r.net.Name, example, v, i)
			}
		}
	}
	return nil
}

// arguments are a chunk's tensors: the inputs in the order of their ports, and for gradients the classes.
func (r *run) arguments(p program, points []point) (args []*tensors.Tensor, err error) {
	at, k := 0, 0
	for i, port := range r.net.Inputs {
		if k == len(r.attributed) || r.attributed[k] != i { // goes through as it is
			t, err := gather(r.inputs[i], points)
			if err != nil {
				return nil, err
			}
			args = append(args, t)
			continue
		}
		t := tensors.FromShape(shapes.Make(port.DType, append([]int{len(points)}, port.Shape...)...))
		from, size := at, r.size[k]
		err := t.MutableFlatData(func(flat any) {
			for row, p := range points {
				values := p.values[from : from+size]
				switch flat := flat.(type) {
				case []float32:
					for j, v := range values {
						flat[row*size+j] = float32(v)
					}
				case []float64:
					copy(flat[row*size:], values)
				}
			}
		})
		if err != nil {
			return nil, err
		}
		args, at, k = append(args, t), at+size, k+1
	}
	if p == gradientProgram {
		plus, minus := make([]int32, len(points)), make([]int32, len(points))
		for i, p := range points {
			plus[i], minus[i] = int32(r.classOf(p.example)), -1
			if r.minus != nil {
				minus[i] = int32(r.minus[p.example])
			}
		}
		args = append(args, tensors.FromFlatDataAndDimensions(plus, len(plus)), tensors.FromFlatDataAndDimensions(minus, len(minus)))
	}
	return args, nil
}

// gather copies the rows of t that belong to the points' examples.
func gather(t *tensors.Tensor, points []point) (*tensors.Tensor, error) {
	s := t.Shape().Clone()
	s.Dimensions[0] = len(points)
	out := tensors.FromShape(s)
	for i, p := range points {
		if err := models.CopyRows(out, i, t, p.example, 1); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (r *run) classOf(example int) int {
	if r.classes == nil {
		return 0 // not resolved yet: the gradient of this pass is not used
	}
	return r.classes[example]
}

// value is the explained number of an output row.
func (r *run) value(example int, output []float64) float64 {
	v := output[r.classes[example]]
	if r.minus != nil {
		v -= output[r.minus[example]]
	}
	return v
}

// resolve finds out which classes are explained, from the outputs of the examples themselves, and returns the explained numbers.
func (r *run) resolve(p program) ([]float64, error) {
	scores := make([][]float64, len(r.x))
	err := r.pass(p, len(r.x), r.example, func(i int, output, _ []float64) { scores[i] = append([]float64(nil), output...) })
	if err != nil {
		return nil, err
	}
	return r.choose(scores)
}

// choose resolves the target on the examples' outputs.
func (r *run) choose(scores [][]float64) (explained []float64, err error) {
	if r.classes, err = r.target.resolve(scores); err != nil {
		return nil, err
	}
	if r.target.Minus != nil {
		if r.minus, err = r.target.Minus.resolve(scores); err != nil {
			return nil, err
		}
	}
	explained = make([]float64, len(scores))
	for i, s := range scores {
		explained[i] = r.value(i, s)
	}
	return explained, nil
}

// example fills in an example as it is.
func (r *run) example(i int, to []float64) int {
	copy(to, r.x[i])
	return i
}

// record makes the explanation of values, one row of r.width numbers an example.
func (r *run) record(method any, output []float64, values [][]float64) (*record.Explanation, error) {
	options, err := json.Marshal(method)
	if err != nil {
		return nil, fmt.Errorf("explain: %w", err)
	}
	e := &record.Explanation{
		Version: record.Version,
		Method:  reflect.TypeOf(method).Name(),
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

// provenance says what went in and what it was computed with.
func provenance(net *models.Net, inputs []*tensors.Tensor) (p record.Provenance, err error) {
	p = record.Provenance{Model: net.Name, Graph: net.GraphHash(), Platform: build.Platform, Backend: backend.Choose().Kind(), Versions: build.Versions()}
	if p.Weights, err = net.WeightsHash(); err != nil {
		return p, err
	}
	p.Inputs, err = hashTensors(inputs)
	return p, err
}

// hashTensors is a SHA-256 of the tensors' shapes and bytes.
func hashTensors(list []*tensors.Tensor) (string, error) {
	h := sha256.New()
	for _, t := range list {
		fmt.Fprintf(h, "%s\n", t.Shape())
		if err := t.ConstBytes(func(b []byte) { h.Write(b) }); err != nil {
			return "", err
		}
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}
