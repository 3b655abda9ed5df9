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
)

// TestCaptumRules compares LRP, DeepLIFT, guided backprop, guided Grad-CAM and deconvolution with Captum on the same weights, to 1e-4 of the largest absolute
// value. testdata/make_captum_rules.py makes the fixture, and says what was done so that Captum computes what its papers define.
func TestCaptumRules(t *testing.T) {
	var given struct {
		Weights          map[string][]float64
		Images, Baseline []float64
	}
	var captum struct {
		LRP           []float64 `json:"lrp"`
		Epsilon       []float64 `json:"lrp_epsilon"`
		Gamma         []float64 `json:"lrp_gamma"`
		AlphaBeta     []float64 `json:"lrp_alpha1beta0"`
		Guided        []float64 `json:"guided"`
		GuidedGradCAM []float64 `json:"guided_gradcam"`
		Deconvolution []float64 `json:"deconvolution"`
		DeepLIFT      []float64 `json:"deeplift"`
		OfBaseline    []float64 `json:"deeplift_baseline"`
		Target        []int     `json:"target"`
	}
	for path, into := range map[string]any{"testdata/captum.json": &given, "testdata/captum_rules.json": &captum} {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(data, into); err != nil {
			t.Fatalf("%s: %v", path, err)
		}
	}
	cnn := func(bias bool) *models.Net {
		net, err := models.New(models.CNN{Channels: []int{3, 4}, Dense: 5},
			[]models.Port{{Name: "image", DType: dtypes.Float64, Shape: []int{8, 9, 2}}}, []models.Port{{Name: "class", Kind: models.Logits, Shape: []int{3}}}, 1)
		if err != nil {
			t.Fatal(err)
		}
		for path, w := range given.Weights {
			v := net.Store().GetVariable(path)
			if !bias && (path == "/conv_0/biases" || path == "/conv_1/biases") {
				w = make([]float64, len(w))
			}
			if err := v.SetValue(tensors.FromFlatDataAndDimensions(w, v.Shape().Dimensions...)); err != nil {
				t.Fatal(err)
			}
		}
		return net
	}
	convolutions := func(rule explain.Rule) explain.Composite {
		return explain.Composite{{Layer: explain.Convolution, Rule: rule}, {Rule: explain.Epsilon{}}}
	}
	magnitude := make([]float64, len(given.Images))
	for i, v := range given.Images {
		magnitude[i] = math.Abs(v)
	}
	baseline := explain.Baseline{Values: []*tensors.Tensor{tensors.FromFlatDataAndDimensions(given.Baseline, 1, 8, 9, 2)}}
	net, unbiased := cnn(true), cnn(false)
	for _, c := range []struct {
		name   string
		method explain.Explainer
		net    *models.Net
		images []float64
		want   []float64
	}{
		{"LRP", explain.LRP{Composite: explain.Every(explain.Epsilon{})}, net, given.Images, captum.LRP},
		{"LRP ε", explain.LRP{Composite: explain.Every(explain.Epsilon{Epsilon: 0.05})}, net, given.Images, captum.Epsilon},
		{"LRP γ", explain.LRP{Composite: convolutions(explain.Gamma{})}, net, given.Images, captum.Gamma},
		{"LRP α1β0", explain.LRP{Composite: convolutions(explain.AlphaBeta{Alpha: 1})}, unbiased, magnitude, captum.AlphaBeta},
		{"guided backprop", explain.GuidedBackprop{}, net, given.Images, captum.Guided},
		{"guided Grad-CAM", explain.GuidedGradCAM{Layer: "conv_1", Nearest: true}, net, given.Images, captum.GuidedGradCAM},
		{"deconvolution", explain.Deconvolution{}, net, given.Images, captum.Deconvolution},
		{"DeepLIFT", explain.DeepLIFT{}, net, given.Images, captum.DeepLIFT},
		{"DeepLIFT, baseline", explain.DeepLIFT{Baseline: baseline}, net, given.Images, captum.OfBaseline},
	} {
		x := []*tensors.Tensor{tensors.FromFlatDataAndDimensions(c.images, 4, 8, 9, 2)}
		e := explaintest.Explain(t, c.method, c.net, x, explain.Classes(captum.Target...))
		got := e.Values[0].Data
		if len(got) != len(c.want) {
			t.Fatalf("%s: %d numbers, Captum has %d", c.name, len(got), len(c.want))
		}
		off, largest := furthest(got, c.want)
		t.Logf("%s: largest difference %.1e of %.1e", c.name, off, largest)
		if off > 1e-4*largest || largest == 0 {
			t.Errorf("%s: differs from Captum by %g, where the largest value is %g", c.name, off, largest)
		}
	}
}
