package viz

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/vitrine-ml/vitrine/pkg/record"
)

// SeriesAttribution shows what each step of the past contributed to a forecast: per example the series with its forecast and what really
// followed, and beneath it, on the same axis of time, the values: as bars where the model sees one feature, as a band of colours with a row a
// feature where it sees several. Orange raises the explained output, blue lowers it.
//
// Where the Samples have Predictions, it shows what contributed to a class, of a sound for one, whose time counts from its beginning. More than
// 400 steps with nothing that follows are drawn several as one: the series' largest magnitude, and the sum of the values.
type SeriesAttribution struct {
	Samples      record.Samples        // inputs: example × time × feature, the past that the model saw, oldest step first
	Explanations []*record.Explanation // of the same examples, in the same order, with values of the inputs' axes
	Names        []string              // of the explanations; nil means the methods' names
	Input        string                // which attributed input is the series; "" means the only one, or the one of those axes

	Forecast record.Array // example × time: what the model says of the steps that follow; the zero value for none
	Naive    record.Array // the same of a forecast that needs no model, to compare with
	Truth    record.Array // the same as it really was

	Features []string // names of the features; nil means their numbers
	Feature  int      // which of them is drawn: the one that is forecast
	Quantity string   // what its numbers are, with their unit; "" means its name
	Unit     string   // of time, in plural: "hours"; "" means "steps"
	Step     float64  // how long a step is, in Unit: 1/16000 of a sound in "seconds"; 0 means 1
	Rows     []int    // the examples to show, counted from 0; nil means all
	Scale    Scale    // of the values; the default is one scale a method
	Clip     float64  // percentile of the absolute values that gets the strongest colour, as do all beyond; 0 means 100
	Title    string   // "" means "What the forecast rests on", or the prediction where there are Predictions
	Width    int      // of the figure in pixels; 0 means 820

	together int // steps that are drawn as one
}

// Measures of the figure, in pixels.
const (
	seriesTop    = 88.0
	seriesRight  = 24.0
	seriesHeight = 130.0 // of the panel with the series
	barsHeight   = 64.0  // of a panel with bars
	bandRow      = 16.0  // of a feature in a band
)

// Draw implements Figure.
func (f SeriesAttribution) Draw() (*Chart, error) {
	c, err := f.draw()
	if err != nil {
		return nil, fmt.Errorf("viz: series attribution: %w", err)
	}
	return c, nil
}

func (f SeriesAttribution) draw() (*Chart, error) {
	rows, err := f.check()
	if err != nil {
		return nil, err
	}
	columns, err := f.columns()
	if err != nil {
		return nil, err
	}
	f, columns = f.drawn(columns)
	shown := picked(columns, rows)
	if err := setLimits(shown, f.Scale, f.Clip); err != nil {
		return nil, err
	}
	for k := range columns {
		columns[k].limit = shown[k].limit
	}

	var p plot
	width, features := float64(widthOr(f.Width)), f.features()
	left := 58.0
	if len(features) > 1 {
		left = max(left, min(longest(features, 11.5), 120)+22)
	}
	y := seriesTop
	for k, i := range rows {
		y = f.example(&p, columns, i, left, y, width-left-seriesRight, k == 0)
	}
	title := f.Title
	if title == "" {
		title = "What the forecast rests on"
		if f.classified() {
			title = "What the prediction rests on"
		}
	}
	shared := sharedTarget(columns)
	subtitle := strings.Replace(reading(shown, shared, f.Scale, "panel", "values"), "speaks for the explained output, blue against it, white not at all",
		"raises the explained output, blue lowers it", 1)
	return p.chart(clean(title), subtitle, f.alt(shown, rows), int(width), int(y), f.table(columns, rows))
}

