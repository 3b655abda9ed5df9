package viz

import "image/color"

// rampAt is the colour of a feature's value, from 0, low, to 1, high.
func rampAt(t float64) color.RGBA {
	at := max(0, min(1, t)) * float64(len(ramp)-1)
	i := min(int(at), len(ramp)-2)
	return mixed(ramp[i], ramp[i+1], at-float64(i))
}

// rampSteps is the number of colours that a ramp is given to ECharts in.
const rampSteps = 11

// rampBar draws the ramp as a legend at (x, y): what it is of, its ends, and what grey means, if anything. It returns where it ends.
func (s *sheet) rampBar(x, y float64, what, low, high, grey string) float64 {
	const width = 72.0
	small := font{Size: 11, Color: faint}
	put := func(text string) {
		s.text(x, y, text, small)
		x += textWidth(text, 11)*1.12 + 5
	}
	if what != "" {
		put(what + ":")
	}
	put(low)
	var stops []map[string]any
	for i := range rampSteps {
		t := float64(i) / (rampSteps - 1)
		stops = append(stops, map[string]any{"offset": t, "color": css(rampAt(t))})
	}
	s.add(map[string]any{"type": "rect", "silent": true, "shape": map[string]any{"x": pixel(x), "y": y - 4, "width": width, "height": 8},
		"style": map[string]any{"fill": map[string]any{"type": "linear", "x": 0, "y": 0, "x2": 1, "y2": 0, "colorStops": stops}}})
	x += width + 6
	put(high)
	if grey != "" {
		x += 8
		s.add(map[string]any{"type": "circle", "silent": true, "shape": map[string]any{"cx": pixel(x), "cy": y, "r": 4}, "style": map[string]any{"fill": faint}})
		x += 10
		put(grey)
	}
	return x
}
