package viz

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"hash/fnv"
	"image"
	"image/png"
	"math"
	"math/rand/v2"
	"regexp"
	"testing"
	"time"

	"github.com/vitrine-ml/vitrine/internal/golden"
	"github.com/vitrine-ml/vitrine/pkg/record"
)

// evil is a text that does harm wherever it becomes markup, a template or the end of a script.
const evil = "</script><img src=x onerror=alert(1)><!--{a}{b|c}]]>&amp;\"'`\u2028${1}\x00\x1b"

// crosses are n images of 3 × 3 pixels, of a class each, the second predicted wrongly.
func crosses(n int) record.Samples {
	s := record.Samples{Dataset: "crosses", Classes: []string{"plus", "times"}}
	s.Inputs = record.Array{Name: "image", Axes: []string{"example", "height", "width", "channel"}, Shape: []int{n, 3, 3, 1}}
	for i := range n {
		s.Inputs.Data = append(s.Inputs.Data, [][]float64{{0, 1, 0, 1, .5, 1, 0, 1, 0}, {1, 0, 1, 0, 1, 0, 1, 0, .25}}[i%2]...)
		s.Labels = append(s.Labels, i%2)
		s.Index = append(s.Index, 10+i)
		s.Predictions = append(s.Predictions, record.Prediction{Class: 0, Probability: 0.9 - 0.2*float64(i%2)})
	}
	return s
}

// explanation of crosses whose values are ramps of that height about zero.
func explanation(s record.Samples, method string, height float64) *record.Explanation {
	e := &record.Explanation{Version: record.Version, Method: method, Target: record.Target{Output: "logits", Asked: "predicted"},
		Evaluations: 10 * s.Len(), Gradients: 10 * s.Len(), Baseline: "zeros", Elapsed: 1500 * time.Millisecond}
	a := s.Inputs
	a.Data = nil
	for i := range s.Len() {
		for j := range 9 {
			a.Data = append(a.Data, height*(float64(j)-4)/4)
		}
		e.Output = append(e.Output, 2+float64(i))
		e.Base = append(e.Base, 2+float64(i))
		e.Residual = append(e.Residual, 0.001*float64(i))
		e.Status = append(e.Status, record.OK)
		e.Target.Classes = append(e.Target.Classes, s.Predictions[i].Class)
	}
	e.Values = []record.Array{a}
	return e
}

// epochs of a training that gets better; the first has no validation.
func epochs(n int) record.History {
	h := record.History{Model: "CNN", Dataset: "crosses", Steps: 100 * n, Elapsed: 90 * time.Second, Finished: true}
	for i := range n {
		e := record.Epoch{Epoch: i + 1, Loss: 1 / float64(i+1), Accuracy: 1 - 0.5/float64(i+1)}
		if i > 0 {
			loss, accuracy := e.Loss+0.1, e.Accuracy-0.1
			e.ValidationLoss, e.ValidationAccuracy = &loss, &accuracy
		}
		h.Epochs = append(h.Epochs, e)
	}
	return h
}

