package viz

import (
	"math"
	"strings"
	"testing"

	"github.com/vitrine-ml/vitrine/pkg/record"
)

// Every error says what was expected, what came, and what to do.
func TestErrors(t *testing.T) {
	samples := func(change func(*record.Samples)) record.Samples {
		s := crosses(2)
		change(&s)
		return s
	}
	good := crosses(2)
	why := func(change func(*record.Explanation)) []*record.Explanation {
		e := explanation(good, "IG", 1)
		change(e)
		return []*record.Explanation{e}
	}
	same := why(func(*record.Explanation) {})
	history := func(change func(*record.Epoch)) record.History {
		h := epochs(3)
		change(&h.Epochs[1])
		return h
	}
	for _, c := range []struct {
		name   string
		figure Figure
		want   string
	}{
		{"no samples", SampleGrid{}, "no samples: give at least one example"},
		{"NaN in an image", SampleGrid{Samples: samples(func(s *record.Samples) { s.Inputs.Data[3] = math.NaN() })}, "holds NaN at [0 1 0 0]"},
		{"not in [0,1]", SampleGrid{Samples: samples(func(s *record.Samples) { s.Inputs.Data[9] = 255 })}, "holds 255 in example 1: images are in [0, 1]; undo the normalisation"},
		{"two channels", SampleGrid{Samples: samples(func(s *record.Samples) {
			s.Inputs.Shape = []int{1, 3, 3, 2}
			s.Labels = nil
			s.Index = nil
			s.Predictions = nil
		})},
			"has 2 channels: an image has 1 (grey) or 3"},
		{"no image", SampleGrid{Samples: samples(func(s *record.Samples) { s.Inputs.Axes, s.Inputs.Shape = []string{"example", "column"}, []int{2, 9} })},
			"images are example × height × width × channel"},
		{"no pixels", SampleGrid{Samples: samples(func(s *record.Samples) { s.Inputs.Shape, s.Inputs.Data = []int{2, 0, 3, 1}, nil })}, "has no pixels"},
		{"label without a class", SampleGrid{Samples: samples(func(s *record.Samples) { s.Labels[0] = 7 })}, "has label 7, but there are 2 classes"},
		{"logits for probabilities", SampleGrid{Samples: samples(func(s *record.Samples) { s.Predictions[0].Probability = 7 })}, "probability 7: it has to lie in [0, 1]; was the softmax left out"},
		{"too narrow", SampleGrid{Samples: crosses(9), Columns: 9, Width: 200}, "fewer Columns, or a greater Width"},

		{"no epochs", TrainingCurve{}, "no epochs: train for at least one"},
		{"diverged", TrainingCurve{History: history(func(e *record.Epoch) { e.Loss = math.NaN() })}, "the loss of epoch 2 is NaN: the training diverged; to see how it began, keep the first 1"},
		{"infinite", TrainingCurve{History: history(func(e *record.Epoch) { v := math.Inf(1); e.ValidationLoss = &v })}, "validation loss of epoch 2 is +Inf"},
		{"logarithm of zero", TrainingCurve{LogLoss: true, History: history(func(e *record.Epoch) { e.Loss = 0 })}, "leave LogLoss false"},
		{"too narrow", TrainingCurve{History: epochs(1), Width: 100}, "at least 480"},

		{"no explanations", ImageAttribution{Samples: good}, "no explanations: give at least one"},
		{"nil", ImageAttribution{Samples: good, Explanations: []*record.Explanation{nil}}, "explanation 0 is nil"},
		{"other examples", ImageAttribution{Samples: crosses(3), Explanations: same}, "IG explains 2 examples, but there are 3 samples"},
		{"another size", ImageAttribution{Samples: good, Explanations: why(func(e *record.Explanation) { e.Values[0].Shape = []int{2, 1, 9, 1} })},
			`expected an attributed input of the images' size, 3 × 3 pixels with 1 channels or one, got "image" [2 1 9 1]`},
		{"another name", ImageAttribution{Samples: good, Explanations: same, Input: "mask"}, `named "mask", got "image" [2 3 3 1]`},
		{"NaN in values", ImageAttribution{Samples: good, Explanations: why(func(e *record.Explanation) { e.Values[0].Data[0] = math.NaN() })}, "holds NaN"},
		{"names", ImageAttribution{Samples: good, Explanations: same, Names: []string{"a", "b"}}, "2 names for 1 explanations"},
		{"clip", ImageAttribution{Samples: good, Explanations: same, Clip: 101}, "it is a percentile"},
		{"scale", ImageAttribution{Samples: good, Explanations: same, Scale: 7}, "choose viz.PerMethod or viz.Common"},
		{"too narrow", ImageAttribution{Samples: good, Explanations: same, Width: 200}, "a greater Width"},

		{"no explanations", ResidualTable{}, "no explanations: give at least one"},
		{"no examples", ResidualTable{Explanations: []*record.Explanation{{Version: 1, Method: "IG", Values: []record.Array{{Axes: []string{"example"}, Shape: []int{0}}}}}}, "explains no examples"},
	} {
		chart, err := c.figure.Draw()
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%T, %s: error %v, want one with %q", c.figure, c.name, err, c.want)
		}
		if chart != nil {
			t.Errorf("%T, %s: a chart beside the error", c.figure, c.name)
		}
		if err != nil && !strings.HasPrefix(err.Error(), "viz: ") {
			t.Errorf("%T, %s: %q does not begin with the package", c.figure, c.name, err)
		}
	}
}
