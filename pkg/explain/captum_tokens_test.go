package explain_test

import (
	"encoding/json"
	"os"
	"testing"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive,staticcheck // graph functions read like the mathematics
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"

	"github.com/vitrine-ml/vitrine/pkg/explain"
	"github.com/vitrine-ml/vitrine/pkg/explain/explaintest"
	"github.com/vitrine-ml/vitrine/pkg/models"
)

// captumWordsFixture is what testdata/make_captum_tokens.py wrote.
type captumWordsFixture struct {
	Weights             map[string][]float64
	Words               [][]int32
	Logits              []float64
	Gradient            []float64
	Signed              []float64 `json:"gradient_signed"`
	IntegratedGradients []float64 `json:"integrated_gradients"`
	IGUnknown           []float64 `json:"integrated_gradients_unknown"`
	DeepLIFT            []float64 `json:"deeplift"`
	DeepLIFTUnknown     []float64 `json:"deeplift_unknown"`
	Occlusion           []float64 `json:"occlusion"`
	OcclusionUnknown    []float64 `json:"occlusion_unknown"`
}

// captumWords is the net of the fixture, in float64, and its words.
func captumWords(t *testing.T) (net *models.Net, x []*tensors.Tensor, fixture captumWordsFixture) {
	t.Helper()
	data, err := os.ReadFile("testdata/captum_tokens.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &fixture); err != nil {
		t.Fatal(err)
	}
	net, err = models.New(
		models.Custom{Title: "Words", Build: func(scope *model.Scope, in []*Node) []*Node {
			ids, rows := in[0], in[0].Shape().Dim(0)
			there := ConvertDType(NotEqual(ids, ZerosLike(ids)), dtypes.Float64)
			vectors := Gather(scope.VariableWithShape("table", shapes.Make(dtypes.Float64, 9, 4)).NodeValue(ids.Graph()), InsertAxes(ids, -1))
			h := Reshape(Tanh(models.Dense(scope.In("a"), Reshape(vectors, -1, 4), 6)), rows, 5, 6)
			n := ReduceAndKeep(there, ReduceSum, 1)
			h = Div(ReduceSum(Mul(h, InsertAxes(there, -1)), 1), Max(n, OnesLike(n)))
			return []*Node{models.Dense(scope.In("c"), models.Relu(models.Dense(scope.In("b"), h, 5)), 3)}
		}},
		[]models.Port{{Name: "words", Kind: models.IDs, Shape: []int{5}, Classes: make([]string, 9)}},
		[]models.Port{{Name: "class", Kind: models.Logits, Shape: []int{3}}}, 1)
	if err != nil {
		t.Fatal(err)
	}
	for path, w := range fixture.Weights {
		v := net.Store().GetVariable(path)
		if err := v.SetValue(tensors.FromFlatDataAndDimensions(w, v.Shape().Dimensions...)); err != nil {
			t.Fatal(err)
		}
	}
	return net, ids(fixture.Words...), fixture
}

// TestCaptumTokens compares with Captum on an embedding.
func TestCaptumTokens(t *testing.T) {
	net, x, fixture := captumWords(t)
	out, err := net.Compute(x)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "logits", tensors.MustCopyFlatData[float64](out[0]), fixture.Logits)
	unknown := explain.Baseline{Token: 1}
	for _, c := range []struct {
		name string
		m    explain.Explainer
		want []float64
	}{
		{"gradient", explain.Saliency{}, fixture.Gradient},
		{"signed gradient", explain.Saliency{Signed: true}, fixture.Signed},
		{"integrated gradients", explain.IntegratedGradients{MaxSteps: 50}, fixture.IntegratedGradients},
		{"integrated gradients from unknown", explain.IntegratedGradients{MaxSteps: 50, Baseline: unknown}, fixture.IGUnknown},
		{"DeepLIFT", explain.DeepLIFT{}, fixture.DeepLIFT},
		{"DeepLIFT from unknown", explain.DeepLIFT{Baseline: unknown}, fixture.DeepLIFTUnknown},
		{"occlusion", explain.Occlusion{}, fixture.Occlusion},
		{"occlusion by unknown", explain.Occlusion{Baseline: unknown}, fixture.OcclusionUnknown},
	} {
		near(t, c.name, explaintest.Explain(t, c.m, net, x, explain.Predicted).Values[0].Data, c.want)
	}
}
