package viz

import (
	"math"
	"slices"

	"github.com/vitrine-ml/vitrine/pkg/record"
)

// path draws a line from the bottom of the rows to their top.
func (s *stage) path(path []float64, color string, width float64, z int) {
	data := make([]any, len(path))
	for k, v := range path {
		data[k] = []any{round(v), float64(s.rows-k) - 0.5}
	}
	s.draw(s.panel, map[string]any{"type": "line", "data": data, "showSymbol": false, "symbol": "none", "z": z, "silent": true, "clip": false,
		"encode": map[string]any{"x": 0, "y": 1}, "lineStyle": map[string]any{"color": color, "width": width}, "tooltip": map[string]any{"show": false}})
}

// lines draws the examples one by one, those of low outputs first.
func (f Decision) lines(s *stage, all paths) {
	ends := all.level(len(all.lanes))
	tone := tonesOf(record.Column{Values: ends}, indices(len(ends)))
	width := max(0.8, 2-float64(len(ends))/150)
	for _, at := range descending(ends) {
		s.path(all.at[at], css(rampAt(tone.at[at])), width, 3)
	}
	s.bends(all)
	if len(all.at) != 1 {
		return
	}
	var whiskers []any
	for k, l := range all.lanes {
		if e, known := all.errorOf(0, l); known {
			v := all.at[0][len(all.lanes)-k]
			whiskers = append(whiskers, []any{float64(k) - 0.5, round(v - 2*e), round(v + 2*e)})
		}
	}
	if whiskers != nil {
		s.errorBars(whiskers)
	}
}

// bends are dots that are not seen where the lines change their direction, to be pointed at.
func (s *stage) bends(all paths) {
	var data []any
	for at, path := range all.at {
		for k, v := range path {
			after := "the base"
			if k > 0 {
				after = all.lanes[len(all.lanes)-k].name
			}
			data = append(data, []any{round(v), float64(s.rows-k) - 0.5, after, all.caption(at).name, round(all.why.Output[all.rows[at]])})
		}
	}
	word := func(name string) any { return map[string]any{"name": name, "type": "ordinal"} }
	s.draw(s.panel, map[string]any{"type": "scatter", "data": data, "symbolSize": 9, "large": true, "largeThreshold": 0, "clip": false, "z": 6, "itemStyle": map[string]any{"color": ink, "opacity": 0},
		"dimensions": []any{"output so far", "row", word("after"), word("example"), "output"}, "encode": map[string]any{"x": 0, "y": 1, "tooltip": []int{3, 2, 0, 4}}})
}

// density counts the lines at each height between two rows.
func (f Decision) density(s *stage, all paths) {
	const width = 6.0
	n := max(1, int(s.width/width))
	var cells []any
	most := 0
	var median []float64
	for k := range len(all.lanes) + 1 {
		counts := make([]int, n)
		level := all.level(k)
		for _, v := range level {
			counts[min(n-1, max(0, int((s.x(v)-s.left)/s.width*float64(n))))]++
		}
		most = max(most, slices.Max(counts))
		for place, count := range counts {
			if count > 0 {
				v := s.low + (float64(place)+0.5)/float64(n)*(s.high-s.low)
				cells = append(cells, []any{round(v), float64(s.rows-k) - 0.5, math.Round(1e4*math.Sqrt(float64(count))) / 1e4, count})
			}
		}
		slices.Sort(level)
		median = append(median, (level[(len(level)-1)/2]+level[len(level)/2])/2)
	}
	colors := make([]string, rampSteps)
	for i := range colors {
		colors[i] = css(signed(-0.15 - 0.85*float64(i)/(rampSteps-1)))
	}
	s.scales = append(s.scales, map[string]any{"type": "continuous", "show": false, "min": 1, "max": math.Sqrt(float64(most)), "dimension": 2, "seriesIndex": len(s.series),
		"inRange": map[string]any{"color": colors}})
	s.draw(s.panel, map[string]any{"type": "scatter", "data": cells, "symbol": "rect", "symbolSize": []float64{pixel(s.width / float64(n)), 13}, "clip": false,
		"dimensions": []any{"output so far, about", "row", "shade", "examples"}, "encode": map[string]any{"x": 0, "y": 1, "tooltip": []int{0, 3}}})
	s.path(median, ink, 2, 4)
}

// indices are the numbers from 0 to n − 1.
func indices(n int) []int {
	all := make([]int, n)
	for i := range all {
		all[i] = i
	}
	return all
}
