package explain_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive,staticcheck // graph functions read like the mathematics
	"github.com/gomlx/gomlx/ml/model"

	"github.com/vitrine-ml/vitrine/pkg/explain"
	"github.com/vitrine-ml/vitrine/pkg/explain/explaintest"
	"github.com/vitrine-ml/vitrine/pkg/models"
)

// TestTokensOfModels: every method explains the architectures that read ids, with nothing left over and nothing for padding.
func TestTokensOfModels(t *testing.T) {
	architectures := []models.Architecture{models.LSTM{Hidden: 6, Layers: 1, Embedding: 4}, models.TextCNN{Filters: 5, Embedding: 4}, models.Transformer{Layers: 1, Heads: 2, Width: 4, FeedForward: 6}}
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

// TestAlignModels: sequences to sequences, of attention and of recurrent layers, are aligned by every method, and at a position nothing that
// comes after it in the target counts.
func TestAlignModels(t *testing.T) {
	architectures := []models.Architecture{models.Seq2Seq{EncoderLayers: 1, DecoderLayers: 1, Heads: 2, Width: 4, FeedForward: 6}}
	if thorough() {
		architectures = append(architectures, models.Seq2SeqRNN{Hidden: 6, Embedding: 4})
	}
	for _, a := range architectures {
		net, err := models.New(a,
			[]models.Port{{Name: "source", Kind: models.IDs, Shape: []int{4}, Classes: vocabulary}, {Name: "target", Kind: models.IDs, Shape: []int{3}, Classes: numerals}},
			[]models.Port{{Name: "next", Kind: models.Logits, Shape: []int{3, 6}, Classes: numerals}}, 3)
		if err != nil {
			t.Fatal(err)
		}
		inputs := append(ids([]int32{3, 6, 2, 0}), ids([]int32{2, 4, 5})...)
		for _, m := range []explain.Explainer{explain.Saliency{}, explain.IntegratedGradients{Tolerance: 1e-3}, explain.Occlusion{}, explain.LRP{}, explain.DeepLIFT{}} {
			alignments, why, err := explain.Align(t.Context(), m, net, inputs, explain.Predicted)
			if err != nil {
				t.Errorf("%T of %T: %v", m, a, err)
				continue
			}
			if !why.Converged() {
				t.Errorf("%T of %T: %v, residual %v", m, a, why.Status, why.Residual)
			}
			for row := range 3 {
				source, target := alignments[0].Values.Row(row), alignments[1].Values.Row(row)
				if len(source) != 3 || len(alignments[0].Source) != 3 || source[0] == 0 { // without its padding
					t.Errorf("%T of %T: the source of token %d has %v", m, a, row, source)
				}
				for at, v := range target {
					if at > row && v != 0 {
						t.Errorf("%T of %T: token %d is said to depend on token %d of the target: %v", m, a, row, at, target)
					}
				}
			}
		}
	}
}

// TestLayersOfTokens: layers of a net that reads ids are explained, also where the ids are looked up nowhere.
func TestLayersOfTokens(t *testing.T) {
	for name, lookUp := range map[string]func(ids, table *Node) *Node{
		"gather": func(ids, table *Node) *Node { return Gather(table, InsertAxes(ids, -1)) },
		"none": func(ids, _ *Node) *Node {
			x := ConvertDType(ids, dtypes.Float64)
			return Concatenate([]*Node{InsertAxes(x, -1), InsertAxes(Square(x), -1), InsertAxes(Sin(x), -1)}, -1)
		},
	} {
		net := tokenNet(t, func(scope *model.Scope, ids, table *Node) *Node {
			h := Tanh(models.Dense(scope.In("a"), Reshape(lookUp(ids, table), -1, 3), 5))
			return models.Dense(scope.In("b"), bag(ids, Reshape(h, -1, 4, 5).WithAlias("hidden")), 2)
		})
		x := ids([]int32{2, 5, 3, 6}, []int32{4, 1, 6, 0})
		cam := explaintest.Explain(t, explain.GradCAM{Layer: "hidden", AtLayer: true}, net, x, explain.Class(1))
		if got := fmt.Sprint(cam.Values[0].Name, cam.Values[0].Shape); got != "hidden[2 4]" {
			t.Errorf("%s: the map is of %s", name, got)
		}
		e, err := explain.Ablate(t.Context(), net, x, explain.Class(1), explain.Ablation{Layer: "hidden", Axes: []int{0}})
		if err != nil {
			t.Fatal(err)
		}
		if e.Change.Row(1)[3] != 0 || e.Change.Row(1)[0] == 0 {
			t.Errorf("%s: ablation of steps changes %v", name, e.Change.Row(1))
		}
		for _, m := range []explain.Explainer{explain.LayerIntegratedGradients{Layer: "hidden"}, explain.LayerConductance{Layer: "hidden"}} {
			e, err := m.Explain(t.Context(), net, x, explain.Class(1))
			if name == "none" { // whose baseline would be a vector
				if err == nil || !strings.Contains(err.Error(), "looked up nowhere") {
					t.Errorf("%s, %T: error %v", name, m, err)
				}
				continue
			}
			if err != nil {
				t.Fatal(err)
			}
			if !e.Converged() || fmt.Sprint(e.Values[0].Shape) != "[2 4 5]" || e.Residual == nil {
				t.Errorf("%s, %T: %v, residual %v, values %v", name, m, e.Status, e.Residual, e.Values[0].Shape)
			}
		}
	}
}
