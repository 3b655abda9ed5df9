package explain_test

import (
	"fmt"
	"math"
	"reflect"
	"strings"
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

// sequenceNet gives [3, 4] logits for 5 numbers; flat, the same 12 as a vector.
func sequenceNet(t *testing.T, flat bool) *models.Net {
	t.Helper()
	shape := []int{3, 4}
	if flat {
		shape = []int{12}
	}
	net, err := models.New(
		models.Custom{Title: "Sequence", Build: func(scope *model.Scope, in []*Node) []*Node {
			h := models.Relu(models.Dense(scope.In("a"), in[0], 8))
			return []*Node{Reshape(models.Dense(scope.In("b"), h, 12), append([]int{-1}, shape...)...)}
		}},
		[]models.Port{{Name: "x", DType: dtypes.Float64, Shape: []int{5}}}, []models.Port{{Name: "y", Kind: models.Logits, Shape: shape}}, 5)
	if err != nil {
		t.Fatal(err)
	}
	return net
}

// TestPositions: class c at position p of a sequence of 4 classes is number 4p + c of the same net's output as a vector.
func TestPositions(t *testing.T) {
	net, vector, x := sequenceNet(t, false), sequenceNet(t, true), []*tensors.Tensor{pseudo64(3, 1, 3, 5)}
	for _, m := range []explain.Explainer{explain.Saliency{}, explain.IntegratedGradients{}, explain.Occlusion{}, explain.LRP{}, explain.DeepLIFT{}} {
		for _, c := range []struct {
			sequence, vector explain.Target
			asked            string
			positions        []int
		}{
			{explain.Class(2), explain.Class(2), "class 2", []int{0, 0, 0}},
			{explain.Class(2).At(1), explain.Class(6), "class 2 at position 1", []int{1, 1, 1}},
			{explain.Class(1).At(2).Against(explain.Class(3)), explain.Class(9).Against(explain.Class(11)), "class 1 at position 2 − class 3", []int{2, 2, 2}},
			{explain.Target{Classes: []int{3, 0, 1}, Positions: []int{2, 0, 1}}, explain.Classes(11, 0, 5), "given classes at given positions", []int{2, 0, 1}},
		} {
			e, want := explaintest.Explain(t, m, net, x, c.sequence), explaintest.Explain(t, m, vector, x, c.vector)
			if !reflect.DeepEqual(e.Values[0].Data, want.Values[0].Data) || !reflect.DeepEqual(e.Output, want.Output) {
				t.Errorf("%T of %v: other values than for %v of the vector", m, c.sequence, c.vector)
			}
			if e.Target.Asked != c.asked || !reflect.DeepEqual(e.Target.Positions, c.positions) || want.Target.Positions != nil {
				t.Errorf("%T of %v: the record says %+v", m, c.sequence, e.Target)
			}
		}
	}
	outputs, err := net.Compute(x)
	if err != nil {
		t.Fatal(err)
	}
	logits := tensors.MustCopyFlatData[float64](outputs[0])
	e := explaintest.Explain(t, explain.Saliency{}, net, x, explain.Predicted.At(1))
	for i, class := range e.Target.Classes {
		for c := range 4 {
			if logits[i*12+4+c] > logits[i*12+4+class] {
				t.Errorf("example %d: class %d is said to be predicted at position 1, but %d is", i, class, c)
			}
		}
	}
}

func TestPositionsRefused(t *testing.T) {
	net, vector, x := sequenceNet(t, false), sequenceNet(t, true), []*tensors.Tensor{pseudo64(3, 1, 2, 5)}
	for _, c := range []struct {
		net    *models.Net
		target explain.Target
		want   string
	}{
		{net, explain.Class(0).At(3), "target position 3 of example 0, but the output has 3 positions"},
		{net, explain.Class(0).At(-1), "target position -1 of example 0"},
		{net, explain.Class(4).At(1), "target class 4 of example 0, but a position of the output has 4 numbers"},
		{net, explain.Target{Positions: []int{1}}, "1 target positions for 2 examples"},
		{net, explain.Target{Positions: []int{1, 5}}, "target position 5 of example 1"},
		{net, explain.Class(0).Against(explain.Class(1).At(2)), "at one position"},
		{vector, explain.Class(0).At(1), `output "y" has shape [12] and so no positions`},
	} {
		if _, err := (explain.Saliency{}).Explain(t.Context(), c.net, x, c.target); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v: error %v, want one with %q", c.target, err, c.want)
		}
	}
}

