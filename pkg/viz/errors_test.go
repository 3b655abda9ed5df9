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
	text := func(change func(*TextAttribution)) Figure {
		f := texts()
		change(&f)
		return f
	}
	wave := func(change func(*SeriesAttribution)) Figure {
		f := series(1)
		change(&f)
		return f
	}
	past := func(change func(*Forecasts)) Figure {
		f := forecasts(3)
		change(&f)
		return f
	}
	scored := func(change func(*record.Scores)) record.Scores {
		s := scores("CNN", 4, 1)
		change(&s)
		return s
	}
	aligned := func(change func(*record.Alignment)) Figure {
		f := alignments()
		change(&f.Alignments[0])
		return f
	}
	partial := func(change func(*record.Dependence)) Figure {
		d := dependenceOnOne()
		change(d)
		return PartialDependence{Dependence: d}
	}
	tiled := func(change func(*record.Explanation)) Figure {
		f := superpixels()
		change(f.Explanations[0])
		return f
	}
	table := func(change func(*record.Explanation, *record.Samples)) (*record.Explanation, record.Samples) {
		e, s := loans(4, 0)
		change(e, &s)
		return e, s
	}
	swarm := func(change func(*record.Explanation, *record.Samples)) Figure {
		e, s := table(change)
		return Beeswarm{Explanation: e, Samples: s}
	}
	fall := func(change func(*record.Explanation, *record.Samples)) Figure {
		e, s := table(change)
		return Waterfall{Explanation: e, Samples: s}
	}
	depends := func(change func(*DependenceScatter)) Figure {
		e, s := loans(4, 0)
		f := DependenceScatter{Explanation: e, Samples: s, Feature: "age"}
		change(&f)
		return f
	}
	loan, people := loans(4, 0)
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

		{"no samples", TextAttribution{}, "no samples: give at least one example"},
		{"no tokens", TextAttribution{Samples: good, Explanations: same}, "give Samples.Tokens"},
		{"no explanations", text(func(f *TextAttribution) { f.Explanations = nil }), "no explanations: give at least one"},
		{"an empty text", text(func(f *TextAttribution) { f.Samples.Tokens[2] = nil }), "example 2 has no tokens: leave it out"},
		{"too many tokens", text(func(f *TextAttribution) { f.Samples.Tokens[2] = make([]string, 7) }), "values for 6 tokens, but example 2 has 7"},
		{"of embeddings", text(func(f *TextAttribution) { f.Explanations[0].Values[0].Axes = []string{"example", "feature"} }),
			`expected values with axes [example token], got "ids" with [example feature]`},
		{"another input", text(func(f *TextAttribution) { f.Input = "mask" }), `of the input "mask"`},
		{"other examples", text(func(f *TextAttribution) { f.Explanations[0] = f.Explanations[0].Select(0) }), "explains 1 examples, but there are 4"},
		{"join", text(func(f *TextAttribution) { f.Join = 9 }), "choose viz.ByLook, viz.Spaced or viz.Plain"},
		{"texts alone", text(func(f *TextAttribution) { f.Texts = []string{"a"} }), "give both or neither"},
		{"offsets", text(func(f *TextAttribution) {
			f.Texts, f.Offsets = make([]string, 4), [][][2]int{{{0, 1}, {}, {}, {}, {}, {}}, nil, nil, nil}
		}), "token 0 lies at bytes 0 to 1 of a text of 0"},
		{"fewer offsets", text(func(f *TextAttribution) { f.Texts, f.Offsets = make([]string, 4), make([][][2]int, 4) }), "example 0 has 0 Offsets for 6 tokens"},
		{"too narrow", text(func(f *TextAttribution) { f.Width = 100 }), "at least 240"},

		{"images", SeriesAttribution{Samples: good, Explanations: same}, "series are example × time × feature"},
		{"no explanations", wave(func(f *SeriesAttribution) { f.Explanations = nil }), "no explanations: give at least one"},
		{"features", wave(func(f *SeriesAttribution) { f.Features = []string{"a", "b"} }), "2 Features for 1"},
		{"feature", wave(func(f *SeriesAttribution) { f.Feature = 1 }), "Feature is 1: there are 1, counted from 0"},
		{"rows", wave(func(f *SeriesAttribution) { f.Rows = []int{2} }), "example 2 of 2, counted from 0"},
		{"no rows", wave(func(f *SeriesAttribution) { f.Rows = []int{} }), "leave it nil for all"},
		{"other steps ahead", wave(func(f *SeriesAttribution) { f.Forecast.Shape, f.Forecast.Data = []int{2, 1}, []float64{1, 2} }), "forecast has 1 steps ahead, what comes before it 2"},
		{"forecasts of other examples", wave(func(f *SeriesAttribution) { f.Naive.Shape = []int{4, 1} }), "naive forecast has shape [4 1] for 2 samples"},
		{"NaN", wave(func(f *SeriesAttribution) { f.Truth.Data[1] = math.NaN() }), "holds NaN"},
		{"other values", wave(func(f *SeriesAttribution) { f.Explanations[1].Values[0].Shape = []int{2, 2, 2} }), "values of shape [2 2 2], the samples have [2 4 1]"},
		{"too narrow", wave(func(f *SeriesAttribution) { f.Width = 100 }), "at least 400"},

		{"no forecasts", Forecasts{}, "0 forecasts: give 1 to 5"},
		{"other steps", past(func(f *Forecasts) { f.Truth.Shape, f.Truth.Data = []int{2}, f.Truth.Data[:2] }), `"LSTM" has shape [3], the truth [2]`},
		{"times", past(func(f *Forecasts) { f.Times = f.Times[1:] }), "2 Times for 3 steps"},
		{"show", past(func(f *Forecasts) { f.Show = 4 }), "Show is 4 of 3 steps"},
		{"infinite", past(func(f *Forecasts) { f.Forecasts[1].Data[2] = math.Inf(1) }), "holds +Inf at [2]"},
		{"too narrow", past(func(f *Forecasts) { f.Width = 100 }), "at least 400"},

		{"no alignments", Alignment{}, "no alignments: give at least one"},
		{"mismatched", aligned(func(a *record.Alignment) { a.Source = a.Source[1:] }), "alignment 0: record: alignment \"head 1\" of 2 target and 2 source tokens has values of shape [2 3]"},
		{"names", Alignment{Alignments: alignments().Alignments, Names: []string{"a"}}, "1 names for 2 alignments"},
		{"scale", Alignment{Alignments: alignments().Alignments, Scale: 7}, "choose viz.PerMethod or viz.Common"},
		{"too narrow", Alignment{Alignments: alignments().Alignments, Width: 60}, "a greater Width, or alignments of shorter texts"},

		{"no scores", ModelComparison{}, "no scores: give at least one model's"},
		{"no examples", ModelComparison{Scores: []record.Scores{{}}}, "scores 0: no examples: evaluate the model on at least one"},
		{"another accuracy", ModelComparison{Scores: []record.Scores{scored(func(s *record.Scores) { s.Accuracy = 0.9 })}}, "the accuracy is 0.9, but 4 of 5 predictions are right"},
		{"NaN", ModelComparison{Scores: []record.Scores{scored(func(s *record.Scores) { s.Accuracy = math.NaN() })}}, "NaN"},
		{"infinite", ModelComparison{Scores: []record.Scores{scored(func(s *record.Scores) { s.Loss = math.Inf(1) })}}, "the loss is +Inf"},
		{"names", ModelComparison{Scores: []record.Scores{scores("CNN", 4, 1)}, Names: []string{"a", "b"}}, "2 names for 1 models"},
		{"too narrow", ModelComparison{Scores: []record.Scores{scores("CNN", 4, 1)}, Width: 100}, "at least 400"},
		{"other counts", ConfusionMatrix{Scores: scored(func(s *record.Scores) { s.Confusion[0][1]++ })}, "0 examples of class 0 were predicted as 1, the confusion matrix has 1"},
		{"no examples", ConfusionMatrix{}, "no examples"},
		{"too narrow", ConfusionMatrix{Scores: scores("CNN", 4, 1), Width: 150}, "3 classes in 150 pixels"},

		{"one method", MethodAgreement{Explanations: same}, "one explanation: give at least two"},
		{"other inputs", MethodAgreement{Explanations: append(why(func(e *record.Explanation) {
			e.Values[0].Axes, e.Values[0].Shape = []string{"example", "x"}, []int{2, 9}
		}), same...)}, "values of \"image\" have shape [2 9]"},
		{"too narrow", MethodAgreement{Explanations: agreeing().Explanations, Width: 80}, "fewer Explanations, or a greater Width"},

		{"no heads", AttentionHeads{}, "no heads"},
		{"no such head", AttentionHeads{Layers: heads(1, 2).Layers, Head: 2}, "Layer 0, Head 2 is to be large, but there are 1 layers"},
		{"other tokens", AttentionHeads{Layers: [][]record.Alignment{{heads(1, 1).Layers[0][0], alignments().Alignments[0]}}}, "layer 0, head 1 has other tokens"},
		{"NaN", AttentionHeads{Layers: [][]record.Alignment{{{Source: []string{"a"}, Target: []string{"a"}, Values: record.Array{Axes: []string{"target", "source"}, Shape: []int{1, 1}, Data: []float64{math.NaN()}}}}}}, "holds NaN"},
		{"too narrow", AttentionHeads{Layers: heads(1, 1).Layers, Width: 60}, "a greater Width, or a shorter text"},
		{"too many heads", AttentionHeads{Layers: heads(1, 40).Layers, Width: 300}, "40 heads in 300 pixels"},

		{"no groups", SuperpixelOverlay{Samples: good, Explanations: same}, "it has no Groups, as every pixel is a feature: show it with viz.ImageAttribution"},
		{"top", SuperpixelOverlay{Top: -1}, "Top is -1"},
		{"not counted from 0", tiled(func(e *record.Explanation) { e.Groups[0].Data[0] = 9 }), "group 9 of 9 pixels"},
		{"no parts", tiled(func(e *record.Explanation) {
			for i := range e.Groups[0].Data {
				e.Groups[0].Data[i] = -1
			}
		}), "no pixel is in a group"},
		{"other examples", SuperpixelOverlay{Samples: crosses(3), Explanations: superpixels().Explanations}, "explains 2 examples, but there are 3 samples"},

		{"nothing", PartialDependence{}, "no Dependence"},
		{"another version", PartialDependence{Dependence: &record.Dependence{}}, "version 0 of a dependence"},
		{"one point", partial(func(d *record.Dependence) {
			d.Varied[0].Points, d.Curves.Shape, d.Curves.Data = []float64{1}, []int{4, 1}, d.Curves.Data[:4]
		}), `"age" has one point`},
		{"NaN", partial(func(d *record.Dependence) { d.Curves.Data[5] = math.NaN() }), "holds NaN at [1 1]"},
		{"centred categories", PartialDependence{Dependence: dependenceOnCategories(), Centred: true}, "not for categories or two features"},
		{"too narrow", PartialDependence{Dependence: dependenceOnOne(), Width: 100}, "at least 400"},
		{"nothing", AccumulatedEffects{}, "no Effects"},
		{"another version", AccumulatedEffects{Effects: &record.AccumulatedEffects{}}, "version 0 of accumulated effects"},
		{"too narrow", AccumulatedEffects{Effects: accumulated(), Width: 100}, "at least 400"},

		{"no probabilities", ROC{Scores: scores("CNN", 4, 1)}, "these scores hold no probabilities"},
		{"no examples", ROC{}, "no examples"},
		{"one class", ROC{Scores: record.Scores{Examples: 1, Accuracy: 1, Labels: []int{0}, Predicted: []int{0}, Confusion: [][]int{{1, 0}, {0, 0}}, Probabilities: [][]float64{{1, 0}}}},
			"all 1 examples are of one class"},
		{"another class", ROC{Scores: probable(), Classes: []int{3}}, "asks for class 3 of 3, counted from 0"},
		{"no classes", ROC{Scores: probable(), Classes: []int{}}, "0 Classes: name 1 to 5"},
		{"too narrow", ROC{Scores: probable(), Width: 100}, "at least 360"},

		{"nothing", Ranking{}, "the ranking is empty"},
		{"mismatched", Ranking{Ranking: record.Ranking{Name: "w", Names: []string{"a"}}}, `"w" of 1 names with 0 values`},
		{"NaN", Ranking{Ranking: record.Ranking{Names: []string{"a"}, Values: []float64{math.NaN()}}}, `the value of "a" is NaN`},
		{"top", Ranking{Ranking: ranking(), Top: -1}, "Top is -1"},
		{"too narrow", Ranking{Ranking: ranking(), Width: 100}, "at least 400"},

		{"nil", Beeswarm{}, "explanation 0 is nil"},
		{"no features", swarm(func(e *record.Explanation, s *record.Samples) {
			e.Values[0].Shape, e.Values[0].Data, e.Values[0].Features, e.StdErr = []int{4, 0}, nil, nil, nil
		}), `"row" has no features`},
		{"images", Beeswarm{Explanation: same[0]}, `expected values with axes [example feature], got "image" with [example height width channel]`},
		{"two inputs", swarm(func(e *record.Explanation, s *record.Samples) {
			e.Values, e.StdErr = append(e.Values, e.Values[0]), nil
		}), `both "row" and "row" are inputs of features: set Input`},
		{"another input", Beeswarm{Explanation: loan, Input: "x"}, `of the input "x", got "row"`},
		{"other examples", Beeswarm{Explanation: loan.Select(0), Samples: people}, "the explanation is of 1 examples, but there are 4 samples"},
		{"other features", swarm(func(e *record.Explanation, s *record.Samples) { s.Columns = s.Columns[1:] }), "values of 5 features, but the samples have [4 0] numbers and 4 columns"},
		{"other names", swarm(func(e *record.Explanation, s *record.Samples) { s.Columns[1].Name = "sum" }), `is "amount of the credit in thousands of marks of the year" in the explanation and "sum" in the samples`},
		{"NaN", swarm(func(e *record.Explanation, s *record.Samples) { e.Values[0].Data[2] = math.NaN() }), "holds NaN at [0 2]"},
		{"NaN in a column", swarm(func(e *record.Explanation, s *record.Samples) { s.Columns[1].Values[0] = math.NaN() }), "of example 0 is NaN"},
		{"too great", swarm(func(e *record.Explanation, s *record.Samples) {
			e.Values[0].Data[2], e.Values[0].Data[3] = math.MaxFloat64, math.MaxFloat64
		}), "add up to more than a number can hold"},
		{"a negative error", swarm(func(e *record.Explanation, s *record.Samples) { e.StdErr[0].Data[0] = -1 }), "standard error of feature 0 of example 0 is -1"},
		{"errors of others", swarm(func(e *record.Explanation, s *record.Samples) {
			e.StdErr[0].Shape, e.StdErr[0].Data, e.StdErr[0].Features = []int{4, 0}, nil, nil
		}), `standard errors of "row" have shape [4 0]`},
		{"unfinished", swarm(func(e *record.Explanation, s *record.Samples) {
			for i := range e.Status {
				e.Status[i] = record.Unfinished
			}
		}), "all 4 examples are unfinished"},
		{"top", Beeswarm{Explanation: loan, Top: -1}, "Top is -1"},
		{"too narrow", Beeswarm{Explanation: loan, Width: 399}, "at least 400 pixels"},
		{"no base", fall(func(e *record.Explanation, s *record.Samples) { e.Base = nil }), "PermutationSHAP has no Base: what its values add up to is not known"},
		{"example", Waterfall{Explanation: loan, Example: 4}, "Example is 4: the explanation has 4, counted from 0"},
		{"an unfinished one", fall(func(e *record.Explanation, s *record.Samples) { e.Status[0] = record.Unfinished }), "example 0 is unfinished"},
		{"no base", Force{Explanation: same[0]}, `expected values with axes`},
		{"highlight", Decision{Explanation: loan, Highlight: []int{-1}}, "Highlight: Example is -1"},
		{"no samples", depends(func(f *DependenceScatter) { f.Samples = record.Samples{} }), "no samples: what the feature is in each example"},
		{"feature", depends(func(f *DependenceScatter) { f.Feature = "agee" }), `Feature is "agee", want one of ["age" "amount`},
		{"color", depends(func(f *DependenceScatter) { f.Color = "colour" }), `Color is "colour", want one of`},
		{"both", depends(func(f *DependenceScatter) { f.Color, f.NoColor = "age", true }), "but NoColor is set"},
		{"too many words", depends(func(f *DependenceScatter) {
			f.Color, f.Samples.Columns[2].Categories = "purpose", strings.Split("abcdef", "")
		}), `Color "purpose" has 6 categories: 5 can be told apart`},
		{"nowhere known", depends(func(f *DependenceScatter) { f.Samples.Columns[0].Missing = []bool{true, true, true, true} }), `"age" is missing in all examples`},
		{"order", ExplanationHeatmap{Explanation: loan, Order: 7}, "unknown Order 7: choose viz.ByOutput"},
		{"clip", ExplanationHeatmap{Explanation: loan, Clip: 101}, "it is a percentile"},
		{"nothing", FeatureBar{}, "no explanations: give at least one"},
		{"too many", FeatureBar{Explanations: []*record.Explanation{loan, loan, loan, loan, loan, loan}}, "6 explanations: give 1 to 5"},
		{"names", FeatureBar{Explanations: []*record.Explanation{loan}, Names: []string{"a", "b"}}, "2 names for 1 explanations"},
		{"other features", FeatureBar{Explanations: []*record.Explanation{loan, func() *record.Explanation { e, _ := loans(3, 1); return e }()}}, "PermutationSHAP (2) explains other features than PermutationSHAP"},

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
