package models

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive,staticcheck // graph functions read like the mathematics
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
)

// layerNet is one layer as a net of float64, for exact comparisons.
func layerNet(t *testing.T, shape, out []int, layer func(scope *model.Scope, x *Node) *Node) *Net {
	t.Helper()
	n, err := New(Custom{Build: func(s *model.Scope, in []*Node) []*Node { return []*Node{layer(s, in[0])} }},
		[]Port{{Name: "x", DType: dtypes.Float64, Shape: shape}}, []Port{{Name: "y", Shape: out}}, 1)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// numbers are distinct, of both signs and repeatable.
func numbers(n, seed int) []float64 {
	v := make([]float64, n)
	for i := range v {
		v[i] = math.Sin(float64(i*i+7*i+seed) * 1.7)
	}
	return v
}

func set(t *testing.T, n *Net, path string, values []float64) {
	t.Helper()
	v := n.Store().GetVariable(path)
	if v == nil {
		t.Fatalf("no variable %s", path)
	}
	if err := v.SetValue(tensors.FromFlatDataAndDimensions(values, v.Shape().Dimensions...)); err != nil {
		t.Fatal(err)
	}
}

func closeTo(t *testing.T, what string, got, want []float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: %d numbers, want %d", what, len(got), len(want))
	}
	for i := range got {
		if math.Abs(got[i]-want[i]) > 1e-12 {
			t.Fatalf("%s: number %d is %g, want %g", what, i, got[i], want[i])
		}
	}
}

// gradient of the sum of all outputs, weighted by the numbers 1, 2, 3, …
func gradient(t *testing.T, n *Net, x *tensors.Tensor) []float64 {
	t.Helper()
	out, err := n.Run("gradient", func(s *model.Scope, in []*Node) []*Node {
		y := n.Apply(s, in)[0]
		weights := AddScalar(Reshape(IotaFull(y.Graph(), y.Shape()), y.Shape().Dimensions...), 1)
		return Gradient(ReduceAllSum(Mul(y, weights)), in[0])
	}, x)
	if err != nil {
		t.Fatal(err)
	}
	return tensors.MustCopyFlatData[float64](out[0])
}

func TestReluGradientAtZero(t *testing.T) {
	n := layerNet(t, []int{3}, []int{3}, func(_ *model.Scope, x *Node) *Node { return Relu(x) })
	closeTo(t, "gradient", gradient(t, n, tensors.FromFlatDataAndDimensions([]float64{-1, 0, 2}, 1, 3)), []float64{0, 0, 3})
}

func TestDense(t *testing.T) {
	n := layerNet(t, []int{2}, []int{3}, func(s *model.Scope, x *Node) *Node { return Dense(s, x, 3) })
	set(t, n, "/weights", []float64{1, 2, 3, 4, 5, 6})
	set(t, n, "/biases", []float64{.1, .2, .3})
	y, err := n.Compute([]*tensors.Tensor{tensors.FromValue([][]float64{{1, -1}, {2, 0.5}})})
	if err != nil {
		t.Fatal(err)
	}
	closeTo(t, "Dense", tensors.MustCopyFlatData[float64](y[0]), []float64{-2.9, -2.8, -2.7, 4.1, 6.7, 9.3})
}

// TestDenseOfSequences is the same layer at every step.
func TestDenseOfSequences(t *testing.T) {
	n := layerNet(t, []int{2, 2}, []int{2, 3}, func(s *model.Scope, x *Node) *Node { return Dense(s, x, 3) })
	set(t, n, "/weights", []float64{1, 2, 3, 4, 5, 6})
	set(t, n, "/biases", []float64{.1, .2, .3})
	y, err := n.Compute([]*tensors.Tensor{tensors.FromValue([][][]float64{{{1, -1}, {2, 0.5}}})})
	if err != nil {
		t.Fatal(err)
	}
	closeTo(t, "Dense", tensors.MustCopyFlatData[float64](y[0]), []float64{-2.9, -2.8, -2.7, 4.1, 6.7, 9.3})
}

func TestLayersSayWhatDoesNotFit(t *testing.T) {
	for _, c := range []struct {
		want  string
		shape []int
		layer func(s *model.Scope, x *Node) *Node
	}{
		{"[examples, …, features]", nil, func(s *model.Scope, x *Node) *Node { return Dense(s, x, 3) }},
		{"[examples, height, width, channels]", []int{2, 2}, func(s *model.Scope, x *Node) *Node { return Conv2D(s, x, 3, 3) }},
		{"must be odd", []int{4, 4, 1}, func(s *model.Scope, x *Node) *Node { return Conv2D(s, x, 3, 2) }},
		{"2×2 pixels", []int{1, 4, 1}, func(s *model.Scope, x *Node) *Node { return MaxPool2D(s, x) }},
	} {
		_, err := New(Custom{Build: func(s *model.Scope, in []*Node) []*Node { return []*Node{c.layer(s, in[0])} }},
			[]Port{{Name: "x", Shape: c.shape}}, []Port{{Name: "y"}}, 1)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("error %v, want one with %q", err, c.want)
		}
	}
}

func ExampleConv2D() {
	n, err := New(Custom{Title: "edges", Build: func(s *model.Scope, in []*Node) []*Node {
		return []*Node{Conv2D(s.In("edges"), in[0], 4, 3).WithAlias("edges")}
	}}, []Port{{Name: "image", Shape: []int{8, 8, 1}}}, []Port{{Name: "map", Shape: []int{8, 8, 4}}}, 1)
	if err != nil {
		fmt.Println(err)
		return
	}
	s, err := n.Summary()
	fmt.Println(s, err)
	// Output:
	// edges
	// layer  output             parameters
	// image  8 × 8 × 1                   0
	// edges  8 × 8 × 4                  40
	// total                             40
	//  <nil>
}
