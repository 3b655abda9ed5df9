package viz

import (
	"fmt"
	"html"
	"strings"
	"unicode/utf8"
)

// Measures of drawn texts, in pixels.
const (
	passageMargin = 18.0
	passageSize   = 15.0 // of the letters
	passageLine   = 25.0
)

// svg draws the texts where HTML is not welcome, and says how high they are. How wide a letter is only the reader's font knows: places are
// reckoned with the widths that letters mostly have, and every piece is told to take the place that it was given.
func (p *Passages) svg(title string, width int) (picture string, height int) {
	var b strings.Builder
	y, room := 27.0, float64(width)-2*passageMargin
	text := func(x, y, size float64, s, more string) {
		fmt.Fprintf(&b, `<text x="%.1f" y="%.1f" font-size="%g"%s>%s</text>`+"\n", x, y, size, more, html.EscapeString(clean(s)))
	}
	text(passageMargin, y, 16, font{Size: 16, Bold: true}.fit(title, room), ` font-weight="bold"`)
	for _, line := range strings.Split(p.Subtitle, "\n") {
		y += 17
		text(passageMargin, y, 12, fit(line, 12, room), ` fill="`+faint+`"`)
	}
	x := passageMargin
	y += 26
	for _, l := range p.Legend {
		name := fit(l.Name, 12, room/2)
		named, low, high := textWidth(name, 12)*boldWidth+8, short(-l.Limit), "+"+short(l.Limit)
		lowWidth, highWidth := textWidth(low, 12)+6, textWidth(high, 12)+6
		whole := named + lowWidth + 6*legendSteps + highWidth
		if x > passageMargin && x+whole > float64(width)-passageMargin {
			x = passageMargin
			y += 20
		}
		text(x, y, 12, name, ` font-weight="bold"`)
		text(x+named, y, 12, low, ` fill="`+faint+`"`)
		for i := range legendSteps {
			fmt.Fprintf(&b, `<rect x="%.1f" y="%.1f" width="6" height="10" fill="%s"/>`+"\n", x+named+lowWidth+6*float64(i), y-9, css(signed(strength*legendAt(i))))
		}
		text(x+named+lowWidth+6*legendSteps+5, y, 12, high, ` fill="`+faint+`"`)
		x += whole + 20
	}
	y += 8
	for _, g := range p.Groups {
		y += 8
		fmt.Fprintf(&b, `<path d="M%g %.1f H%g" stroke="%s"/>`+"\n", passageMargin, y, float64(width)-passageMargin, hairline)
		y += 22
		color := ink
		if g.Wrong {
			color = alarm
		}
		text(passageMargin, y, 13, g.Example, ` font-weight="bold"`)
		at := passageMargin + textWidth(g.Example, 13)*boldWidth + 10
		text(at, y, 13, fit(g.Known, 13, float64(width)-passageMargin-at), ` fill="`+color+`"`)
		for _, t := range g.Texts {
			y += 20
			color := faint
			if t.Marked {
				color = alarm
			}
			name := fit(t.Name, 12, room/2)
			text(passageMargin, y, 12, name, ` font-weight="bold" fill="`+color+`"`)
			at := passageMargin + textWidth(name, 12)*boldWidth + 8
			text(at, y, 12, fit(t.Says, 12, float64(width)-passageMargin-at), ` fill="`+color+`"`)
			y += 5
			for _, line := range lines(t.Spans, passageSize, room) {
				y += passageLine
				line.svg(&b, t.Spans, passageMargin, y-8, room)
			}
		}
		y += 6
	}
	height = int(y + 14)
	return fmt.Sprintf(`<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %[1]d %[2]d" font-family="%s" fill="%s">`+"\n"+
		`<rect width="%[1]d" height="%[2]d" fill="%[5]s"/>`+"\n", width, height, fontFamily, ink, paper) + b.String() + "</svg>\n", height
}

// svg draws a line whose letters stand on y.
func (l line) svg(b *strings.Builder, spans []Span, left, y, room float64) {
	x := left
	if l.rightToLeft {
		x += room - l.width()
	}
	for _, p := range l.inOrder() {
		s := spans[p.span]
		if s.Value != nil {
			fill := s.Color
			if fill == "" {
				fill = paper
			}
			fmt.Fprintf(b, `<rect x="%.1f" y="%.1f" width="%.1f" height="21" fill="%s"><title>%s</title></rect>`+"\n", x, y-15.5, p.width, fill, number(*s.Value))
		}
		shown := strings.TrimSpace(p.text)
		if shown != "" {
			inner := textWidth(shown, passageSize) * p.width / max(textWidth(p.text, passageSize), 1e-9)
			at, more := x, ""
			switch {
			case p.rightToLeft: // begins at its right end
				at, more = x+p.width, ` direction="rtl"`
			case strings.HasPrefix(p.text, " "):
				at += p.width - inner
			}
			if utf8.RuneCountInString(shown) > 1 {
				more += fmt.Sprintf(` textLength="%.1f" lengthAdjust="spacingAndGlyphs"`, inner)
			}
			fmt.Fprintf(b, `<text x="%.1f" y="%.1f" font-size="%g"%s>%s</text>`+"\n", at, y, passageSize, more, html.EscapeString(shown))
		}
		x += p.width
	}
}
