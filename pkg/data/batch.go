package data

import (
	"fmt"
	"slices"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/tensors"

	"github.com/vitrine-ml/vitrine/pkg/record"
)

// fraction is a byte's value in [0,1]: the float32 nearest to b/255. A table is faster than 255 divisions a row.
var fraction = func() (table [256]float32) {
	for b := range table {
		table[b] = float32(b) / 255
	}
	return table
}()

// Inputs are the examples [from:to] as a model takes them, one tensor a port: here one, float32 [to−from, shape…], in fresh memory.
// It panics unless 0 ≤ from ≤ to ≤ Len.
func (d *Dataset) Inputs(from, to int) []*tensors.Tensor {
	d.mustSpan(from, to)
	return d.inputs(to-from, func(i int) int { return from + i })
}

// Labels are the classes of the examples [from:to], int32 [to−from, 1]. It panics unless 0 ≤ from ≤ to ≤ Len.
func (d *Dataset) Labels(from, to int) *tensors.Tensor {
	d.mustSpan(from, to)
	return tensors.FromFlatDataAndDimensions(d.labels[from:to], to-from, 1)
}

// Batch is the examples at those positions, in that order, as [Dataset.Inputs] and [Dataset.Labels] give them; a position may come more
// than once. The tensors are the caller's. It panics if there is no such example.
func (d *Dataset) Batch(index []int) (inputs []*tensors.Tensor, labels *tensors.Tensor) {
	for _, i := range index {
		d.mustHold(i)
	}
	return d.inputs(len(index), func(i int) int { return index[i] }),
		tensors.FromFlatDataAndDimensions(rows(d.labels, 1, index), len(index), 1)
}

// inputs puts n examples into a fresh tensor; at gives the position of each.
func (d *Dataset) inputs(n int, at func(int) int) []*tensors.Tensor {
	t := tensors.FromShape(shapes.Make(dtypes.Float32, slices.Concat([]int{n}, d.shape)...))
	size := d.size()
	tensors.MustMutableFlatData(t, func(flat []float32) {
		for i := range n {
			d.copyRow(flat[i*size:(i+1)*size], at(i))
		}
	})
	return []*tensors.Tensor{t}
}

// copyRow writes the values of example i.
func (d *Dataset) copyRow(to []float32, i int) {
	n := len(to)
	if d.pixels == nil {
		copy(to, d.values[i*n:(i+1)*n])
		return
	}
	from := d.pixels[i*n : (i+1)*n]
	for j, b := range from {
		to[j] = fraction[b]
	}
}

// Samples are the examples [from:to] as a person looks at them: the same numbers as [Dataset.Inputs], with labels, class names and where
// they came from. It panics unless 0 ≤ from ≤ to ≤ Len.
func (d *Dataset) Samples(from, to int) record.Samples {
	d.mustSpan(from, to)
	name, axes := d.axes()
	s := record.Samples{
		Dataset: d.Name,
		Inputs: record.Array{
			Name: name, DType: "float32",
			Axes:  append([]string{"example"}, axes...),
			Shape: slices.Concat([]int{to - from}, d.shape),
			Data:  make([]float64, 0, (to-from)*d.size()),
		},
		Labels:  make([]int, 0, to-from),
		Classes: slices.Clone(d.Classes),
		Index:   slices.Clone(d.Index[from:to]),
	}
	row := make([]float32, d.size())
	for i := from; i < to; i++ {
		d.copyRow(row, i)
		for _, v := range row {
			s.Inputs.Data = append(s.Inputs.Data, float64(v))
		}
		s.Labels = append(s.Labels, int(d.labels[i]))
	}
	return s
}

// axes names the input and the axes of one example, by the usual meaning of so many axes.
func (d *Dataset) axes() (name string, axes []string) {
	switch len(d.shape) {
	case 0:
		return "value", nil
	case 1:
		return "features", []string{"feature"}
	case 2:
		return "series", []string{"time", "feature"}
	case 3:
		return "image", []string{"height", "width", "channel"}
	default:
		axes = make([]string, len(d.shape))
		for i := range axes {
			axes[i] = fmt.Sprint("axis ", i+1)
		}
		return "values", axes
	}
}
