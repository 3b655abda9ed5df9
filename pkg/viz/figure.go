// Package viz draws records: samples, trainings, scores, forecasts, explanations and how far they can be trusted.
//
// A figure is a struct whose exported fields are its data and its options; a zero option is the documented default. Drawing it gives a
// [Chart], which a notebook shows live and which can be written as SVG, as an HTML page of its own or as JSON:
//
//	viz.Show(viz.ImageAttribution{Samples: samples, Explanations: why})                    // in a notebook
//	viz.WriteFile(viz.ImageAttribution{Samples: samples, Explanations: why}, "why.html")   // anywhere
//
// Every chart says in words what it shows and carries its numbers as a table. Whatever it needs is inside it: nothing is fetched, from
// nowhere, when it is looked at. Text from data is shown as text and never becomes markup. The same figure gives the same bytes.
package viz

// Figure is what can be drawn.
type Figure interface {
	// Draw makes the chart, or says what is wrong with the data.
	Draw() (*Chart, error)
}

// defaultWidth is that of a notebook's cell on a laptop, in pixels.
const defaultWidth = 820

// widthOr is the width that was asked for, the default where none was.
func widthOr(width int) int {
	if width <= 0 {
		return defaultWidth
	}
	return width
}
