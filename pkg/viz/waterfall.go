package viz

import (
	"fmt"

	"github.com/vitrine-ml/vitrine/pkg/record"
)

// Waterfall shows how one example's values lead from the base, at the bottom, to the output, on top: a bar a feature, the strongest uppermost, each
// beginning where the one below ends. Orange raises the output, blue lowers it. What the values do not account for is a bar of its own if it
// can be seen. Whiskers are two standard errors to either side of a bar's end, those of its own value alone.
type Waterfall struct {
	Explanation *record.Explanation // with a Base
	Samples     record.Samples      // what the features are; may be the zero value
	Example     int                 // which of the explanation's examples, counted from 0
	Input       string              // which attributed input; "" means the only one with features
	Top         int                 // so many features of the greatest |value|, the others added up in one row; 0 means 10
	Title       string              // "" means "From the base to the output"
	Width       int                 // of the figure in pixels; 0 means 820
}

// Draw implements Figure.
func (f Waterfall) Draw() (*Chart, error) {
	c, err := f.draw()
	if err != nil {
		return nil, fmt.Errorf("viz: waterfall: %w", err)
	}
	return c, nil
}

// fall is a bar of a waterfall.
type fall struct {
	name     rowName
	note     string
	from, to float64
	stdErr   float64
}

func (f Waterfall) draw() (*Chart, error) {
	one, err := storyOf(f.Explanation, f.Samples, f.Input, f.Example, f.Top)
	if err != nil {
		return nil, err
	}
	s, err := newStage(f.Width, orElse(f.Title, "From the base to the output"), one.subtitle)
	if err != nil {
		return nil, err
	}
	falls := f.falls(one)
	names := []rowName{{name: "f(x), " + one.explained()}}
	notes := []string{digits(one.output, 3)}
	low, high := min(one.base, one.output), max(one.base, one.output)
	for _, b := range falls {
		names, notes = append(names, b.name), append(notes, b.note)
		low, high = min(low, b.from, b.to-2*b.stdErr), max(high, b.from, b.to+2*b.stdErr)
	}
	names, notes = append(names, rowName{name: "base"}), append(notes, digits(one.base, 3))
	const row = 27.0
	s.lay(names, row, "", notes, low, high, "output")
	end := func(v float64, at int, what string) { // a diamond
		x, y := s.x(v), s.y(float64(at))
		s.polygon(ink, [][2]float64{{x - 6, y}, {x, y - 6}, {x + 6, y}, {x, y + 6}}, what, number(v))
	}
	last, each := len(falls), s.height/float64(s.rows)
	for k, b := range falls {
		y := s.y(float64(k + 1))
		s.line(s.x(b.to), y-each, s.x(b.to), y, faint, 1, 2, 2)
		if k == last-1 {
			s.line(s.x(b.from), y, s.x(b.from), y+each, faint, 1, 2, 2)
		}
		color := sign(b.to - b.from)
		s.polygon(color, s.arrow(b.from, b.to, y, 18), b.name.full(), b.note, "output so far: "+number(b.to))
	}
	for k, b := range falls {
		if b.stdErr > 0 {
			s.whisker(b.to-2*b.stdErr, b.to+2*b.stdErr, s.y(float64(k+1)))
		}
	}
	end(one.output, 0, "f(x), "+one.explained())
	end(one.base, last+1, "base")
	return s.finish(one.alt(), 0, one.table())
}

// falls are the bars, from the uppermost down.
func (f Waterfall) falls(one story) (all []fall) {
	to := one.output
	if !one.accounted() {
		all = append(all, fall{name: rowName{name: "not accounted for"}, note: plus(one.residual), from: to - one.residual, to: to})
		to -= one.residual
	}
	for _, l := range one.lanes {
		e, _ := one.errorOf(0, l)
		all = append(all, fall{one.rowName(0, l), one.amount(0, l), to - one.sum(0, l), to, e})
		to -= one.sum(0, l)
	}
	return all
}
