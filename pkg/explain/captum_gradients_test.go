package explain_test

import (
	"encoding/json"
	"math"
	"os"
	"testing"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/tensors"

	"github.com/vitrine-ml/vitrine/pkg/explain"
	"github.com/vitrine-ml/vitrine/pkg/explain/explaintest"
	"github.com/vitrine-ml/vitrine/pkg/models"
	"github.com/vitrine-ml/vitrine/pkg/record"
)

// ofCaptum is what Captum sampled: the mean of many runs, and how wrong that may be.
type ofCaptum struct{ Mean, Error []float64 }

// gradients is what testdata/make_captum_gradients.py wrote.
type gradients struct {
	InputXGradient []float64 `json:"input_x_gradient"`
	IG             []float64 `json:"integrated_gradients"`
	IGDeviation    []float64 `json:"integrated_gradients_deviation"`
	DeepSHAP       []float64 `json:"deeplift_shap"`
	GradientSHAP   ofCaptum  `json:"gradient_shap"`
	Noisy          ofCaptum  `json:"gradient_shap_noise"`
	SmoothGrad     ofCaptum
	Squared        ofCaptum `json:"smoothgrad_sq"`
	VarGrad        ofCaptum
	Guided         []float64 `json:"guided_ig"`
	GuidedFree     []float64 `json:"guided_ig_free"`
	Target         []int
	Words          *gradients
}

// captumCNN64 is captumCNN in 64 bits, with all four images and the baseline.
func captumCNN64(t *testing.T) (net *models.Net, images, baseline []float64) {
	t.Helper()
	net, err := models.New(models.CNN{Channels: []int{3, 4}, Dense: 5},
		[]models.Port{{Name: "image", DType: dtypes.Float64, Shape: []int{8, 9, 2}}}, []models.Port{{Name: "class", Kind: models.Logits, Shape: []int{3}}}, 1)
	if err != nil {
		t.Fatal(err)
	}
	var given struct {
		Weights          map[string][]float64
		Images, Baseline []float64
	}
	data, err := os.ReadFile("testdata/captum.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &given); err != nil {
		t.Fatal(err)
	}
	for path, w := range given.Weights {
		v := net.Store().GetVariable(path)
		if err := v.SetValue(tensors.FromFlatDataAndDimensions(w, v.Shape().Dimensions...)); err != nil {
			t.Fatal(err)
		}
	}
	return net, given.Images, given.Baseline
}

// TestCaptumGradients compares with Captum on the same weights: what is not sampled to 1e-4 of the largest absolute value, what both sample
// within 4 standard errors. Guided integrated gradients, which Captum does not have, are compared with the fixture's own.
func TestCaptumGradients(t *testing.T) {
	var want gradients
	data, err := os.ReadFile("testdata/captum_gradients.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &want); err != nil {
		t.Fatal(err)
	}
	net, images, baseline := captumCNN64(t)
	const size = 8 * 9 * 2
	image := func(flat []float64) []*tensors.Tensor {
		return []*tensors.Tensor{tensors.FromFlatDataAndDimensions(flat, len(flat)/size, 8, 9, 2)}
	}
	x := image(images[:2*size])
	background := explain.Background{Values: image(append(images[2*size:4*size:4*size], baseline...))}
	few, many := explain.Budget{Evaluations: 1000}, explain.Budget{Evaluations: 3000}
	run := func(m explain.Explainer) *record.Explanation {
		return explaintest.Explain(t, m, net, x, explain.Classes(want.Target...))
	}
	near(t, "input×gradient", run(explain.InputXGradient{}).Values[0].Data, want.InputXGradient)
	ig := run(explain.IntegratedGradients{MaxSteps: 50, Background: background})
	near(t, "integrated gradients from several baselines", ig.Values[0].Data, want.IG)
	near(t, "their standard deviation", ig.BaselineStdDev[0].Data, want.IGDeviation)
	near(t, "DeepSHAP", run(explain.DeepSHAP{Background: background}).Values[0].Data, want.DeepSHAP)
	given := explain.Baseline{Values: image(baseline)}
	near(t, "guided IG", run(explain.GuidedIG{Baseline: given, MaxSteps: 200}).Values[0].Data, want.Guided)
	near(t, "guided IG, free", run(explain.GuidedIG{Baseline: given, Steps: 50, MaxSteps: 50, Fraction: 0.1, Distance: 1}).Values[0].Data, want.GuidedFree)
	within(t, "GradientSHAP", run(explain.GradientSHAP{Background: background, Budget: few}), want.GradientSHAP)
	within(t, "GradientSHAP with noise", run(explain.GradientSHAP{Background: background, Noise: 0.1, Budget: few}), want.Noisy)
	within(t, "SmoothGrad", run(explain.SmoothGrad{Noise: 0.5, Budget: few}), want.SmoothGrad)
	within(t, "SmoothGrad²", run(explain.SmoothGradSquared{Noise: 0.5, Budget: few}), want.Squared)
	within(t, "VarGrad", run(explain.VarGrad{Noise: 0.5, Budget: many}), want.VarGrad)

	words, ids, _ := captumWords(t)
	run = func(m explain.Explainer) *record.Explanation {
		return explaintest.Explain(t, m, words, ids, explain.Predicted)
	}
	background = explain.Background{Values: ids}
	near(t, "input×gradient of words", run(explain.InputXGradient{}).Values[0].Data, want.Words.InputXGradient)
	ig = run(explain.IntegratedGradients{MaxSteps: 50, Background: background})
	near(t, "integrated gradients of words from several baselines", ig.Values[0].Data, want.Words.IG)
	near(t, "their standard deviation", ig.BaselineStdDev[0].Data, want.Words.IGDeviation)
	near(t, "DeepSHAP of words", run(explain.DeepSHAP{Background: background}).Values[0].Data, want.Words.DeepSHAP)
	within(t, "GradientSHAP of words", run(explain.GradientSHAP{Background: background, Budget: few}), want.Words.GradientSHAP)
}

// within compares with what another library sampled: the difference, in standard errors of both together, is 4 at most, and about 1 in the
// root of the mean of squares (of values that were drawn together, and so are high or low together).
func within(t *testing.T, name string, e *record.Explanation, want ofCaptum) {
	t.Helper()
	if len(want.Mean) == 0 || len(want.Mean) != len(e.Values[0].Data) {
		t.Fatalf("%s: %d numbers, Captum has %d", name, len(e.Values[0].Data), len(want.Mean))
	}
	worst, squares, n := 0.0, 0.0, 0
	for i, v := range e.Values[0].Data {
		if want.Error[i] == 0 {
			if math.Abs(v-want.Mean[i]) > 1e-9 {
				t.Errorf("%s: value %d is %g, Captum's is always %g", name, i, v, want.Mean[i])
			}
			continue
		}
		z := math.Abs(v-want.Mean[i]) / math.Hypot(e.StdErr[0].Data[i], want.Error[i])
		worst, squares, n = max(worst, z), squares+z*z, n+1
	}
	root := math.Sqrt(squares / float64(n))
	t.Logf("%s: at most %.1f standard errors from Captum, %.2f in the root of the mean of squares", name, worst, root)
	if worst > 4 || root > 1.5 || root < 0.5 {
		t.Errorf("%s: up to %.2f standard errors from Captum, %.2f in the root of the mean of squares", name, worst, root)
	}
}
