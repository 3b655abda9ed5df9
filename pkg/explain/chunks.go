package explain

import (
	"errors"
	"fmt"
	"math"

	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/tensors"

	"github.com/vitrine-ml/vitrine/pkg/models"
)

// point is a row to pass through the net: its attributed numbers, and the example whose other inputs and target it takes.
type point struct {
	example int
	values  []float64
}

// pass sends n points through the net, chunk by chunk, with the program of that name. fill(i) gives the i-th point; got takes its output
// row and, from a program that has any, what was passed back: numbers for the attributed inputs, one after another, and what the program
// adds. Both slices are only lent.
func (r *run) pass(p *program, n int, fill func(i int, to []float64) (example int), got func(i int, output, back []float64)) error {
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
		out, err := r.net.Run(p.title(r.target.Output), p.build(r.net, r.target.Output), args...)
		if refused := (refusal{}); errors.As(err, &refused) {
			return refused
		}
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
		for _, t := range args { // at once, so that memory does not grow until the collector comes
			t.MustFinalizeAll()
		}
		rows := min(models.Chunk, n-from)
		back := make([]float64, 0, r.width)
		width := len(columns[0]) / models.Chunk
		for i := range rows {
			output := columns[0][i*width : (i+1)*width]
			back = back[:0]
			for _, c := range columns[1:] {
				width := len(c) / models.Chunk
				back = append(back, c[i*width:(i+1)*width]...)
			}
			if err := r.finite(points[i].example, output, back); err != nil {
				return err
			}
			got(from+i, output, back)
		}
		r.evaluations += rows
		r.line.Set("%d of %d rows", from+rows, n)
		if p.back != nil {
			r.gradients += rows
		}
	}
	return nil
}

// finite refuses NaN and infinity in what the net returned.
func (r *run) finite(example int, output, back []float64) error {
	for _, part := range []struct {
		name string
		v    []float64
	}{{"output", output}, {"gradient or relevance", back}} {
		for i, v := range part.v {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				return fmt.Errorf("explain: the %s of %s for example %d is %v at position %d", part.name, r.net.Name, example, v, i)
			}
		}
	}
	return nil
}

// arguments are a chunk's tensors: the inputs in the order of their ports; for what is passed back, the classes; and where the program
// wants it, the baseline of the attributed inputs.
func (r *run) arguments(p *program, points []point) (args []*tensors.Tensor, err error) {
	at, k := 0, 0
	var baseline []*tensors.Tensor
	for i, port := range r.net.Inputs {
		if k == len(r.attributed) || r.attributed[k] != i { // goes through as it is
			t, err := gather(r.inputs[i], points)
			if err != nil {
				return nil, err
			}
			args = append(args, t)
			continue
		}
		from, to := at, at+r.size[k]
		t, err := fillTensor(port, len(points), func(row int) []float64 { return points[row].values[from:to] })
		if err != nil {
			return nil, err
		}
		args, at, k = append(args, t), to, k+1
		if p.baseline {
			t, err := fillTensor(port, len(points), func(row int) []float64 { return r.base[points[row].example][from:to] })
			if err != nil {
				return nil, err
			}
			baseline = append(baseline, t)
		}
	}
	if p.back != nil {
		plus, minus := make([]int32, len(points)), make([]int32, len(points))
		for i, p := range points {
			plus[i], minus[i] = int32(r.classOf(p.example)), -1
			if r.minus != nil {
				minus[i] = int32(r.minus[p.example])
			}
		}
		args = append(args, tensors.FromFlatDataAndDimensions(plus, len(plus)), tensors.FromFlatDataAndDimensions(minus, len(minus)))
	}
	return append(args, baseline...), nil
}

// fillTensor makes a tensor for the port of rows of numbers.
func fillTensor(port models.Port, rows int, values func(row int) []float64) (*tensors.Tensor, error) {
	t := tensors.FromShape(shapes.Make(port.DType, append([]int{rows}, port.Shape...)...))
	return t, t.MutableFlatData(func(flat any) {
		for row := range rows {
			v := values(row)
			switch flat := flat.(type) {
			case []float32:
				for j, x := range v {
					flat[row*len(v)+j] = float32(x)
				}
			case []float64:
				copy(flat[row*len(v):], v)
			}
		}
	})
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
