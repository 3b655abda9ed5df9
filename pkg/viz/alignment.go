package viz

import (
	"fmt"
	"math"
	"strings"

	"github.com/vitrine-ml/vitrine/pkg/record"
)

// Alignment shows, for each token of a text that a model made, what each token of the text that it read has to do with it: rows are the tokens
// made, columns those read. Several stand side by side: the attention of heads, attributions. What decides a token has a frame, where it is known.
type Alignment struct {
	Alignments []record.Alignment
	Names      []string // heads of the panels; nil means the alignments' names
	Scale      Scale    // what the strongest colour stands for; the default is one scale a panel
	Title      string   // "" means "Which tokens belong together"
	Width      int      // of the figure in pixels; 0 means 820
}

// Measures of the figure, in pixels.
const (
	alignmentMargin = 18.0
	alignmentGap    = 26.0
	alignmentTop    = 94.0
	alignmentHead   = 50.0  // name and scale of a panel
	alignmentPanel  = 150.0 // a panel is at least as wide
)

// Draw implements Figure.
func (f Alignment) Draw() (*Chart, error) {
	names, err := f.check()
	if err != nil {
		return nil, fmt.Errorf("viz: alignment: %w", err)
	}
	c, err := f.lay(names)
	if err != nil {
		return nil, fmt.Errorf("viz: alignment: %w", err)
	}
	return c, nil
}

func (f Alignment) check() ([]string, error) {
	if len(f.Alignments) == 0 {
		return nil, fmt.Errorf("no alignments: give at least one")
	}
	if f.Scale != PerMethod && f.Scale != Common {
		return nil, fmt.Errorf("unknown Scale %d: choose viz.PerMethod or viz.Common", f.Scale)
	}
	own := make([]string, len(f.Alignments))
	for i, a := range f.Alignments {
		if err := a.Check(); err != nil {
			return nil, fmt.Errorf("alignment %d: %w", i, err)
		}
		own[i] = orElse(a.Name, orElse(a.Method, "alignment"))
	}
	return distinct(own, f.Names, "alignments")
}

// lay places the panels, as many beside one another as leave room for their cells.
func (f Alignment) lay(names []string) (*Chart, error) {
	width := float64(widthOr(f.Width))
	const size = 11.5
	var sources, targets, left, above float64 // of the largest panel: cells, and pixels of names
	for _, a := range f.Alignments {
		sources, targets = max(sources, float64(len(a.Source))), max(targets, float64(len(a.Target)))
		left, above = max(left, longest(a.Target, size)), max(above, longest(a.Source, size))
	}
	left, above = min(left, 110)+12, min(above, 100)+10
	beside, cell := len(f.Alignments), 0.0
	for ; beside > 0; beside-- {
		n := float64(beside)
		cell = (width - 2*alignmentMargin - alignmentGap*(n-1) - left*n) / (n * sources)
		if cell >= 12 && left+cell*sources >= alignmentPanel || beside == 1 {
			break
		}
	}
	if cell < 7 {
		return nil, fmt.Errorf("%.0f source tokens in %.0f pixels leave %.1f for each: a greater Width, or alignments of shorter texts", sources, width, cell)
	}
	cell = min(math.Floor(cell), 26)
	turned := above-10 > cell-2
	if !turned {
		above = 22
	}
	pitchX := max(left+cell*sources, alignmentPanel) + alignmentGap
	pitchY := alignmentHead + above + cell*targets + 22

	limits := f.limits()
	var p plot
	for i, a := range f.Alignments {
		x, y := alignmentMargin+float64(i%beside)*pitchX, alignmentTop+float64(i/beside)*pitchY
		room := pitchX - alignmentGap
		p.text(x, y, headFont.fit(names[i], room), headFont)
		p.scaleBar(x, y+14, min(110, room), limits[i])
		if share, known := a.Within(); known {
			small := font{Size: 10.5, Color: faint}
			note := percent(share) + " in frames"
			if textWidth(note, 10.5) > room-122 {
				note = percent(share)
			}
			p.text(x+min(110, room)+12, y+18, note, small)
		}
		f.panel(&p, a, names[i], x+left, y+alignmentHead+above, cell, limits[i], turned, size, left-11) // names fit by more than rounding
	}
	title := f.Title
	if title == "" {
		title = "Which tokens belong together"
	}
	subtitle := "Rows: tokens made. Columns: tokens read. Orange is above zero, blue below, white zero"
	if f.framed() {
		subtitle += ".\nFrames mark what decides a token; beside the scale stands the share of the magnitudes in them"
	}
	used := alignmentMargin*2 - alignmentGap + pitchX*float64(min(beside, len(f.Alignments)))
	height := alignmentTop + pitchY*float64((len(f.Alignments)+beside-1)/beside)
	w := min(int(width), int(max(used, 660)))
	return p.chart(clean(title), subtitle+".", f.alt(names), w, int(height), f.table(names))
}

