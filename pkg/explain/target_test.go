package explain_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/gomlx/gomlx/core/tensors"

	"github.com/vitrine-ml/vitrine/pkg/explain"
	"github.com/vitrine-ml/vitrine/pkg/explain/explaintest"
)

// TestPredictedClasses: a class that is found on the way is the one that the outputs have for the largest, and what is explained is the
// same bits as for that class given beforehand, alone and in a contrast. The examples pass through the net once.
func TestPredictedClasses(t *testing.T) {
	net, n := cnn64(t, false), 5
	if err := net.Store().GetVariable("/logits/weights").SetValue(pseudo64(5, 4, 5, 3)); err != nil { // so that not all are of one class
		t.Fatal(err)
	}
	inputs := []*tensors.Tensor{pseudo64(3, 4, n, 6, 7, 2)}
	predictions, err := net.Predict(inputs)
	if err != nil {
		t.Fatal(err)
	}
	predicted := make([]int, n)
	for i, p := range predictions {
		predicted[i] = p.Class
	}
	if slices.Max(predicted) == slices.Min(predicted) {
		t.Fatal("all examples have the same class: nothing is tested")
	}
	methods := []explain.Explainer{explain.Saliency{}, explain.LRP{}, explain.DeepLIFT{}, explain.GuidedBackprop{}, explain.Deconvolution{}, explain.GradCAM{}}
	for _, m := range methods {
		t.Run(fmt.Sprintf("%T", m), func(t *testing.T) {
			for _, c := range []struct{ asked, given explain.Target }{
				{explain.Predicted, explain.Classes(predicted...)},
				{explain.Predicted.Against(explain.Class(1)), explain.Classes(predicted...).Against(explain.Class(1))},
				{explain.Class(1).Against(explain.Predicted), explain.Class(1).Against(explain.Classes(predicted...))},
			} {
				found, known := explaintest.Explain(t, m, net, inputs, c.asked), explaintest.Explain(t, m, net, inputs, c.given)
				if !slices.Equal(found.Target.Classes, known.Target.Classes) || !slices.Equal(found.Target.Minus, known.Target.Minus) {
					t.Errorf("%s: classes %v − %v, want %v − %v", c.asked, found.Target.Classes, found.Target.Minus, known.Target.Classes, known.Target.Minus)
				}
				if !slices.Equal(found.Output, known.Output) || !slices.Equal(found.Values[0].Data, known.Values[0].Data) {
					t.Errorf("%s: other bits than for the same classes given", c.asked)
				}
				if found.Evaluations != n || found.Gradients != n {
					t.Errorf("%s: %d evaluations and %d gradients of %d examples", c.asked, found.Evaluations, found.Gradients, n)
				}
			}
		})
	}
}
