package viz

import (
	"maps"
	"math"
	"slices"

	"github.com/vitrine-ml/vitrine/pkg/record"
)

// mostWhiskers are as many as can be told apart.
const mostWhiskers = 200

// words says whether the feature that colours has words, each with a colour of its own, rather than the ramp's.
func (d dependence) words() []string {
	if d.by >= 0 && len(d.columns[d.by].Categories) > 2 {
		return d.columns[d.by].Categories
	}
	return nil
}

// tone is which of the colours an example has, the last for those without.
func (d dependence) tone(k int) int {
	if d.by < 0 {
		return 0
	}
	c, i := d.columns[d.by], d.rows[d.at[k]]
	switch {
	case !c.Known(i):
		return len(d.colors()) - 1
	case d.words() != nil:
		return int(c.Values[i])
	}
	return int(math.Round(d.tones.at[k] * (rampSteps - 1)))
}

// colors of the dots, the last for where the feature that colours is missing.
func (d dependence) colors() (all []string) {
	switch words := d.words(); {
	case d.by < 0:
		return []string{css(diverging[1])}
	case words != nil:
		for k := range words {
			all = append(all, forecastColors[k].color)
		}
	default:
		for k := range rampSteps {
			all = append(all, css(rampAt(float64(k)/(rampSteps-1))))
		}
	}
	return append(all, faint)
}

// place is where an example's dot is to the right: what the feature is, and of words a little beside, each example elsewhere.
func (d dependence) place(k int) float64 {
	if d.columns[d.of].Categories == nil {
		return d.x[k]
	}
	_, golden := math.Modf(float64(k) * math.Phi) // even wherever it is looked at, and the same every time
	return d.x[k] + 0.6*(golden-0.5)
}

// legend says what the colours are, above the dots.
func (f DependenceScatter) legend(s *stage, d dependence) {
	name := fit(d.names[d.by], 11, 0.28*s.figure)
	missing := ""
	for _, at := range d.at {
		if !d.columns[d.by].Known(d.rows[at]) {
			missing = "missing"
		}
	}
	if words := d.words(); words != nil {
		x := 14.0
		s.text(x, s.top-2, name+":", font{Size: 11, Color: faint})
		x += textWidth(name+":", 11)*1.12 + 10
		shown := slices.Clone(words)
		if missing != "" {
			shown = append(shown, missing)
		}
		room := (s.figure - x - 16) / float64(len(shown))
		for k, word := range shown {
			s.add(map[string]any{"type": "circle", "silent": true, "shape": map[string]any{"cx": pixel(x), "cy": s.top - 2, "r": 4}, "style": map[string]any{"fill": d.colors()[k]}})
			word := fit(visible(word), 11, (room-22)/1.12)
			s.text(x+8, s.top-2, word, font{Size: 11, Color: faint})
			x += textWidth(word, 11)*1.12 + 22
		}
	} else {
		c := d.columns[d.by]
		low, high := number(d.tones.low), number(d.tones.high)
		if c.Categories != nil {
			low, high = visible(c.Categories[0]), visible(c.Categories[len(c.Categories)-1])
		} else if c.Dates {
			ends := record.Column{Values: []float64{d.tones.low, d.tones.high}, Dates: true}
			low, high = ends.Text(0), ends.Text(1)
		}
		s.rampBar(14, s.top-2, name, fit(low, 11, 80), fit(high, 11, 80), missing)
	}
	s.top += 16
}

// dots are the examples one by one, a series a colour.
func (f DependenceScatter) dots(s *stage, d dependence) {
	parts := make([][]any, len(d.colors()))
	for k, at := range d.at {
		item := []any{round(d.place(k)), round(d.y[k]), d.cell(at, d.of), "–", d.caption(at).name}
		if d.by >= 0 {
			item[3] = d.cell(at, d.by)
		}
		tone := d.tone(k)
		parts[tone] = append(parts[tone], item)
	}
	word := func(name, shown string) any {
		return map[string]any{"name": name, "displayName": shown, "type": "ordinal"}
	}
	color, tips := "", []int{2, 1, 4}
	if d.by >= 0 {
		color, tips = d.names[d.by], []int{2, 1, 3, 4}
	}
	for tone, data := range parts {
		if data != nil {
			s.draw(s.panel, map[string]any{"type": "scatter", "data": data, "symbolSize": 6, "large": true, "largeThreshold": 0,
				"dimensions": []any{"place", "attribution", word("feature", d.names[d.of]), word("color", color), word("example", "example")},
				"encode":     map[string]any{"x": 0, "y": 1, "tooltip": tips}, "itemStyle": map[string]any{"color": d.colors()[tone]}})
		}
	}
}

