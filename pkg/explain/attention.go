package explain

import (
	"context"
	"fmt"
	"slices"

	"github.com/gomlx/gomlx/core/tensors"

	"github.com/vitrine-ml/vitrine/pkg/models"
	"github.com/vitrine-ml/vitrine/pkg/record"
)

// Activations are the values of a named node ("conv_0", "decoder_1/cross_attention") for any number of examples, which are the first axis.
// The name is one that the model gave, or one of a [Trace].
func Activations(ctx context.Context, net *models.Net, inputs []*tensors.Tensor, node string) (record.Array, error) {
	r, err := beginWhole(ctx, "Activations", net, inputs, Target{})
	if err != nil {
		return record.Array{}, err
	}
	defer r.line.Done("")
	l, err := r.layerNamed(node)
	if err != nil {
		return record.Array{}, err
	}
	rows, err := r.activations(l, len(r.x), r.example)
	if err != nil {
		return record.Array{}, err
	}
	a := record.Array{Name: l.name, DType: l.dtype.String(), Axes: append([]string{"example"}, l.axes...), Shape: append([]int{len(rows)}, l.shape...)}
	for _, row := range rows {
		a.Data = append(a.Data, row...)
	}
	return a, a.Check()
}

// Attention is what each head of an attention node [heads, made, read] attends to, for one example: an alignment a head. The columns are the
// tokens of the input of that name; the rows the tokens that were made, which are given, from the first position on. A row tells where the
// head looked when the token was made: its weights are not negative and add up to 1.
// Padding at the end of what was read is left out.
func Attention(ctx context.Context, net *models.Net, inputs []*tensors.Tensor, node, read string, made []string) ([]record.Alignment, error) {
	weights, err := Activations(ctx, net, inputs, node)
	if err != nil {
		return nil, err
	}
	p := slices.IndexFunc(net.Inputs, func(p models.Port) bool { return p.Name == read })
	shape := weights.Shape
	switch {
	case shape[0] != 1:
		return nil, fmt.Errorf("explain: the attention for one example is shown, got %d examples", shape[0])
	case p < 0:
		return nil, fmt.Errorf("explain: no input of %s is called %q", net.Name, read)
	case len(shape) != 4 || len(net.Inputs[p].Shape) == 0 || shape[3] != net.Inputs[p].Shape[0]:
		return nil, fmt.Errorf("explain: node %q of shape %v is no attention to the positions of %q: [heads, made, read]", node, shape[1:], read)
	case len(made) == 0 || len(made) > shape[2]:
		return nil, fmt.Errorf("explain: %d tokens were made, but node %q has %d rows", len(made), node, shape[2])
	}
	source, err := names(net.Inputs[p], inputs[p], shape[3])
	if err != nil {
		return nil, err
	}
	var heads []record.Alignment
	for head := range shape[1] {
		from := head * shape[2] * shape[3]
		a := record.Alignment{Name: fmt.Sprintf("%s, head %d", node, head), Source: source, Target: made}
		a.Values = record.Array{Name: node, DType: weights.DType, Axes: []string{"target", "source"}, Shape: []int{len(made), shape[3]}}
		a.Values.Data = weights.Data[from : from+len(made)*shape[3]]
		if err := unpadded(&a, net.Inputs[p], inputs[p]); err != nil {
			return nil, err
		}
		if err := a.Check(); err != nil {
			return nil, err
		}
		heads = append(heads, a)
	}
	return heads, nil
}
