package viz

import "math"

// bars are horizontal bars under one another, each with its name on the left and what is to be said of it on the right.
type bars struct {
	names  []rowName
	values []float64
	colors []string
	low    []float64 // of the whiskers; nil for none
	high   []float64
	notes  []string             // on the right
	lines  func(i int) []string // what is said of a bar that is pointed at

	// beside are the names of bars that stand together under each name, each set with a colour of its own. values and all else are then of the
	// first name's bars, of the second's and so on. nil means one bar a name.
	beside []string
}

const barRow = 26.0

// besideRow is the height of a bar beside others.
const besideRow = 16.0

// draw draws the bars from y on and returns where they end. The axis is given without its place.
func (b bars) draw(p *plot, y, width float64, axis map[string]any) float64 {
	left := namesWidth(b.names, 0.4*width)
	right := longest(b.notes, 12)*1.1 + 34
	each, row, gap := max(1, len(b.beside)), heightOf(b.names, barRow, left), 0
	if each > 1 {
		row, gap = besideRow, 1
	}
	slots := len(b.names)*(each+gap) - gap // of the axis: one a bar, and an empty one after each name's
	height := row * float64(slots)
	axis["type"] = "value"
	axis["axisLabel"] = map[string]any{"color": ink, "hideOverlap": true}
	axis["splitLine"] = map[string]any{"lineStyle": map[string]any{"color": "#e6e9ec"}}
	axis["nameLocation"], axis["nameGap"], axis["nameTextStyle"] = "middle", 26, map[string]any{"color": faint}
	for i, name := range b.names {
		p.rowName(name, left, y+row*(float64(i*(each+gap))+float64(each)/2))
	}
	panel := p.panel(left, y, width-left-right, height, "item", axis, nameAxis(make([]string, slots), nameSize, map[string]any{"inverse": true}))
	slot := func(i int) int { return i/each*(each+gap) + i%each }
	for set := range each {
		data := make([]any, slots)
		var whiskers []any
		for i := set; i < len(b.values); i += each {
			data[slot(i)] = map[string]any{"value": round(b.values[i]), "itemStyle": map[string]any{"color": b.colors[i]}, "tooltip": tooltip(b.lines(i)...)}
			if b.low != nil && !math.IsNaN(b.low[i]) {
				whiskers = append(whiskers, []any{slot(i), round(b.low[i]), round(b.high[i])})
			}
		}
		bar := map[string]any{"type": "bar", "data": data, "barWidth": "62%"}
		if each > 1 {
			bar["name"], bar["barWidth"], bar["barGap"], bar["itemStyle"] = b.beside[set], "86%", "-100%", map[string]any{"color": b.colors[set]}
		}
		p.draw(panel, bar)
		if whiskers != nil {
			errors := map[string]any{"type": "custom", "renderItem": "errorBar", "itemPayload": map[string]any{"horizontal": true, "cap": 8}, "data": whiskers,
				"encode": map[string]any{"x": []int{1, 2}, "y": 0}, "itemStyle": map[string]any{"color": ink}, "silent": true, "z": 5, "tooltip": map[string]any{"show": false}}
			if each > 1 {
				errors["name"] = b.beside[set] // goes with its bars where the legend hides them
			}
			p.draw(panel, errors)
		}
	}
	for i, note := range b.notes {
		p.text(width-right+18, y+row*(float64(slot(i))+0.5), note, font{})
	}
	return y + height
}
