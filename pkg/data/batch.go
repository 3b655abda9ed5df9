package data

import (
	"slices"

	"github.com/gomlx/gomlx/core/tensors"

	"github.com/vitrine-ml/vitrine/pkg/record"
)

// Inputs are the examples [from:to] as a model takes them, in fresh memory, one tensor an input: float32 [to−from, shape…] for Values,
// int32 for IDs, bool for a Mask. It panics unless 0 ≤ from ≤ to ≤ Len.
func (d *Dataset) Inputs(from, to int) []*tensors.Tensor {
	d.mustSpan(from, to)
	return d.tensors(to-from, func(i int) int { return from + i })
}

// Labels are the targets of the examples [from:to]: int32 [to−from, 1] for Classes, float32 [to−from, shape…] for Values, int32
// [to−from, positions] for IDs. It panics unless 0 ≤ from ≤ to ≤ Len.
func (d *Dataset) Labels(from, to int) *tensors.Tensor {
	d.mustSpan(from, to)
	return d.target.tensor(to-from, func(i int) int { return from + i })
}

// Batch is the examples at those positions, in that order, as [Dataset.Inputs] and [Dataset.Labels] give them; a position may come more
// than once. The tensors are the caller's. It panics if there is no such example.
func (d *Dataset) Batch(index []int) (inputs []*tensors.Tensor, labels *tensors.Tensor) {
	for _, i := range index {
		d.mustHold(i)
	}
	at := func(i int) int { return index[i] }
	return d.tensors(len(index), at), d.target.tensor(len(index), at)
}

// tensors puts n examples into fresh tensors; at gives the position of each.
func (d *Dataset) tensors(n int, at func(int) int) []*tensors.Tensor {
	all := make([]*tensors.Tensor, len(d.inputs))
	for i, c := range d.inputs {
		all[i] = c.tensor(n, at)
	}
	return all
}

// Samples are the examples [from:to] as a person looks at them: the numbers of the first input and of the target, what ids stand for,
// class names, where the examples came from and, of a table, what its columns hold. It panics unless 0 ≤ from ≤ to ≤ Len.
func (d *Dataset) Samples(from, to int) record.Samples {
	d.mustSpan(from, to)
	input, target := d.inputs[0].Span(from, to), d.target.Span(from, to)
	s := record.Samples{
		Dataset: d.Name,
		Inputs:  input.array(to - from),
		Tokens:  input.tokens(),
		Classes: slices.Clone(d.Classes),
		Index:   slices.Clone(d.Index[from:to]),
	}
	if schema, ok := d.Preparation.(*Schema); ok && slices.Equal(s.Inputs.Features, schema.Features()) {
		s.Columns = schema.Read(s.Inputs)
	}
	if d.target.Kind != Classes {
		numbers := target.array(to - from)
		s.Target, s.TargetTokens = &numbers, target.tokens()
		return s
	}
	s.Labels = make([]int, 0, to-from)
	for _, label := range target.IDs {
		s.Labels = append(s.Labels, int(label))
	}
	return s
}

// Targets are those of the examples [from:to], as Samples have them, without the inputs. It panics unless 0 ≤ from ≤ to ≤ Len.
func (d *Dataset) Targets(from, to int) record.Array {
	d.mustSpan(from, to)
	return d.target.Span(from, to).array(to - from)
}
