package explain

import (
	"context"
	"fmt"
	"slices"

	"github.com/gomlx/gomlx/core/tensors"

	"github.com/vitrine-ml/vitrine/pkg/models"
	"github.com/vitrine-ml/vitrine/pkg/record"
)

// Align explains a whole sequence that a net gives for one example: for each of its tokens, what the method attributes to each position of
// every attributed input. The alignments are target × source, one an input in the order of the net's: the text that was read and, where
// there is a second input of ids, what the decoder was given of the sequence itself. The explanation beside them has a row a target token,
// and says how they were made and how wrong they may be.
//
// The net is given the sequence as it was generated, shifted as in training (teacher forcing), so that each position is one row of the same program. The target's
// Classes are the sequence's tokens from the output's first position on, as they were generated. Without Classes, all positions are
// explained, with what target says of each: [Predicted] is what the net holds most likely there. An input with more axes than one, such as
// a series of several numbers a step, is added up over all but the first. Padding at the end of an input of ids is left out.
func Align(ctx context.Context, method Explainer, net *models.Net, inputs []*tensors.Tensor, target Target) ([]record.Alignment, *record.Explanation, error) {
	n, err := net.CheckInputs(inputs)
	if err != nil {
		return nil, nil, fmt.Errorf("explain: %w", err)
	}
	if err := target.check(net); err != nil {
		return nil, nil, err
	}
	out := net.Outputs[target.Output]
	switch {
	case n != 1:
		return nil, nil, fmt.Errorf("explain: the sequence of one example is aligned, got %d examples", n)
	case len(out.Shape) != 2:
		return nil, nil, fmt.Errorf("explain: output %q has shape %v, which is no sequence: [positions, classes]", out.Name, out.Shape)
	case target.Position != 0 || target.Positions != nil:
		return nil, nil, fmt.Errorf("explain: all positions of a sequence are aligned, but the target is %v", target)
	case target.Classes != nil && (len(target.Classes) == 0 || len(target.Classes) > out.Shape[0]):
		return nil, nil, fmt.Errorf("explain: a sequence of %d tokens, but output %q has %d positions", len(target.Classes), out.Name, out.Shape[0])
	}
	n = out.Shape[0]
	if target.Classes != nil {
		n = len(target.Classes)
	}
	for i := range n {
		target.Positions = append(target.Positions, i)
	}
	rows := make([]*tensors.Tensor, len(inputs))
	for i, t := range inputs {
		if rows[i], err = models.Rows(t, 0, n); err != nil {
			return nil, nil, err
		}
	}
	why, err := method.Explain(ctx, net, rows, target)
	if err != nil {
		return nil, nil, err
	}
	var tokens []string
	for _, class := range why.Target.Classes {
		tokens = append(tokens, nameIn(out.Classes, class))
	}
	var alignments []record.Alignment
	for _, values := range why.Values {
		p := slices.IndexFunc(net.Inputs, func(p models.Port) bool { return p.Name == values.Name })
		if p < 0 || len(values.Shape) < 2 {
			return nil, nil, fmt.Errorf("explain: %s gives %q values of shape %v, which say nothing of positions of an input", why.Method, values.Name, values.Shape)
		}
		a := record.Alignment{Name: why.Method + " of " + values.Name, Method: why.Method, Target: tokens, Values: across(values)}
		if a.Source, err = names(net.Inputs[p], inputs[p], values.Shape[1]); err != nil {
			return nil, nil, err
		}
		if err := unpadded(&a, net.Inputs[p], inputs[p]); err != nil {
			return nil, nil, err
		}
		if err := a.Check(); err != nil {
			return nil, nil, err
		}
		alignments = append(alignments, a)
	}
	return alignments, why, nil
}

// across are values as target × source: those of each position added up.
func across(values record.Array) record.Array {
	m := record.Array{Name: values.Name, DType: values.DType, Axes: []string{"target", "source"}, Shape: slices.Clone(values.Shape[:2])}
	m.Data = make([]float64, m.Size())
	each := len(values.Data) / len(m.Data)
	for i, v := range values.Data {
		m.Data[i/each] += v
	}
	return m
}

// unpadded leaves out the padding at the end of what was read: columns that are no tokens, where nothing was given to any of them.
func unpadded(a *record.Alignment, port models.Port, input *tensors.Tensor) error {
	if port.Kind != models.IDs || len(port.Shape) != 1 {
		return nil
	}
	ids, err := models.Ints(input)
	if err != nil {
		return err
	}
	rows, all := a.Values.Rows(), len(ids)
	n := all
	for n > 1 && ids[n-1] == models.Padding {
		n--
	}
	short := make([]float64, 0, rows*n)
	for i := range rows {
		row := a.Values.Row(i)
		if slices.ContainsFunc(row[n:], func(v float64) bool { return v != 0 }) {
			return nil
		}
		short = append(short, row[:n]...)
	}
	a.Source, a.Values.Data, a.Values.Shape = a.Source[:n], short, []int{rows, n}
	return nil
}

// names are the words of an input of ids; of any other, the numbers of its positions.
func names(port models.Port, input *tensors.Tensor, n int) ([]string, error) {
	names := make([]string, n)
	for i := range names {
		names[i] = fmt.Sprint(i)
	}
	if port.Kind != models.IDs || len(port.Shape) != 1 {
		return names, nil
	}
	ids, err := models.Ints(input)
	for i, id := range ids {
		names[i] = nameIn(port.Classes, id)
	}
	return names, err
}

// nameIn is the name of a class or id; its number where it has none.
func nameIn(names []string, i int) string {
	if i >= 0 && i < len(names) {
		return names[i]
	}
	return fmt.Sprint(i)
}
