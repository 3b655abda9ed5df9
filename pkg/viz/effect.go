package viz

import (
	"fmt"
	"math"
	"slices"
	"strconv"

	"github.com/vitrine-ml/vitrine/pkg/record"
)

// effect is what an output does as a feature's value changes: a curve over its points, with its error.
type effect struct {
	feature string // with its unit
	points  []float64
	values  []float64
	stdErr  []float64 // nil where it is not known
	lines   func(i int) []string
}

// Measures of a figure of an effect, in pixels.
const (
	effectLeft   = 66.0
	effectRight  = 24.0
	effectHeight = 250.0
	effectLow    = 46.0 // of the panel beneath, with where the data are
	bandName     = "± 2 standard errors"
)

// panels are the one of the curve and, right below, a low one that has the axis of the feature; where says what is in that, left of it.
func (e effect) panels(p *plot, y, width, low float64, output, where string) (curve, below int, end float64) {
	x := func(labels bool) map[string]any {
		axis := map[string]any{"type": "value", "min": e.at(e.points[0]), "max": e.at(e.points[len(e.points)-1]), "axisLabel": map[string]any{"show": labels, "color": ink, "hideOverlap": true},
			"axisTick": map[string]any{"show": labels}, "axisLine": map[string]any{"show": labels, "onZero": false, "lineStyle": map[string]any{"color": faint}}, "splitLine": map[string]any{"show": false}}
		if labels {
			axis["name"], axis["nameLocation"], axis["nameGap"], axis["nameTextStyle"] = fit(e.feature, 12, width-effectLeft), "middle", 26, map[string]any{"color": faint}
		}
		return axis
	}
	inner := width - effectLeft - effectRight
	curve = p.panel(effectLeft, y, inner, effectHeight, "item", x(false), map[string]any{"type": "value", "scale": true, "name": fit(output, 12, inner),
		"nameTextStyle": map[string]any{"align": "left", "color": faint}, "axisLabel": map[string]any{"color": ink}, "splitLine": map[string]any{"lineStyle": map[string]any{"color": "#e6e9ec"}}})
	y += effectHeight + 10
	if where == "" {
		y += 14 // for what stands above
	}
	below = p.panel(effectLeft, y, inner, low, "item", x(true), map[string]any{"type": "value", "min": 0, "splitNumber": 1,
		"axisTick": map[string]any{"show": false}, "axisLabel": map[string]any{"show": false}, "splitLine": map[string]any{"show": false}})
	if where != "" {
		p.text(effectLeft-8, y+low/2, where, font{Size: 11, Color: faint, Align: "right"})
	}
	return curve, below, y + low + 44
}

// at is a place on the feature's axis, to a ten-thousandth of the points' range or finer: months that a net reads as 32 bits are 4.0000004.
func (e effect) at(x float64) float64 {
	finest := 4 - int(math.Floor(math.Log10(e.points[len(e.points)-1]-e.points[0])))
	x, _ = strconv.ParseFloat(strconv.FormatFloat(x, 'f', max(0, finest), 64), 64)
	return x
}

// draw draws the curve, with the band of its error beneath, and 0 if that is where it begins or what it is about.
func (e effect) draw(p *plot, panel int, name string, zero bool) {
	if e.stdErr != nil { // two lines, one on the other; what is between them is filled
		low, between := make([]any, len(e.points)), make([]any, len(e.points))
		for i, x := range e.points {
			low[i], between[i] = []any{e.at(x), round(e.values[i] - 2*e.stdErr[i])}, []any{e.at(x), round(4 * e.stdErr[i])}
		}
		band := func(data []any) map[string]any {
			return map[string]any{"type": "line", "name": bandName, "data": data, "stack": "band", "stackStrategy": "all", "symbol": "none", "silent": true,
				"lineStyle": map[string]any{"opacity": 0}, "itemStyle": map[string]any{"color": css(diverging[3])}, "z": 1}
		}
		top := band(between)
		top["areaStyle"] = map[string]any{"color": css(diverging[3]), "opacity": 0.45}
		p.draw(panel, band(low))
		p.draw(panel, top)
	}
	data := make([]any, len(e.points))
	for i, x := range e.points {
		data[i] = map[string]any{"value": []any{e.at(x), round(e.values[i])}, "tooltip": tooltip(e.lines(i)...)}
	}
	line := map[string]any{"type": "line", "name": name, "data": data, "symbol": "circle", "symbolSize": 7, "z": 5, "lineStyle": map[string]any{"color": css(diverging[0]), "width": 2.5},
		"itemStyle": map[string]any{"color": css(diverging[0])}}
	if len(e.points) > 40 {
		line["symbolSize"] = 3
	}
	if zero {
		line["markLine"] = map[string]any{"silent": true, "symbol": "none", "label": map[string]any{"show": false}, "lineStyle": map[string]any{"color": faint, "type": "dashed", "width": 1},
			"data": []any{map[string]any{"yAxis": 0}}}
	}
	p.draw(panel, line)
}

