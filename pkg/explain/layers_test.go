package explain_test

import (
	"context"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive,staticcheck // graph functions read like the mathematics
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/core/tensors/images"
	"github.com/gomlx/gomlx/ml/model"

	"github.com/vitrine-ml/vitrine/pkg/explain"
	"github.com/vitrine-ml/vitrine/pkg/explain/explaintest"
	"github.com/vitrine-ml/vitrine/pkg/models"
)

// layered is explaintest.BML with its layers: the identity, four ReLUs of s−10, s+1, s+1 and s+1, and their sum − 1.
func layered(t testing.TB) *models.Net {
	return explaintest.Net(t, "layered BML", 3, 1, func(_ *model.Scope, x *Node) *Node {
		g := x.Graph()
		h := Dot(x, Const(g, [][]float64{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}})).MatMul().WithAlias("identity")
		s := ReduceAndKeep(h, ReduceSum, 1)
		relu := models.Relu(Add(s, Const(g, [][]float64{{-10, 1, 1, 1}}))).WithAlias("relu")
		return AddScalar(ReduceAndKeep(relu, ReduceSum, 1), -1)
	})
}

// fourByFour is a 3×3 convolution of ones with biases −50 and −75, ReLU, and a dense layer whose weights are 1 for all numbers of the first
// channel and the first of the second, −1 for the other three.
func fourByFour(t testing.TB) (*models.Net, []*tensors.Tensor) {
	t.Helper()
	net, err := models.New(models.Custom{Title: "four by four", Build: func(_ *model.Scope, in []*Node) []*Node {
		g, rows := in[0].Graph(), in[0].Shape().Dim(0)
		conv := Convolve(in[0], Ones(g, shapes.Make(dtypes.Float32, 3, 3, 1, 2))).NoPadding().Done()
		conv = Add(conv, Const(g, [][][][]float32{{{{-50, -75}}}})).WithAlias("conv")
		relu := models.Relu(conv).WithAlias("relu")
		w := Const(g, [][]float32{{1}, {1}, {1}, {-1}, {1}, {-1}, {1}, {-1}})
		return []*Node{models.Relu(Dot(Reshape(relu, rows, 8), w).MatMul())}
	}}, []models.Port{{Name: "image", Shape: []int{4, 4, 1}}}, []models.Port{{Name: "y", Shape: []int{1}}}, 1)
	if err != nil {
		t.Fatal(err)
	}
	x := make([]float32, 16)
	for i := range x {
		x[i] = float32(i)
	}
	return net, []*tensors.Tensor{tensors.FromFlatDataAndDimensions(x, 1, 4, 4, 1)}
}

