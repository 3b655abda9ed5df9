package models

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive,staticcheck // graph functions read like the mathematics
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
)

// sequenceNet is a net of float32 for numbers [steps, 3] with a mask.
func sequenceNet(t *testing.T, a Architecture, steps int) *Net {
	t.Helper()
	n, err := New(a, []Port{{Name: "x", Shape: []int{steps, 3}}, {Name: "mask", Kind: Mask, Shape: []int{steps}}},
		[]Port{{Name: "class", Kind: Logits, Shape: []int{4}}}, 5)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func single(values []float64, dims ...int) *tensors.Tensor {
	f := make([]float32, len(values))
	for i, v := range values {
		f[i] = float32(v)
	}
	return tensors.FromFlatDataAndDimensions(f, dims...)
}

// TestLoopIsUnrolled: both forms give the same outputs and gradients in float32 for steps that are masked anywhere; in Go there is one form.
func TestLoopIsUnrolled(t *testing.T) {
	const examples, steps = 4, 4
	mask := tensors.FromFlatDataAndDimensions([]bool{
		true, true, true, true,
		false, true, false, true,
		true, false, false, false,
		false, false, false, false,
	}, examples, steps)
	x, coefficients := single(numbers(examples*steps*3, 2), examples, steps, 3), single(numbers(examples*4, 3), examples, 4)
	for _, kind := range []string{"lstm", "gru"} {
		n := sequenceNet(t, recurrentOf(kind, recurrent{Hidden: 8, Layers: 1, Pool: PoolMax}), steps)
		var names []string
		for v := range n.Store().IterVariables() {
			if v.Trainable {
				names = append(names, v.Path())
			}
		}
		var results [2][]*tensors.Tensor
		for i, unroll := range []bool{false, true} {
			var err error
			if results[i], err = n.Run(fmt.Sprint("both forms ", unroll), weightGradients(n, unroll, names), x, mask, coefficients); err != nil {
				t.Fatal(err)
			}
		}
		for i, r := range results[0] {
			relativelyClose(t, fmt.Sprintf("%s: result %d", kind, i), floats(t, r), floats(t, results[1][i]), 1e-6)
		}
		// The last example has no step that counts: what is left is the biases of the dense layer, and no gradient for the input.
		if y, b := floats(t, results[0][0])[3*4:], tensors.MustCopyFlatData[float32](n.Store().GetVariable("/logits/biases").MustValue()); float32(y[0]) != b[0] {
			t.Errorf("%s: without any step the logits are %v, the biases %v", kind, y, b)
		}
		if d := floats(t, results[0][1])[3*steps*3:]; slices.ContainsFunc(d, func(v float64) bool { return v != 0 }) {
			t.Errorf("%s: masked steps have the gradient %v", kind, d)
		}
	}
}

// TestMaskedStepsAreNotThere: a sequence with masked steps in it gives what it gives without these, padded at its end or not.
func TestMaskedStepsAreNotThere(t *testing.T) {
	const steps = 6
	long := numbers(steps*3, 4)
	short := append(slices.Clone(long[3:9]), long[12:15]...) // steps 1, 2 and 4
	garbage := append(slices.Clone(short), 9, -9, 9, 8, 8, -8, 7, 7, 7)
	x := single(append(slices.Clone(long), garbage...), 2, steps, 3)
	mask := tensors.FromFlatDataAndDimensions([]bool{false, true, true, false, true, false, true, true, true, false, false, false}, 2, steps)
	for _, pool := range []Pool{PoolLast, PoolMean, PoolMax} {
		for _, kind := range []string{"rnn", "relu", "lstm", "gru"} {
			if pool != PoolLast && kind != "relu" {
				continue
			}
			y, err := sequenceNet(t, recurrentOf(kind, recurrent{Hidden: 5, Layers: 1, Bidirectional: true, Pool: pool}), steps).Compute([]*tensors.Tensor{x, mask})
			if err != nil {
				t.Fatal(err)
			}
			out := floats(t, y[0])
			relativelyClose(t, fmt.Sprintf("%s %s", kind, pool), out[:4], out[4:], 1e-6)
		}
	}
}

// TestPlaceInChunk: an example's bits do not depend on where it stands, nor on what stands around it.
func TestPlaceInChunk(t *testing.T) {
	const steps, examples = 4, Chunk + 3
	values := numbers(examples*steps*3, 6)
	at := func(from int) []float64 { // the examples, the first being number from
		return append(slices.Clone(values[from*steps*3:]), values[:from*steps*3]...)
	}
	mask := make([]bool, examples*steps)
	for i := range mask {
		mask[i] = true
	}
	for _, a := range []Architecture{RNN{Hidden: 7, Layers: 1}, LSTM{Hidden: 7, Layers: 1}, GRU{Hidden: 7, Layers: 1}, TextCNN{Filters: 7}} {
		n := sequenceNet(t, a, steps)
		compute := func(from, rows int) []float32 {
			y, err := n.Compute([]*tensors.Tensor{single(at(from)[:rows*steps*3], rows, steps, 3), tensors.FromFlatDataAndDimensions(mask[:rows*steps], rows, steps)})
			if err != nil {
				t.Fatal(err)
			}
			return tensors.MustCopyFlatData[float32](y[0])
		}
		all := compute(0, examples)
		for _, from := range []int{1, 5, Chunk - 1, Chunk, examples - 1} {
			moved := compute(from, examples)
			alone := compute(from, 1)
			if want := all[from*4 : from*4+4]; !slices.Equal(alone, want) || !slices.Equal(moved[:4], want) {
				t.Errorf("%s: example %d gives %v, alone %v and as the first %v", a.Name(), from, want, alone, moved[:4])
			}
		}
	}
}

// TestSecondOrder: a gradient of a gradient is refused by a loop, rather than taken for zero; spelled out, it is what the change of the
// gradient says.
func TestSecondOrder(t *testing.T) {
	n, err := New(GRU{Hidden: 3, Layers: 1}, []Port{{Name: "x", DType: dtypes.Float64, Shape: []int{3, 2}}}, []Port{{Name: "y", Shape: []int{2}}}, 1)
	if err != nil {
		t.Fatal(err)
	}
	square := func(y *Node) *Node { return ReduceAllSum(Square(y)) }
	program := func(unroll bool) Forward {
		return func(scope *model.Scope, in []*Node) []*Node {
			if unroll {
				Unroll(scope, in[0].Graph())
			}
			d := Gradient(square(n.Apply(scope, in)[0]), in[0])[0]
			return []*Node{square(d), Gradient(square(d), in[0])[0]}
		}
	}
	b, err := n.Backend()
	if err != nil {
		t.Fatal(err)
	}
	x := numbers(6, 1)
	args := func() *tensors.Tensor { return tensors.FromFlatDataAndDimensions(slices.Clone(x), 1, 3, 2) }
	if b.Name() != pureGo {
		if _, err := n.Run("second of a loop", program(false), args()); err == nil || !strings.Contains(err.Error(), "While") {
			t.Errorf("error %v, want one that names the While", err)
		}
	}
	compute := func() (float64, []float64) {
		out, err := n.Run("second", program(true), args())
		if err != nil {
			t.Fatal(err)
		}
		return floats(t, out[0])[0], floats(t, out[1])
	}
	_, got := compute()
	want := make([]float64, len(x))
	for i, at := range slices.Clone(x) {
		const h = 1e-5
		x[i] = at + h
		up, _ := compute()
		x[i] = at - h
		down, _ := compute()
		x[i], want[i] = at, (up-down)/(2*h)
	}
	relativelyClose(t, "second order", got, want, 1e-6)
}

func TestRecurrentRefuses(t *testing.T) {
	x, mask, ids := Port{Name: "x", Shape: []int{5, 3}}, Port{Name: "mask", Kind: Mask, Shape: []int{5}}, Port{Name: "ids", Kind: IDs, Shape: []int{5}, Classes: []string{"", "a"}}
	class := Port{Name: "class", Kind: Logits, Shape: []int{2}}
	for _, c := range []struct {
		a       Architecture
		in, out []Port
		want    string
	}{
		{LSTM{Hidden: -1}, []Port{x}, []Port{class}, "must be positive"},
		{GRU{Layers: -1}, []Port{x}, []Port{class}, "must be positive"},
		{RNN{Activation: GELU}, []Port{x}, []Port{class}, `"tanh" or "relu"`},
		{LSTM{Pool: "sum"}, []Port{x}, []Port{class}, `"sum" is not known`},
		{LSTM{Dropout: 1}, []Port{x}, []Port{class}, "below 1"},
		{LSTM{Embedding: -1}, []Port{ids}, []Port{class}, "Embedding must be positive"},
		{LSTM{}, []Port{mask}, []Port{class}, "wants one input"},
		{LSTM{}, []Port{x, x}, []Port{class}, "wants one input"},
		{LSTM{}, []Port{x, mask, mask}, []Port{class}, "wants one input"},
		{LSTM{}, []Port{{Name: "x", Shape: []int{5, 3, 1}}}, []Port{class}, "[steps, features]"},
		{LSTM{}, []Port{{Name: "x", Shape: []int{0, 3}}}, []Port{class}, "must be positive"},
		{LSTM{}, []Port{{Name: "x", DType: dtypes.Int32, Shape: []int{5, 3}}}, []Port{class}, "must be floats"},
		{LSTM{}, []Port{x, {Name: "mask", Kind: Mask, Shape: []int{4}}}, []Port{class}, "5 steps"},
		{LSTM{}, []Port{{Name: "ids", Kind: IDs, Shape: []int{5}}}, []Port{class}, "Classes"},
		{LSTM{}, []Port{x}, []Port{{Name: "p", Kind: Probabilities, Shape: []int{2}}}, "wants one output"},
		{LSTM{}, []Port{x}, []Port{{Name: "y", Kind: Logits, Shape: []int{2, 2}}}, "wants one output"},
		{LSTM{}, []Port{x}, []Port{class, class}, "wants one output"},
		{TextCNN{Widths: []int{3, 3}}, []Port{x}, []Port{class}, "named twice"},
		{TextCNN{Widths: []int{0}}, []Port{x}, []Port{class}, "must be positive"},
		{TextCNN{Filters: -3}, []Port{x}, []Port{class}, "must be positive"},
		{MLP{Hidden: []int{0}}, []Port{x}, []Port{class}, "must be positive"},
		{MLP{Activation: "cube"}, []Port{x}, []Port{class}, `"cube" is not known`},
		{MLP{Dropout: -1}, []Port{x}, []Port{class}, "at least 0"},
		{MLP{}, []Port{ids}, []Port{class}, "wants inputs that hold values"},
	} {
		if _, err := New(c.a, c.in, c.out, 1); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s %+v: error %v, want one with %q", c.a.Name(), c.a, err, c.want)
		}
	}
	n := sequenceNet(t, LSTM{Hidden: 2, Layers: 1}, 3)
	if _, err := n.Compute([]*tensors.Tensor{single(numbers(4*3, 1), 1, 4, 3), rightPadding([]int{4}, 4)}); err == nil || !strings.Contains(err.Error(), "should be") {
		t.Errorf("a sequence that is too long: error %v", err)
	}
}

