package models

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive,staticcheck // graph functions read like the mathematics
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
)

// parts is what testdata/make_parts.py wrote.
type parts struct {
	Points                   []float64
	Activations              map[Activation][3][]float64 // values, gradients, second gradients
	X, Weights, Scale, Shift []float64
	Norms                    map[string]map[string][]float64
}

// fixture reads a file of testdata.
func fixture[T any](t *testing.T, name string) (f T) {
	t.Helper()
	text, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &f); err != nil {
		t.Fatal(err)
	}
	return f
}

// near compares with a tolerance relative to the number, or to 1 where it is smaller.
func near(t *testing.T, what string, got, want []float64, tolerance float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: %d numbers, want %d", what, len(got), len(want))
	}
	for i := range got {
		if !(math.Abs(got[i]-want[i]) <= tolerance*max(1, math.Abs(want[i]))) {
			t.Errorf("%s: number %d is %g, want %g", what, i, got[i], want[i])
			return
		}
	}
}

// inRange compares with one tolerance for all.
func inRange(t *testing.T, what string, got, want []float64, tolerance float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: %d numbers, want %d", what, len(got), len(want))
	}
	for i := range got {
		if !(math.Abs(got[i]-want[i]) <= tolerance) {
			t.Errorf("%s: number %d is %g, want %g", what, i, got[i], want[i])
			return
		}
	}
}

// derivatives are each activation's values, gradients and second gradients at points. One program computes them all, as compiling takes time.
func derivatives(t *testing.T, dtype dtypes.DType, points []float64) map[Activation][3][]float64 {
	t.Helper()
	n := layerNet(t, []int{len(points)}, []int{len(points)}, func(_ *model.Scope, x *Node) *Node { return x })
	out, err := n.Run("derivatives", func(_ *model.Scope, in []*Node) (out []*Node) {
		x := ConvertDType(in[0], dtype)
		for _, a := range elementwise {
			y := a.Apply(x)
			first := Gradient(ReduceAllSum(y), x)[0]
			out = append(out, y, first, Gradient(ReduceAllSum(first), x)[0])
		}
		for i := range out {
			out[i] = ConvertDType(out[i], dtypes.Float64)
		}
		return out
	}, tensors.FromFlatDataAndDimensions(points, 1, len(points)))
	if err != nil {
		t.Fatal(err)
	}
	all := map[Activation][3][]float64{}
	for i, a := range elementwise {
		var of [3][]float64
		for order := range of {
			of[order] = tensors.MustCopyFlatData[float64](out[3*i+order])
		}
		all[a] = of
	}
	return all
}

// elementwise are the activations but SwiGLU, which PyTorch has not.
var elementwise = slices.DeleteFunc(Activations(), func(a Activation) bool { return a == SwiGLU })

// TestActivations compares values and both gradients with PyTorch's, at kinks too; and asks that they are finite for numbers as large as
// their type has them.
func TestActivations(t *testing.T) {
	f := fixture[parts](t, "parts.json")
	for dtype, c := range map[dtypes.DType]struct{ tolerance, largest float64 }{dtypes.Float32: {2e-6, 1e37}, dtypes.Float64: {1e-9, 1e307}} {
		points := slices.Clone(f.Points)
		for v := 1e-30; v < c.largest; v *= 10 {
			points = append(points, v, -v)
		}
		for v := -130.; v <= 130; v += 0.5 {
			points = append(points, v)
		}
		for a, of := range derivatives(t, dtype, points) {
			for order, got := range of {
				for i, v := range got {
					if math.IsNaN(v) || math.IsInf(v, 0) {
						t.Errorf("derivative %d of %s at %g in %s is %v", order, a, points[i], dtype, v)
						break
					}
				}
				got, want := got[:len(f.Points)], f.Activations[a][order]
				if kink := slices.Index(f.Points, 0); order == 2 && (a == ELU || a == SELU) {
					got[kink] = want[kink] // ours is that of the left side, PyTorch's is 0
				}
				near(t, fmt.Sprintf("derivative %d of %s in %s", order, a, dtype), got, want, c.tolerance)
			}
		}
	}
}

func TestSwiGLU(t *testing.T) {
	n := layerNet(t, []int{3, 4}, []int{3, 2}, func(_ *model.Scope, x *Node) *Node { return SwiGLU.Apply(x) })
	x := numbers(2*3*4, 3)
	var want []float64
	for i := 0; i < len(x); i += 4 {
		for j := range 2 {
			want = append(want, x[i+j]/(1+math.Exp(-x[i+j]))*x[i+2+j])
		}
	}
	y, err := n.Compute([]*tensors.Tensor{tensors.FromFlatDataAndDimensions(x, 2, 3, 4)})
	if err != nil {
		t.Fatal(err)
	}
	closeTo(t, "SwiGLU", tensors.MustCopyFlatData[float64](y[0]), want)
	if _, err := n.Run("second", func(_ *model.Scope, in []*Node) []*Node {
		return Gradient(ReduceAllSum(Gradient(ReduceAllSum(SwiGLU.Apply(in[0])), in[0])[0]), in[0])
	}, tensors.FromFlatDataAndDimensions(x, 2, 3, 4)); err != nil {
		t.Error(err)
	}
}

func TestUnknownActivation(t *testing.T) {
	for _, a := range append(Activations(), "") {
		if err := a.check(); err != nil {
			t.Error(err)
		}
	}
	if err := Activation("relu6").check(); err == nil || !strings.Contains(err.Error(), `"relu6" is not known, there are ["relu"`) {
		t.Errorf("error %v", err)
	}
}