// bars are the effect of categories, which have no order: a bar each, with whiskers of two standard errors.
func (e effect) bars(names, notes []string) bars {
	b := bars{names: rowNames(names), values: e.values, notes: make([]string, len(names)), lines: e.lines}
	for i, v := range e.values {
		color := css(diverging[1])
		if v > 0 {
			color = css(diverging[9])
		}
		b.colors, b.notes[i] = append(b.colors, color), digits(v, 3)
		if e.stdErr != nil {
			b.low, b.high = append(b.low, v-2*e.stdErr[i]), append(b.high, v+2*e.stdErr[i])
			b.notes[i] += " ± " + short(2*e.stdErr[i])
		}
		b.notes[i] += notes[i]
	}
	return b
}

// withError writes a value with two of its standard errors.
func (e effect) withError(i int) string {
	if e.stdErr == nil {
		return digits(e.values[i], 3)
	}
	return digits(e.values[i], 3) + " ± " + short(2*e.stdErr[i])
}

// courseOf says in words where the effect begins, ends and is greatest and smallest; name names a point.
func (e effect) courseOf(name func(i int) string) string {
	low, high := 0, 0
	for i, v := range e.values {
		if v < e.values[low] {
			low = i
		}
		if v > e.values[high] {
			high = i
		}
	}
	return fmt.Sprintf("the smallest is %s at %s, the greatest %s at %s", digits(e.values[low], 3), name(low), digits(e.values[high], 3), name(high))
}

// namedFeature is a feature's name with its unit.
func namedFeature(name, unit string) string {
	if clean(unit) == "" {
		return visible(name)
	}
	return visible(name) + ", " + clean(unit)
}

// pointName writes a point, or the category that it stands for.
func pointName(point float64, categories []string) string {
	if categories != nil {
		return visible(categories[int(point)])
	}
	return number(point)
}

// rug are some of the values of a feature that lie between its points, evenly by rank so that they stand as closely as all do, and how many lie outside.
func (e effect) rug(observed []float64, most int) (shown []float64, outside int) {
	for _, v := range observed {
		if v < e.points[0] || v > e.points[len(e.points)-1] {
			outside++
			continue
		}
		shown = append(shown, v)
	}
	slices.Sort(shown)
	if len(shown) > most {
		few := make([]float64, most)
		for i := range few {
			few[i] = shown[i*(len(shown)-1)/(most-1)]
		}
		shown = few
	}
	return shown, outside
}

func counted(n int) string { return " (" + strconv.Itoa(n) + ")" }

// outputName is what was explained, in words: a class by its name where that is known.
func outputName(t record.Target, classes []string) string {
	if len(t.Classes) == 0 && t.Asked != "" {
		return orElse(clean(t.Output), "output") + ", " + clean(t.Asked)
	}
	return explained(t, classes)
}

// extent are the smallest and the greatest of some numbers.
func extent(values []float64) (low, high float64) {
	low, high = math.Inf(1), math.Inf(-1)
	for _, v := range values {
		low, high = min(low, v), max(high, v)
	}
	return low, high
}