// figures are one of each, with all that they can show.
func figures() map[string]Figure {
	s := crosses(2)
	ig, saliency := explanation(s, "IntegratedGradients", 3), explanation(s, "Saliency", 0.02)
	ig.Status[1], ig.Residual[1] = record.Unconverged, 0.5
	saliency.Base, saliency.Residual, saliency.Baseline, saliency.Exact = nil, nil, "", true
	why := []*record.Explanation{saliency, ig}
	e, people := loans(12, 8)
	e.Status[7] = record.Unfinished
	e.Output[3] += 0.5 // which no value accounts for
	many, crowd := loans(450, 6)
	some, group := loans(60, 0)
	return map[string]Figure{
		"samplegrid":       SampleGrid{Samples: s},
		"trainingcurve":    TrainingCurve{History: epochs(3)},
		"imageattribution": ImageAttribution{Samples: s, Explanations: why},
		"residualtable":    ResidualTable{Explanations: why},

		"textattribution":   texts(),
		"seriesattribution": series(1),
		"seriesband":        series(2),
		"forecasts":         forecasts(30),
		"alignment":         alignments(),
		"modelcomparison":   ModelComparison{Scores: []record.Scores{scores("CNN", 40, 10), scores("RNN", 3, 2)}},
		"confusionmatrix":   ConfusionMatrix{Scores: scores("CNN", 40, 10)},
		"ranking":           Ranking{Ranking: ranking()},
		"roc":               ROC{Scores: probable()},
		"methodagreement":   agreeing(),
		"attentionheads":    heads(2, 3),
		"superpixeloverlay": superpixels(),

		"partialdependence":  PartialDependence{Dependence: dependenceOnOne()},
		"partialcentred":     PartialDependence{Dependence: dependenceOnOne(), Centred: true, Lines: 3},
		"partialcategories":  PartialDependence{Dependence: dependenceOnCategories()},
		"partialsurface":     PartialDependence{Dependence: dependenceOnTwo()},
		"accumulatedeffects": AccumulatedEffects{Effects: accumulated()},

		"featurebar":         FeatureBar{Explanations: []*record.Explanation{e}, Top: 5},
		"featurebarlocal":    FeatureBar{Explanations: []*record.Explanation{e}, Samples: people, Local: true, Example: 2, Top: 5},
		"featurebarcohorts":  FeatureBar{Explanations: []*record.Explanation{e, e.Select(0, 1, 2)}, Names: []string{"all", "three"}, Top: 3},
		"beeswarm":           Beeswarm{Explanation: e, Samples: people, Top: 5},
		"beeswarmcounted":    Beeswarm{Explanation: many, Samples: crowd},
		"waterfall":          Waterfall{Explanation: e, Samples: people, Example: 3, Top: 5},
		"force":              Force{Explanation: e, Samples: people, Example: 2, Top: 5},
		"decision":           Decision{Explanation: e, Samples: people, Highlight: []int{2}, Top: 5},
		"decisioncounted":    Decision{Explanation: many, Samples: crowd, Top: 4},
		"dependence":         DependenceScatter{Explanation: e, Samples: people, Feature: "age", Color: "purpose"},
		"dependencewords":    DependenceScatter{Explanation: some, Samples: group, Feature: "purpose", Color: "age", Width: 400},
		"explanationheatmap": ExplanationHeatmap{Explanation: e, Samples: people, Top: 5},
	}
}

// reviews are four texts: in words, in pieces, in Chinese characters and from right to left.
func reviews() record.Samples {
	s := record.Samples{Dataset: "reviews", Classes: []string{"bad", "good"}, Labels: []int{1, 0, 1, 1}, Index: []int{4, 5, 6, 7},
		Tokens: [][]string{{"A", "good", "film", ",", "really", "."}, {"[CLS]", "un", "##watch", "##able", "!"}, {"很", "好", "看", "。"}, {"فيلم", "جيد", "مع", "Tom", "Hanks", "!"}}}
	s.Inputs = record.Array{Name: "ids", Axes: []string{"example", "token"}, Shape: []int{4, 6}, Data: make([]float64, 24)}
	for i := range 4 {
		s.Predictions = append(s.Predictions, record.Prediction{Class: i % 2, Probability: 0.75})
	}
	return s
}

// readingOf gives the tokens of reviews ramps of that height about zero.
func readingOf(s record.Samples, method string, height float64) *record.Explanation {
	e := &record.Explanation{Version: record.Version, Method: method, Target: record.Target{Output: "logits", Asked: "predicted"}}
	a := s.Inputs
	a.Data = nil
	for i, tokens := range s.Tokens {
		for j := range a.Shape[1] {
			v := height * (2*float64(j)/float64(len(tokens)-1) - 1)
			if j >= len(tokens) {
				v = 0
			}
			a.Data = append(a.Data, v)
		}
		e.Output = append(e.Output, 1.5)
		e.Base = append(e.Base, 1.5)
		e.Residual = append(e.Residual, 0.001*float64(i))
		e.Status = append(e.Status, record.OK)
		e.Target.Classes = append(e.Target.Classes, s.Predictions[i].Class)
	}
	e.Values = []record.Array{a}
	return e
}