// check returns the examples to show.
func (f SeriesAttribution) check() ([]int, error) {
	s := f.Samples
	if err := checkSamples(s); err != nil {
		return nil, err
	}
	a := s.Inputs
	if !seriesAxes(a.Axes) || len(a.Data) == 0 {
		return nil, fmt.Errorf("%q has axes %v of lengths %v: series are example × time × feature, or channel", a.Name, a.Axes, a.Shape)
	}
	if !(f.Step >= 0) || math.IsInf(f.Step, 0) {
		return nil, fmt.Errorf("Step is %v: it should be more than 0, or 0 for 1", f.Step)
	}
	if n := a.Shape[2]; f.Features != nil && len(f.Features) != n {
		return nil, fmt.Errorf("%d Features for %d in the samples: give the name of each, or none", len(f.Features), n)
	}
	if n := a.Shape[2]; f.Feature < 0 || f.Feature >= n {
		return nil, fmt.Errorf("Feature is %d: there are %d, counted from 0", f.Feature, n)
	}
	ahead := 0
	for _, part := range f.ahead() {
		if len(part.values.Shape) == 0 {
			continue
		}
		if err := part.values.Check(); err != nil {
			return nil, fmt.Errorf("%s: %w", part.name, err)
		}
		if len(part.values.Shape) != 2 || part.values.Rows() != s.Len() || part.values.Shape[1] == 0 {
			return nil, fmt.Errorf("%s has shape %v for %d samples: give example × time", part.name, part.values.Shape, s.Len())
		}
		if n := part.values.Shape[1]; ahead != 0 && n != ahead {
			return nil, fmt.Errorf("%s has %d steps ahead, what comes before it %d: give the same number of each", part.name, n, ahead)
		}
		ahead = part.values.Shape[1]
	}
	if width := widthOr(f.Width); width < 400 {
		return nil, fmt.Errorf("Width is %d: a series needs at least 400 pixels", width)
	}
	rows := f.Rows
	if rows == nil {
		for i := range s.Len() {
			rows = append(rows, i)
		}
	}
	for _, i := range rows {
		if i < 0 || i >= s.Len() {
			return nil, fmt.Errorf("Rows asks for example %d of %d, counted from 0", i, s.Len())
		}
	}
	if len(rows) == 0 {
		return nil, fmt.Errorf("Rows is empty: leave it nil for all examples")
	}
	return rows, nil
}

// followed is one line behind the past.
type followed struct {
	name        string
	values      record.Array
	color, dash string
	symbol      string
}

// ahead are the lines that there may be behind the past.
func (f SeriesAttribution) ahead() []followed {
	return []followed{
		{"what followed", f.Truth, faint, "solid", "none"},
		{"naive forecast", f.Naive, "#ce6103", "dotted", "none"},
		{"forecast", f.Forecast, "#0064b5", "dashed", "none"},
	}
}

// columns checks that the explanations belong to the series.
func (f SeriesAttribution) columns() ([]column, error) {
	names, err := namesOf(f.Explanations, f.Names)
	if err != nil {
		return nil, err
	}
	out := make([]column, len(names))
	for k, e := range f.Explanations {
		values, err := seriesOf(e, f.Input)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", names[k], err)
		}
		if !slices.Equal(values.Shape, f.Samples.Inputs.Shape) {
			return nil, fmt.Errorf("%s has values of shape %v, the samples have %v: give the samples that were explained", names[k], values.Shape, f.Samples.Inputs.Shape)
		}
		out[k] = column{name: names[k], why: e}
		for i := range e.Rows() {
			out[k].values = append(out[k].values, values.Row(i))
		}
	}
	return out, nil
}

// picked are the columns with the values of some examples only.
func picked(columns []column, rows []int) []column {
	out := slices.Clone(columns)
	for k := range out {
		out[k].values = nil
		out[k].why = columns[k].why.Select(rows...)
		for _, i := range rows {
			out[k].values = append(out[k].values, columns[k].values[i])
		}
	}
	return out
}

func (f SeriesAttribution) features() []string {
	names := make([]string, f.Samples.Inputs.Shape[2])
	for j := range names {
		names[j] = f.Samples.Inputs.Axes[2] + " " + strconv.Itoa(j)
		if f.Features != nil {
			names[j] = visible(f.Features[j])
		}
	}
	return names
}
