package models

import (
	"maps"
	"slices"
	"testing"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/tensors"
)

// smallCase is one of those that testdata/make_small.py writes.
type smallCase struct {
	X, Coefficients, Output, Input []float64
	Shape                          []int
	Weights, Gradients             map[string][]float64
}

// compare says whether a net of float64 gives PyTorch's outputs and gradients.
func (c smallCase) compare(t *testing.T, a Architecture, output Port, mask *tensors.Tensor) {
	t.Helper()
	inputs, rows := []Port{{Name: "x", DType: dtypes.Float64, Shape: c.Shape}}, len(c.Output)/output.Shape[0]
	args := []*tensors.Tensor{tensors.FromFlatDataAndDimensions(c.X, append([]int{rows}, c.Shape...)...)}
	if mask != nil {
		inputs, args = append(inputs, Port{Name: "mask", Kind: Mask, Shape: c.Shape[:1]}), append(args, mask)
	}
	n, err := New(a, inputs, []Port{output}, 1)
	if err != nil {
		t.Fatal(err)
	}
	names := slices.Sorted(maps.Keys(c.Weights))
	for _, name := range names {
		set(t, n, name, c.Weights[name])
	}
	args = append(args, tensors.FromFlatDataAndDimensions(c.Coefficients, rows, output.Shape[0]))
	out, err := n.Run("gradients", weightGradients(n, false, names), args...)
	if err != nil {
		t.Fatal(err)
	}
	relativelyClose(t, "output", floats(t, out[0]), c.Output, 1e-8)
	relativelyClose(t, "gradient of the input", floats(t, out[1]), c.Input, 1e-8)
	for i, name := range names {
		relativelyClose(t, "gradient of "+name, floats(t, out[2+i]), c.Gradients[name], 1e-8)
	}
}

// TestTextCNNIsPyTorchs compares with convolutions over each text by itself.
func TestTextCNNIsPyTorchs(t *testing.T) {
	var fixture struct {
		Lengths []int
		TextCNN smallCase
	}
	readFixture(t, "testdata/small.json", &fixture)
	fixture.TextCNN.compare(t, TextCNN{Widths: []int{2, 3}, Filters: 4}, Port{Name: "class", Kind: Logits, Shape: []int{2}}, rightPadding(fixture.Lengths, 5))
}

// TestTextCNNReadsWords: how far a text is padded does not matter, a text may be shorter than the filters, and an empty one is no error.
func TestTextCNNReadsWords(t *testing.T) {
	words := []string{"", "a", "b", "c"}
	var out [2][]float64
	for i, steps := range []int{4, 9} {
		n, err := New(TextCNN{Filters: 5, Embedding: 6}, []Port{{Name: "text", Kind: IDs, Shape: []int{steps}, Classes: words}},
			[]Port{{Name: "class", Kind: Logits, Shape: []int{2}}}, 3)
		if err != nil {
			t.Fatal(err)
		}
		ids := make([]int32, 3*steps)
		copy(ids, []int32{1, 2, 3, 1})
		copy(ids[steps:], []int32{2, 3})
		y, err := n.Compute([]*tensors.Tensor{tensors.FromFlatDataAndDimensions(ids, 3, steps)})
		if err != nil {
			t.Fatal(err)
		}
		out[i] = floats(t, y[0])
		biases := floats(t, n.Store().GetVariable("/logits/biases").MustValue())
		relativelyClose(t, "an empty text", out[i][4:], biases, 0)
	}
	relativelyClose(t, "padding", out[0], out[1], 1e-6)
}
