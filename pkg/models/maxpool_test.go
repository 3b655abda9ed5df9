package models

import (
	"testing"

	. "github.com/gomlx/gomlx/core/graph" //nolint:revive,staticcheck // graph functions read like the mathematics
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
)

func TestMaxPool2D(t *testing.T) {
	spelled := func(s *model.Scope, x *Node) *Node {
		Unroll(s, x.Graph())
		return MaxPool2D(s, x)
	}
	for form, pool := range map[string]func(*model.Scope, *Node) *Node{"": MaxPool2D, "spelled out, ": spelled} {
		n := layerNet(t, []int{3, 5, 1}, []int{1, 2, 1}, pool)
		for _, c := range []struct {
			name           string
			x, y, gradient []float64 // the outputs' weights are 1 and 2
		}{
			{"distinct", []float64{1, 2, 3, 4, 9, 5, 0, 7, 6, 9, 9, 9, 9, 9, 9}, []float64{5, 7}, []float64{0, 0, 0, 0, 0, 1, 0, 2, 0, 0, 0, 0, 0, 0, 0}},
			{"ties share", []float64{1, 1, 3, 4, 9, 1, 1, 4, 0, 9, 9, 9, 9, 9, 9}, []float64{1, 4}, []float64{.25, .25, 0, 1, 0, .25, .25, 1, 0, 0, 0, 0, 0, 0, 0}},
		} {
			x := tensors.FromFlatDataAndDimensions(c.x, 1, 3, 5, 1)
			y, err := n.Compute([]*tensors.Tensor{x})
			if err != nil {
				t.Fatal(err)
			}
			closeTo(t, form+c.name, tensors.MustCopyFlatData[float64](y[0]), c.y)
			closeTo(t, form+c.name+", gradient", gradient(t, n, x), c.gradient)
		}
	}
}
