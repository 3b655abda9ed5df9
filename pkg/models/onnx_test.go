package models

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
)

// onnxCase is what the original of a net gives: its inputs, outputs, and the gradient of the sum of a class over the examples.
type onnxCase struct {
	Shape    []int
	X, Y, DX []float64
	Class    int
	Files    []string // without folder and ending
}

// onnxFiles are the files of testdata/onnx with their originals' numbers.
func onnxFiles(t *testing.T) map[string]onnxCase {
	t.Helper()
	all := map[string]onnxCase{}
	for _, source := range []string{"torch", "sklearn"} {
		var made struct{ Cases map[string]onnxCase }
		text, err := os.ReadFile("testdata/onnx_" + source + ".json")
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(text, &made); err != nil {
			t.Fatal(err)
		}
		for _, c := range made.Cases {
			for _, file := range c.Files {
				all[filepath.Join("testdata", "onnx", file+".onnx")] = c
			}
		}
	}
	return all
}

func (c onnxCase) tensor() *tensors.Tensor {
	x := make([]float32, len(c.X))
	for i, v := range c.X {
		x[i] = float32(v)
	}
	return tensors.FromFlatDataAndDimensions(x, append([]int{len(x) / product(c.Shape)}, c.Shape...)...)
}

// furthest is the largest difference as a share of the largest of want.
func furthest(got, want []float64) float64 {
	if len(got) != len(want) {
		return math.Inf(1)
	}
	worst, scale := 0.0, 0.0
	for i := range want {
		worst, scale = max(worst, math.Abs(got[i]-want[i])), max(scale, math.Abs(want[i]))
		if got[i] != got[i] {
			return math.Inf(1)
		}
	}
	return worst / scale
}

func TestFromONNXGivesTheOriginalsNumbers(t *testing.T) {
	for file, c := range onnxFiles(t) {
		name := strings.TrimSuffix(filepath.Base(file), ".onnx")
		t.Run(name, func(t *testing.T) {
			n, err := FromONNX(file)
			if err != nil {
				t.Fatal(err)
			}
			if b, err := n.Backend(); err != nil {
				t.Fatal(err)
			} else if b.Name() != pureGo && os.Getenv("VITRINE_FULL") != "1" && name != "cnn-old" && name != "mlp2" {
				return // XLA takes minutes to compile them all, pure Go a second
			}
			x := c.tensor()
			out, err := n.Run("both", func(scope *model.Scope, in []*graph.Node) []*graph.Node {
				y := n.Apply(scope, in)[0]
				one := graph.ReduceAllSum(graph.Slice(y, graph.AxisRange(), graph.AxisElem(c.Class)))
				return []*graph.Node{y, graph.Gradient(one, in[0])[0]}
			}, x)
			if err != nil {
				t.Fatal(err)
			}
			y, err := Floats(out[0])
			if err != nil {
				t.Fatal(err)
			}
			dx, err := Floats(out[1])
			if err != nil {
				t.Fatal(err)
			}
			if off := furthest(y, c.Y); off > 1e-5 {
				t.Errorf("outputs are off by %.2g of the largest", off)
			}
			if off := furthest(dx, c.DX); off > 1e-4 {
				t.Errorf("gradients are off by %.2g of the largest", off)
			}
			want := Logits
			switch {
			case strings.HasPrefix(name, "mlp") || strings.HasPrefix(name, "logistic") || strings.HasPrefix(name, "scaled") || name == "each":
				want = Probabilities
			case strings.HasPrefix(name, "linear"):
				want = Values
			}
			if n.Outputs[0].Kind != want {
				t.Errorf("the output holds %s, want %s", n.Outputs[0].Kind, want)
			}
		})
	}
}

// A file that says another shape of its input than its weights are for, as the logreg_iris.onnx of ONNX Runtime does, is refused, and read with the
// right one.
func TestFromONNXSaysWhatShapeTheWeightsAreFor(t *testing.T) {
	path := filepath.Join("testdata", "onnx", "each.onnx")
	_, err := FromONNX(path, ONNXOptions{Shapes: map[string][]int{"x": {2}}})
	if err == nil || !strings.Contains(err.Error(), "coefficients for 4 numbers an example, and the graph gives it 2") {
		t.Errorf("error %v", err)
	}
	n, err := FromONNX(path, ONNXOptions{Shapes: map[string][]int{"x": {4}}})
	if err != nil {
		t.Fatal(err)
	}
	if got := n.Outputs[0].Classes; !slices.Equal(got, []string{"0", "1", "2"}) {
		t.Errorf("classes %q", got)
	}
}

