package explain_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/vitrine-ml/vitrine/pkg/explain"
	"github.com/vitrine-ml/vitrine/pkg/explain/explaintest"
	"github.com/vitrine-ml/vitrine/pkg/models"
)

// TestTokensOfModels: every method explains the architectures that read ids, with nothing left over and nothing for padding.
func TestTokensOfModels(t *testing.T) {
	architectures := []models.Architecture{models.LSTM{Hidden: 6, Layers: 1, Embedding: 4}, models.TextCNN{Filters: 5, Embedding: 4}}
	if thorough() {
		architectures = append(architectures, models.LSTM{Hidden: 6, Layers: 2, Embedding: 4, Bidirectional: true, Pool: models.PoolMean},
			models.GRU{Hidden: 6, Layers: 1, Embedding: 4}, models.RNN{Hidden: 6, Layers: 1, Embedding: 4, Pool: models.PoolMax})
	}
	methods := []explain.Explainer{explain.Saliency{}, explain.IntegratedGradients{Tolerance: 1e-4}, explain.Occlusion{}, explain.LRP{}, explain.DeepLIFT{}}
	for _, a := range architectures {
		net, err := models.New(a,
			[]models.Port{{Name: "words", Kind: models.IDs, Shape: []int{4}, Classes: vocabulary}},
			[]models.Port{{Name: "class", Kind: models.Logits, Shape: []int{2}}}, 3)
		if err != nil {
			t.Fatal(err)
		}
		examples := [][]int32{{2, 5, 3, 6}, {4, 1, 6, 0}, {3, 0, 0, 0}}
		for _, m := range methods {
			e := explaintest.Explain(t, m, net, ids(examples...), explain.Class(1))
			name := fmt.Sprintf("%T of %+v", m, a)
			if !e.Converged() {
				t.Errorf("%s: %v, residual %v", name, e.Status, e.Residual)
			}
			for i, example := range examples {
				all := 0.0
				for at, id := range example {
					v := e.Values[0].Row(i)[at]
					all += math.Abs(v)
					if id == 0 && v != 0 {
						t.Errorf("%s: padding at %d of example %d has %g", name, at, i, v)
					}
				}
				if all == 0 {
					t.Errorf("%s: all words of example %d have nothing", name, i)
				}
			}
		}
	}
}
