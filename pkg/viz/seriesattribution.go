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

// ticks are the positions of some of the steps: few enough to be read, the last one of the past among them.
func ticks(names []string) []int {
	every := 1
	for _, n := range []int{2, 3, 6, 12, 24, 48, 96, 168, 336, 672} {
		if len(names)/every > 14 {
			every = n
		}
	}
	now := slices.Index(names, "0")
	var at []int
	for t := now % every; t < len(names); t += every {
		at = append(at, t)
	}
	return at
}

// timeAxis is an axis of steps, with names if it is the lowest of several.
func (f SeriesAttribution) timeAxis(names []string, lowest bool) map[string]any {
	axis := map[string]any{"type": "category", "data": names, "axisTick": map[string]any{"show": lowest, "customValues": f.ticks(names)}, "axisLine": map[string]any{"show": lowest, "onZero": false, "lineStyle": map[string]any{"color": faint}},
		"axisLabel": map[string]any{"show": lowest, "color": ink, "customValues": f.ticks(names)}, "axisPointer": map[string]any{"type": "line"}}
	if lowest {
		axis["name"], axis["nameLocation"], axis["nameGap"] = f.timeName(), "middle", 24
		axis["nameTextStyle"] = map[string]any{"color": faint}
	}
	return axis
}

// example draws one example from y on and returns where the next one begins.
func (f SeriesAttribution) example(p *plot, columns []column, i int, left, y, width float64, first bool) float64 {
	s, features := f.Samples, f.features()
	past, n := s.Inputs.Shape[1], len(features)
	ahead := 0
	for _, line := range f.ahead() {
		if len(line.values.Shape) > 0 {
			ahead = line.values.Shape[1]
		}
	}
	names := f.steps(ahead)
	quantity := orElse(clean(f.Quantity), features[f.Feature])
	if f.classified() && f.Quantity == "" && f.Features == nil && n == 1 {
		quantity = orElse(clean(s.Inputs.Name), quantity)
	}
	p.text(16, y, headFont.fit(f.headOf(i, quantity), width), headFont)
	y += 16

	panel := p.panel(left, y, width, seriesHeight, "axis", f.timeAxis(names, false), map[string]any{"type": "value", "scale": true, "splitNumber": 3,
		"axisLabel": map[string]any{"color": ink}, "splitLine": map[string]any{"lineStyle": map[string]any{"color": "#e6e9ec"}}})
	history := make([]any, past)
	for t := range past {
		history[t] = round(s.Inputs.Row(i)[t*n+f.Feature])
	}
	line := map[string]any{"type": "line", "name": "past", "data": history, "showSymbol": false, "symbol": "none", "lineStyle": map[string]any{"color": ink, "width": 2},
		"itemStyle": map[string]any{"color": ink}, "markLine": map[string]any{"silent": true, "symbol": "none", "label": map[string]any{"show": false},
			"lineStyle": map[string]any{"color": faint, "type": "solid", "width": 1}, "data": []any{map[string]any{"xAxis": past - 1}}}}
	legend := []string{"past"}
	if f.classified() {
		line["name"], legend[0] = quantity, quantity
		delete(line, "markLine")
	}
	if f.together > 1 {
		line["lineStyle"] = map[string]any{"color": ink, "width": 1}
	}
	p.draw(panel, line)
	for _, line := range f.ahead() {
		if len(line.values.Shape) == 0 {
			continue
		}
		legend = append(legend, line.name)
		var data []any // with their places, so that pointing at the past does not tell of gaps
		for t, v := range line.values.Row(i) {
			data = append(data, []any{past + t, round(v)})
		}
		p.draw(panel, map[string]any{"type": "line", "name": line.name, "data": data, "showSymbol": ahead == 1, "symbol": "circle",
			"lineStyle": map[string]any{"color": line.color, "width": 2, "type": line.dash}, "itemStyle": map[string]any{"color": line.color}})
	}
	if first && (!f.classified() || len(legend) > 1) {
		p.legend = legend
	}
	y += seriesHeight + 18
	for k, c := range columns {
		if k > 0 {
			y += 20
		}
		y = f.band(p, c, i, names, left, y, width, k == len(columns)-1)
	}
	return y + 62
}

