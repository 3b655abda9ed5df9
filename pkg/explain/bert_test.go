package explain_test

import (
	"context"
	"math"
	"testing"

	"github.com/gomlx/gomlx/core/tensors"

	"github.com/vitrine-ml/vitrine/pkg/explain"
	"github.com/vitrine-ml/vitrine/pkg/models"
)

// TestBERT: ids of a pretrained encoder are attributed where they are looked up; integrated gradients are complete, and the ledger of LRP
// closes.
func TestBERT(t *testing.T) {
	bert, err := models.FromHuggingFace("../models/testdata/bert")
	if err != nil {
		t.Fatal(err)
	}
	names := make([]string, 40)
	for i := range names {
		names[i] = string(rune('a'+i%26)) + string(rune('0'+i/26))
	}
	net, err := models.New(bert, []models.Port{{Name: "tokens", Kind: models.IDs, Shape: []int{6}, Classes: names}},
		[]models.Port{{Name: "class", Kind: models.Logits, Shape: []int{2}}}, 1)
	if err != nil {
		t.Fatal(err)
	}
	x := []*tensors.Tensor{tensors.FromFlatDataAndDimensions([]int32{5, 7, 9, 6, 0, 0, 5, 20, 30, 11, 12, 6}, 2, 6)}
	for _, m := range []explain.Explainer{explain.IntegratedGradients{}, explain.LRP{}} {
		e, err := m.Explain(context.Background(), net, x, explain.Class(1).Against(explain.Class(0)))
		if err != nil {
			t.Fatal(err)
		}
		if !e.Converged() {
			t.Errorf("%s: residuals %v", e.Method, e.Residual)
		}
		for i, v := range e.Values[0].Row(0) {
			if padding := i >= 4; padding && math.Abs(v) > 1e-9 || !padding && v == 0 {
				t.Errorf("%s: token %d has %g", e.Method, i, v)
			}
		}
	}
	heads, err := explain.Attention(context.Background(), net, []*tensors.Tensor{tensors.FromFlatDataAndDimensions([]int32{5, 7, 9, 6, 0, 0}, 1, 6)},
		"encoder_1/attention", "tokens", []string{"f0", "h0", "j0", "g0"})
	if err != nil || len(heads) != 4 {
		t.Fatalf("%d heads, %v", len(heads), err)
	}
}
