package viz

import (
	"fmt"

	"github.com/go-echarts/go-echarts/v2/charts"
	"github.com/go-echarts/go-echarts/v2/opts"
)

// sheet is a page that pictures and texts are laid out on, by pixels: the figures that are made of images.
type sheet struct {
	elements []map[string]any
}

// font of a text on a sheet; its size is 12 and its colour dark where it does not say.
type font struct {
	Size  float64
	Bold  bool
	Color string
	Align string // "left", "center", "right"
}

// fit shortens text to so many pixels, by the width that letters mostly have.
func (f font) fit(text string, pixels float64) string {
	letter := 0.5
	if f.Bold {
		letter = 0.56
	}
	return shorten(text, int(pixels/(letter*f.size())))
}

func (f font) size() float64 {
	if f.Size == 0 {
		return 12
	}
	return f.Size
}

// text writes s with the middle of its height at y. It returns the element, so that more can be said of it.
func (s *sheet) text(x, y float64, text string, f font) map[string]any {
	color, weight, align := f.Color, "", f.Align
	if color == "" {
		color = ink
	}
	if f.Bold {
		weight = "bold "
	}
	if align == "" {
		align = "left"
	}
	return s.add(map[string]any{"type": "text", "x": x, "y": y, "silent": true, "style": map[string]any{
		"text": clean(text), "font": fmt.Sprintf("%s%gpx %s", weight, f.size(), fontFamily), "fill": color, "align": align, "verticalAlign": "middle"}})
}

// image shows a picture, given as a data URL, and says the lines when it is pointed at.
func (s *sheet) image(x, y, width, height float64, url string, lines ...string) {
	e := s.add(map[string]any{"type": "image", "x": x, "y": y, "cursor": "default",
		"style": map[string]any{"image": url, "width": width, "height": height}})
	if len(lines) > 0 {
		e["tooltip"] = tooltip(lines...)
	}
}

// frame draws the outline of a rectangle just outside of it; dashes as in CSS, none for a solid line.
func (s *sheet) frame(x, y, width, height float64, color string, lineWidth float64, dashes ...float64) {
	style := map[string]any{"fill": "none", "stroke": color, "lineWidth": lineWidth}
	if len(dashes) > 0 {
		style["lineDash"] = dashes
	}
	out := lineWidth / 2
	s.add(map[string]any{"type": "rect", "silent": true, "style": style,
		"shape": map[string]any{"x": x - out, "y": y - out, "width": width + lineWidth, "height": height + lineWidth}})
}

// cross draws the mark of what is wrong: white on a dark square, at the right upper corner (x, y).
func (s *sheet) cross(x, y float64) {
	const size = 15.0
	s.add(map[string]any{"type": "rect", "silent": true, "shape": map[string]any{"x": x - size, "y": y, "width": size, "height": size},
		"style": map[string]any{"fill": alarm}})
	for _, d := range [][2]float64{{4, size - 4}, {size - 4, 4}} {
		s.add(map[string]any{"type": "line", "silent": true, "style": map[string]any{"stroke": paper, "lineWidth": 2},
			"shape": map[string]any{"x1": x - size + 4, "y1": y + d[0], "x2": x - 4, "y2": y + d[1]}})
	}
}

func (s *sheet) add(e map[string]any) map[string]any {
	s.elements = append(s.elements, e)
	return e
}

// chart makes a chart of the sheet.
func (s *sheet) chart(title, subtitle, alt string, width, height int, table Table) (*Chart, error) {
	var base charts.BaseConfiguration
	for _, set := range []charts.GlobalOpts{
		titled(title, subtitle, float64(width)-32),
		charts.WithTooltipOpts(opts.Tooltip{Show: opts.Bool(true), Trigger: "item", BackgroundColor: paper, BorderColor: hairline}),
	} {
		set(&base)
	}
	option, err := plainOption(&base, alt)
	if err != nil {
		return nil, err
	}
	tip := option["tooltip"].(map[string]any)
	tip["confine"] = true
	tip["textStyle"] = map[string]any{"fontSize": 12, "color": ink}
	elements := make([]any, len(s.elements))
	for i, e := range s.elements {
		elements[i] = e
	}
	option["graphic"] = map[string]any{"elements": elements}
	delete(option, "series")
	return &Chart{Title: title, Width: width, Height: height, Alt: alt, Option: option, Table: table}, nil
}
