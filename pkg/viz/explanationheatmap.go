package viz

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/vitrine-ml/vitrine/pkg/record"
)

// Order says how examples are arranged beside one another.
type Order int

// The orders there are.
const (
	ByOutput     Order = iota // from the smallest output to the greatest
	BySimilarity              // examples with like values together: complete linkage of the squared distances between their values
	AsGiven                   // as they are in the explanation
)

// ExplanationHeatmap shows the values of many examples at once: a column an example, a row a feature, the strongest on top; orange speaks for the output and blue against
// it. Above is the output, f(x), of each. Where examples have no room for a column each, neighbours share one, with the mean of their values.
// Where values have standard errors, cells smaller than two of them have a dot.
type ExplanationHeatmap struct {
	Explanation *record.Explanation
	Samples     record.Samples // the examples' names; may be the zero value
	Order       Order          // of the examples; the default is by their outputs
	Clip        float64        // percentile of the absolute values that gets the strongest colour, as do all beyond; 0 means 99
	Input       string         // which attributed input; "" means the only one with features
	Top         int            // so many features of the greatest mean |value|, the others added up in one row; 0 means 10
	Title       string         // "" means "What decides, example by example"
	Width       int            // of the figure in pixels; 0 means 820
}

// mostColumns are as many as a heat map of examples has.
const mostColumns = 200

// Draw implements Figure.
func (f ExplanationHeatmap) Draw() (*Chart, error) {
	c, err := f.draw()
	if err != nil {
		return nil, fmt.Errorf("viz: explanation heat map: %w", err)
	}
	return c, nil
}

func (f ExplanationHeatmap) draw() (*Chart, error) {
	all, err := featuresOf(f.Explanation, f.Samples, f.Input)
	if err != nil {
		return nil, err
	}
	lanes, err := all.lanes(f.Top)
	if err != nil {
		return nil, err
	}
	order, how, err := f.order(all)
	if err != nil {
		return nil, err
	}
	clip := f.Clip
	if clip == 0 {
		clip = 99
	}
	n := len(order)
	subtitle := fmt.Sprintf("%d %s, %s, explained: %s", n, plural(n, "example", "examples"), orElse(clean(f.Explanation.Method), "values"), all.explained())
	most := min(mostColumns, max(widthOr(f.Width), narrowest)/4)
	each := (n + most - 1) / most
	columns := (n + each - 1) / each
	if each > 1 {
		subtitle += fmt.Sprintf("; %d columns, each the mean of %d neighbours", columns, each)
	}
	if all.stdErr != nil {
		subtitle += "; dotted: within two standard errors of 0"
	}
	subtitle += all.unfinished() + all.unconverged() + "."
	s, err := newStage(f.Width, orElse(f.Title, "What decides, example by example"), subtitle)
	if err != nil {
		return nil, err
	}
	heat := column{name: "heat"}
	notes, names := make([]string, len(lanes)), make([]rowName, len(lanes))
	type cell struct{ value, stdErr float64 }
	cells := make([][]cell, len(lanes))
	outputs := make([]float64, columns)
	for k, l := range lanes {
		names[k].name = l.name
		strength, row := 0.0, make([]cell, columns)
		values := make([]float64, columns)
		for c := range columns {
			group := order[c*each : min(n, (c+1)*each)]
			squares := 0.0
			for _, at := range group {
				v := all.sum(at, l)
				strength += math.Abs(v) / float64(n)
				row[c].value += v / float64(len(group))
				if e, known := all.errorOf(at, l); known {
					squares += e * e
				} else {
					squares = math.NaN()
				}
				if k == 0 {
					outputs[c] += all.why.Output[all.rows[at]] / float64(len(group))
				}
			}
			row[c].stdErr = math.Sqrt(squares) / float64(len(group))
			values[c] = row[c].value
		}
		cells[k], notes[k] = row, digits(strength, 2)
		heat.values = append(heat.values, values)
	}
	one := []column{heat}
	if err := setLimits(one, PerMethod, clip); err != nil {
		return nil, err
	}
	limit := one[0].limit
	s.scaleBar(14, s.top-6, 140, limit)
	const line, row = 62.0, 24.0
	top := s.top + 30
	s.top = top + line + 14
	s.frameRows(names, row, "mean |value|", notes)
	s.outputs(outputs, top, line)
	var heatCells, dots []any
	for k := range lanes {
		for c, cell := range cells[k] {
			heatCells = append(heatCells, []any{c, k, round(cell.value), names[k].name})
			if math.Abs(cell.value) < 2*cell.stdErr {
				dots = append(dots, []any{c, k})
			}
		}
	}
	labels := make([]string, columns)
	for c := range labels {
		first, last := all.caption(order[c*each]).name, all.caption(order[min(n, (c+1)*each)-1]).name
		labels[c] = "example " + first
		if first != last {
			labels[c] = "examples " + first + " to " + last
		}
	}
	panel := s.plot.panel(s.left, s.top, s.width, s.height, "item", hiddenNames(labels, false), hiddenNames(make([]string, len(names)), true))
	s.heat(panel, "attribution", heatCells, limit, 1)
	series := s.series[len(s.series)-1].(map[string]any)
	series["itemStyle"] = map[string]any{}
	series["encode"] = map[string]any{"x": 0, "y": 1, "value": 2, "tooltip": []int{3, 2}}
	series["dimensions"] = []any{"column", "row", "attribution", map[string]any{"name": "feature", "type": "ordinal"}}
	if dots != nil {
		s.draw(panel, map[string]any{"type": "scatter", "data": dots, "symbolSize": min(3, s.width/float64(columns)), "large": true, "largeThreshold": 0, "silent": true, "itemStyle": map[string]any{"color": faint, "opacity": 1}, "tooltip": map[string]any{"show": false}})
	}
	s.text(s.left+s.width/2, s.top+s.height+16, "examples, "+how, font{Align: "center", Color: faint})
	return s.chart(s.title, s.subtitle, f.alt(all, lanes, how), int(s.figure), int(s.top+s.height+40), f.table(all, lanes))
}