// TestOptionsAsJSON: nets are saved with their architectures.
func TestOptionsAsJSON(t *testing.T) {
	for _, a := range []Architecture{
		RNN{3, 1, ReLU, true, 0.5, PoolMax, 7}, LSTM{3, 1, true, 0.5, PoolMean, 7}, GRU{3, 1, true, 0.5, PoolLast, 7},
		TextCNN{[]int{2}, 5, 0.5, 7}, MLP{[]int{4, 5}, GELU, true, 0.5}, MLP{Hidden: []int{}},
	} {
		text, err := json.Marshal(a)
		if err != nil {
			t.Fatal(err)
		}
		back := reflect.New(reflect.TypeOf(a))
		if err := json.Unmarshal(text, back.Interface()); err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(back.Elem().Interface(), a) {
			t.Errorf("%s: %+v came back as %+v", text, a, back.Elem())
		}
	}
}

// TestForecast: values of two axes, and ids that are looked up; padding is not read.
func TestForecast(t *testing.T) {
	n, err := New(GRU{Hidden: 6, Embedding: 4, Dropout: 0.2}, []Port{{Name: "ids", Kind: IDs, Shape: []int{5}, Classes: []string{"", "a", "b"}}},
		[]Port{{Name: "next", Shape: []int{3, 2}}}, 1)
	if err != nil {
		t.Fatal(err)
	}
	y, err := n.Compute([]*tensors.Tensor{tensors.FromFlatDataAndDimensions([]int32{1, 2, 0, 0, 0, 0, 1, 0, 0, 2}, 2, 5)})
	if err != nil {
		t.Fatal(err)
	}
	if got := y[0].Shape().Dimensions; !slices.Equal(got, []int{2, 3, 2}) {
		t.Errorf("shape %v", got)
	}
	out := floats(t, y[0])
	relativelyClose(t, "padding around", out[:6], out[6:], 1e-6)
}

// TestMissionLSTM counts its parameters, layer by layer and not step by step.
func TestMissionLSTM(t *testing.T) {
	n, err := New(LSTM{}, []Port{{Name: "x", Shape: []int{32, 100}}}, []Port{{Name: "class", Kind: Logits, Shape: []int{10}}}, 1)
	if err != nil {
		t.Fatal(err)
	}
	s, err := n.Summary()
	if err != nil {
		t.Fatal(err)
	}
	var got []int
	for _, l := range s.Layers {
		got = append(got, l.Parameters)
	}
	// x, lstm_0, lstm_1, last, logits
	if want := []int{0, 4 * 256 * (100 + 256 + 1), 4 * 256 * (256 + 256 + 1), 0, 256*10 + 10}; !slices.Equal(got, want) {
		t.Errorf("parameters %v, want %v:\n%s", got, want, s)
	}
}