// band draws one method's values from y on and returns where it ends.
func (f SeriesAttribution) band(p *plot, c column, i int, names []string, left, y, width float64, lowest bool) float64 {
	features, past, values := f.features(), f.Samples.Inputs.Shape[1], c.values[i]
	small := font{Size: 11, Color: faint}
	if c.why.Status[i] != record.OK {
		small.Color = alarm
	}
	bold := font{Bold: true}
	name := fit(c.name, 12, width/3)
	p.text(left, y, name, bold)
	after := left + textWidth(name, 12)*boldWidth + 10
	room := left + width - after
	if len(features) > 1 {
		room -= 130
	}
	p.text(after, y, small.fit(c.says(f.Samples, i), room), small)
	axis := f.timeAxis(names, lowest)
	if len(features) == 1 {
		y += 12
		tick := font{Size: 10.5, Color: faint, Align: "right"}
		p.text(left-6, y+4, "+"+short(c.limit), tick)
		p.text(left-6, y+barsHeight/2, "0", tick)
		p.text(left-6, y+barsHeight-4, short(-c.limit), tick)
		panel := p.panel(left, y, width, barsHeight, "axis", axis, map[string]any{"type": "value", "min": -c.limit, "max": c.limit, "interval": c.limit,
			"axisLabel": map[string]any{"show": false}, "splitLine": map[string]any{"lineStyle": map[string]any{"color": "#e6e9ec"}}})
		bars := make([]any, past)
		for t, v := range values {
			color := css(diverging[1])
			if v > 0 {
				color = css(diverging[9])
			}
			bars[t] = map[string]any{"value": round(v), "itemStyle": map[string]any{"color": color}}
		}
		p.draw(panel, map[string]any{"type": "bar", "name": c.name, "data": bars, "barCategoryGap": "12%", "clip": true})
		return y + barsHeight
	}
	p.scaleBar(left+width-110, y-9, 110, c.limit)
	y += 18
	height := bandRow * float64(len(features))
	panel := p.panel(left, y, width, height, "item", axis, nameAxis(cleaned(features, 11.5, left-20), 11.5, map[string]any{"inverse": true}))
	var cells []any
	for t := range past {
		for j, feature := range features {
			cells = append(cells, heatCell(t, j, values[t*len(features)+j], names[t]+", "+feature))
		}
	}
	p.heat(panel, c.name, cells, c.limit, 1)
	series := p.series[len(p.series)-1].(map[string]any)
	series["itemStyle"] = map[string]any{"borderWidth": 0}
	return y + height
}

// alt says in words what the figure shows.
func (f SeriesAttribution) alt(shown []column, rows []int) string {
	var names []string
	for _, c := range shown {
		names = append(names, c.name)
	}
	var errors []string
	if len(f.Truth.Shape) > 0 {
		for _, line := range f.ahead()[1:] {
			if len(line.values.Shape) > 0 {
				errors = append(errors, fmt.Sprintf("of the %s %s", line.name, number(meanAbsoluteError(line.values, f.Truth, rows))))
			}
		}
	}
	mae := ""
	if len(errors) > 0 {
		mae = "; mean absolute error " + strings.Join(errors, ", ")
	}
	of := " of the past"
	if f.classified() {
		of = ""
	}
	return fmt.Sprintf("%d %s of %s with %d steps%s, each with the values of its steps by %s%s%s.", len(rows), plural(len(rows), "series", "series"),
		orElse(clean(f.Samples.Dataset), "a dataset"), f.Samples.Inputs.Shape[1], of, strings.Join(names, ", "), mae, unreliable(shown, "panels"))
}

func meanAbsoluteError(a, b record.Array, rows []int) float64 {
	total, n := 0.0, 0
	for _, i := range rows {
		for t, v := range a.Row(i) {
			total += math.Abs(v - b.Row(i)[t])
			n++
		}
	}
	return total / float64(n)
}

// table holds the strongest steps beside the numbers of all attributions.
func (f SeriesAttribution) table(columns []column, rows []int) Table {
	t := Table{Group: 1, Columns: []string{"Example", "Method", "Output", "Base", "Smallest value", "Largest value", "Sum of values", "Residual", "Status", "Strongest steps"}}
	features, names := f.features(), f.steps(0)
	for _, i := range rows {
		for _, c := range columns {
			if c.why.Status[i] != record.OK {
				t.Marked = append(t.Marked, len(t.Rows))
			}
			n := c.numbers(f.Samples, i)
			row := append([]string{captionOf(f.Samples, i).name, n[0]}, n[2:]...)
			t.Rows = append(t.Rows, append(row, strongest(c.values[i], 5, func(j int) string {
				step := "step " + names[j/len(features)]
				if len(features) > 1 {
					step += " of " + features[j%len(features)]
				}
				return step + ":"
			})))
		}
	}
	return t
}
