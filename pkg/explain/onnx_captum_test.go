package explain_test

import (
	"bytes"
	"context"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/gomlx/gomlx/core/tensors"

	"github.com/vitrine-ml/vitrine/pkg/data"
	"github.com/vitrine-ml/vitrine/pkg/explain"
	"github.com/vitrine-ml/vitrine/pkg/explain/explaintest"
	"github.com/vitrine-ml/vitrine/pkg/models"
	"github.com/vitrine-ml/vitrine/pkg/record"
	"github.com/vitrine-ml/vitrine/pkg/viz"
)

// fashionCNN is the net of notebook 07 with the test pictures, channels first, and what PyTorch and Captum say of them.
func fashionCNN(t *testing.T) (*models.Net, *data.Dataset, map[string]data.Column) {
	t.Helper()
	_, grey, err := data.FashionMNIST()
	if err != nil {
		t.Fatal(err)
	}
	folder := filepath.Join("..", "..", "notebooks", "models")
	net, err := models.FromONNX(filepath.Join(folder, "fashion-cnn.onnx"), models.ONNXOptions{Classes: grey.Classes})
	if err != nil {
		t.Fatal(err)
	}
	inputs, labels := grey.Columns()
	inputs[0].Shape, inputs[0].Axes = []int{1, 28, 28}, []string{"channel", "height", "width"}
	set, err := data.Assemble(grey.Name, inputs, labels)
	if err != nil {
		t.Fatal(err)
	}
	python, err := data.ReadNPZ(filepath.Join(folder, "fashion-cnn.npz"))
	if err != nil {
		t.Fatal(err)
	}
	return net, set, python
}

// TestONNXAgainstCaptum: a trained net of PyTorch's, explained here and by Captum. notebooks/models/make_fashion_cnn.py makes both files.
func TestONNXAgainstCaptum(t *testing.T) {
	net, set, python := fashionCNN(t)
	x := set.Inputs(0, 16)
	for _, c := range []struct {
		name   string
		method explain.Explainer
		off    float64 // of the largest
	}{
		{"saliency", explain.Saliency{}, 1e-5},
		// Captum in 64 bits, with a number of points at which no ReLU that counts stands within a rounding error of its bend: where one does, 32 bits
		// round it to either side, PyTorch's as ours, and the picture moves by 1e-4. With 50 points one picture of the 16 has such a point.
		{"integrated_gradients", explain.IntegratedGradients{Steps: 52, MaxSteps: 52}, 1e-4},
		{"lrp", explain.LRP{Composite: explain.Every(explain.Epsilon{})}, 1e-5},
		{"grad_cam", explain.GradCAM{Layer: "conv2", ChannelsFirst: true, AtLayer: true}, 1e-5},
	} {
		got := explaintest.Explain(t, c.method, net, x, explain.Predicted).Values[0].Data
		want := make([]float64, len(python[c.name].Floats))
		for i, v := range python[c.name].Floats {
			want[i] = float64(v)
		}
		if len(got) != len(want) {
			t.Fatalf("%s: %d numbers, Captum has %d", c.name, len(got), len(want))
		}
		off, largest := furthest(got, want)
		t.Logf("%s: largest difference %.1e of %.1e", c.name, off, largest)
		if largest == 0 || off > c.off*largest {
			t.Errorf("%s: differs from Captum by %g, where the largest value is %g", c.name, off, largest)
		}
	}
	predictions, err := net.Predict(set.Inputs(0, set.Len()))
	if err != nil {
		t.Fatal(err)
	}
	right := 0.0
	for i, p := range predictions {
		if p.Class == set.Label(i) {
			right++
		}
	}
	if want := float64(python["accuracy"].Floats[0]); math.Abs(right/float64(set.Len())-want) > 1e-6 {
		t.Errorf("accuracy %g, PyTorch has %g", right/float64(set.Len()), want)
	}
}

func TestRecordOfONNXHoldsAndIsDrawn(t *testing.T) {
	t.Setenv("VITRINE_CACHE", t.TempDir())
	net, set, _ := fashionCNN(t)
	x, dir := set.Inputs(0, 2), t.TempDir()
	for _, method := range []explain.Explainer{explain.IntegratedGradients{}, explain.GradCAM{Layer: "conv2", ChannelsFirst: true}} {
		e := explaintest.Explain(t, method, net, x, explain.Predicted)
		path := filepath.Join(dir, e.Method+".json")
		if err := explain.Keep(path, e, method, net, []*tensors.Tensor{x[0]}); err != nil {
			t.Fatal(err)
		}
		v, err := explain.Verify(context.Background(), path, nil)
		if err != nil {
			t.Fatal(err)
		}
		if !v.Difference.SameBits || v.Other != nil {
			t.Errorf("%s: %s", e.Method, v)
		}

		// One channel: the same numbers with its axis last are the same picture.
		last, samples := *e, set.Samples(0, 2)
		last.Values = []record.Array{e.Values[0]}
		last.Values[0].Axes, last.Values[0].Shape = []string{"example", "height", "width", "channel"}, []int{2, 28, 28, 1}
		lastSamples := samples
		lastSamples.Inputs.Axes, lastSamples.Inputs.Shape = last.Values[0].Axes, last.Values[0].Shape
		first := drawn(t, viz.ImageAttribution{Samples: samples, Explanations: []*record.Explanation{e}})
		if !bytes.Equal(first, drawn(t, viz.ImageAttribution{Samples: lastSamples, Explanations: []*record.Explanation{&last}})) {
			t.Errorf("%s: another picture with channels first", e.Method)
		}
		other := *e
		other.Values = []record.Array{e.Values[0]}
		other.Values[0].Data = append([]float64(nil), e.Values[0].Data...)
		other.Values[0].Data[28*14+3] += 1
		if bytes.Equal(first, drawn(t, viz.ImageAttribution{Samples: samples, Explanations: []*record.Explanation{&other}})) {
			t.Errorf("%s: the picture does not depend on the values", e.Method)
		}
	}
}

func drawn(t *testing.T, f viz.Figure) []byte {
	t.Helper()
	path := filepath.Join(t.TempDir(), "figure.svg")
	if err := viz.WriteFile(f, path); err != nil {
		t.Fatal(err)
	}
	picture, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return picture
}
