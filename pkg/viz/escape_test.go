package viz

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"unicode/utf8"

	"github.com/vitrine-ml/vitrine/pkg/record"
)

// named are figures whose every text from data is that one.
func named(text string) []Figure {
	s := crosses(2)
	s.Dataset, s.Classes = text, []string{text, text}
	s.Inputs.Name = text
	e := explanation(s, text, 1)
	e.Target.Output, e.Target.Asked, e.Status[1] = text, text, record.Status(text)
	h := epochs(2)
	h.Model, h.Dataset = text, text
	why := []*record.Explanation{e}
	read := texts()
	read.Samples.Dataset, read.Samples.Classes = text, []string{text, text}
	for _, tokens := range read.Samples.Tokens {
		for j := range tokens {
			tokens[j] = text + "." // ends with a whole character: parts of one become one span
		}
	}
	for _, e := range read.Explanations {
		e.Method, e.Target.Output, e.Target.Asked, e.Status[0] = text, text, text, record.Status(text)
	}
	cut := read
	cut.Texts, cut.Title, cut.Names = nil, text, []string{text, text}
	for _, tokens := range read.Samples.Tokens {
		var offsets [][2]int
		for range tokens {
			offsets = append(offsets, [2]int{})
		}
		offsets[0] = [2]int{0, len(text) + 1}
		cut.Texts, cut.Offsets = append(cut.Texts, text+"."+text), append(cut.Offsets, offsets)
	}
	waves := series(2)
	waves.Rows = []int{0}
	waves.Samples.Dataset, waves.Features, waves.Unit = text, []string{text, text}, text
	for _, e := range waves.Explanations {
		e.Method, e.Target.Output, e.Status[0] = text, text, record.Status(text)
	}
	wave := series(1)
	wave.Rows = []int{1}
	wave.Quantity, wave.Title, wave.Names = text, text, []string{text, text}
	lines := forecasts(3)
	lines.Truth.Name, lines.Forecasts[0].Name, lines.Quantity = text, text, ""
	steps := forecasts(3)
	steps.Title, steps.Quantity, steps.Unit, steps.Times = text, text, text, nil
	aligned := alignments()
	for i := range aligned.Alignments {
		a := &aligned.Alignments[i]
		a.Name, a.Method, a.Source, a.Target = text, text, []string{text, text, text}, []string{text, text}
	}
	alignedTitle := aligned
	alignedTitle.Title, alignedTitle.Names = text, []string{text, text}
	cnn, ranked := scores(text, 4, 1), ranking()
	cnn.Dataset, cnn.Classes = text, []string{text, text, text}
	rnn := scores(text, 2, 1)
	ranked.Name, ranked.Value, ranked.Names = text, text, []string{text, text, text, text}
	curves := probable()
	curves.Model, curves.Dataset, curves.Classes = text, text, []string{text, text, text}
	methods, looked, tinted := agreeing(), heads(1, 1), superpixels()
	methods.Names, looked.Head = []string{text, text, text}, 0
	looked.Layers[0][0].Source, looked.Layers[0][0].Target = []string{text, text, text, text, text}, []string{text, text, text, text, text}
	tinted.Samples.Dataset, tinted.Samples.Classes, tinted.Explanations[0].Method, tinted.Explanations[0].Status[1] = text, []string{text, text}, text, record.Status(text)
	depending, homes, pairs, near := dependenceOnOne(), dependenceOnCategories(), dependenceOnTwo(), accumulated()
	depending.Varied[0].Name, depending.Varied[0].Unit, depending.Target.Output, depending.Target.Asked = text, text, text, text
	homes.Varied[0].Name, homes.Varied[0].Categories, pairs.Varied[0].Name, pairs.Varied[1].Categories = text, []string{text, text, text}, text, []string{text, text, text}
	near.Name, near.Unit, near.Target.Output, near.Target.Classes = text, text, text, make([]int, near.Examples)
	loan, people := hostile(text)
	models := ModelComparison{Scores: []record.Scores{cnn, rnn}}
	return []Figure{
		models, ModelComparison{Scores: models.Scores, Names: []string{text, text}, Title: text}, ConfusionMatrix{Scores: cnn}, ConfusionMatrix{Scores: rnn, Title: text},
		ROC{Scores: curves}, methods, looked, tinted, PartialDependence{Dependence: depending}, PartialDependence{Dependence: homes, Title: text}, PartialDependence{Dependence: pairs},
		AccumulatedEffects{Effects: near, Classes: []string{text}}, Ranking{Ranking: ranked}, Ranking{Ranking: ranked, Title: text, Top: 2},
		read, cut, waves, wave, lines, steps, aligned, alignedTitle,
		FeatureBar{Explanations: []*record.Explanation{loan}, Samples: people, Local: true}, FeatureBar{Explanations: []*record.Explanation{loan, loan}, Names: []string{text, text}, Title: text},
		Beeswarm{Explanation: loan, Samples: people}, Waterfall{Explanation: loan, Samples: people}, Force{Explanation: loan, Samples: people},
		Decision{Explanation: loan, Samples: people, Highlight: []int{0}}, DependenceScatter{Explanation: loan, Samples: people, Feature: text, Color: text},
		ExplanationHeatmap{Explanation: loan, Samples: people},
		SampleGrid{Samples: s}, SampleGrid{Samples: s, Title: text},
		TrainingCurve{History: h}, TrainingCurve{History: h, Title: text},
		ImageAttribution{Samples: s, Explanations: why}, ImageAttribution{Samples: s, Explanations: why, Names: []string{text}, Title: text},
		ResidualTable{Explanations: why}, ResidualTable{Explanations: why, Names: []string{text}, Title: text},
	}
}

