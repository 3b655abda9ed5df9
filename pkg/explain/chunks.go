package explain

import (
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
		for _, t := range args { // at once, so that memory does not grow until the collector comes
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
		r.line.Set("%d of %d rows", from+rows, n)
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
