package explain

import (
	"errors"
	"fmt"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/tensors"

	"github.com/vitrine-ml/vitrine/pkg/models"
)

// point is a row to pass through the net: its attributed numbers, and the example whose other inputs and target it takes.
type point struct {
	example int
	values  []float64
}

// pass sends n points through the net, chunk by chunk, with a program. fill(i) gives the i-th point; got takes its output row and the rest
// of what the program yields for it, one after another: a gradient, for instance; both slices are only lent.
func (r *run) pass(p program, n int, fill func(i int, to []float64) (example int), got func(i int, output, rest []float64)) error {
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
		args, err := p.arguments(r, points)
		if err != nil {
			return err
		}
		out, err := r.net.Run(p.name(), p.build(r.net), args...)
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
		var rest []float64
		for i := range rows {
			rest = rest[:0]
			for k, c := range columns {
				width := len(c) / models.Chunk
				row := c[i*width : (i+1)*width]
				if err := r.finite(points[i].example, p.yields(k), row); err != nil {
					return fmt.Errorf("%w%s", err, r.origin(points))
				}
				if k > 0 {
					rest = append(rest, row...)
				}
			}
			width := len(columns[0]) / models.Chunk
			output := columns[0][i*width : (i+1)*width]
			if p.backward() {
				classes := output[width-2:]
				output = output[:width-2]
				r.passed[points[i].example] = [2]int{int(classes[0]), int(classes[1])}
			}
			got(from+i, output, rest)
		}
		r.evaluations += rows
		r.line.Set("%d of %d rows", from+rows, n)
		if p.backward() {
			r.gradients += rows
		}
	}
	return nil
}

// inputsOf are the points as inputs, in the order of their ports.
func (r *run) inputsOf(points []point) (args []*tensors.Tensor, err error) {
	at, k := 0, 0
	for i, port := range r.net.Inputs {
		var t *tensors.Tensor
		if k == len(r.attributed) || r.attributed[k] != i { // goes through as it is
			t, err = gather(r.inputs[i], points)
		} else {
			t, err = pack(port.DType, port.Shape, points, at)
			at, k = at+r.places[k].size(), k+1
		}
		if err != nil {
			return nil, err
		}
		args = append(args, t)
	}
	return args, nil
}

// pack makes a tensor of a part of the points' values, which begins at from: one row of that shape a point.
func pack(dtype dtypes.DType, shape []int, points []point, from int) (*tensors.Tensor, error) {
	t := tensors.FromShape(shapes.Make(dtype, append([]int{len(points)}, shape...)...))
	size := t.Size() / len(points)
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
	return t, err
}

// classesOf are the points' classes and contrasts, as they are asked for or resolved; −1 is none.
func (r *run) classesOf(points []point) []*tensors.Tensor {
	plus, minus := make([]int32, len(points)), make([]int32, len(points))
	for i, p := range points {
		minus[i] = -1
		if r.classes == nil {
			plus[i] = r.target.asked(p.example)
			if m := r.target.Minus; m != nil {
				minus[i] = m.asked(p.example)
			}
			continue
		}
		plus[i] = int32(r.classes[p.example])
		if r.minus != nil {
			minus[i] = int32(r.minus[p.example])
		}
	}
	return []*tensors.Tensor{tensors.FromFlatDataAndDimensions(plus, len(plus)), tensors.FromFlatDataAndDimensions(minus, len(minus))}
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
