package models

import (
	"testing"

	"github.com/gomlx/gomlx/core/tensors"
)

func TestMLPIsPyTorchs(t *testing.T) {
	var fixture struct {
		MLP  smallCase
		Norm smallCase `json:"mlp_norm"`
	}
	readFixture(t, "testdata/small.json", &fixture)
	output := Port{Name: "y", Shape: []int{3}}
	fixture.MLP.compare(t, MLP{Hidden: []int{6, 4}}, output, nil)
	fixture.Norm.compare(t, MLP{Hidden: []int{6, 4}, Activation: GELU, BatchNorm: true}, output, nil)
}

// TestMLPOfSeveralInputs: they are laid out side by side; without hidden layers the net is linear.
func TestMLPOfSeveralInputs(t *testing.T) {
	n, err := New(MLP{Hidden: []int{}}, []Port{{Name: "a", Shape: []int{2}}, {Name: "b", Shape: []int{}}}, []Port{{Name: "y", Shape: []int{}}}, 1)
	if err != nil {
		t.Fatal(err)
	}
	w := n.Store().GetVariable("/values/weights")
	if err := w.SetValue(tensors.FromFlatDataAndDimensions([]float32{1, 10, 100}, 3, 1)); err != nil {
		t.Fatal(err)
	}
	y, err := n.Compute([]*tensors.Tensor{tensors.FromFlatDataAndDimensions([]float32{1, 2, 3, 4}, 2, 2), tensors.FromFlatDataAndDimensions([]float32{5, 6}, 2)})
	if err != nil {
		t.Fatal(err)
	}
	relativelyClose(t, "a·(1, 10) + 100 b", floats(t, y[0]), []float64{521, 643}, 1e-6)
}
