package models

import (
	"math"
	"os"
	"os/exec"
	"reflect"
	"strings"
	"testing"

	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive,staticcheck // graph functions read like the mathematics
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/model/initializer"
)

func cnn(t testing.TB, c CNN, seed uint64) *Net {
	t.Helper()
	n, err := New(c, []Port{{Name: "image", Shape: []int{12, 12, 1}}}, []Port{{Name: "class", Kind: Logits, Shape: []int{10}}}, seed)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func pictures(n int) *tensors.Tensor {
	f := make([]float32, n*144)
	for i := range f {
		f[i] = float32(i*7919%1009) / 1009
	}
	return tensors.FromFlatDataAndDimensions(f, n, 12, 12, 1)
}

func TestCNNRefuses(t *testing.T) {
	image, class := Port{Name: "image", Shape: []int{12, 12, 1}}, Port{Name: "class", Shape: []int{10}}
	for _, c := range []struct {
		cnn     CNN
		in, out []Port
		want    string
	}{
		{CNN{}, nil, []Port{class}, "at least one input"},
		{CNN{}, []Port{{Name: "x", Shape: []int{12}}}, []Port{class}, "[height, width, channels]"},
		{CNN{}, []Port{image}, []Port{{Name: "y", Shape: []int{2, 2}}}, "[classes]"},
		{CNN{}, []Port{{Name: "x", Shape: []int{3, 12, 1}}}, []Port{class}, "at least 4×4 pixels"},
		{CNN{}, []Port{{Name: "x", Shape: []int{12, 0, 1}}}, []Port{class}, "must be positive"},
		{CNN{Channels: []int{-1}}, []Port{image}, []Port{class}, "must be positive"},
		{CNN{Dropout: 1}, []Port{image}, []Port{class}, "below 1"},
	} {
		if _, err := New(c.cnn, c.in, c.out, 1); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: error %v, want one with %q", c.cnn, err, c.want)
		}
	}
}

func TestMissionCNN(t *testing.T) {
	n, err := New(CNN{}, []Port{{Name: "image", Shape: []int{24, 24, 3}}}, []Port{{Name: "class", Kind: Logits, Shape: []int{10}}}, 1)
	if err != nil {
		t.Fatal(err)
	}
	s, err := n.Summary()
	if err != nil {
		t.Fatal(err)
	}
	// 3·3·3·32+32, 3·3·32·64+64, 6·6·64·128+128, 128·10+10
	if got, want := s.Parameters(), 896+18496+295040+1290; got != want {
		t.Errorf("%d parameters, want %d:\n%s", got, want, s)
	}
}

// TestNativeIsTheSameFunction: the two forms of the convolution share variables and agree.
func TestNativeIsTheSameFunction(t *testing.T) {
	x := []*tensors.Tensor{pictures(5)}
	var out [2][]float32
	for i, native := range []bool{false, true} {
		y, err := cnn(t, CNN{Channels: []int{4, 8}, Native: native}, 3).Compute(x)
		if err != nil {
			t.Fatal(err)
		}
		out[i] = tensors.MustCopyFlatData[float32](y[0])
	}
	for i := range out[0] {
		if math.Abs(float64(out[0][i]-out[1][i])) > 1e-5 {
			t.Fatalf("logit %d: %g by patches, %g native", i, out[0][i], out[1][i])
		}
	}
}

// TestHash: what changes a net changes its hash; what does not, does not.
func TestHash(t *testing.T) {
	base := cnn(t, CNN{}, 1).GraphHash()
	if again := cnn(t, CNN{}, 1).GraphHash(); again != base {
		t.Error("the same net has another hash")
	}
	custom := func(f func(s *model.Scope, x *Node) *Node) string {
		return layerNet(t, []int{4}, []int{4}, f).GraphHash()
	}
	dense := func(s *model.Scope, x *Node) *Node { return Dense(s, x, 4) }
	hashes := map[string]string{
		base:                                     "CNN",
		cnn(t, CNN{}, 2).GraphHash():             "another seed",
		cnn(t, CNN{Native: true}, 1).GraphHash(): "native convolution",
		cnn(t, CNN{Dropout: 0.1}, 1).GraphHash(): "dropout, which only the training graph has",
		cnn(t, CNN{Dropout: 0.2}, 1).GraphHash(): "another rate of it",
		custom(dense):                            "dense",
		custom(func(s *model.Scope, x *Node) *Node { return MulScalar(Dense(s, x, 4), 2) }): "times a constant",
		custom(func(s *model.Scope, x *Node) *Node { return MulScalar(Dense(s, x, 4), 3) }): "times another",
		custom(func(s *model.Scope, x *Node) *Node {
			return Mul(Dense(s, x, 4), Const(x.Graph(), [][]float64{{1, 2, 3, 4}}))
		}): "times a vector",
		custom(func(s *model.Scope, x *Node) *Node {
			return Mul(Dense(s, x, 4), Const(x.Graph(), [][]float64{{1, 2, 3, 5}}))
		}): "times another vector",
		custom(func(s *model.Scope, x *Node) *Node {
			return Add(Dense(s, x, 4), InsertAxes(ReduceSum(Const(x.Graph(), Sinusoids(25, 4)), 0), 0))
		}): "plus a table's sum",
		custom(func(s *model.Scope, x *Node) *Node {
			table := Sinusoids(25, 4)
			table[20][2]++
			return Add(Dense(s, x, 4), InsertAxes(ReduceSum(Const(x.Graph(), table), 0), 0))
		}): "plus another table's sum",
		custom(func(s *model.Scope, x *Node) *Node { return StopGradient(Dense(s, x, 4)) }): "no gradient",
		custom(func(s *model.Scope, x *Node) *Node {
			return IdentityWithCustomGradient(Dense(s, x, 4), func(_, v *Node) *Node { return MulScalar(v, 2) })
		}): "a gradient of its own",
		custom(func(s *model.Scope, x *Node) *Node {
			return IdentityWithCustomGradient(Dense(s, x, 4), func(_, v *Node) *Node { return MulScalar(v, 3) })
		}): "another gradient of its own",
		custom(func(s *model.Scope, x *Node) *Node {
			v := s.WithInitializer(initializer.One).VariableWithShape("w", shapes.Make(x.DType(), 4, 4))
			return Dot(x, v.NodeValue(x.Graph())).MatMul()
		}): "ones at first",
		custom(func(s *model.Scope, x *Node) *Node {
			v := s.WithInitializer(initializer.Zero).VariableWithShape("w", shapes.Make(x.DType(), 4, 4))
			return Dot(x, v.NodeValue(x.Graph())).MatMul()
		}): "zeros at first",
	}
	if len(hashes) != 17 {
		t.Errorf("17 different nets have %d hashes: %v", len(hashes), hashes)
	}
}