// cells counts the examples in squares of some pixels.
func (f DependenceScatter) cells(s *stage, d dependence, low, high float64) {
	const side = 8.0
	type cell struct {
		n     int
		tones []int // how many of each colour
		sum   float64
	}
	colors := d.colors()
	across, up := max(1, int(s.width/side)), int(s.height/side)
	all := map[[2]int]*cell{}
	most := 0
	for k := range d.at {
		at := [2]int{min(across-1, max(0, int((s.x(d.place(k))-s.left)/s.width*float64(across)))), min(up-1, max(0, int((d.y[k]-low)/(high-low)*float64(up))))}
		if all[at] == nil {
			all[at] = &cell{tones: make([]int, len(colors))}
		}
		c, tone := all[at], d.tone(k)
		c.n++
		c.tones[tone]++
		c.sum += float64(tone)
		most = max(most, c.n)
	}
	parts := make([][]any, len(colors))
	places := slices.SortedFunc(maps.Keys(all), func(a, b [2]int) int { return slices.Compare(a[:], b[:]) })
	for _, at := range places {
		c := all[at]
		tone := slices.Index(c.tones, slices.Max(c.tones)) // words: the most frequent
		if known := c.n - c.tones[len(colors)-1]; d.by >= 0 && d.words() == nil && known > 0 {
			tone = int(math.Round((c.sum - float64((len(colors)-1)*c.tones[len(colors)-1])) / float64(known)))
		}
		x := s.low + (float64(at[0])+0.5)/float64(across)*(s.high-s.low)
		y := low + (float64(at[1])+0.5)/float64(up)*(high-low)
		parts[tone] = append(parts[tone], map[string]any{"value": []any{round(x), round(y), c.n}, "symbolSize": pixel(max(2.5, side*math.Pow(float64(c.n)/float64(most), 0.25)))})
	}
	for tone, data := range parts {
		if data != nil {
			s.draw(s.panel, map[string]any{"type": "scatter", "data": data, "dimensions": []any{"the feature, about", "attribution, about", "examples"},
				"encode": map[string]any{"x": 0, "y": 1, "tooltip": []int{0, 1, 2}}, "itemStyle": map[string]any{"color": colors[tone]}})
		}
	}
}

// whiskers are those of each example or, where there are too many, one that is typical of all.
func (f DependenceScatter) whiskers(s *stage, d dependence) {
	if d.stdErr == nil {
		return
	}
	var data []any
	squares := 0.0
	for k, at := range d.at {
		e := d.stdErr[at][d.of]
		squares += e * e / float64(len(d.at))
		if e > 0 && len(d.at) <= mostWhiskers {
			data = append(data, []any{round(d.place(k)), round(d.y[k] - 2*e), round(d.y[k] + 2*e)})
		}
	}
	color := faint
	if len(d.at) > mostWhiskers {
		e := math.Sqrt(squares)
		data, color = []any{[]any{round(s.low + 0.012*(s.high-s.low)), round(-2 * e), round(2 * e)}}, ink
	}
	if data != nil {
		s.draw(s.panel, map[string]any{"type": "custom", "renderItem": "errorBar", "itemPayload": map[string]any{"cap": 4}, "data": data, "encode": map[string]any{"x": 0, "y": []int{1, 2}},
			"itemStyle": map[string]any{"color": color}, "silent": true, "z": 1, "tooltip": map[string]any{"show": false}})
	}
}

// counts draws how many examples there are in each part of the axis, with the axis' numbers beneath. It returns the room that these take.
func (f DependenceScatter) counts(s *stage, d dependence, y, height float64, name string) float64 {
	words := d.columns[d.of].Categories
	n := max(1, int(s.width/14))
	xAxis := map[string]any{"type": "value", "min": s.low, "max": s.high, "interval": s.xAxes[s.panel].(map[string]any)["interval"], "axisLabel": map[string]any{"color": ink, "hideOverlap": true},
		"axisLine": map[string]any{"show": true, "lineStyle": map[string]any{"color": faint}}, "splitLine": map[string]any{"show": false}}
	below := 52.0
	if words != nil {
		n = len(words)
		xAxis["show"] = false
		room := s.width / float64(n)
		for k, word := range words {
			x := s.left + room*(float64(k)+0.5)
			e := s.text(x, y+height+12, fit(visible(word), 12, (room-6)/1.12), font{Align: "center"})
			e["silent"], e["tooltip"] = false, tooltip(visible(word))
		}
	}
	s.text(s.left+s.width/2, y+height+34, fit(name, 12, (s.width+60)/1.12), font{Align: "center", Color: faint})
	counts := make([]int, n)
	for _, x := range d.x {
		counts[min(n-1, max(0, int((x-s.low)/(s.high-s.low)*float64(n))))]++
	}
	panel := s.plot.panel(s.left, y, s.width, height, "item", xAxis,
		map[string]any{"type": "value", "min": 0, "max": max(1, slices.Max(counts)), "show": false})
	width := s.width / float64(n)
	if words != nil {
		width *= 0.5
	}
	var data []any
	for k, count := range counts {
		if count > 0 {
			v := s.low + (float64(k)+0.5)/float64(n)*(s.high-s.low)
			tall := height * float64(count) / float64(slices.Max(counts))
			data = append(data, map[string]any{"value": []any{round(v), float64(count) / 2, count}, "symbolSize": []float64{pixel(max(1, width-1)), pixel(max(1, tall))}})
		}
	}
	s.draw(panel, map[string]any{"type": "scatter", "data": data, "symbol": "rect", "dimensions": []any{"the feature, about", "half", "examples"},
		"encode": map[string]any{"x": 0, "y": 1, "tooltip": []int{0, 2}}, "itemStyle": map[string]any{"color": hairline, "opacity": 1}})
	return below
}