var numerals = []string{"<pad>", "<unk>", "<go>", "one", "two", "three"}

// translator is a linear net from source [4] and prefix [3] ids to [3, 6] logits: what it says at a position is linear in the mean of the
// source's vectors and in the vector of the prefix there.
func translator(t *testing.T) *models.Net {
	t.Helper()
	net, err := models.New(
		models.Custom{Title: "Translator", Build: func(scope *model.Scope, in []*Node) []*Node {
			words := table(scope.In("words"), in[0])
			numbers := scope.In("numbers").VariableWithShape("table", shapes.Make(dtypes.Float64, 6, 3)).NodeValue(in[1].Graph())
			source := bag(in[0], Gather(words, InsertAxes(in[0], -1)))
			h := Add(Gather(numbers, InsertAxes(in[1], -1)), BroadcastToShape(InsertAxes(source, 1), shapes.Make(dtypes.Float64, in[0].Shape().Dim(0), 3, 3)))
			return []*Node{Reshape(models.Dense(scope.In("out"), Reshape(h, -1, 3), 6), -1, 3, 6)}
		}},
		[]models.Port{{Name: "source", Kind: models.IDs, Shape: []int{4}, Classes: vocabulary}, {Name: "prefix", Kind: models.IDs, Shape: []int{3}, Classes: numerals}},
		[]models.Port{{Name: "numerals", Kind: models.Logits, Shape: []int{3, 6}, Classes: numerals}}, 3)
	if err != nil {
		t.Fatal(err)
	}
	return net
}

// TestAlign: the matrices of a linear net follow from its weights.
func TestAlign(t *testing.T) {
	net := translator(t)
	source, prefix, made := []int32{3, 6, 2, 0}, []int32{2, 4, 5}, []int{4, 5}
	inputs := append(ids(source), ids(prefix)...)
	words, numbers, w := weightsOf(t, net, "/words/table"), weightsOf(t, net, "/numbers/table"), weightsOf(t, net, "/out/weights")
	product := func(v []float64, class int) (sum float64) {
		for k, x := range v {
			sum += x * w[k*6+class]
		}
		return sum
	}
	for _, m := range []explain.Explainer{explain.IntegratedGradients{}, explain.DeepLIFT{}, explain.LRP{}} {
		alignments, why, err := explain.Align(t.Context(), m, net, inputs, explain.Classes(made...))
		if err != nil {
			t.Fatal(err)
		}
		if got, want := fmt.Sprint(alignments[0].Source, alignments[0].Target, alignments[1].Source), "[film good the] [two three] [<go> two three]"; got != want {
			t.Errorf("%T: tokens %s, want %s", m, got, want)
		}
		for row, class := range made {
			for at, id := range source {
				if id == 0 { // padding at the end is left out
					continue
				}
				want := product(words[id*3:id*3+3], class) / 3
				if got := alignments[0].Values.Row(row)[at]; math.Abs(got-want) > 1e-9 {
					t.Errorf("%T: token %d, source %d: %g, want %g", m, row, at, got, want)
				}
			}
			for at, id := range prefix {
				want := 0.0
				if at == row {
					want = product(numbers[id*3:id*3+3], class)
				}
				if got := alignments[1].Values.Row(row)[at]; math.Abs(got-want) > 1e-9 {
					t.Errorf("%T: token %d, prefix %d: %g, want %g", m, row, at, got, want)
				}
			}
		}
		if !why.Converged() || why.Rows() != 2 || fmt.Sprint(why.Target.Positions, why.Target.Classes) != "[0 1] [4 5]" {
			t.Errorf("%T: the record says %v, %+v", m, why.Status, why.Target)
		}
	}
	all, _, err := explain.Align(t.Context(), explain.Saliency{}, net, inputs, explain.Predicted)
	if err != nil || len(all[0].Target) != 3 {
		t.Errorf("of all positions: %v, %v", all, err)
	}
	for _, c := range []struct {
		inputs []*tensors.Tensor
		target explain.Target
		want   string
	}{
		{append(ids(source, source), ids(prefix, prefix)...), explain.Predicted, "got 2 examples"},
		{inputs, explain.Predicted.At(1), "all positions"},
		{inputs, explain.Classes(1, 2, 3, 4), "a sequence of 4 tokens"},
		{inputs, explain.Classes(7), "target class 7"},
	} {
		if _, _, err := explain.Align(t.Context(), explain.Saliency{}, net, c.inputs, c.target); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v: error %v, want one with %q", c.target, err, c.want)
		}
	}
}
