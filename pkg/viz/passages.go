package viz

import (
	"fmt"
	"html"
	"strings"
)

// Passages are texts whose parts are coloured: plain data, from which a page and a picture are made.
type Passages struct {
	Subtitle string    `json:"subtitle"`
	Legend   []Legend  `json:"legend"`
	Groups   []Passage `json:"groups"`
}

// Legend is one scale of colours, symmetric about zero.
type Legend struct {
	Name  string  `json:"name"`
	Limit float64 `json:"limit"` // what the strongest colour stands for
}

// Passage is one example: what is known of it, and its text once a method.
type Passage struct {
	Example string    `json:"example"`
	Known   string    `json:"known,omitempty"` // class and prediction, in words
	Wrong   bool      `json:"wrong,omitempty"` // the prediction
	Texts   []Reading `json:"texts"`
}

// Reading is a text with the values that one method gives its parts.
type Reading struct {
	Name   string `json:"name"`
	Says   string `json:"says"`             // outputs and sums, in words
	Marked bool   `json:"marked,omitempty"` // it asks for attention
	Spans  []Span `json:"spans"`
}

// Span is a part of a text: a token with its value, or what stands between tokens and has none.
type Span struct {
	Text  string   `json:"text"`
	Value *float64 `json:"value,omitempty"`
	Color string   `json:"color,omitempty"` // CSS; "" where the value has none to speak of
}

// strength is how far into the colours of signed values a text's background goes: dark letters stay readable on all of them.
const strength = 0.7

// html is the texts as HTML. Its styles are in its elements, as those of tables are. A text has the direction of its first letter that has one,
// and what is said of it does not disturb that.
func (p *Passages) html(title string) string {
	var b strings.Builder
	fmt.Fprintf(&b, `<div style="font-size:16px;font-weight:bold;padding:2px 10px">%s</div>`, html.EscapeString(title))
	fmt.Fprintf(&b, `<div style="font-size:12px;color:%s;padding:2px 10px 8px">%s</div>`, faint, strings.ReplaceAll(html.EscapeString(p.Subtitle), "\n", "<br>"))
	b.WriteString(`<div style="font-size:12px;padding:0 10px 2px">`)
	for _, l := range p.Legend {
		fmt.Fprintf(&b, `<span style="display:inline-block;margin:0 24px 4px 0;white-space:nowrap"><b><bdi>%s</bdi></b> <span style="color:%s">%s</span> `,
			html.EscapeString(l.Name), faint, short(-l.Limit))
		for i := range legendSteps {
			fmt.Fprintf(&b, `<span style="display:inline-block;width:6px;height:10px;background:%s"></span>`, css(signed(strength*legendAt(i))))
		}
		fmt.Fprintf(&b, ` <span style="color:%s">+%s</span></span>`, faint, short(l.Limit))
	}
	b.WriteString("</div>")
	for _, g := range p.Groups {
		color := ink
		if g.Wrong {
			color = alarm
		}
		fmt.Fprintf(&b, `<div style="border-top:1px solid %s;margin:6px 10px 0;padding:8px 0 2px"><div style="font-size:13px"><b>%s</b> <span style="color:%s">%s</span></div>`,
			hairline, html.EscapeString(g.Example), color, html.EscapeString(g.Known))
		for _, t := range g.Texts {
			t.html(&b)
		}
		b.WriteString("</div>")
	}
	return b.String()
}

func (t Reading) html(b *strings.Builder) {
	color := faint
	if t.Marked {
		color = alarm
	}
	fmt.Fprintf(b, `<div style="font-size:12px;color:%s;padding:6px 0 1px"><b><bdi>%s</bdi></b> <bdi>%s</bdi></div><div dir="auto" style="font-size:15px;line-height:1.6;white-space:pre-wrap;overflow-wrap:break-word">`,
		color, html.EscapeString(t.Name), html.EscapeString(t.Says))
	for _, s := range t.Spans {
		switch {
		case s.Value == nil:
			b.WriteString(html.EscapeString(s.Text))
		case s.Color == "":
			fmt.Fprintf(b, `<span title="%s">%s</span>`, number(*s.Value), html.EscapeString(s.Text))
		default:
			fmt.Fprintf(b, `<span title="%s" style="background:%s">%s</span>`, number(*s.Value), s.Color, html.EscapeString(s.Text))
		}
	}
	b.WriteString("</div>")
}

// legendSteps is the number of colours in a legend.
const legendSteps = 21

func legendAt(i int) float64 { return 2*float64(i)/(legendSteps-1) - 1 }
