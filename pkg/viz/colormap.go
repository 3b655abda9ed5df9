package viz

import (
	"fmt"
	"image/color"
	"math"
)

// diverging are the colours of signed values, from −1 over 0 to +1: blue, white, orange, which people with any of the common
// colour-vision deficiencies tell apart. White is zero; equal distance from zero is equal lightness (11.6 units of CIE L* a step),
// so that neither sign looks stronger.
var diverging = [...]color.RGBA{
	{0x00, 0x64, 0xb5, 255}, {0x1b, 0x82, 0xe1, 255}, {0x51, 0xa2, 0xf8, 255}, {0x8b, 0xc2, 0xff, 255}, {0xc6, 0xe1, 0xff, 255},
	{0xff, 0xff, 0xff, 255},
	{0xff, 0xd6, 0xbf, 255}, {0xfb, 0xab, 0x7e, 255}, {0xeb, 0x83, 0x42, 255}, {0xce, 0x61, 0x03, 255}, {0xa1, 0x4a, 0x01, 255},
}

// ramp are the colours of what has no zero, a feature's values from low to high: the strong blue and orange of diverging with violet between them, where
// those have white, so that each can be seen on any background, and none is the grey of what is not known.
var ramp = [...]color.RGBA{diverging[1], {0x91, 0x55, 0xa8, 255}, diverging[9]}

// signed is the colour of v in [−1, 1]; what lies beyond gets the colour of the end.
func signed(v float64) color.RGBA {
	const last = len(diverging) - 1
	at := (max(-1, min(1, v)) + 1) / 2 * float64(last)
	i := min(int(at), last-1)
	return mixed(diverging[i], diverging[i+1], at-float64(i))
}

// mixed is the colour at f between a, at 0, and b, at 1.
func mixed(a, b color.RGBA, f float64) color.RGBA {
	mix := func(a, b uint8) uint8 { return uint8(math.Round(float64(a) + f*(float64(b)-float64(a)))) }
	return color.RGBA{mix(a.R, b.R), mix(a.G, b.G), mix(a.B, b.B), 255}
}

// css writes a colour as CSS does.
func css(c color.RGBA) string { return fmt.Sprintf("#%02x%02x%02x", c.R, c.G, c.B) }

// scaleBar draws the colours from −limit to +limit as a legend, width pixels wide at (x, y), with its numbers below.
func (s *sheet) scaleBar(x, y, width, limit float64) {
	stops := make([]map[string]any, len(diverging))
	for i, c := range diverging {
		stops[i] = map[string]any{"offset": float64(i) / float64(len(diverging)-1), "color": css(c)}
	}
	s.add(map[string]any{"type": "rect", "silent": true, "shape": map[string]any{"x": x, "y": y, "width": width, "height": 8},
		"style": map[string]any{"stroke": hairline, "lineWidth": 1,
			"fill": map[string]any{"type": "linear", "x": 0, "y": 0, "x2": 1, "y2": 0, "colorStops": stops}}})
	small := font{Size: 10.5, Color: faint}
	s.text(x, y+16, short(-limit), small)
	small.Align = "center"
	s.text(x+width/2, y+16, "0", small)
	small.Align = "right"
	s.text(x+width, y+16, "+"+short(limit), small)
}
