package explain_test

import (
	"encoding/json"
	"os"
	"testing"

	"github.com/gomlx/gomlx/core/tensors"

	"github.com/vitrine-ml/vitrine/pkg/explain"
	"github.com/vitrine-ml/vitrine/pkg/explain/explaintest"
	"github.com/vitrine-ml/vitrine/pkg/models"
)

// TestCaptumLayers compares layer methods with Captum, and interventions with PyTorch, on the weights of TestCaptum.
// testdata/make_captum_layers.py makes the fixture.
func TestCaptumLayers(t *testing.T) {
	data, err := os.ReadFile("testdata/captum_layers.json")
	if err != nil {
		t.Fatal(err)
	}
	var fixture struct {
		IntegratedGradients map[string][]float64 `json:"layer_integrated_gradients"`
		Conductance         map[string][]float64 `json:"layer_conductance"`
		GradCAM             map[string][]float64 `json:"grad_cam"`
		Zero                map[string][]float64 `json:"ablation_zero"`
		Mean                map[string][]float64 `json:"ablation_mean"`
		Patching            map[string][]float64 `json:"patching"`
	}
	if err := json.Unmarshal(data, &fixture); err != nil {
		t.Fatal(err)
	}
	net, x, baseline := captumCNN(t)
	compare := func(name string, m explain.Explainer, want []float64) {
		t.Helper()
		near(t, name, explaintest.Explain(t, m, net, x, explain.Predicted).Values[0].Data, want)
	}
	for name, want := range fixture.IntegratedGradients {
		compare("layer IG at "+name, explain.LayerIntegratedGradients{Layer: name, Baseline: baseline, MaxSteps: 50}, want)
	}
	for name, want := range fixture.Conductance {
		compare("conductance at "+name, explain.LayerConductance{Layer: name, Baseline: baseline, MaxSteps: 50}, want)
	}
	for name, want := range fixture.GradCAM {
		switch name {
		case "nearest", "bilinear":
			e := explaintest.Explain(t, explain.GradCAM{Nearest: name == "nearest"}, net, x, explain.Predicted)
			near(t, "Grad-CAM, "+name, sumPairs(e.Values[0].Data), want)
		default:
			compare("Grad-CAM at "+name, explain.GradCAM{Layer: name, AtLayer: true}, want)
		}
	}
	reversed := tensors.FromShape(x[0].Shape())
	for i := range 4 {
		if err := models.CopyRows(reversed, 3-i, x[0], i, 1); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		name string
		want map[string][]float64
		a    explain.Ablation
	}{{"zero ablation", fixture.Zero, explain.Ablation{}}, {"mean ablation", fixture.Mean, explain.Ablation{Mean: x}}} {
		for name, want := range c.want {
			c.a.Layer = name
			e, err := explain.Ablate(t.Context(), net, x, explain.Predicted, c.a)
			if err != nil {
				t.Fatal(err)
			}
			near(t, c.name+" of "+name, e.Change.Data, want)
		}
	}
	for name, want := range fixture.Patching {
		e, err := explain.Patch(t.Context(), net, x, []*tensors.Tensor{reversed}, explain.Predicted, explain.Patching{Layer: name})
		if err != nil {
			t.Fatal(err)
		}
		near(t, "patching "+name, e.Change.Data, want)
	}
}

// sumPairs adds up the two channels of every pixel.
func sumPairs(v []float64) (sums []float64) {
	for i := 0; i < len(v); i += 2 {
		sums = append(sums, v[i]+v[i+1])
	}
	return sums
}
