package explain

import (
	"errors"
	"fmt"
	"slices"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/tensors"

	"github.com/vitrine-ml/vitrine/pkg/models"
)

// point is a row to pass through the net: its attributed numbers, and the example whose other inputs and target it takes.
type point struct {
	example int
	number  int // of those that are passed, counted from 0
	values  []float64
}

// pass sends n points through the net, chunk by chunk, with a program. fill(i) gives the i-th point; got takes its output row and the rest
// of what the program yields for it, one after another: a gradient, for instance; both slices are only lent. Both are called once a point, in
// order. When the context ends it stops after the chunk under way, with an error that is [run.halted].
func (r *run) pass(p program, n int, fill func(i int, to []float64) (example int), got func(i int, output, rest []float64)) error {
	chunk := p.rows()
	points := make([]point, chunk)
	for i := range points {
		points[i].values = make([]float64, r.width)
	}
	for from := 0; from < n; from += chunk {
		if err := r.ctx.Err(); err != nil {
			r.stopped = fmt.Errorf("explain: stopped after %d of %d rows: %w", from, n, err)
			return r.stopped
		}
		rows := min(chunk, n-from)
		for i := range rows {
			points[i].example, points[i].number = fill(from+i, points[i].values), from+i
		}
		for i := rows; i < len(points); i++ { // padding
			points[i].example, points[i].number = points[rows-1].example, points[rows-1].number
			copy(points[i].values, points[rows-1].values)
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
		var rest []float64
		for i := range rows {
			rest = rest[:0]
			for k, c := range columns {
				width := len(c) / chunk
				row := c[i*width : (i+1)*width]
				if err := r.finite(points[i].example, p.yields(k), row); err != nil {
					return fmt.Errorf("%w%s", err, r.origin(points))
				}
				if k > 0 {
					rest = append(rest, row...)
				}
			}
			width := len(columns[0]) / chunk
			output := columns[0][i*width : (i+1)*width]
			if p.backward() {
				classes := output[width-2:]
				output = output[:width-2]
				r.passed[points[i].example] = [2]int{int(classes[0]), int(classes[1])}
			}
			got(from+i, output, rest)
		}
		r.evaluations += rows
		r.line.Set("%s%d of %d rows", r.part, from+rows, n)
		if p.backward() {
			r.gradients += rows
		}
	}
	return nil
}

// halted says that err is no more than the context's end: what was computed until then holds.
func (r *run) halted(err error) bool { return r.stopped != nil && errors.Is(err, r.stopped) }

// arguments are the points as the net's inputs, in the order of their ports, and as values of those sources that are nodes.
func (r *run) arguments(points []point, sources []source) (args []*tensors.Tensor, err error) {
	packed, err := packAll(sources, points)
	if err != nil {
		return nil, err
	}
	for i, t := range r.inputs {
		at := slices.IndexFunc(sources, func(s source) bool { return s.node == "" && s.port == i })
		if at >= 0 {
			args = append(args, packed[at])
			continue
		}
		if t, err = gather(t, points); err != nil { // goes through as it is
			return nil, err
		}
		args = append(args, t)
	}
	for k, s := range sources {
		if s.node != "" {
			args = append(args, packed[k])
		}
	}
	return args, nil
}

// packAll makes a tensor for each source of the points' values.
func packAll(sources []source, points []point) (packed []*tensors.Tensor, err error) {
	at := 0
	for _, s := range sources {
		dims := s.dims
		if dims == nil {
			dims = append([]int{len(points)}, s.shape...)
		}
		t, err := pack(s.dtype, dims, points, at)
		if err != nil {
			return nil, err
		}
		packed, at = append(packed, t), at+s.size()
	}
	return packed, nil
}

// pack makes a tensor of a part of the points' values, which begins at from.
func pack(dtype dtypes.DType, dims []int, points []point, from int) (*tensors.Tensor, error) {
	t := tensors.FromShape(shapes.Make(dtype, dims...))
	size := t.Size() / len(points)
	var unknown error
	err := t.MutableFlatData(func(flat any) {
		for row, p := range points {
			values := p.values[from : from+size]
			switch flat := flat.(type) {
			case []float32:
				put(flat[row*size:], values)
			case []float64:
				copy(flat[row*size:], values)
			case []int32:
				put(flat[row*size:], values)
			case []int64:
				put(flat[row*size:], values)
			case []int16:
				put(flat[row*size:], values)
			case []int8:
				put(flat[row*size:], values)
			case []uint32:
				put(flat[row*size:], values)
			case []uint16:
				put(flat[row*size:], values)
			case []uint8:
				put(flat[row*size:], values)
			default:
				unknown = fmt.Errorf("explain: numbers of type %s cannot be put into a net", dtype)
			}
		}
	})
	return t, errors.Join(err, unknown)
}

func put[T float32 | int8 | int16 | int32 | int64 | uint8 | uint16 | uint32](to []T, from []float64) {
	for i, v := range from {
		to[i] = T(v)
	}
}

// classesOf are where the points' classes and contrasts are in a row of the output, as they are asked for or resolved; −1 is none.
func (r *run) classesOf(points []point) []*tensors.Tensor {
	plus, minus := make([]int32, len(points)), make([]int32, len(points))
	for i, p := range points {
		minus[i] = -1
		if r.classes == nil {
			plus[i] = r.classAsked(r.target, p.example)
			if m := r.target.Minus; m != nil {
				minus[i] = r.classAsked(*m, p.example)
			}
			continue
		}
		plus[i] = int32(r.number(p.example, r.classes))
		if r.minus != nil {
			minus[i] = int32(r.number(p.example, r.minus))
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
