package viz

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/vitrine-ml/vitrine/pkg/record"
)

// ImageAttribution shows what each pixel contributed to the explained output: a row an example, a column a method. Orange speaks for the output,
// blue against it, white not at all; the image lies faintly beneath. Values are summed over colour channels, with their signs.
type ImageAttribution struct {
	Samples      record.Samples
	Explanations []*record.Explanation // of the same examples, in the same order
	Names        []string              // heads of the columns; nil means the methods' names
	Input        string                // which attributed input is the image; "" means the only one, or the one of the images' shape
	Scale        Scale                 // what the strongest colour stands for; the default is one scale a method, because methods differ in their units
	Clip         float64               // percentile of the absolute values that gets the strongest colour, as do all beyond; 0 means 100: none is beyond
	Title        string                // "" means "What the model looked at"
	Width        int                   // of the figure in pixels; 0 means 820
}

// column is one method, ready to be drawn.
type column struct {
	name   string
	why    *record.Explanation
	values [][]float64 // an example, row by row of pixels, channels summed
	limit  float64     // of the colour scale
	beyond int         // pixels beyond it

	padding []float64 // an example: the sum of values that belong to nothing that is shown; nil where there are none
}

// Draw implements Figure.
func (f ImageAttribution) Draw() (*Chart, error) {
	images, err := imagesOf(f.Samples)
	if err != nil {
		return nil, fmt.Errorf("viz: image attribution: %w", err)
	}
	columns, err := f.columns(images)
	if err != nil {
		return nil, fmt.Errorf("viz: image attribution: %w", err)
	}
	if err := f.setLimits(columns); err != nil {
		return nil, fmt.Errorf("viz: image attribution: %w", err)
	}
	onDark := images.dark()
	overlay := func(_ *sheet, i, j int, _, _, w, _ float64) (string, []string, error) {
		url, err := images.overlay(i, columns[j].values[i], columns[j].limit, onDark, zoom(w, images.width))
		return url, nil, err
	}
	c, err := f.lay(images, columns, overlay, f.subtitle(columns, sharedTarget(columns)), f.alt(columns))
	if err != nil {
		return nil, fmt.Errorf("viz: image attribution: %w", err)
	}
	return c, nil
}

// columns checks that the explanations belong to the images and sums their channels.
func (f ImageAttribution) columns(images raster) ([]column, error) {
	names, err := namesOf(f.Explanations, f.Names)
	if err != nil {
		return nil, err
	}
	out := make([]column, len(names))
	for i, e := range f.Explanations {
		if got, want := e.Rows(), f.Samples.Len(); got != want {
			return nil, fmt.Errorf("%s explains %d examples, but there are %d samples: give the samples that were explained", names[i], got, want)
		}
		values, err := f.imageOf(e, images)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", names[i], err)
		}
		out[i] = column{name: names[i], why: e}
		for row := range e.Rows() {
			sums := values.sum(row)
			if slices.ContainsFunc(sums, func(v float64) bool { return math.IsInf(v, 0) }) {
				return nil, fmt.Errorf("%s: the channels of example %d add up to more than a number can hold", names[i], row)
			}
			out[i].values = append(out[i].values, sums)
		}
	}
	return out, nil
}

// imageOf finds the values that belong to the pixels.
func (f ImageAttribution) imageOf(e *record.Explanation, images raster) (raster, error) {
	var offered []string
	for _, a := range e.Values {
		offered = append(offered, fmt.Sprintf("%q %v", a.Name, a.Shape))
		if f.Input != "" && a.Name != f.Input {
			continue
		}
		r, err := rasterOf(a)
		if err == nil && r.height == images.height && r.width == images.width && (r.channels == 1 || r.channels == images.channels) {
			return r, nil
		}
	}
	want := fmt.Sprintf("an attributed input of the images' size, %d × %d pixels with %d channels or one", images.height, images.width, images.channels)
	if f.Input != "" {
		want += fmt.Sprintf(", named %q", f.Input)
	}
	return raster{}, fmt.Errorf("expected %s, got %s: give the samples that were explained, with height, width and channels as the model saw them",
		want, strings.Join(offered, ", "))
}

// setLimits chooses the scales.
func (f ImageAttribution) setLimits(columns []column) error {
	return setLimits(columns, f.Scale, f.Clip)
}