// order arranges the shown examples, and says how.
func (f ExplanationHeatmap) order(all features) ([]int, string, error) {
	outputs := make([]float64, len(all.rows))
	for at, i := range all.rows {
		outputs[at] = all.why.Output[i]
	}
	switch f.Order {
	case ByOutput:
		order := descending(outputs)
		slices.Reverse(order)
		return order, "in the order of their outputs", nil
	case BySimilarity:
		if n := len(all.rows); n > mostCompared {
			return nil, "", fmt.Errorf("Order BySimilarity compares all pairs of examples, and takes %d at most; there are %d", mostCompared, n)
		}
		return similar(all.values), "alike ones together", nil
	case AsGiven:
		return indices(len(all.rows)), "as given", nil
	}
	return nil, "", fmt.Errorf("unknown Order %d: choose viz.ByOutput, viz.BySimilarity or viz.AsGiven", f.Order)
}

// outputs draws f(x) of each column as a line, from y on.
func (s *stage) outputs(outputs []float64, y, height float64) {
	low, high, _ := niceRange(slices.Min(outputs), slices.Max(outputs), 4)
	panel := s.plot.panel(s.left, y, s.width, height, "axis", hiddenNames(make([]string, len(outputs)), false),
		map[string]any{"type": "value", "min": low, "max": high, "interval": high - low, "axisLabel": map[string]any{"color": ink, "fontSize": 11}, "splitLine": map[string]any{"lineStyle": map[string]any{"color": hairline}}})
	s.text(s.left-10, y+height/2, "f(x)", font{Align: "right"})
	data := make([]any, len(outputs))
	for c, v := range outputs {
		data[c] = round(v)
	}
	s.draw(panel, map[string]any{"type": "line", "name": "f(x)", "data": data, "showSymbol": len(data) == 1, "symbol": "circle", "lineStyle": map[string]any{"color": ink, "width": 1.6}, "itemStyle": map[string]any{"color": ink}})
}

// hiddenNames is an axis of names that only show where they are pointed at.
func hiddenNames(names []string, inverse bool) map[string]any {
	return map[string]any{"type": "category", "data": names, "show": false, "inverse": inverse}
}

func (f ExplanationHeatmap) alt(all features, lanes []lane, how string) string {
	var names []string
	for _, l := range lanes[:min(3, len(lanes))] {
		names = append(names, l.name)
	}
	return fmt.Sprintf("The values of %d features in %d %s, %s. The strongest features: %s.", len(all.names), len(all.rows), plural(len(all.rows), "example", "examples"), how, strings.Join(names, ", "))
}

// table sums each row up.
func (f ExplanationHeatmap) table(all features, lanes []lane) Table {
	t := Table{Columns: []string{"Feature", "Mean |value|", "Mean", "Smallest", "Largest", "Above zero in", "Below zero in", "Within two standard errors of 0 in"}}
	for _, l := range lanes {
		var values, sizes []float64
		above, below, within := 0, 0, 0
		for at := range all.rows {
			v := all.sum(at, l)
			values, sizes = append(values, v), append(sizes, math.Abs(v))
			if v > 0 {
				above++
			}
			if v < 0 {
				below++
			}
			if e, known := all.errorOf(at, l); known && math.Abs(v) < 2*e {
				within++
			}
		}
		mean, _ := spread(values)
		strength, _ := spread(sizes)
		count := "–"
		if all.stdErr != nil && len(l.of) == 1 {
			count = fmt.Sprint(within)
		}
		t.Rows = append(t.Rows, []string{l.name, number(strength), number(mean), number(slices.Min(values)), number(slices.Max(values)), fmt.Sprint(above), fmt.Sprint(below), count})
	}
	return t
}
