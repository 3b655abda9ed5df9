package viz

import (
	"fmt"

	"github.com/vitrine-ml/vitrine/pkg/record"
)

// SampleGrid shows images with their classes and, where a model has seen them, what it predicted. A wrong prediction has a cross
// and a dashed frame.
type SampleGrid struct {
	Samples record.Samples
	Columns int    // images in a row; 0 means 8, or as many as there are
	Title   string // "" means the dataset's name
	Width   int    // of the figure in pixels; 0 means 820
}

// Draw implements Figure.
func (f SampleGrid) Draw() (*Chart, error) {
	images, err := imagesOf(f.Samples)
	if err != nil {
		return nil, fmt.Errorf("viz: sample grid: %w", err)
	}
	s, n := f.Samples, f.Samples.Len()
	columns := f.Columns
	if columns <= 0 {
		columns = 8
	}
	columns = min(columns, n)
	title := f.Title
	if title == "" {
		title = s.Dataset
	}
	if title == "" {
		title = "Samples"
	}

	const margin, gap, top, line = 16.0, 14.0, 72.0, 16.0
	width := widthOr(f.Width)
	lines := 0.0
	if len(s.Labels) > 0 {
		lines++
	}
	if len(s.Predictions) > 0 {
		lines++
	}
	pitch := (float64(width) - 2*margin + gap) / float64(max(columns, 3))
	w, h := boxFor(images, min(pitch-gap, 160))
	if w < 16 {
		return nil, fmt.Errorf("viz: sample grid: %d columns in %d pixels leave %.0f for an image: fewer Columns, or a greater Width", columns, width, w)
	}
	pitchY := h + lines*line + 16

	var page sheet
	table := Table{Columns: []string{"Example", "Class", "Predicted", "Probability", "Right"}}
	wrong := 0
	for i := range n {
		x, y := margin+float64(i%columns)*pitch, top+float64(i/columns)*pitchY
		of := captionOf(s, i)
		url, err := images.picture(i, zoom(w, images.width))
		if err != nil {
			return nil, fmt.Errorf("viz: sample grid: example %d: %w", i, err)
		}
		page.image(x, y, w, h, url, of.lines()...)
		at := y + h + 11
		if of.label != "" {
			bold := font{Bold: true}
			page.text(x, at, bold.fit(of.label, pitch-4), bold)
			at += line
		}
		if of.predicted != "" {
			small := font{Size: 11.5, Color: faint}
			if of.wrong {
				small.Color, small.Bold = alarm, true
				wrong++
				page.frame(x, y, w, h, alarm, 2, 5, 3)
				page.cross(x+w, y)
				table.Marked = append(table.Marked, i)
			}
			page.text(x, at, small.fit(of.predicted, pitch-4-36)+" "+of.probability, small)
		}
		table.Rows = append(table.Rows, []string{of.name, of.label, of.predicted, of.probability, of.verdict()})
	}

	alt := fmt.Sprintf("%d images of %s", n, title)
	subtitle := ""
	if len(s.Predictions) > 0 && len(s.Labels) > 0 {
		alt += fmt.Sprintf(", %d of them predicted wrongly", wrong)
		subtitle = fmt.Sprintf("in bold the class, beneath it the prediction; %d of %d wrong: with a cross and a dashed frame", wrong, n)
	} else if len(s.Predictions) > 0 {
		subtitle = "the model's predictions; the true classes are not known"
	}
	height := top + float64((n+columns-1)/columns)*pitchY
	return page.chart(clean(title), subtitle, clean(alt)+".", width, int(height), table)
}

// boxFor fits an image into a square of that side.
func boxFor(r raster, side float64) (w, h float64) {
	scale := side / float64(max(r.width, r.height))
	return scale * float64(r.width), scale * float64(r.height)
}
