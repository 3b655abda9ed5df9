package viz

import (
	"encoding/json"
	"fmt"
	"math"
)

// plot is a sheet with panels: systems of coordinates, each at a place of its own, that series are drawn in.
type plot struct {
	sheet
	grids, xAxes, yAxes, series, scales []any

	legend []string // names of the series to explain; nil for no legend
	zoom   int      // the first panel's x axis can be zoomed, and begins with so many of its steps in view; 0: it cannot
}

// panel adds a system of coordinates at a place in pixels and returns its number.
func (p *plot) panel(x, y, width, height float64, trigger string, xAxis, yAxis map[string]any) int {
	i := len(p.grids)
	p.grids = append(p.grids, map[string]any{"left": x, "top": y, "width": width, "height": height, "outerBoundsMode": "none",
		"tooltip": map[string]any{"trigger": trigger}})
	xAxis["gridIndex"], yAxis["gridIndex"] = i, i
	p.xAxes, p.yAxes = append(p.xAxes, xAxis), append(p.yAxes, yAxis)
	return i
}

// draw adds a series to a panel.
func (p *plot) draw(panel int, series map[string]any) {
	series["xAxisIndex"], series["yAxisIndex"] = panel, panel
	p.series = append(p.series, series)
}

// heat draws cells {x, y, value} in the colours of signed values; reach is the share of the colours that is used.
func (p *plot) heat(panel int, name string, cells []any, limit, reach float64) {
	colors := make([]string, legendSteps)
	for i := range colors {
		colors[i] = css(signed(reach * legendAt(i)))
	}
	p.scales = append(p.scales, map[string]any{"type": "continuous", "show": false, "min": -limit, "max": limit, "dimension": 2, "seriesIndex": len(p.series),
		"inRange": map[string]any{"color": colors}})
	p.draw(panel, map[string]any{"type": "heatmap", "name": name, "data": cells, "encode": map[string]any{"x": 0, "y": 1, "value": 2, "tooltip": []int{2}},
		"itemStyle": map[string]any{"borderColor": hairline, "borderWidth": 0.5},
		"emphasis":  map[string]any{"itemStyle": map[string]any{"borderColor": ink, "borderWidth": 1.5}}})
}

// heatCell is one cell of a heat map, with what it is called when it is pointed at.
func heatCell(x, y int, value float64, name string) any {
	return map[string]any{"value": []any{x, y, round(value)}, "name": name}
}

// chart makes a chart of the plot.
func (p *plot) chart(title, subtitle, alt string, width, height int, table Table) (*Chart, error) {
	c, err := p.sheet.chart(title, subtitle, alt, width, height, table)
	if err != nil {
		return nil, err
	}
	o := c.Option
	o["grid"], o["xAxis"], o["yAxis"], o["series"] = p.grids, p.xAxes, p.yAxes, p.series
	if len(p.scales) > 0 {
		o["visualMap"] = p.scales
	}
	if p.legend != nil {
		o["legend"] = map[string]any{"data": p.legend, "top": 12, "right": 20, "itemWidth": 30, "textStyle": map[string]any{"color": ink}, "selectedMode": true}
	}
	if p.zoom > 0 {
		o["dataZoom"] = []any{
			map[string]any{"type": "inside", "xAxisIndex": 0, "zoomOnMouseWheel": "ctrl", "startValue": 0, "endValue": p.zoom - 1},
			map[string]any{"type": "slider", "xAxisIndex": 0, "bottom": 10, "height": 24, "showDetail": false, "brushSelect": false, "startValue": 0, "endValue": p.zoom - 1},
		}
	}
	if len(p.elements) == 0 {
		delete(o, "graphic")
	}
	b, err := json.Marshal(o) // so that the option is made of what JSON is made of
	if err != nil {
		return nil, fmt.Errorf("the option is not plain JSON: %w", err)
	}
	c.Option = map[string]any{}
	return c, json.Unmarshal(b, &c.Option)
}

// nameAxis is an axis of names that all stand at it.
func nameAxis(names []string, size float64, more map[string]any) map[string]any {
	label := map[string]any{"fontSize": size, "color": ink, "interval": 0}
	axis := map[string]any{"type": "category", "data": names, "axisLabel": label, "axisTick": map[string]any{"show": false},
		"axisLine": map[string]any{"show": false}, "splitLine": map[string]any{"show": false}}
	for key, value := range more {
		if key == "rotate" || key == "interval" {
			label[key] = value
			continue
		}
		axis[key] = value
	}
	return axis
}

// longest is the width of the widest of some texts in pixels.
func longest(names []string, size float64) (w float64) {
	for _, name := range names {
		w = max(w, textWidth(name, size))
	}
	return w
}

// cleaned are names fit to be shown, shortened to that many pixels.
func cleaned(names []string, size, pixels float64) []string {
	out := make([]string, len(names))
	for i, name := range names {
		out[i] = fit(visible(name), size, pixels)
	}
	return out
}

// strongestOf is the greatest absolute value, 1 where all are zero.
func strongestOf(lists ...[]float64) float64 {
	limit := 0.0
	for _, values := range lists {
		for _, v := range values {
			limit = max(limit, math.Abs(v))
		}
	}
	if limit == 0 {
		return 1
	}
	return limit
}
