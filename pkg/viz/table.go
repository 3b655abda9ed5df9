package viz

import (
	"fmt"
	"html"
	"slices"
	"strings"
	"unicode/utf8"
)

// Table holds a chart's numbers as text, for those who read rather than look.
type Table struct {
	Columns []string   `json:"columns"`
	Rows    [][]string `json:"rows"`
	Group   int        `json:"group,omitempty"`  // so many first columns say what a group of rows shares; drawn, they stand at its first row
	Marked  []int      `json:"marked,omitempty"` // rows that ask for attention
}

// Colours of a table and of all text: dark on a background of its own, so that a dark theme does not matter.
const (
	ink       = "#1f2328"
	faint     = "#59636e"
	hairline  = "#d1d9e0"
	paper     = "#ffffff"
	shade     = "#f6f8fa"
	alarm     = "#9a2a00"
	alarmTint = "#fff3e8"
)

// numeric says whether a column holds numbers: those are aligned to the right.
func (t Table) numeric(column int) bool {
	for _, row := range t.Rows {
		if c := row[column]; c != "" && c != "–" && !strings.ContainsAny(c[:1], "0123456789<>") && !strings.HasPrefix(c, "−") {
			return false
		}
	}
	return true
}

// span is the number of rows that share row i's group if i is its first, 0 if it is not.
func (t Table) span(i int) int {
	same := func(j int) bool { return slices.Equal(t.Rows[i][:t.Group], t.Rows[j][:t.Group]) }
	if t.Group == 0 {
		return 1
	}
	if i > 0 && same(i-1) {
		return 0
	}
	n := 1
	for i+n < len(t.Rows) && same(i+n) {
		n++
	}
	return n
}

// html is the table as HTML. Its styles are in its elements: a notebook that is not trusted keeps those and drops style sheets.
func (t Table) html(caption string) string {
	var b strings.Builder
	fmt.Fprintf(&b, `<table style="border-collapse:collapse;font-size:13px;color:%s;background:%s;margin:0">`, ink, paper)
	cell := ";padding:2px 8px" // many, so as little as is readable
	if caption != "" {
		cell = ";padding:4px 8px;vertical-align:top;white-space:nowrap"
		fmt.Fprintf(&b, `<caption style="text-align:left;font-weight:bold;font-size:16px;color:%s;padding:4px 8px 10px">%s</caption>`, ink, html.EscapeString(caption))
	}
	fmt.Fprintf(&b, `<thead><tr style="background:%s;border-bottom:2px solid %s">`, paper, ink)
	for i, name := range t.Columns {
		fmt.Fprintf(&b, `<th scope="col" style="text-align:%s;padding:5px 8px;font-weight:bold;white-space:nowrap">%s</th>`, t.align(i), html.EscapeString(name))
	}
	b.WriteString("</tr></thead><tbody>")
	for i, row := range t.Rows {
		t.htmlRow(&b, i, row, cell)
	}
	b.WriteString("</tbody></table>")
	return b.String()
}

func (t Table) htmlRow(b *strings.Builder, i int, row []string, cellStyle string) {
	span, background, weight := t.span(i), paper, ""
	if slices.Contains(t.Marked, i) {
		background, weight = alarmTint, ";font-weight:bold"
	}
	rule := "1px solid " + hairline
	if t.Group > 0 && span > 0 && i > 0 {
		rule = "1px solid " + faint
	}
	fmt.Fprintf(b, `<tr style="background:%s;border-top:%s%s">`, background, rule, weight)
	for j, cell := range row {
		style := "text-align:" + t.align(j) + cellStyle
		switch {
		case j < t.Group && span == 0:
		case j < t.Group:
			fmt.Fprintf(b, `<td rowspan="%d" style="%s;background:%s;font-weight:normal">%s</td>`, span, style, paper, html.EscapeString(cell))
		default:
			fmt.Fprintf(b, `<td style="%s">%s</td>`, style, html.EscapeString(cell))
		}
	}
	b.WriteString("</tr>")
}

func (t Table) align(column int) string {
	if t.numeric(column) {
		return "right"
	}
	return "left"
}

// Measures of a drawn table, in pixels.
const (
	tableTop  = 44 // of the header
	rowHeight = 24
	cellSpace = 16 // between columns
	charWidth = 6.9
)

// height of the drawn table with its title.
func (t Table) height() int { return tableTop + rowHeight*(len(t.Rows)+1) + 12 }

// widths of the columns: of the longest text in each.
func (t Table) widths() []float64 {
	w := make([]float64, len(t.Columns))
	for _, row := range append([][]string{t.Columns}, t.Rows...) {
		for j, cell := range row {
			w[j] = max(w[j], charWidth*float64(utf8.RuneCountInString(cell))+cellSpace)
		}
	}
	return w
}

// tableSVG draws the chart's table where HTML is not welcome.
func (c *Chart) tableSVG() []byte {
	var b strings.Builder
	t, widths := c.Table, c.Table.widths()
	text := func(x float64, y int, s, more string) {
		fmt.Fprintf(&b, `<text x="%.1f" y="%d"%s>%s</text>`+"\n", x, y, more, html.EscapeString(clean(s)))
	}
	rule := func(x float64, y int, stroke string, width int) {
		fmt.Fprintf(&b, `<path d="M%.1f %d H%d" stroke="%s" stroke-width="%d"/>`+"\n", x, y, c.Width-8, stroke, width)
	}
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %[1]d %[2]d" font-family="%s" font-size="13" fill="%s">`+"\n",
		c.Width, c.Height, fontFamily, ink)
	fmt.Fprintf(&b, `<rect width="%d" height="%d" fill="%s"/>`+"\n", c.Width, c.Height, paper)
	text(18, 27, c.Title, ` font-size="16" font-weight="bold"`)
	for i := range t.Rows {
		if slices.Contains(t.Marked, i) {
			x := 8.0
			for _, w := range widths[:t.Group] {
				x += w
			}
			fmt.Fprintf(&b, `<rect x="%.1f" y="%d" width="%.1f" height="%d" fill="%s"/>`+"\n", x, tableTop+rowHeight*(i+1), float64(c.Width)-8-x, rowHeight, alarmTint)
		}
	}
	x := 8.0
	for j, name := range t.Columns {
		at, anchor := x+cellSpace/2, ""
		if t.numeric(j) {
			at, anchor = x+widths[j]-cellSpace/2, ` text-anchor="end"`
		}
		text(at, tableTop+16, name, anchor+` font-weight="bold"`)
		for i, row := range t.Rows {
			y := tableTop + rowHeight*(i+1)
			switch span := t.span(i); {
			case j < t.Group && span == 0:
				continue
			case j == 0 && i > 0:
				rule(8, y, faint, 1)
			case j == t.Group && span == 0 || t.Group == 0 && j == 0 && i > 0:
				rule(x, y, hairline, 1)
			}
			weight := ""
			if j >= t.Group && slices.Contains(t.Marked, i) {
				weight = ` font-weight="bold"`
			}
			text(at, y+16, row[j], anchor+weight)
		}
		x += widths[j]
	}
	rule(8, tableTop+rowHeight, ink, 2)
	b.WriteString("</svg>\n")
	return []byte(b.String())
}
