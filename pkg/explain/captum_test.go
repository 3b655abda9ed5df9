package explain_test

import (
	"encoding/json"
	"math"
	"os"
	"testing"

	"github.com/gomlx/gomlx/core/tensors"

	"github.com/vitrine-ml/vitrine/pkg/explain"
	"github.com/vitrine-ml/vitrine/pkg/explain/explaintest"
	"github.com/vitrine-ml/vitrine/pkg/models"
)

// captumFixture is what testdata/make_captum.py wrote.
type captumFixture struct {
	Weights                       map[string][]float32
	Images, Baseline              []float32
	Logits, Saliency, Gradient    []float64
	Occlusion                     []float64
	IntegratedGradients           []float64 `json:"integrated_gradients"`
	IntegratedGradientsOfBaseline []float64 `json:"integrated_gradients_baseline"`
	OcclusionOfBaseline           []float64 `json:"occlusion_baseline"`
}

func captum(t *testing.T) (f captumFixture) {
	t.Helper()
	data, err := os.ReadFile("testdata/captum.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &f); err != nil {
		t.Fatal(err)
	}
	return f
}

// captumCNN is the net of the fixture, with its images and its baseline.
func captumCNN(t *testing.T) (*models.Net, []*tensors.Tensor, explain.Baseline) {
	t.Helper()
	fixture := captum(t)
	net, err := models.New(models.CNN{Channels: []int{3, 4}, Dense: 5},
		[]models.Port{{Name: "image", Shape: []int{8, 9, 2}}}, []models.Port{{Name: "class", Kind: models.Logits, Shape: []int{3}}}, 1)
	if err != nil {
		t.Fatal(err)
	}
	for path, w := range fixture.Weights {
		v := net.Store().GetVariable(path)
		if v == nil {
			t.Fatalf("the CNN has no variable %s", path)
		}
		if err := v.SetValue(tensors.FromFlatDataAndDimensions(w, v.Shape().Dimensions...)); err != nil {
			t.Fatal(err)
		}
	}
	x := []*tensors.Tensor{tensors.FromFlatDataAndDimensions(fixture.Images, 4, 8, 9, 2)}
	baseline := explain.Baseline{Values: []*tensors.Tensor{tensors.FromFlatDataAndDimensions(fixture.Baseline, 1, 8, 9, 2)}}
	return net, x, baseline
}

// near compares with another library, to 1e-4 of the largest absolute value.
func near(t *testing.T, name string, got, want []float64) {
	t.Helper()
	if len(got) != len(want) || len(want) == 0 {
		t.Fatalf("%s: %d numbers, Captum has %d", name, len(got), len(want))
	}
	largest, off := 0.0, 0.0
	for i := range want {
		largest, off = max(largest, math.Abs(want[i])), max(off, math.Abs(got[i]-want[i]))
	}
	t.Logf("%s: largest difference %.1e of %.1e", name, off, largest)
	if off > 1e-4*largest {
		t.Errorf("%s: differs from Captum by %g, where the largest value is %g", name, off, largest)
	}
}

// TestCaptum compares with Captum on the same weights, to 1e-4 of the largest absolute value. testdata/make_captum.py makes the fixture.
func TestCaptum(t *testing.T) {
	net, x, baseline := captumCNN(t)
	fixture := captum(t)
	logits, err := net.Compute(x)
	if err != nil {
		t.Fatal(err)
	}
	got, err := models.Floats(logits[0])
	if err != nil {
		t.Fatal(err)
	}
	near(t, "logits", got, fixture.Logits)
	for _, c := range []struct {
		name   string
		method explain.Explainer
		want   []float64
	}{
		{"saliency", explain.Saliency{}, fixture.Saliency},
		{"gradient", explain.Saliency{Signed: true}, fixture.Gradient},
		{"integrated gradients", explain.IntegratedGradients{MaxSteps: 50}, fixture.IntegratedGradients},
		{"integrated gradients from a baseline", explain.IntegratedGradients{MaxSteps: 50, Baseline: baseline}, fixture.IntegratedGradientsOfBaseline},
		{"occlusion", explain.Occlusion{}, fixture.Occlusion},
		{"occlusion with a baseline", explain.Occlusion{Window: []int{3, 2, 2}, Stride: []int{3, 1, 2}, Baseline: baseline}, fixture.OcclusionOfBaseline},
	} {
		near(t, c.name, explaintest.Explain(t, c.method, net, x, explain.Predicted).Values[0].Data, c.want)
	}
}