// TestKnownLayers are published values, or follow from the definition by hand.
func TestKnownLayers(t *testing.T) {
	bml, x := layered(t), explaintest.Rows([]float64{0, 100, 0})
	image, pixels := fourByFour(t)
	for _, c := range []struct {
		name      string
		method    explain.Explainer
		net       *models.Net
		x         []*tensors.Tensor
		want      []float64
		tolerance float64
	}{
		{"conductance at the identity", explain.LayerConductance{Layer: "identity", Tolerance: 0.1}, bml, x, []float64{0, 390, 0}, 0.1},
		{"conductance at the ReLU", explain.LayerConductance{Layer: "relu"}, bml, x, []float64{90, 100, 100, 100}, 1e-9},
		{"IG at the identity", explain.LayerIntegratedGradients{Layer: "identity", Tolerance: 0.1}, bml, x, []float64{0, 390, 0}, 0.1},
		{"IG at the ReLU", explain.LayerIntegratedGradients{Layer: "relu"}, bml, x, []float64{90, 100, 100, 100}, 1e-9},
		{"IG at the input", explain.LayerIntegratedGradients{Layer: "x", Tolerance: 0.1}, bml, explaintest.Rows([]float64{20, 50, 30}), []float64{78, 195, 117}, 0.1},
		{"conductance at the input", explain.LayerConductance{Layer: "x", Tolerance: 0.1}, bml, explaintest.Rows([]float64{20, 50, 30}), []float64{78, 195, 117}, 0.1},
		{"Grad-CAM at the convolution", explain.GradCAM{Layer: "conv", AtLayer: true}, image, pixels, []float64{11.25, 13.5, 20.25, 22.5}, 1e-5},
		{"Grad-CAM at the ReLU", explain.GradCAM{AtLayer: true}, image, pixels, []float64{0, 4, 28, 32.5}, 1e-5},
		{"Grad-CAM, each number over its cell", explain.GradCAM{Nearest: true}, image, pixels,
			[]float64{0, 0, 4, 4, 0, 0, 4, 4, 28, 28, 32.5, 32.5, 28, 28, 32.5, 32.5}, 1e-5},
		{"Grad-CAM, spread", explain.GradCAM{}, image, pixels, // between the middles of the cells: quarters and three quarters
			[]float64{0, 1, 3, 4, 7, 8.03125, 10.09375, 11.125, 21, 22.09375, 24.28125, 25.375, 28, 29.125, 31.375, 32.5}, 1e-5},
	} {
		e := explaintest.Explain(t, c.method, c.net, c.x, explain.Target{})
		if got := e.Values[0].Data; len(got) != len(c.want) || farthest(got, c.want) > c.tolerance {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
		if !e.Converged() {
			t.Errorf("%s: %v, residual %v", c.name, e.Status, e.Residual)
		}
	}
}

func farthest(got, want []float64) (d float64) {
	for i := range got {
		d = max(d, math.Abs(got[i]-want[i]))
	}
	return d
}

// TestAround has a layer that half of the output goes around: what is complete then, and what is not said to be.
func TestAround(t *testing.T) {
	net := explaintest.Net(t, "around", 2, 1, func(_ *model.Scope, x *Node) *Node {
		return ReduceAndKeep(Add(x, MulScalar(x, 3).WithAlias("tripled")), ReduceSum, 1)
	})
	x := explaintest.Rows([]float64{1, 2})
	c := explaintest.Explain(t, explain.LayerConductance{Layer: "tripled"}, net, x, explain.Target{})
	if c.Residual != nil || farthest(c.Values[0].Data, []float64{3, 6}) > 1e-9 || c.Gradients != 52 {
		t.Errorf("conductance %v, residual %v, %d gradients", c.Values[0].Data, c.Residual, c.Gradients)
	}
	ig := explaintest.Explain(t, explain.LayerIntegratedGradients{Layer: "tripled"}, net, x, explain.Target{})
	if ig.Output[0] != 12 || ig.Base[0] != 3 || farthest(ig.Values[0].Data, []float64{3, 6}) > 1e-9 || ig.Residual[0] > 1e-9 {
		t.Errorf("IG %v of %g − %g, residual %v", ig.Values[0].Data, ig.Output[0], ig.Base[0], ig.Residual)
	}
}

// TestLayersSameBits explains more than a chunk of images, and some of them alone.
func TestLayersSameBits(t *testing.T) {
	net, _ := smallCNN(t)
	x := explaintest.Pseudo(5, 50, 9, 10, 2)
	for _, m := range []explain.Explainer{
		explain.GradCAM{}, explain.GradCAM{Layer: "conv_1", AtLayer: true, Signed: true},
		explain.LayerIntegratedGradients{Steps: 3, MaxSteps: 3}, explain.LayerConductance{Layer: "dense", Steps: 3, MaxSteps: 3},
	} {
		all := explaintest.Explain(t, m, net, []*tensors.Tensor{x}, explain.Predicted)
		for _, i := range []int{0, 47, 49} {
			one, err := models.Rows(x, i, 1)
			if err != nil {
				t.Fatal(err)
			}
			alone := explaintest.Explain(t, m, net, []*tensors.Tensor{one}, explain.Predicted)
			if !reflect.DeepEqual(all.Values[0].Row(i), alone.Values[0].Row(0)) {
				t.Errorf("%T: example %d alone gave other bits", m, i)
			}
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := m.Explain(ctx, net, []*tensors.Tensor{x}, explain.Predicted); err == nil {
			t.Errorf("%T: a cancelled context did not stop it", m)
		}
	}
}

func TestLayerRecords(t *testing.T) {
	net, x := smallCNN(t)
	for _, c := range []struct {
		method explain.Explainer
		name   string
		axes   []string
		shape  []int
	}{
		{explain.GradCAM{}, "image", []string{"example", "height", "width", "channel"}, []int{2, 9, 10, 2}},
		{explain.GradCAM{AtLayer: true}, "pool_1", []string{"example", "height", "width"}, []int{2, 2, 2}},
		{explain.LayerIntegratedGradients{Steps: 2, MaxSteps: 2}, "pool_1", []string{"example", "height", "width", "channel"}, []int{2, 2, 2, 8}},
		{explain.LayerConductance{Layer: "dense", Steps: 2, MaxSteps: 2}, "dense", []string{"example", "axis 1"}, []int{2, 16}},
	} {
		e := explaintest.Explain(t, c.method, net, []*tensors.Tensor{x}, explain.Predicted)
		if v := e.Values[0]; v.Name != c.name || !reflect.DeepEqual(v.Axes, c.axes) || !reflect.DeepEqual(v.Shape, c.shape) {
			t.Errorf("%T: values of %q %v %v, want %q %v %v", c.method, v.Name, v.Axes, v.Shape, c.name, c.axes, c.shape)
		}
	}
}

// TestChannelsFirst turns the image and the layer round: the map must stay.
func TestChannelsFirst(t *testing.T) {
	last, x := fourByFour(t)
	first, err := models.New(models.Custom{Title: "channels first", Build: func(scope *model.Scope, in []*Node) []*Node {
		g, rows := in[0].Graph(), in[0].Shape().Dim(0)
		conv := Convolve(in[0], Ones(g, shapes.Make(dtypes.Float32, 2, 1, 3, 3))).ChannelsAxis(images.ChannelsFirst).NoPadding().Done()
		relu := models.Relu(Add(conv, Const(g, [][][][]float32{{{{-50}}, {{-75}}}}))).WithAlias("relu")
		w := Const(g, [][]float32{{1}, {1}, {1}, {1}, {1}, {-1}, {-1}, {-1}})
		return []*Node{models.Relu(Dot(Reshape(relu, rows, 8), w).MatMul())}
	}}, []models.Port{{Name: "image", Shape: []int{1, 4, 4}, Axes: []string{"channel", "height", "width"}}}, []models.Port{{Name: "y", Shape: []int{1}}}, 1)
	if err != nil {
		t.Fatal(err)
	}
	want := explaintest.Explain(t, explain.GradCAM{}, last, x, explain.Target{}).Values[0]
	turned := []*tensors.Tensor{tensors.FromFlatDataAndDimensions(tensors.MustCopyFlatData[float32](x[0]), 1, 1, 4, 4)}
	got := explaintest.Explain(t, explain.GradCAM{ChannelsFirst: true}, first, turned, explain.Target{}).Values[0]
	if farthest(got.Data, want.Data) > 1e-5 || !slices.Equal(got.Shape, []int{1, 1, 4, 4}) {
		t.Errorf("%v %v, want %v", got.Shape, got.Data, want.Data)
	}
	coarse := explaintest.Explain(t, explain.GradCAM{ChannelsFirst: true, AtLayer: true}, first, turned, explain.Target{}).Values[0]
	if !slices.Equal(coarse.Axes, []string{"example", "height", "width"}) || !slices.Equal(coarse.Shape, []int{1, 2, 2}) {
		t.Errorf("at the layer: %v %v", coarse.Axes, coarse.Shape)
	}
}

// TestSeries explains a net of [time, channels]: the map has a number for every moment.
func TestSeries(t *testing.T) {
	net, err := models.New(models.Custom{Title: "series", Build: func(_ *model.Scope, in []*Node) []*Node {
		g, rows := in[0].Graph(), in[0].Shape().Dim(0)
		h := models.Relu(ReduceSum(Reshape(in[0], rows, 3, 2, 2), 2)).WithAlias("pairs") // [3, 2]: of two moments each
		return []*Node{Dot(Reshape(h, rows, 6), Const(g, [][]float32{{1}, {2}, {1}, {2}, {1}, {2}})).MatMul()}
	}}, []models.Port{{Name: "series", Shape: []int{6, 2}}}, []models.Port{{Name: "y", Shape: []int{1}}}, 1)
	if err != nil {
		t.Fatal(err)
	}
	x := []*tensors.Tensor{tensors.FromValue([][][]float32{{{1, 0}, {1, 0}, {0, 1}, {0, 1}, {3, -1}, {3, -1}}})}
	coarse := explaintest.Explain(t, explain.GradCAM{AtLayer: true}, net, x, explain.Target{}).Values[0]
	if want := []float64{2, 4, 6}; farthest(coarse.Data, want) > 1e-6 || coarse.Name != "pairs" {
		t.Errorf("%s %v, want %v", coarse.Name, coarse.Data, want)
	}
	fine := explaintest.Explain(t, explain.GradCAM{Nearest: true}, net, x, explain.Target{}).Values[0]
	if want := []float64{1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3}; farthest(fine.Data, want) > 1e-6 || !slices.Equal(fine.Shape, []int{1, 6, 2}) {
		t.Errorf("%v %v, want %v", fine.Shape, fine.Data, want)
	}
}

func TestLayersRefuse(t *testing.T) {
	net, image := smallCNN(t)
	x := []*tensors.Tensor{image}
	for _, c := range []struct {
		method explain.Explainer
		net    *models.Net
		x      []*tensors.Tensor
		want   string
	}{
		{explain.GradCAM{Layer: "conv_9"}, net, x, `no node is named "conv_9"; the named ones are image, conv_0, relu_0`},
		{explain.GradCAM{Layer: "Reshape#0"}, net, x, `"Reshape#0" cannot be explained or changed`},
		{explain.GradCAM{}, explaintest.Random(t, 3, 1), []*tensors.Tensor{explaintest.Pseudo(1, 1, 3)}, "it needs axes of space"},
		{explain.GradCAM{Layer: "dense"}, net, x, "it needs axes of space"},
		{explain.LayerConductance{Layer: "logits", Steps: -1}, net, x, "none may be negative"},
		{explain.LayerConductance{Steps: 9, MaxSteps: 8}, net, x, "nor MaxSteps less than Steps"},
		{explain.LayerIntegratedGradients{Steps: 9, MaxSteps: 8}, net, x, "less than Steps"},
		{explain.LayerConductance{}, explaintest.BML(t), explaintest.Rows([]float64{1, 2, 3}), "names no nodes; name one with WithAlias"},
		{explain.LayerConductance{Layer: "Constant#0"}, explaintest.Linear(t, 1, 2), explaintest.Rows([]float64{1, 2}), "holds no numbers example by example"},
	} {
		if _, err := c.method.Explain(t.Context(), c.net, c.x, explain.Class(0)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: error %v, want one with %q", c.method, err, c.want)
		}
	}
}