func TestONNXInAFileOfANet(t *testing.T) {
	for _, name := range []string{"residual-new", "mlp-zipmap"} {
		n, err := FromONNX(filepath.Join("testdata", "onnx", name+".onnx"))
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(t.TempDir(), "net.safetensors")
		if err := n.WriteFile(path); err != nil {
			t.Fatal(err)
		}
		again, err := ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if n.GraphHash() != again.GraphHash() {
			t.Errorf("%s: another graph", name)
		}
		a, err := n.WeightsHash()
		if err != nil {
			t.Fatal(err)
		}
		if b, err := again.WeightsHash(); err != nil || a != b {
			t.Errorf("%s: other weights (%v)", name, err)
		}
	}
}

func TestONNXLayersHaveNames(t *testing.T) {
	for file, want := range map[string][]string{
		"cnn-old": {"conv1", "conv2", "fc1", "fc2"}, "cnn-new": {"conv1", "conv2", "fc1", "fc2"},
		"residual-old":    {"stem", "bn", "block1.conv1", "block2.bn2", "block2.down", "fc"},
		"residual-new":    {"bn", "pool", "block1.bn1", "block2.down", "fc"},
		"transformer-old": {"embed", "encoder.layers.0.linear1", "encoder.layers.1.norm2", "fc"},
		"transformer-new": {"embed", "encoder.layers.0.linear1", "encoder.layers.1.norm2", "fc"},
		"lstm-new":        {"lstm", "fc"}, "lstm-old": {"fc"},
	} {
		n, err := FromONNX(filepath.Join("testdata", "onnx", file+".onnx"))
		if err != nil {
			t.Fatal(err)
		}
		s, err := n.Summary()
		if err != nil {
			t.Fatal(err)
		}
		have := map[string]bool{}
		for _, l := range s.Layers {
			have[l.Name] = true
		}
		for _, name := range want {
			if !have[name] {
				t.Errorf("%s has no layer %q:\n%s", file, name, s)
			}
		}
	}
}

func TestOtherBatch(t *testing.T) {
	for _, c := range []struct {
		batch               int
		file, now, to, want []int
	}{
		{1, []int{1, 6, 3, 3}, []int{2, 6, 3, 3}, []int{1, 54}, []int{2, 54}},
		{1, []int{12, 1, 64}, []int{12, 2, 64}, []int{12, 4, 16}, []int{12, 8, 16}},
		{1, []int{4, 12, 16}, []int{8, 12, 16}, []int{1, 4, 12, 16}, []int{2, 4, 12, 16}},
		{3, []int{3, 5, 4}, []int{6, 5, 4}, []int{15, 4}, []int{30, 4}},
		{1, []int{12, 1, 64}, []int{12, 2, 64}, []int{12, 64}, []int{24, 64}},
		{1, []int{5, 1, 1, 8}, []int{5, 2, 1, 8}, []int{5, 1, 8}, []int{5, 2, 8}},
		{1, []int{5, 1, 4, 4}, []int{5, 2, 4, 4}, []int{5, 16}, []int{10, 16}},
		{1, []int{5, 16}, []int{10, 16}, []int{5, 1, 16}, []int{5, 2, 16}},
	} {
		if got := otherBatch(c.batch, c.file, c.now, c.to); furthest(asFloats(got), asFloats(c.want)) != 0 {
			t.Errorf("%v of %v, now %v: got %v, want %v", c.to, c.file, c.now, got, c.want)
		}
	}
}

func asFloats(v []int) (f []float64) {
	for _, i := range v {
		f = append(f, float64(i))
	}
	return f
}

// FuzzFromONNX: whatever a file holds, there is a net or an error.
func FuzzFromONNX(f *testing.F) {
	for _, name := range []string{"cnn-new", "lstm-new-fixed", "logistic-zipmap", "mlp2", "gru-old-fixed", "rnn-new", "windows-old", "norms-new21", "products-old", "linear"} {
		seed, err := os.ReadFile(filepath.Join("testdata", "onnx", name+".onnx"))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(seed)
		f.Add(seed[:len(seed)/2])
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		n, err := fromONNX("fuzz", file, "", ONNXOptions{})
		if (n == nil) == (err == nil) {
			t.Errorf("net %v and error %v", n, err)
		}
	})
}
