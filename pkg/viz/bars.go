package viz

// bars are horizontal bars under one another, each with its name on the left and what is to be said of it on the right.
type bars struct {
	names  []string
	values []float64
	colors []string
	low    []float64 // of the whiskers; nil for none
	high   []float64
	notes  []string             // on the right
	lines  func(i int) []string // what is said of a bar that is pointed at
}

const barRow = 26.0

// draw draws the bars from y on and returns where they end. The axis is given without its place.
func (b bars) draw(p *plot, y, width float64, axis map[string]any) float64 {
	left := min(longest(b.names, 12)*1.1, 0.3*width) + 28
	right := longest(b.notes, 12)*1.1 + 34
	height := barRow * float64(len(b.names))
	axis["type"] = "value"
	axis["axisLabel"] = map[string]any{"color": ink, "hideOverlap": true}
	axis["splitLine"] = map[string]any{"lineStyle": map[string]any{"color": "#e6e9ec"}}
	axis["nameLocation"], axis["nameGap"], axis["nameTextStyle"] = "middle", 26, map[string]any{"color": faint}
	names := nameAxis(cleaned(b.names, 12, left-20), 12, map[string]any{"inverse": true})
	panel := p.panel(left, y, width-left-right, height, "item", axis, names)
	data := make([]any, len(b.values))
	for i, v := range b.values {
		data[i] = map[string]any{"value": round(v), "itemStyle": map[string]any{"color": b.colors[i]}, "tooltip": tooltip(b.lines(i)...)}
	}
	p.draw(panel, map[string]any{"type": "bar", "data": data, "barWidth": "62%"})
	if b.low != nil {
		whiskers := make([]any, len(b.values))
		for i := range b.values {
			whiskers[i] = []any{i, round(b.low[i]), round(b.high[i])}
		}
		p.draw(panel, map[string]any{"type": "custom", "renderItem": "errorBar", "itemPayload": map[string]any{"horizontal": true, "cap": 8}, "data": whiskers,
			"encode": map[string]any{"x": []int{1, 2}, "y": 0}, "itemStyle": map[string]any{"color": ink}, "silent": true, "z": 5, "tooltip": map[string]any{"show": false}})
	}
	for i, note := range b.notes {
		p.text(width-right+18, y+barRow*(float64(i)+0.5), note, font{})
	}
	return y + height
}
