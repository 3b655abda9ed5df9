package models

import (
	"testing"

	. "github.com/gomlx/gomlx/core/graph" //nolint:revive,staticcheck // graph functions read like the mathematics
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
)

// normalised runs a normalisation of the fixture's x, while training or not, and returns what PyTorch's fixture says under the same names.
// Rows from counting on only pad.
func normalised(t *testing.T, n *Net, name string, f parts, training bool, counting int) map[string][]float64 {
	t.Helper()
	x, weights := tensors.FromFlatDataAndDimensions(f.X, 6, 5, 4), append([]float64(nil), f.Weights...)
	for i := counting * 20; i < len(weights); i++ {
		weights[i] = 0
	}
	var order []string
	out, err := n.Run(name, func(s *model.Scope, in []*Node) []*Node {
		g := in[0].Graph()
		s.Store().SetTraining(g, training)
		if counting < 6 {
			rows := make([]float32, 6)
			for i := range counting {
				rows[i] = 1
			}
			WeighRows(Const(g, rows))
		}
		y := n.Apply(s, in[:1])[0]
		of := []*Node{in[0]}
		order = []string{"y", "x"}
		for _, v := range []string{"scale", "shift"} {
			if v := s.Store().GetVariable("/" + v); v != nil {
				of = append(of, v.NodeValue(g))
				order = append(order, v.Name())
			}
		}
		return append([]*Node{y}, Gradient(ReduceAllSum(Mul(y, in[1])), of...)...)
	}, x, tensors.FromFlatDataAndDimensions(weights, 6, 5, 4))
	if err != nil {
		t.Fatal(err)
	}
	got := map[string][]float64{}
	for i, name := range order {
		got[name] = tensors.MustCopyFlatData[float64](out[i])
	}
	for _, name := range []string{"mean", "variance"} {
		if v := n.Store().GetVariable("/" + name); v != nil {
			got[name] = tensors.MustCopyFlatData[float64](v.MustValue())
		}
	}
	for _, name := range []string{"y", "x"} {
		got[name] = got[name][:counting*20]
	}
	return got
}

// TestNorms compares values, gradients and running averages with PyTorch's.
func TestNorms(t *testing.T) {
	f := fixture[parts](t, "parts.json")
	compare := func(n *Net, program string, training bool, counting int) {
		t.Helper()
		set(t, n, "/scale", f.Scale)
		if n.Store().GetVariable("/shift") != nil {
			set(t, n, "/shift", f.Shift)
		}
		got := normalised(t, n, program, f, training, counting)
		for name, want := range f.Norms[program] {
			near(t, program+": "+name, got[name], want, 1e-12)
		}
		if len(got) != len(f.Norms[program]) {
			t.Errorf("%s gives %d arrays, PyTorch %d", program, len(got), len(f.Norms[program]))
		}
	}
	net := func(norm func(*model.Scope, *Node) *Node) *Net { return layerNet(t, []int{5, 4}, []int{5, 4}, norm) }
	compare(net(LayerNorm), "layer", false, 6)
	compare(net(RMSNorm), "rms", false, 6)
	batch := net(BatchNorm)
	compare(batch, "batch, training", true, 6)
	compare(batch, "batch, inference", false, 6)
	compare(net(BatchNorm), "batch of the first four, training", true, 4) // the others pad: as if they were not there
}

// TestBatchNormOfOneNumber leaves the running averages alone and has no gradient.
func TestBatchNormOfOneNumber(t *testing.T) {
	n := layerNet(t, []int{3}, []int{3}, BatchNorm)
	out, err := n.Run("train", func(s *model.Scope, in []*Node) []*Node {
		s.Store().SetTraining(in[0].Graph(), true)
		y := n.Apply(s, in)[0]
		return []*Node{y, Gradient(ReduceAllSum(Mul(y, in[0])), in[0])[0]}
	}, tensors.FromValue([][]float64{{2, -1, 5}}))
	if err != nil {
		t.Fatal(err)
	}
	closeTo(t, "values", tensors.MustCopyFlatData[float64](out[0]), []float64{0, 0, 0})
	closeTo(t, "gradient", tensors.MustCopyFlatData[float64](out[1]), []float64{0, 0, 0})
	closeTo(t, "mean", tensors.MustCopyFlatData[float64](n.Store().GetVariable("/mean").MustValue()), []float64{0, 0, 0})
	closeTo(t, "variance", tensors.MustCopyFlatData[float64](n.Store().GetVariable("/variance").MustValue()), []float64{1, 1, 1})
}
