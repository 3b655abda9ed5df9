package viz

import (
	"fmt"
	"math"
	"strings"
)

// stage is where figures with a row for each feature are drawn: a title, rows with names on the left and what is to be said of them on the
// right, and beneath them one axis of values, whose every number has a known place in pixels.
type stage struct {
	plot
	title, subtitle string
	figure          float64 // width of the whole in pixels

	left, top, width, height float64 // of the rows, without their names
	rows                     int
	low, high                float64 // ends of the axis
	panel                    int
}

// narrowest is the least width that a figure with a row for each feature can be read at.
const narrowest = 400

// newStage makes a stage under a title and a subtitle, which is broken into lines.
func newStage(width int, title, subtitle string) (*stage, error) {
	s := &stage{title: clean(title), figure: float64(widthOr(width))}
	if s.figure < narrowest {
		return nil, fmt.Errorf("Width is %.0f: features with their names need at least %d pixels", s.figure, narrowest)
	}
	lines := wrapped(clean(subtitle), s.figure-32)
	s.subtitle = strings.Join(lines, "\n")
	s.top = 46 + 17*float64(len(lines))
	return s, nil
}

// frameRows makes room for rows of that height, or of more where names need it, with names on the left and notes on the right, which have a head that says what they
// are, and writes these.
func (s *stage) frameRows(names []rowName, row float64, noteName string, notes []string) {
	s.left = namesWidth(names, 0.4*s.figure)
	right := 26.0
	if len(notes) > 0 {
		right = max(longest(notes, 12), textWidth(noteName, 11))*wide + 26
	}
	s.rows, s.width, s.height = len(names), s.figure-s.left-right, heightOf(names, row, s.left)*float64(len(names))
	for i, n := range names {
		s.rowName(n, s.left, s.y(float64(i)))
	}
	if noteName != "" {
		s.text(s.left+s.width+12, s.top-12, noteName, font{Size: 11, Color: faint})
	}
	for i, note := range notes {
		s.text(s.left+s.width+12, s.y(float64(i)), note, font{})
	}
}

// lay frames rows and draws the axis below, which reaches from low to high and a little further, to round numbers.
func (s *stage) lay(names []rowName, row float64, noteName string, notes []string, low, high float64, axisName string) {
	s.frameRows(names, row, noteName, notes)
	var step float64
	s.low, s.high, step = niceRange(low, high, max(2, math.Floor(s.width/60)))
	s.panel = s.plot.panel(s.left, s.top, s.width, s.height, "item",
		map[string]any{"type": "value", "min": s.low, "max": s.high, "interval": step, "name": axisName, "nameLocation": "middle", "nameGap": 28,
			"nameTextStyle": map[string]any{"color": faint}, "axisLabel": map[string]any{"color": ink, "hideOverlap": true},
			"axisLine": map[string]any{"show": true, "onZero": false, "lineStyle": map[string]any{"color": faint}}, "splitLine": map[string]any{"lineStyle": map[string]any{"color": hairline, "opacity": 0.6}}},
		map[string]any{"type": "value", "min": -0.5, "max": float64(len(names)) - 0.5, "inverse": true, "show": false})
}

// x is where a value is in pixels.
func (s *stage) x(v float64) float64 { return s.left + (v-s.low)/(s.high-s.low)*s.width }

// y is where the middle of a row is, counted from 0; between two rows where it is no whole number.
func (s *stage) y(row float64) float64 { return s.top + (row+0.5)*s.height/float64(s.rows) }

// line draws a line between two points in pixels; dashes as in CSS.
func (s *stage) line(x1, y1, x2, y2 float64, color string, width float64, dashes ...float64) map[string]any {
	style := map[string]any{"stroke": color, "lineWidth": width}
	if len(dashes) > 0 {
		style["lineDash"] = dashes
	}
	return s.add(map[string]any{"type": "line", "silent": true, "style": style, "shape": map[string]any{"x1": pixel(x1), "y1": pixel(y1), "x2": pixel(x2), "y2": pixel(y2)}})
}

// polygon draws an area, which says the lines when it is pointed at.
func (s *stage) polygon(fill string, points [][2]float64, lines ...string) {
	for i, at := range points {
		points[i] = [2]float64{pixel(at[0]), pixel(at[1])}
	}
	e := s.add(map[string]any{"type": "polygon", "z": 2, "cursor": "default", "shape": map[string]any{"points": points}, "style": map[string]any{"fill": fill, "stroke": paper, "lineWidth": 1}})
	if len(lines) > 0 {
		e["tooltip"] = tooltip(lines...)
	}
}

// arrow is a bar in a row from one value to another, with a point at its end, as far as it is long enough for one.
func (s *stage) arrow(from, to, y, height float64) [][2]float64 {
	a, b, h := s.x(from), s.x(to), height/2
	tip := min(math.Abs(b-a)*0.5, 7)
	if b < a {
		tip = -tip
	}
	return [][2]float64{{a, y - h}, {b - tip, y - h}, {b, y}, {b - tip, y + h}, {a, y + h}}
}

// whisker draws an interval in a row, along the axis of values.
func (s *stage) whisker(low, high, y float64) {
	a, b := s.x(max(low, s.low)), s.x(min(high, s.high))
	for _, l := range [][4]float64{{a, y, b, y}, {a, y - 4, a, y + 4}, {b, y - 4, b, y + 4}} {
		s.line(l[0], l[1], l[2], l[3], ink, 1.5)["z"] = 3
	}
}

// errorBars draws whiskers as a series: {row, low, high} each.
func (s *stage) errorBars(data []any) {
	s.draw(s.panel, map[string]any{"type": "custom", "renderItem": "errorBar", "itemPayload": map[string]any{"horizontal": true, "cap": 8}, "data": data,
		"encode": map[string]any{"x": []int{1, 2}, "y": 0}, "itemStyle": map[string]any{"color": ink}, "silent": true, "z": 5, "tooltip": map[string]any{"show": false}})
}

// zero draws a line at zero where that is on the axis.
func (s *stage) zero() {
	if s.low < 0 && s.high > 0 {
		s.line(s.x(0), s.top, s.x(0), s.top+s.height, faint, 1)
	}
}

// finish makes the chart; below is the room that is taken beneath the axis.
func (s *stage) finish(alt string, below float64, table Table) (*Chart, error) {
	return s.chart(s.title, s.subtitle, alt, int(s.figure), int(s.top+s.height+52+below), table)
}

// pixel is a place to a tenth of a pixel.
func pixel(v float64) float64 { return math.Round(v*10) / 10 }

// niceRange widens a range to multiples of a round step, of which there are about n.
func niceRange(low, high, n float64) (from, to, step float64) {
	if !(high > low) { // one number, or none
		pad := max(math.Abs(low)*0.1, 1e-9)
		if low == 0 {
			pad = 1
		}
		low, high = low-pad, high+pad
	}
	step = niceStep((high - low) / n)
	return round(math.Floor(low/step+1e-9) * step), round(math.Ceil(high/step-1e-9) * step), step
}