func texts() TextAttribution {
	s := reviews()
	ig, saliency := readingOf(s, "IntegratedGradients", 2), readingOf(s, "Saliency", 0.5)
	ig.Status[1] = record.Unconverged
	saliency.Base, saliency.Residual = nil, nil
	return TextAttribution{Samples: s, Explanations: []*record.Explanation{ig, saliency}}
}

// series are two examples of four steps with two ahead.
func series(features int) SeriesAttribution {
	f := SeriesAttribution{Samples: record.Samples{Dataset: "waves", Index: []int{8, 9}}, Unit: "hours", Quantity: "height, m"}
	in := record.Array{Name: "past", Axes: []string{"example", "time", "feature"}, Shape: []int{2, 4, features}}
	values := in
	for j := range in.Size() {
		in.Data = append(in.Data, float64(j%5))
		values.Data = append(values.Data, float64(j%7)-3)
	}
	f.Samples.Inputs = in
	for k, method := range []string{"Occlusion", "IntegratedGradients"} {
		f.Explanations = append(f.Explanations, &record.Explanation{Version: record.Version, Method: method, Target: record.Target{Output: "next"},
			Values: []record.Array{values}, Output: []float64{3, 4}, Status: []record.Status{record.OK, []record.Status{record.OK, record.Unconverged}[k]}})
	}
	ahead := func(v ...float64) record.Array {
		return record.Array{Axes: []string{"example", "time"}, Shape: []int{2, 2}, Data: v}
	}
	f.Truth, f.Forecast, f.Naive = ahead(1, 2, 3, 4), ahead(1, 2, 3, 3), ahead(0, 2, 4, 4)
	if features > 1 {
		f.Features, f.Feature, f.Quantity = []string{"wind", "height"}, 1, ""
	}
	return f
}

// forecasts of a wave over n hours.
func forecasts(n int) Forecasts {
	f := Forecasts{Quantity: "height, m"}
	line := func(name string, of func(t int) float64) record.Array {
		a := record.Array{Name: name, Axes: []string{"time"}, Shape: []int{n}}
		for t := range n {
			a.Data = append(a.Data, of(t))
		}
		return a
	}
	f.Truth = line("truth", func(t int) float64 { return float64(t % 6) })
	f.Forecasts = []record.Array{line("LSTM", func(t int) float64 { return float64(t%6) + 0.5 }), line("an hour ago", func(t int) float64 { return float64((t + 5) % 6) })}
	for t := range n {
		f.Times = append(f.Times, time.Date(2020, 1, 1, t, 0, 0, 0, time.UTC))
	}
	return f
}

// alignments of two words with three, by a head and by a method.
func alignments() Alignment {
	a := record.Alignment{Name: "head 1", Source: []string{"the", "old", "house"}, Target: []string{"la", "maison"}, Known: [][]int{{0}, nil},
		Values: record.Array{Axes: []string{"target", "source"}, Shape: []int{2, 3}, Data: []float64{0.5, 0.25, 0.25, 0, 0, 1}}}
	b := a
	b.Name, b.Method, b.Known = "", "IntegratedGradients", nil
	b.Values.Data = []float64{2, -1, 0, 0.5, 0.25, 3}
	return Alignment{Alignments: []record.Alignment{a, b}}
}

// sameAsGolden compares the figure's picture and its JSON with golden files.
func sameAsGolden(t *testing.T, name string, f Figure) {
	t.Helper()
	c := drawn(t, f)
	svg, err := c.SVG()
	if err != nil {
		t.Fatal(err)
	}
	json, err := c.JSON()
	if err != nil {
		t.Fatal(err)
	}
	golden.Equal(t, name+".svg", pixels(t, svg))
	golden.Equal(t, name+".json", pixels(t, json))
}

