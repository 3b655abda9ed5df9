package models

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"slices"
	"testing"

	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive,staticcheck // graph functions read like the mathematics
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
)

// recurrentFixture is what testdata/make_recurrent.py writes.
type recurrentFixture struct {
	X, Coefficients []float64
	Lengths         []int
	Cases           []struct {
		Kind          string
		Layers        int
		Bidirectional bool
		Weights       map[string][]float64
		Runs          []struct {
			Masked        bool
			Pool          Pool
			Logits, Input []float64
			Gradients     map[string][]float64
		}
	}
}

func readFixture(t *testing.T, path string, into any) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, into); err != nil {
		t.Fatal(err)
	}
}

// recurrentOf is the architecture of that kind.
func recurrentOf(kind string, r recurrent) Architecture {
	switch kind {
	case "rnn", "relu":
		a := RNN{r.Hidden, r.Layers, "", r.Bidirectional, r.Dropout, r.Pool, r.Embedding}
		if kind == "relu" {
			a.Activation = ReLU
		}
		return a
	case "lstm":
		return LSTM(r)
	}
	return GRU(r)
}

// rightPadding is a mask [examples, steps] of which the first lengths[i] steps of example i count.
func rightPadding(lengths []int, steps int) *tensors.Tensor {
	counts := make([]bool, len(lengths)*steps)
	for i, n := range lengths {
		for t := range n {
			counts[i*steps+t] = true
		}
	}
	return tensors.FromFlatDataAndDimensions(counts, len(lengths), steps)
}

// weightGradients is a graph function: outputs, gradients for the input and all variables of Σ output·coefficients, the last argument.
func weightGradients(n *Net, unroll bool, names []string) Forward {
	return func(scope *model.Scope, in []*Node) []*Node {
		g := in[0].Graph()
		if unroll {
			Unroll(scope, g)
		}
		last := len(in) - 1
		y := n.Apply(scope, in[:last])[0]
		of := in[:1:1]
		for _, name := range names {
			of = append(of, n.Store().GetVariable(name).NodeValue(g))
		}
		if err := Preflight(y, of...); err != nil {
			panic(err)
		}
		return append([]*Node{y}, Gradient(ReduceAllSum(Mul(y, in[last])), of...)...)
	}
}

// relativelyClose compares with the largest number as the measure.
func relativelyClose(t *testing.T, what string, got, want []float64, tolerance float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: %d numbers, want %d", what, len(got), len(want))
	}
	off, largest := 0.0, 0.0
	for i := range want {
		off, largest = max(off, math.Abs(got[i]-want[i])), max(largest, math.Abs(want[i]))
	}
	if !(off <= tolerance*max(largest, 1e-3)) {
		t.Errorf("%s: off by %.2g of the largest, %.3g", what, off/largest, largest)
	}
}

func floats(t *testing.T, x *tensors.Tensor) []float64 {
	t.Helper()
	v, err := Floats(x)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// forms are those that a case is compared in. In Go there is one; on XLA, which takes its time to compile, a choice that sees every line.
func forms(t *testing.T, n *Net, layers int, bidirectional, masked bool) []bool {
	t.Helper()
	b, err := n.Backend()
	if err != nil {
		t.Fatal(err)
	}
	two := layers == 2 && bidirectional
	switch {
	case b.Name() == pureGo:
		return []bool{true}
	case os.Getenv("VITRINE_FULL") != "":
		return []bool{false, true}
	case two && masked || !two && !masked && !bidirectional && layers == 1:
		return []bool{false}
	}
	t.Skip("VITRINE_FULL=1 compiles it too")
	return nil
}

// TestRecurrentIsPyTorchs compares outputs and gradients for the input and all weights with PyTorch's, in both forms.
func TestRecurrentIsPyTorchs(t *testing.T) {
	const steps, features, hidden, classes = 5, 3, 4, 2
	var fixture recurrentFixture
	readFixture(t, "testdata/recurrent.json", &fixture)
	examples := len(fixture.Lengths)
	x := tensors.FromFlatDataAndDimensions(fixture.X, examples, steps, features)
	coefficients := tensors.FromFlatDataAndDimensions(fixture.Coefficients, examples, classes)
	for _, c := range fixture.Cases {
		for _, run := range c.Runs {
			name := fmt.Sprintf("%s/%d/bidirectional=%t/masked=%t/%s", c.Kind, c.Layers, c.Bidirectional, run.Masked, run.Pool)
			t.Run(name, func(t *testing.T) {
				a := recurrentOf(c.Kind, recurrent{Hidden: hidden, Layers: c.Layers, Bidirectional: c.Bidirectional, Pool: run.Pool})
				inputs, args := []Port{{Name: "x", DType: dtypes.Float64, Shape: []int{steps, features}}}, []*tensors.Tensor{x}
				if run.Masked {
					inputs = append(inputs, Port{Name: "mask", Kind: Mask, Shape: []int{steps}})
					args = append(args, rightPadding(fixture.Lengths, steps))
				}
				n, err := New(a, inputs, []Port{{Name: "class", Kind: Logits, Shape: []int{classes}}}, 1)
				if err != nil {
					t.Fatal(err)
				}
				var names []string
				for v := range n.Store().IterVariables() {
					if !v.Trainable {
						continue
					}
					names = append(names, v.Path())
					if c.Weights[v.Path()] == nil {
						t.Fatalf("PyTorch has no %s", v.Path())
					}
					set(t, n, v.Path(), c.Weights[v.Path()])
				}
				if len(names) != len(c.Weights) {
					t.Fatalf("%d variables, PyTorch has %d", len(names), len(c.Weights))
				}
				slices.Sort(names)
				args = append(args, coefficients)
				for _, unroll := range forms(t, n, c.Layers, c.Bidirectional, run.Masked) {
					out, err := n.Run(fmt.Sprint("gradients unrolled=", unroll), weightGradients(n, unroll, names), args...)
					if err != nil {
						t.Fatal(err)
					}
					relativelyClose(t, fmt.Sprintf("logits (unrolled: %t)", unroll), floats(t, out[0]), run.Logits, 1e-8)
					relativelyClose(t, fmt.Sprintf("gradient of the input (unrolled: %t)", unroll), floats(t, out[1]), run.Input, 1e-8)
					for i, name := range names {
						relativelyClose(t, fmt.Sprintf("gradient of %s (unrolled: %t)", name, unroll), floats(t, out[2+i]), run.Gradients[name], 1e-6)
					}
				}
			})
		}
	}
}
