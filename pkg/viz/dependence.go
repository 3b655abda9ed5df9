package viz

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/vitrine-ml/vitrine/pkg/record"
)

// DependenceScatter shows what a feature contributed, upwards, against what it was, to the right: a dot an example, coloured by another feature, so that
// an interaction of the two is seen as colours that lie apart at the same place. Beneath are the numbers of examples. Whiskers are two standard errors of each value, or
// one typical of all where there are more than 200 examples. From more than 4,000 on, examples are counted in cells instead: a larger dot is
// more of them, its colour their mean.
type DependenceScatter struct {
	Explanation *record.Explanation
	Samples     record.Samples // what the features are
	Feature     string         // its name
	Color       string         // the feature that colours; "" means the one that explains most of what the feature itself leaves open
	NoColor     bool           // all dots of one colour
	Input       string         // which attributed input; "" means the only one with features
	Title       string         // "" means the feature's name
	Width       int            // of the figure in pixels; 0 means 820
}

// Draw implements Figure.
func (f DependenceScatter) Draw() (*Chart, error) {
	c, err := f.draw()
	if err != nil {
		return nil, fmt.Errorf("viz: dependence scatter: %w", err)
	}
	return c, nil
}

// dependence is the feature and the one that colours, in those examples where the feature is known.
type dependence struct {
	features
	at     []int // positions in rows
	of, by int   // positions of the features; by is −1 if nothing colours
	share  float64
	x      []float64 // what the feature is
	y      []float64 // what it contributed
	tones  tones     // of all examples at at
}

func (f DependenceScatter) draw() (*Chart, error) {
	d, err := f.dependence()
	if err != nil {
		return nil, err
	}
	counted := len(d.at) > mostDots
	s, err := newStage(f.Width, orElse(f.Title, "What "+d.names[d.of]+" contributed"), f.subtitle(d, counted))
	if err != nil {
		return nil, err
	}
	if d.by >= 0 {
		f.legend(s, d)
	}
	const height, counts = 300.0, 34.0
	yLow, yHigh := min(0, slices.Min(d.y)), max(0, slices.Max(d.y))
	if d.stdErr != nil && len(d.at) <= mostWhiskers {
		for k, at := range d.at {
			e := 2 * d.stdErr[at][d.of]
			yLow, yHigh = min(yLow, d.y[k]-e), max(yHigh, d.y[k]+e)
		}
	}
	yLow, yHigh, yStep := niceRange(yLow, yHigh, 8)
	s.left, s.width, s.height, s.top = 74, s.figure-74-30, height, s.top+8
	column := d.columns[d.of]
	words := column.Categories
	name := d.names[d.of]
	if column.Dates {
		name += ", days since 1970"
	}
	xAxis := map[string]any{"type": "value", "min": -0.5, "max": float64(len(words)) - 0.5, "show": false}
	s.low, s.high = -0.5, float64(len(words))-0.5
	if words == nil {
		var step float64
		s.low, s.high, step = niceRange(slices.Min(d.x), slices.Max(d.x), max(2, math.Floor(s.width/70)))
		xAxis = map[string]any{"type": "value", "min": s.low, "max": s.high, "interval": step, "axisLabel": map[string]any{"show": false}, "axisTick": map[string]any{"show": false},
			"axisLine": map[string]any{"show": false}, "splitLine": map[string]any{"lineStyle": map[string]any{"color": hairline, "opacity": 0.6}}}
	}
	s.panel = s.plot.panel(s.left, s.top, s.width, height, "item", xAxis,
		map[string]any{"type": "value", "min": yLow, "max": yHigh, "interval": yStep, "name": "attribution", "nameLocation": "middle", "nameGap": 50, "nameTextStyle": map[string]any{"color": faint},
			"axisLine":  map[string]any{"show": true, "onZero": false, "lineStyle": map[string]any{"color": faint}},
			"axisLabel": map[string]any{"color": ink}, "splitLine": map[string]any{"lineStyle": map[string]any{"color": hairline, "opacity": 0.6}}})
	zero := s.top + height - (0-yLow)/(yHigh-yLow)*height
	s.line(s.left, zero, s.left+s.width, zero, faint, 1)
	if counted {
		f.cells(s, d, yLow, yHigh)
	} else {
		f.dots(s, d)
	}
	f.whiskers(s, d)
	below := f.counts(s, d, s.top+height+6, counts, name)
	return s.chart(s.title, s.subtitle, f.alt(d), int(s.figure), int(s.top+height+counts+below), f.table(d))
}

