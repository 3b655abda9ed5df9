package models

import (
	"testing"

	"github.com/gomlx/compute"
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive,staticcheck // graph functions read like the mathematics
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
)

// TestPadGradient: y = (f, 1, f, 2, f, f) for x = (1, 2), weighed with 1, …, 6.
func TestPadGradient(t *testing.T) {
	n := layerNet(t, []int{2}, []int{2}, func(_ *model.Scope, x *Node) *Node { return x })
	out, err := n.Run("pad", func(_ *model.Scope, in []*Node) []*Node {
		fill := MulScalar(ReduceAllSum(in[0]), 10)
		y := Pad(in[0], fill, compute.PadAxis{}, compute.PadAxis{Start: 1, End: 2, Interior: 1})
		weights := Const(in[0].Graph(), [][]float64{{1, 2, 3, 4, 5, 6}})
		return []*Node{y, Gradient(ReduceAllSum(Mul(y, weights)), in[0], fill)[0], Gradient(ReduceAllSum(Mul(y, weights)), fill)[0]}
	}, tensors.FromValue([][]float64{{1, 2}}))
	if err != nil {
		t.Fatal(err)
	}
	closeTo(t, "padded", floats(t, out[0]), []float64{30, 1, 30, 2, 30, 30})
	closeTo(t, "gradient of what fills", floats(t, out[2]), []float64{1 + 3 + 5 + 6})
	closeTo(t, "gradient", floats(t, out[1]), []float64{2 + 150, 4 + 150})
}
