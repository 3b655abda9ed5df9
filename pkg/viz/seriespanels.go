package viz

import (
	"slices"

	"github.com/vitrine-ml/vitrine/pkg/record"
)

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