// hostile is an explanation of people whose columns, words and classes all have that name.
func hostile(text string) (*record.Explanation, record.Samples) {
	e, s := loans(6, 0)
	e.Method, e.Target.Output, e.Target.Asked, e.Baseline, s.Dataset, s.Classes = text, text, text, text, text, []string{text, text}
	e.Values[0].Features = nil
	for j := range s.Columns {
		c := &s.Columns[j]
		c.Name = text
		for k := range c.Categories {
			c.Categories[k] = text
		}
		e.Values[0].Features = append(e.Values[0].Features, text)
	}
	e.StdErr[0].Features = e.Values[0].Features
	return e, s
}

// elements are the names of a picture's elements; they show that it is well-formed.
func elements(svg []byte) (map[string]bool, error) {
	names := map[string]bool{}
	for d := xml.NewDecoder(strings.NewReader(string(svg))); ; {
		token, err := d.Token()
		if err == io.EOF {
			return names, nil
		}
		if err != nil {
			return nil, err
		}
		if e, ok := token.(xml.StartElement); ok {
			names[e.Name.Local] = true
			for _, a := range e.Attr {
				if strings.HasPrefix(a.Name.Local, "on") {
					return nil, fmt.Errorf("an attribute %s", a.Name.Local)
				}
			}
		}
	}
}

// formatters are the strings that ECharts takes for HTML.
func formatters(v any) (found []string) {
	switch v := v.(type) {
	case map[string]any:
		for key, value := range v {
			if s, ok := value.(string); ok && key == "formatter" {
				found = append(found, s)
			}
			found = append(found, formatters(value)...)
		}
	case []any:
		for _, value := range v {
			found = append(found, formatters(value)...)
		}
	}
	return found
}

// harmless is what the figures look like with a harmless name, with pictures or without.
var harmless = map[bool]func() ([]rendered, error){true: rendering(true), false: rendering(false)}

func rendering(pictures bool) func() ([]rendered, error) {
	return sync.OnceValues(func() (all []rendered, err error) {
		for _, f := range named("harmless") {
			r, err := render(f, pictures)
			if err != nil {
				return nil, err
			}
			all = append(all, r)
		}
		return all, nil
	})
}