// TestSameInAnotherProcess runs this test binary again and compares hashes and outputs.
func TestSameInAnotherProcess(t *testing.T) {
	n := cnn(t, CNN{}, 7)
	weights, err := n.WeightsHash()
	if err != nil {
		t.Fatal(err)
	}
	y, err := n.Compute([]*tensors.Tensor{pictures(3)})
	if err != nil {
		t.Fatal(err)
	}
	line := strings.Join([]string{"here:", n.GraphHash(), weights, strings.ReplaceAll(y[0].String(), "\n", " ")}, " ")
	if os.Getenv("VITRINE_TEST_CHILD") != "" {
		t.Log(line)
		return
	}
	command := exec.Command(os.Args[0], "-test.run=^TestSameInAnotherProcess$", "-test.v", "-test.count=1")
	command.Env = append(os.Environ(), "VITRINE_TEST_CHILD=1")
	out, err := command.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if !strings.Contains(string(out), line) {
		t.Errorf("another process differs:\n%s\n%s", line, out)
	}
}

// TestSameBitsAnywhere: an example's outputs are the same bits alone, in a batch, and at any place of it.
func TestSameBitsAnywhere(t *testing.T) {
	n, x := cnn(t, CNN{}, 1), pictures(60)
	all, err := n.Predict([]*tensors.Tensor{x})
	if err != nil {
		t.Fatal(err)
	}
	for _, i := range []int{0, 1, 2, 30, 46, 47, 48, 59} {
		one, err := Rows(x, i, 1)
		if err != nil {
			t.Fatal(err)
		}
		alone, err := n.Predict([]*tensors.Tensor{one})
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(alone[0], all[i]) {
			t.Errorf("example %d alone: %v, in the batch %v", i, alone[0], all[i])
		}
	}
}

func TestCheckInputs(t *testing.T) {
	n := cnn(t, CNN{}, 1)
	bad := pictures(2)
	tensors.MustMutableFlatData(bad, func(f []float32) { f[150] = float32(math.NaN()) })
	for _, c := range []struct {
		inputs []*tensors.Tensor
		want   string
	}{
		{nil, "1 inputs, got 0"},
		{[]*tensors.Tensor{nil}, "no valid tensor"},
		{[]*tensors.Tensor{tensors.FromValue(float32(1))}, "example axis"},
		{[]*tensors.Tensor{tensors.FromValue([][]float32{{1}})}, "[1, 12, 12, 1]"},
		{[]*tensors.Tensor{bad}, "NaN at position 6 of example 1"},
	} {
		if _, err := n.Predict(c.inputs); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("error %v, want one with %q", err, c.want)
		}
	}
}

func TestWrongOutputShape(t *testing.T) {
	_, err := New(Custom{Title: "Wrong", Build: func(_ *model.Scope, x []*Node) []*Node { return x }},
		[]Port{{Name: "x", Shape: []int{3}}}, []Port{{Name: "y", Shape: []int{2}}}, 1)
	if err == nil || !strings.Contains(err.Error(), `output "y" of Wrong should have shape [2]`) {
		t.Errorf("error %v", err)
	}
}

func BenchmarkCompute(b *testing.B) {
	n, x := cnn(b, CNN{}, 1), []*tensors.Tensor{pictures(Chunk)}
	for b.Loop() {
		if _, err := n.Compute(x); err != nil {
			b.Fatal(err)
		}
	}
}