func drawn(t *testing.T, f Figure) *Chart {
	t.Helper()
	c, err := f.Draw()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

var pngURL = regexp.MustCompile(`data:image/png;base64,([A-Za-z0-9+/=]+)`)

// pixels puts a hash of its pixels in the place of every PNG: another version of Go may pack the same pixels otherwise.
func pixels(t *testing.T, b []byte) []byte {
	t.Helper()
	return pngURL.ReplaceAllFunc(b, func(url []byte) []byte {
		m := decoded(t, string(url))
		sum := fnv.New64a()
		for y := range m.Bounds().Dy() {
			for x := range m.Bounds().Dx() {
				r, g, b, a := m.At(x, y).RGBA()
				fmt.Fprint(sum, r, g, b, a)
			}
		}
		return fmt.Appendf(nil, "png:%v:%x", m.Bounds().Size(), sum.Sum(nil))
	})
}

func decoded(t *testing.T, url string) image.Image {
	t.Helper()
	b, err := base64.StdEncoding.DecodeString(pngURL.FindStringSubmatch(url)[1])
	if err != nil {
		t.Fatal(err)
	}
	m, err := png.Decode(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// scores of a model that is so often right and wrong: where it is wrong, it takes "times" for "star".
func scores(model string, right, wrong int) record.Scores {
	s := record.Scores{Model: model, Dataset: "crosses", Examples: right + wrong, Accuracy: float64(right) / float64(right+wrong), Loss: 0.5,
		Classes: []string{"plus", "times", "star"}, Confusion: [][]int{{0, 0, 0}, {0, 0, 0}, {0, 0, 0}}}
	for i := range s.Examples {
		label, predicted := i%3, i%3
		if i >= right {
			label, predicted = 1, 2
		}
		s.Labels, s.Predicted = append(s.Labels, label), append(s.Predicted, predicted)
		s.Confusion[label][predicted]++
	}
	return s
}

// probable are scores of 60 examples of three classes with probabilities: the third is told apart best.
func probable() record.Scores {
	s := scores("CNN", 0, 0)
	rng := rand.New(rand.NewPCG(1, 1))
	for i := range 60 {
		label, p, sum, most := i%3, make([]float64, 3), 0.0, 0
		for c := range p {
			p[c] = rng.Float64()
			if c == label {
				p[c] += 0.3 * float64(1+label)
			}
			p[c] = math.Round(100 * p[c])
			sum += p[c]
		}
		for c := range p {
			p[c] /= sum
			if p[c] > p[most] {
				most = c
			}
		}
		s.Labels, s.Predicted, s.Probabilities = append(s.Labels, label), append(s.Predicted, most), append(s.Probabilities, p)
		s.Confusion[label][most]++
	}
	s.Examples = len(s.Labels)
	s.Accuracy = float64(len(s.Right())) / float64(s.Examples)
	return s
}

// agreeing are three explanations of two crosses: the second is opposite to the first in the order of its magnitudes, the third the same.
func agreeing() MethodAgreement {
	s := crosses(2)
	a, b, c := explanation(s, "IntegratedGradients", 3), explanation(s, "Saliency", 1), explanation(s, "Occlusion", -2)
	for i, v := range a.Values[0].Data {
		b.Values[0].Data[i] = 4 - math.Abs(v)
	}
	for i := range 9 { // in the second example, half of what the first has
		b.Values[0].Data[9+i] = a.Values[0].Data[9+i] / 2
	}
	return MethodAgreement{Explanations: []*record.Explanation{a, b, c}}
}

// heads of layers that look at the token of their own number, the more the higher the layer.
func heads(layers, n int) AttentionHeads {
	tokens := []string{"[CLS]", "a", "good", "film", "[SEP]"}
	f := AttentionHeads{Layer: layers - 1, Head: 1}
	for l := range layers {
		var of []record.Alignment
		for h := range n {
			a := record.Alignment{Source: tokens, Target: tokens, Values: record.Array{Axes: []string{"target", "source"}, Shape: []int{5, 5}}}
			for i := range 5 {
				for j := range 5 {
					v := 0.1
					if (i+h)%5 == j {
						v = 0.6
					}
					a.Values.Data = append(a.Values.Data, v*float64(l+1)/float64(layers))
				}
			}
			of = append(of, a)
		}
		f.Layers = append(f.Layers, of)
	}
	return f
}

// superpixels are two crosses of three parts, with values of +0.6, −0.3 and 0.1 times three, and a pixel in none.
func superpixels() SuperpixelOverlay {
	s := crosses(2)
	e := explanation(s, "KernelSHAP", 1)
	groups, values := e.Values[0], map[float64]float64{-1: 0, 0: 0.6 / 3, 1: -0.3 / 2, 2: 0.1}
	groups.Name, groups.Data = "groups", nil
	for i := range e.Values[0].Data {
		g := []float64{0, 0, 1, 0, 2, 1, 2, 2, -1}[i%9]
		groups.Data = append(groups.Data, g)
		e.Values[0].Data[i] = values[g]
	}
	e.Groups, e.Status[1], e.Residual[1] = []record.Array{groups}, record.Unconverged, 0.5
	return SuperpixelOverlay{Samples: s, Explanations: []*record.Explanation{e}}
}

// dependence of four examples on the age: each falls with it, by another slope.
func dependenceOnOne() *record.Dependence {
	d := &record.Dependence{Version: record.Version, Target: record.Target{Output: "probability", Asked: "class good"},
		Varied: []record.Varied{{Name: "age", Unit: "years", Points: []float64{20, 30, 40, 60}, Observed: []float64{25, 31, 33, 75}}}}
	d.Curves = record.Array{Axes: []string{"example", "point"}, Shape: []int{4, 4}}
	for i := range 4 {
		for _, x := range d.Varied[0].Points {
			d.Curves.Data = append(d.Curves.Data, 0.9-0.1*float64(i)-0.002*float64(i)*(x-20))
		}
		d.Output = append(d.Output, 0.8-0.1*float64(i))
	}
	return d
}

// dependenceOnCategories is that of two examples on their home, a third of which none has.
func dependenceOnCategories() *record.Dependence {
	return &record.Dependence{Version: record.Version, Target: record.Target{Output: "probability"}, Output: []float64{0.5, 0.25}, Unfinished: true,
		Varied: []record.Varied{{Name: "home", Points: []float64{0, 1, 2}, Categories: []string{"own", "rent", "free"}, Observed: []float64{1, -1}}},
		Curves: record.Array{Axes: []string{"example", "point"}, Shape: []int{2, 3}, Data: []float64{0.5, 0.25, -0.5, 0.75, 0.25, -0.25}}}
}

// dependenceOnTwo is that of two examples on their age and home.
func dependenceOnTwo() *record.Dependence {
	d := dependenceOnCategories()
	age := record.Varied{Name: "age", Unit: "years", Points: []float64{20, 40}, Observed: []float64{30, 30}}
	d.Varied, d.Unfinished = []record.Varied{age, d.Varied[0]}, false
	d.Curves = record.Array{Axes: []string{"example", "age", "home"}, Shape: []int{2, 2, 3}, Data: []float64{0, 0.25, 0.5, 0.75, 0.5, 0.25, 0, 0.25, 0.5, 0.75, 1, 0.25}}
	return d
}

// accumulated are effects of the age over three bins.
func accumulated() *record.AccumulatedEffects {
	return &record.AccumulatedEffects{Version: record.Version, Target: record.Target{Output: "probability"}, Name: "age", Unit: "years", Edges: []float64{20, 30, 40, 70},
		Effects: []float64{-0.2, 0.05, 0.1, 0.05}, StdErr: []float64{0.03, 0.01, 0.02, 0.05}, Counts: []int{10, 30, 5}, Local: []float64{0.25, 0.05, -0.05}, LocalStdErr: []float64{0.02, 0.01, 0.03}, Examples: 45}
}

// ranking of four words.
func ranking() record.Ranking {
	return record.Ranking{Name: "words", Value: "mean attribution", Names: []string{"good", "bad", "the", "great"}, Values: []float64{1, -2, 0.125, 1.5},
		StdErr: []float64{0.25, 0.5, 0.25, 0}, Counts: []int{12, 7, 300, 1}}
}
