package viz

import (
	"fmt"
	"math"
	"slices"

	"github.com/vitrine-ml/vitrine/pkg/record"
)

// Force shows one example's values as a tug of war: orange arrows push the output up from the left, blue ones down from the right, and where they meet is
// the output, f(x). The strongest are next to it. Whiskers above an arrow's beginning are two standard errors of its value to either side. It takes
// little room; where single values matter, see [Waterfall].
type Force struct {
	Explanation *record.Explanation // with a Base
	Samples     record.Samples      // what the features are; may be the zero value
	Example     int                 // which of the explanation's examples, counted from 0
	Input       string              // which attributed input; "" means the only one with features
	Top         int                 // so many features of the greatest |value|, the others added up in one arrow; 0 means 10
	Title       string              // "" means "What pushes the output"
	Width       int                 // of the figure in pixels; 0 means 820
}

// Draw implements Figure.
func (f Force) Draw() (*Chart, error) {
	c, err := f.draw()
	if err != nil {
		return nil, fmt.Errorf("viz: force: %w", err)
	}
	return c, nil
}

// push is an arrow: it begins at from and points to to, nearer to the output.
type push struct {
	lane
	from, to float64
}

func (f Force) draw() (*Chart, error) {
	one, err := storyOf(f.Explanation, f.Samples, f.Input, f.Example, f.Top)
	if err != nil {
		return nil, err
	}
	if !one.accounted() {
		one.subtitle += fmt.Sprintf(" The values are %s short of the output.", plus(one.residual))
	}
	s, err := newStage(f.Width, orElse(f.Title, "What pushes the output"), one.subtitle)
	if err != nil {
		return nil, err
	}
	up, down := f.pushes(one)
	low, high := min(one.base, one.output), max(one.base, one.output)
	for _, pushes := range [][]push{up, down} {
		for _, p := range pushes {
			e, _ := one.errorOf(0, p.lane)
			low, high = min(low, p.from-2*e), max(high, p.from+2*e)
		}
	}
	const band, row = 30.0, 46.0
	s.top += 44 // for the marks of f(x) and the base
	s.lay([]rowName{{}}, row, "", nil, low, high, "")
	y := s.y(0)
	s.mark(one.output, s.top-4, "f(x) = "+digits(one.output, 3), true)
	s.mark(one.base, s.top-22, "base = "+digits(one.base, 3), false)
	for _, pushes := range [][]push{up, down} {
		for _, p := range pushes {
			s.polygon(sign(p.to-p.from), s.arrow(p.from, p.to, y, band), one.rowName(0, p.lane).full(), one.amount(0, p.lane))
		}
	}
	for _, pushes := range [][]push{up, down} {
		for _, p := range pushes {
			if e, known := one.errorOf(0, p.lane); known && math.Abs(s.x(p.to)-s.x(p.from)) >= 24 {
				s.whisker(p.from-2*e, p.from+2*e, y-band/2-5)
			}
		}
	}
	depth := f.labels(s, one, append(reversed(up), reversed(down)...))
	return s.finish(one.alt(), depth, one.table())
}

// pushes are the arrows up and down, the strongest, which are next to the output, first.
func (f Force) pushes(one story) (up, down []push) {
	above, below := one.output, one.output
	for _, l := range one.lanes {
		switch v := one.sum(0, l); {
		case v > 0:
			up = append(up, push{l, below - v, below})
			below -= v
		case v < 0:
			down = append(down, push{l, above - v, above})
			above -= v
		}
	}
	return up, down
}

// mark writes what a value is above it, at y, with a line down to the arrows.
func (s *stage) mark(v, y float64, text string, bold bool) {
	x, width := s.x(v), textWidth(text, 12)*1.2
	s.text(max(width/2+8, min(s.figure-width/2-8, x)), y-8, text, font{Bold: bold, Align: "center"})
	s.line(x, y, x, s.top+s.height, ink, 1, 3, 3)
}

// labels name the arrows beneath the axis, as far as they are wide enough, and return how much room they take. A text lies on the far side of its
// line, if there is room, and as high as no other text or line is in its way. The pushes begin with those that are far from the output.
func (f Force) labels(s *stage, one story, pushes []push) float64 {
	const line, size, least, margin = 19.0, 12.0, 7.0, 12.0
	type placed struct{ x, from, to float64 }
	var levels [][]placed
	top := s.top + s.height + 34
	for _, p := range pushes {
		x, color := pixel((s.x(p.from)+s.x(p.to))/2), sign(p.to-p.from)
		if math.Abs(s.x(p.from)-s.x(p.to)) < least {
			continue
		}
		name, amount := one.rowName(0, p.lane), one.amount(0, p.lane)
		text := name.fit(size, 0.4*s.figure) + ": " + amount
		width := textWidth(text, size) * 1.12
		from := x - 5 - width
		if p.to < p.from {
			from = x + 5
		}
		from = max(margin, min(s.figure-margin-width, from))
		at := placed{x, from, from + width}
		level := 0
		for k, others := range levels {
			for _, o := range others {
				if at.from < o.to+8 && o.from < at.to+8 || at.from < o.x && o.x < at.to {
					level = k + 1
				}
			}
		}
		for len(levels) <= level {
			levels = append(levels, nil)
		}
		levels[level] = append(levels[level], at)
		y := top + line*float64(level)
		end := y + 7
		if from < x && x < at.to {
			end = y - 9
		}
		s.line(x, s.top+s.height/2+15, x, end, color, 1)
		e := s.text(from, y, text, font{})
		e["z"], e["silent"], e["tooltip"] = 3, false, tooltip(name.full(), amount)
		e["style"].(map[string]any)["backgroundColor"] = paper // a line that has to pass beneath
	}
	return line * float64(len(levels))
}

func reversed[T any](from []T) []T {
	to := slices.Clone(from)
	slices.Reverse(to)
	return to
}
