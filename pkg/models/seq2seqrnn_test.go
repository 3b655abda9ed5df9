package models

import (
	"maps"
	"slices"
	"testing"

	. "github.com/gomlx/gomlx/core/graph" //nolint:revive,staticcheck // graph functions read like the mathematics
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
)

// TestSeq2SeqRNNIsPyTorchs compares with two GRU cells, run word by word.
func TestSeq2SeqRNNIsPyTorchs(t *testing.T) {
	var fixture struct {
		Pair struct {
			Source, Target       []int32
			Coefficients, Output []float64
			Weights, Gradients   map[string][]float64
		}
	}
	readFixture(t, "testdata/small.json", &fixture)
	c := fixture.Pair
	words := []string{"<pad>", "<unk>", "<bos>", "<eos>", "a", "b"}
	n, err := New(Seq2SeqRNN{Hidden: 3, Embedding: 4}, []Port{{Name: "source", Kind: IDs, Shape: []int{4}, Classes: words}, {Name: "target", Kind: IDs, Shape: []int{3}, Classes: words}},
		[]Port{{Name: "next", Kind: Logits, Shape: []int{3, 6}}}, 1)
	if err != nil {
		t.Fatal(err)
	}
	names := slices.Sorted(maps.Keys(c.Weights))
	for _, name := range names {
		v := n.Store().GetVariable(name)
		if v == nil {
			t.Fatalf("no variable %s", name)
		}
		if err := v.SetValue(tensors.FromFlatDataAndDimensions(float32s(c.Weights[name]), v.Shape().Dimensions...)); err != nil {
			t.Fatal(err)
		}
	}
	for v := range n.Store().IterVariables() {
		if v.Trainable && c.Weights[v.Path()] == nil {
			t.Errorf("%s has no counterpart in PyTorch", v.Path())
		}
	}
	out, err := n.Run("gradients", func(scope *model.Scope, in []*Node) []*Node {
		y := n.Apply(scope, in[:2])[0]
		var of []*Node
		for _, name := range names {
			of = append(of, n.Store().GetVariable(name).NodeValue(y.Graph()))
		}
		return append([]*Node{y}, Gradient(ReduceAllSum(Mul(y, in[2])), of...)...)
	}, tensors.FromFlatDataAndDimensions(c.Source, 2, 4), tensors.FromFlatDataAndDimensions(c.Target, 2, 3), tensors.FromFlatDataAndDimensions(float32s(c.Coefficients), 2, 3, 6))
	if err != nil {
		t.Fatal(err)
	}
	relativelyClose(t, "output", floats(t, out[0]), c.Output, 1e-5)
	for i, name := range names {
		relativelyClose(t, "gradient of "+name, floats(t, out[1+i]), c.Gradients[name], 1e-4)
	}
}

func float32s(v []float64) []float32 {
	out := make([]float32, len(v))
	for i, x := range v {
		out[i] = float32(x)
	}
	return out
}