// rendered is a figure in its forms.
type rendered struct {
	chart    *Chart
	elements map[string]bool // of the picture
	html     string
}

// render leaves out what ECharts draws unless pictures are asked for: it takes long.
func render(f Figure, pictures bool) (r rendered, err error) {
	if r.chart, err = f.Draw(); err != nil {
		return r, err
	}
	var svg []byte
	if pictures || r.chart.Option == nil {
		if svg, err = r.chart.SVG(); err != nil {
			return r, err
		}
	}
	if r.elements, err = elements(svg); err != nil {
		return r, err
	}
	r.html, err = r.chart.fragment(svg)
	return r, err
}

// checkEscaped compares one of the figures named text with that of a harmless name: there may be no tag more, nowhere.
func checkEscaped(t *testing.T, text string, which int, pictures bool) {
	t.Helper()
	all, err := harmless[pictures]()
	if err != nil {
		t.Fatal(err)
	}
	f := named(text)[which]
	got, err := render(f, pictures)
	if err != nil {
		t.Fatalf("%T: %v", f, err)
	}
	want := all[which]
	for name := range got.elements {
		if !want.elements[name] {
			t.Errorf("%T: a new element <%s> in the picture", f, name)
		}
	}
	for _, c := range "<>" {
		if got, want := strings.Count(got.html, string(c)), strings.Count(want.html, string(c)); got != want {
			t.Errorf("%T: %d of %c in the page, want %d", f, got, c, want)
		}
	}
	if _, script, ok := strings.Cut(got.html, "<script"); ok && strings.ContainsAny(script, "\u2028\u2029") {
		t.Errorf("%T: a line separator in a script", f)
	}
	for _, s := range formatters(got.chart.Option) {
		rest := strings.NewReplacer("<b>", "", "</b>", "", "<br>", "", "epoch {value}", "", countLabel, "").Replace(s)
		if strings.ContainsAny(rest, "<>{}") {
			t.Errorf("%T: a tooltip that is markup or a template: %q", f, s)
		}
	}
	if b, err := got.chart.JSON(); err != nil || !json.Valid(b) {
		t.Errorf("%T: no JSON: %v", f, err)
	}
}

// nasty texts, each in its way.
var nasty = []string{evil, "\xff\xfe漢字", "a\nb\t\u202e\ufffe", "{a|b}$&%3Cscript%3E]]>", "é\u0301 −1 <b>"}

func TestTextNeverBecomesMarkup(t *testing.T) {
	for _, s := range nasty {
		for which := range named("") {
			checkEscaped(t, s, which, true)
		}
	}
}

func FuzzTextNeverBecomesMarkup(f *testing.F) {
	figures := len(named(""))
	texts := append(nasty, "\xe5", "▁##\u0627 0 ")
	for which := range figures { // a text each: all of them are what takes long before the first new one
		f.Add(texts[which%len(texts)], byte(which))
	}
	f.Fuzz(func(t *testing.T, s string, which byte) { // one figure at a time: all of them take long
		if strings.TrimSpace(clean(s)) == "" {
			t.Skip() // nothing is left to show, so that less is shown
		}
		checkEscaped(t, s, int(which)%figures, false)
	})
}

func FuzzShorten(f *testing.F) {
	f.Add("T-shirt/top", 5)
	f.Add("漢字漢字", 3)
	f.Add("", 0)
	f.Fuzz(func(t *testing.T, s string, width int) {
		if !utf8.ValidString(s) || width < 1 {
			t.Skip()
		}
		got, used := shorten(s, width), 0
		for _, r := range got {
			used += runeWidth(r)
		}
		if used > width {
			t.Errorf("%q has width %d, want at most %d", got, used, width)
		}
		if got != s && !strings.HasSuffix(got, "…") {
			t.Errorf("%q was cut to %q without a sign of it", s, got)
		}
	})
}