func (f DependenceScatter) dependence() (d dependence, err error) {
	if d.features, err = featuresOf(f.Explanation, f.Samples, f.Input); err != nil {
		return d, err
	}
	if d.columns == nil {
		return d, fmt.Errorf("no samples: what the feature is in each example is in Samples; give those that were explained")
	}
	find := func(name, field string) int {
		at := slices.IndexFunc(d.columns, func(c record.Column) bool { return c.Name == name })
		if at < 0 {
			var names []string
			for _, c := range d.columns {
				names = append(names, c.Name)
			}
			err = fmt.Errorf("%s is %q, want one of %.500q", field, name, names)
		}
		return at
	}
	if d.of = find(f.Feature, "Feature"); err != nil {
		return d, err
	}
	if f.Color != "" && f.NoColor {
		return d, fmt.Errorf("Color is %q, but NoColor is set", f.Color)
	}
	column := d.columns[d.of]
	for at, i := range d.rows {
		if column.Known(i) {
			d.at, d.x, d.y = append(d.at, at), append(d.x, column.Values[i]), append(d.y, d.values[at][d.of])
		}
	}
	if len(d.at) == 0 {
		return d, fmt.Errorf("%q is missing in all examples", f.Feature)
	}
	switch {
	case f.NoColor:
		d.by = -1
	case f.Color != "":
		d.by = find(f.Color, "Color")
		if err != nil {
			return d, err
		}
		d.share = d.interaction(d.by)
	default:
		d.by = -1
		d.share = 0.05 // as much as that
		for j := range d.columns {
			if share := d.interaction(j); j != d.of && share > d.share {
				d.by, d.share = j, share
			}
		}
	}
	if d.by < 0 {
		return d, nil
	}
	c := d.columns[d.by]
	if len(c.Categories) > len(forecastColors) {
		return d, fmt.Errorf("Color %q has %d categories: %d can be told apart by colours", f.Color, len(c.Categories), len(forecastColors))
	}
	rows := make([]int, len(d.at))
	for k, at := range d.at {
		rows[k] = d.rows[at]
	}
	d.tones = tonesOf(c, rows)
	return d, nil
}

func (f DependenceScatter) subtitle(d dependence, counted bool) string {
	text := fmt.Sprintf("%d %s, %s, explained: %s", len(d.at), plural(len(d.at), "example", "examples"), orElse(clean(f.Explanation.Method), "values"), d.explained())
	if missing := len(d.rows) - len(d.at); missing > 0 {
		text += fmt.Sprintf("; %d more where the feature is missing", missing)
	}
	switch {
	case d.by >= 0:
		text += fmt.Sprintf("; colour: %s, which explains %s of what the feature leaves open", d.names[d.by], percent(d.share))
	case !f.NoColor:
		text += "; no colour, as no other feature explains what this one leaves open"
	}
	if counted {
		text += "; too many for dots: counted in cells, a larger dot is more of them, its colour their mean"
		if d.words() != nil {
			text = strings.TrimSuffix(text, "their mean") + "that of the most"
		}
	}
	if d.stdErr != nil {
		text += "; " + map[bool]string{true: "whiskers", false: "whisker at 0, on the left"}[len(d.at) <= mostWhiskers] + ": two standard errors"
	}
	return text + d.unfinished() + d.unconverged() + "."
}

func (f DependenceScatter) alt(d dependence) string {
	text := fmt.Sprintf("What %s contributed in %d %s", d.names[d.of], len(d.at), plural(len(d.at), "example", "examples"))
	if d.columns[d.of].Categories == nil {
		text += fmt.Sprintf(", against its value from %s to %s; their correlation is %s", number(slices.Min(d.x)), number(slices.Max(d.x)), short(correlated(d.x, d.y)))
	}
	if d.by >= 0 {
		text += fmt.Sprintf(". Coloured by %s, which explains %s of what is left open", d.names[d.by], percent(d.share))
	}
	return text + "."
}

// table sums the dots up: for each word, or for each tenth of the examples by the feature.
func (f DependenceScatter) table(d dependence) Table {
	t := Table{Columns: []string{"The feature", "Examples", "Mean value", "Smallest", "Largest", "Standard deviation"}}
	put := func(name string, y []float64) {
		mean, deviation := spread(y)
		t.Rows = append(t.Rows, []string{name, strconv.Itoa(len(y)), number(mean), number(slices.Min(y)), number(slices.Max(y)), number(deviation)})
	}
	for _, part := range d.parts() {
		var y []float64
		for _, k := range part {
			y = append(y, d.y[k])
		}
		first, last := d.cell(d.at[part[0]], d.of), d.cell(d.at[part[len(part)-1]], d.of)
		if first != last {
			first += " to " + last
		}
		put(first, y)
	}
	return t
}

// parts are the dots by word, or in ten groups from the smallest to the greatest, of which none divides equal numbers.
func (d dependence) parts() (all [][]int) {
	order := indices(len(d.x))
	slices.SortStableFunc(order, func(a, b int) int { return ascending(d.x[a], d.x[b]) })
	least := (len(order) + 9) / 10
	if d.columns[d.of].Categories != nil {
		least = 1
	}
	for from := 0; from < len(order); {
		to := min(from+least, len(order))
		for to < len(order) && d.x[order[to]] == d.x[order[to-1]] {
			to++
		}
		all = append(all, order[from:to])
		from = to
	}
	return all
}
