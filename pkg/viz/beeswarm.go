package viz

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/vitrine-ml/vitrine/pkg/record"
)

// Beeswarm shows the values of many examples, a row a feature, the strongest on top: a dot is an example, its place what the feature contributed there, its
// colour what the feature was, from low (blue) to high (orange); within a place the low ones lie beneath. Dots that would cover one another are
// stacked, so that a row's height is their density. From more than 4,000 dots on they are counted in narrow columns instead. Where values have standard errors, a whisker
// at zero is twice their root mean square: what lies within cannot be told from nothing.
type Beeswarm struct {
	Explanation *record.Explanation
	Samples     record.Samples // what the features are, for the colours; the zero value draws all dots grey
	Input       string         // which attributed input; "" means the only one with features
	Top         int            // so many features of the greatest mean |value|, the others added up in one row; 0 means 10
	Title       string         // "" means "What each feature contributed"
	Width       int            // of the figure in pixels; 0 means 820
}

// mostDots are as many as are drawn one by one.
const mostDots = 4000

// Draw implements Figure.
func (f Beeswarm) Draw() (*Chart, error) {
	c, err := f.draw()
	if err != nil {
		return nil, fmt.Errorf("viz: beeswarm: %w", err)
	}
	return c, nil
}

func (f Beeswarm) draw() (*Chart, error) {
	all, err := featuresOf(f.Explanation, f.Samples, f.Input)
	if err != nil {
		return nil, err
	}
	lanes, err := all.lanes(f.Top)
	if err != nil {
		return nil, err
	}
	swarms := make([]swarm, len(lanes))
	low, high := 0.0, 0.0
	for k, l := range lanes {
		swarms[k] = all.swarm(l)
		low, high = min(low, slices.Min(swarms[k].values)), max(high, slices.Max(swarms[k].values))
	}
	counted := len(lanes)*len(all.rows) > mostDots
	subtitle := fmt.Sprintf("%d %s, %s, explained: %s", len(all.rows), plural(len(all.rows), "example", "examples"), orElse(clean(f.Explanation.Method), "values"), all.explained())
	if counted {
		subtitle += "; too many for dots: counted in columns, each as high as its number"
	}
	if all.stdErr != nil {
		subtitle += "; whisker at 0: two standard errors of a value"
	}
	subtitle += all.unfinished() + all.unconverged() + "."
	s, err := newStage(f.Width, orElse(f.Title, "What each feature contributed"), subtitle)
	if err != nil {
		return nil, err
	}
	if all.columns != nil {
		s.rampBar(14, s.top-2, "the feature is", "low", "high", "a word, missing or several")
		s.top += 16
	}
	names, notes := make([]rowName, len(lanes)), make([]string, len(lanes))
	for k, l := range lanes {
		names[k].name = l.name
		notes[k] = digits(swarms[k].strength, 2)
	}
	s.top += 14
	row := 34.0
	s.lay(names, row, "mean |value|", notes, low, high, "attribution")
	s.zero()
	parts := make([][]any, rampSteps+1) // by colour, the last for those without
	for k, w := range swarms {
		if counted {
			w.columns(s, k, row, parts)
		} else {
			w.dots(s, k, row, all, parts)
		}
	}
	for tone, data := range parts {
		if data != nil {
			s.draw(s.panel, f.series(data, tone, counted))
		}
	}
	var whiskers []any
	for k, w := range swarms {
		if w.stdErr > 0 {
			whiskers = append(whiskers, []any{float64(k) + 0.42, round(-2 * w.stdErr), round(2 * w.stdErr)})
		}
	}
	if whiskers != nil {
		s.errorBars(whiskers)
	}
	return s.finish(f.alt(all, lanes, swarms), 0, swarmTable(swarms))
}

// swarm is a row of a beeswarm.
type swarm struct {
	lane
	values   []float64 // a shown example
	tones    []float64 // of the feature's values; nil where there are none
	cells    []string  // what the feature is, in words; nil likewise
	strength float64   // mean |value|
	stdErr   float64   // root mean square of the standard errors; 0 where they are not known
	with     float64   // correlation of values and feature; NaN where there is none
}

func (f features) swarm(l lane) swarm {
	w := swarm{lane: l, values: make([]float64, len(f.rows)), with: math.NaN()}
	squares := 0.0
	for at := range f.rows {
		w.values[at] = f.sum(at, l)
		w.strength += math.Abs(w.values[at]) / float64(len(f.rows))
		if e, known := f.errorOf(at, l); known {
			squares += e * e / float64(len(f.rows))
		}
	}
	w.stdErr = math.Sqrt(squares)
	if len(l.of) != 1 || f.columns == nil {
		return w
	}
	c := f.columns[l.of[0]]
	for at := range f.rows {
		w.cells = append(w.cells, f.cell(at, l.of[0]))
	}
	if len(c.Categories) > 2 {
		return w
	}
	w.tones = tonesOf(c, f.rows).at
	var is, value []float64
	for at, i := range f.rows {
		if c.Known(i) {
			is, value = append(is, c.Values[i]), append(value, w.values[at])
		}
	}
	if len(is) > 1 {
		w.with = correlated(is, value)
	}
	return w
}

// series are the dots or columns of one colour.
func (f Beeswarm) series(data []any, tone int, counted bool) map[string]any {
	word := func(name string) any { return map[string]any{"name": name, "type": "ordinal"} }
	color := faint
	if tone < rampSteps {
		color = css(rampAt(float64(tone) / (rampSteps - 1)))
	}
	if counted {
		return map[string]any{"type": "scatter", "data": data, "symbol": "rect", "dimensions": []any{"attribution, about", "row", word("feature"), "examples of this colour", "examples here"},
			"encode": map[string]any{"x": 0, "y": 1, "tooltip": []int{2, 0, 3, 4}}, "itemStyle": map[string]any{"color": color}}
	}
	return map[string]any{"type": "scatter", "data": data, "symbolSize": dotSize, "large": true, "largeThreshold": 0, // one path a colour: drawn thirty times as fast
		"dimensions": []any{"attribution", "row", word("feature"), word("which is"), word("example")},
		"encode":     map[string]any{"x": 0, "y": 1, "tooltip": []int{2, 0, 3, 4}}, "itemStyle": map[string]any{"color": color}}
}

func (f Beeswarm) alt(all features, lanes []lane, swarms []swarm) string {
	var parts []string
	for k := range min(3, len(lanes)) {
		part := fmt.Sprintf("%s (mean absolute value %s", swarms[k].name, short(swarms[k].strength))
		if w := swarms[k].with; math.Abs(w) >= 0.3 {
			part += map[bool]string{true: ", higher where the feature is high", false: ", lower where the feature is high"}[w > 0]
		}
		parts = append(parts, part+")")
	}
	return fmt.Sprintf("What each feature contributed in %d %s. The strongest: %s.", len(all.rows), plural(len(all.rows), "example", "examples"), strings.Join(parts, ", "))
}

func swarmTable(swarms []swarm) Table {
	t := Table{Columns: []string{"Feature", "Mean |value|", "Mean", "Smallest", "Largest", "Standard error", "Correlation with the feature", "Examples"}}
	for _, w := range swarms {
		mean, _ := spread(w.values)
		stdErr, with := "–", "–"
		if w.stdErr > 0 {
			stdErr = number(w.stdErr)
		}
		if !math.IsNaN(w.with) {
			with = number(w.with)
		}
		t.Rows = append(t.Rows, []string{w.name, number(w.strength), number(mean), number(slices.Min(w.values)), number(slices.Max(w.values)), stdErr, with, strconv.Itoa(len(w.values))})
	}
	return t
}
