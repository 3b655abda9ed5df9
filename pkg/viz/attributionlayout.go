package viz

import (
	"fmt"
	"slices"

	"github.com/vitrine-ml/vitrine/pkg/record"
)

// Measures of the figure, in pixels.
const (
	attributionMargin = 16.0
	rowHead           = 164.0 // width of what stands left of the images
	columnHead        = 150.0 // height of all that stands above them
	headAt            = 92.0
	columnGap         = 18.0
)

// headFont is that of the heads of columns and rows.
var headFont = font{Bold: true, Size: 13}

// onto draws the map of column j for example i over its place, as far as it is not the picture that is returned, and says what more there is to
// say of it when it is pointed at.
type onto func(page *sheet, i, j int, x, y, w, h float64) (url string, lines []string, err error)

// lay draws the columns side by side.
func (f ImageAttribution) lay(images raster, columns []column, draw onto, subtitle, alt string) (*Chart, error) {
	s, n, width := f.Samples, f.Samples.Len(), widthOr(f.Width)
	pitch := (float64(width) - 2*attributionMargin - rowHead + columnGap) / float64(len(columns)+1)
	w, h := boxFor(images, min(pitch-columnGap, sideFor(n)))
	if w < 24 {
		return nil, fmt.Errorf("%d methods in %d pixels leave %.0f for an image: fewer Explanations, or a greater Width", len(columns), width, w)
	}
	pitch = min(pitch, max(w, 132)+columnGap)
	captions := slices.ContainsFunc(columns, func(c column) bool { return c.why.Residual != nil || !c.why.Converged() })
	pitchY := h + 14
	if captions {
		pitchY += 16
	}

	var page sheet
	left := attributionMargin + rowHead
	page.text(left, headAt, "Image", headFont)
	for j, c := range columns {
		c.head(&page, left+float64(j+1)*pitch, min(pitch-columnGap, max(w, 110)), pitch-4)
	}
	shared := sharedTarget(columns)
	for i := range n {
		y := columnHead + float64(i)*pitchY
		of := captionOf(s, i)
		rowHeadOf(&page, y+h/2, of, explainedClass(s, shared, i))
		url, err := images.picture(i, zoom(w, images.width))
		if err != nil {
			return nil, fmt.Errorf("example %d: %w", i, err)
		}
		page.image(left, y, w, h, url, of.lines()...)
		for j, c := range columns {
			x := left + float64(j+1)*pitch
			url, more, err := draw(&page, i, j, x, y, w, h)
			if err != nil {
				return nil, fmt.Errorf("example %d: %w", i, err)
			}
			c.cell(&page, x, y, w, h, pitch-6, i, url, append(c.lines(s, of, i), more...))
		}
	}

	height := columnHead + float64(n)*pitchY + 4
	used := left + float64(len(columns)+1)*pitch - columnGap + attributionMargin
	width = min(width, int(max(used, 680))) // wide enough for the text above
	return page.chart(clean(orElse(f.Title, "What the model looked at")), subtitle, alt, width, int(height), attributionTable(s, columns))
}

// sideFor is the greatest side of an image in a figure of n examples: many are shown smaller.
func sideFor(n int) float64 {
	switch {
	case n <= 4:
		return 140
	case n <= 8:
		return 104
	default:
		return 80
	}
}

// head draws what stands above a column: the method, for which there is that much room, and its scale of that width.
func (c column) head(page *sheet, x, width, room float64) {
	page.text(x, headAt, headFont.fit(c.name, room), headFont)
	page.scaleBar(x, headAt+16, width, c.limit)
}

// cell draws one map, with its frame and, where it has one, its residual; what is not ok is marked in words and by dashes.
func (c column) cell(page *sheet, x, y, w, h, room float64, i int, url string, lines []string) {
	page.image(x, y, w, h, url, lines...)
	status := c.why.Status[i]
	if status == record.OK {
		page.frame(x, y, w, h, hairline, 1)
	} else {
		page.frame(x, y, w, h, alarm, 2, 5, 3)
		page.cross(x+w, y)
	}
	text, small := "", font{Size: 11, Color: faint}
	if c.why.Residual != nil {
		text = "residual " + short(c.why.Residual[i])
	}
	if status != record.OK {
		text = clean(string(status))
		if c.why.Residual != nil {
			text += ", " + short(c.why.Residual[i])
		}
		small = font{Size: 11, Color: alarm, Bold: true}
	}
	if text != "" {
		page.text(x, y+h+11, small.fit(text, room), small)
	}
}

// rowHeadOf says left of the images which example it is.
func rowHeadOf(page *sheet, middle float64, of caption, explained string) {
	type row struct {
		text string
		font font
	}
	var rows []row
	room := rowHead - 14
	if of.label != "" {
		rows = append(rows, row{headFont.fit(of.label, room), headFont})
	} else {
		rows = append(rows, row{"example " + of.name, headFont})
	}
	if of.predicted != "" {
		if of.wrong {
			rows = append(rows, row{"wrongly predicted:", font{Color: alarm, Bold: true}})
		} else {
			rows = append(rows, row{"predicted:", font{Color: faint}})
		}
		rows = append(rows, row{font{}.fit(of.predicted, room-40) + " " + of.probability, font{}})
	}
	if explained != "" {
		rows = append(rows, row{font{}.fit(explained, room), font{Color: faint}})
	}
	for i, r := range rows {
		page.text(attributionMargin, middle+17*(float64(i)-float64(len(rows)-1)/2), r.text, r.font)
	}
}

// lines are what is said of a map when it is pointed at.
func (c column) lines(s record.Samples, of caption, i int) []string {
	e := c.why
	lines := []string{c.name}
	if explained := explainedClass(s, &e.Target, i); explained != "" {
		lines = append(lines, explained)
	}
	lines = append(lines, of.lines()...)
	sum := 0.0
	for _, v := range c.values[i] {
		sum += v
	}
	lines = append(lines, fmt.Sprintf("values: %s … %s, sum %s", number(slices.Min(c.values[i])), number(slices.Max(c.values[i])), number(sum)))
	if e.Base != nil {
		lines = append(lines, fmt.Sprintf("output %s, base %s", number(e.Output[i]), number(e.Base[i])))
	} else {
		lines = append(lines, "output "+number(e.Output[i]))
	}
	if e.Residual != nil {
		lines = append(lines, "residual "+number(e.Residual[i]))
	}
	return append(lines, "status: "+clean(string(e.Status[i])))
}

// explainedClass names the class whose output was explained.
func explainedClass(s record.Samples, t *record.Target, i int) string {
	if t == nil || len(t.Classes) == 0 {
		return ""
	}
	text := "explained: " + clean(s.Class(t.Classes[i]))
	if len(t.Minus) > 0 {
		text += " − " + clean(s.Class(t.Minus[i]))
	}
	return text
}