// panel draws one alignment with the left upper corner of its cells at (x, y).
func (f Alignment) panel(p *plot, a record.Alignment, name string, x, y, cell, limit float64, turned bool, size, room float64) {
	top := map[string]any{"position": "top"}
	side := map[string]any{"inverse": true}
	if turned {
		top["rotate"] = -90
	}
	if cell < 12 {
		top["interval"], side["interval"] = "auto", "auto"
	}
	source, target := cleaned(a.Source, size, 100), cleaned(a.Target, size, room)
	i := p.panel(x, y, cell*float64(len(source)), cell*float64(len(target)), "item", nameAxis(source, size, top), nameAxis(target, size, side))
	var cells, frames []any
	for row := range target {
		for column, v := range a.Values.Row(row) {
			cells = append(cells, heatCell(column, row, v, shorten(visible(a.Target[row]), 60)+" ← "+shorten(visible(a.Source[column]), 60)))
		}
		if a.Known != nil {
			for _, column := range a.Known[row] {
				frames = append(frames, []any{column, row})
			}
		}
	}
	p.heat(i, name, cells, limit, 1)
	if len(frames) > 0 {
		p.draw(i, map[string]any{"type": "scatter", "silent": true, "symbol": "rect", "symbolSize": cell - 2, "data": frames, "z": 5,
			"itemStyle": map[string]any{"color": "transparent", "borderColor": ink, "borderWidth": 1.8}, "tooltip": map[string]any{"show": false}})
	}
}

// limits are the scales of the panels.
func (f Alignment) limits() []float64 {
	limits, all := make([]float64, len(f.Alignments)), make([][]float64, len(f.Alignments))
	for i, a := range f.Alignments {
		all[i] = a.Values.Data
		limits[i] = strongestOf(a.Values.Data)
	}
	if f.Scale == Common {
		for i := range limits {
			limits[i] = strongestOf(all...)
		}
	}
	return limits
}

func (f Alignment) framed() bool {
	for _, a := range f.Alignments {
		if _, known := a.Within(); known {
			return true
		}
	}
	return false
}

// alt says in words what the figure shows.
func (f Alignment) alt(names []string) string {
	n := len(f.Alignments)
	a := f.Alignments[0]
	alt := fmt.Sprintf("%d %s of tokens made with tokens read: %s; the first of %d with %d", n, plural(n, "alignment", "alignments"), strings.Join(names, ", "), len(a.Target), len(a.Source))
	if share, known := a.Within(); known {
		alt += fmt.Sprintf(", %s of its magnitudes where it is known to belong", percent(share))
	}
	return alt + "."
}

// table holds, for each token made, the tokens read that have most to do with it.
func (f Alignment) table(names []string) Table {
	t := Table{Group: 1, Columns: []string{"Alignment", "Token made", "Strongest tokens read", "Sum", "Decided by"}}
	for i, a := range f.Alignments {
		for row, token := range a.Target {
			known := "–"
			if a.Known != nil && len(a.Known[row]) > 0 {
				var parts []string
				for _, j := range a.Known[row] {
					parts = append(parts, visible(a.Source[j]))
				}
				known = strings.Join(parts, ", ")
			}
			values := a.Values.Row(row)
			t.Rows = append(t.Rows, []string{names[i], visible(token), strongest(values, 3, func(j int) string { return visible(a.Source[j]) }), number(sum(values)), known})
		}
	}
	return t
}
