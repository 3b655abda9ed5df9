package viz

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/vitrine-ml/vitrine/pkg/record"
)

// FeatureBar shows which features count. Of many examples it shows the mean |value| of each feature, the greatest on top; of one (Local), the values themselves,
// orange above zero and blue below. Several explanations stand beside one another: cohorts, or methods. Whiskers are two standard errors to either side: of a mean, those
// that come from the choice of examples, with the values' own errors in them; of a value, its own.
type FeatureBar struct {
	Explanations []*record.Explanation // of the same features, up to five
	Names        []string              // of the explanations; nil means their methods
	Samples      record.Samples        // what the features of a local bar are, if all explanations are of these examples; may be the zero value
	Local        bool                  // the values of one example
	Example      int                   // which one, counted from 0, where Local
	Input        string                // which attributed input; "" means the only one with features
	Top          int                   // so many features of the greatest |value|; one row adds up the bars of all others; 0 means 10
	Title        string                // "" means "Which features count"
	Width        int                   // of the figure in pixels; 0 means 820
}

// Draw implements Figure.
func (f FeatureBar) Draw() (*Chart, error) {
	c, err := f.draw()
	if err != nil {
		return nil, fmt.Errorf("viz: feature bar: %w", err)
	}
	return c, nil
}

func (f FeatureBar) draw() (*Chart, error) {
	names, err := namesOf(f.Explanations, f.Names)
	if err != nil {
		return nil, err
	}
	all, err := f.cohorts(names)
	if err != nil {
		return nil, err
	}
	lanes, err := f.lanes(all)
	if err != nil {
		return nil, err
	}
	title := clean(orElse(f.Title, "Which features count"))
	what, examples := "mean |value|", make([]string, len(all))
	for k, c := range all {
		examples[k] = fmt.Sprintf("%s: %d", names[k], len(c.rows))
	}
	subtitle := fmt.Sprintf("Mean |value| over %d %s, %s, explained: %s", len(all[0].rows), plural(len(all[0].rows), "example", "examples"), names[0], all[0].explained())
	if len(all) > 1 {
		subtitle = fmt.Sprintf("Mean |value|, explained: %s; examples of %s", all[0].explained(), strings.Join(examples, ", "))
	}
	if f.Local {
		what = "value"
		of := all[0].caption(0)
		subtitle = strings.Join(append([]string{"Example " + of.name}, of.lines()[1:]...), ", ") + "; " + strings.Join(names, ", ") + ", explained: " + all[0].explained()
	}
	var b bars
	table := Table{Columns: []string{"Feature", "What it is", "Explanation", "Value", "Standard error", "Examples"}}
	if len(all) > 1 {
		b.beside = names
	}
	errors := false
	for _, l := range lanes {
		name := rowName{name: l.name}
		if f.Local {
			name = all[0].rowName(0, l)
		}
		b.names = append(b.names, name)
		for k, c := range all {
			value, stdErr := f.value(c, l)
			note, cell, color := digits(value, 3), "–", css(diverging[1])
			low, high := math.NaN(), math.NaN()
			if f.Local {
				note, color = plus(value), sign(value)
			}
			if len(all) > 1 {
				color = forecastColors[k].color
			}
			if !math.IsNaN(stdErr) {
				note += " ± " + short(2*stdErr)
				cell, low, high, errors = number(stdErr), value-2*stdErr, value+2*stdErr, true
				if !f.Local {
					low = max(0, low) // a mean |value| is never below
				}
			}
			b.values, b.colors, b.notes = append(b.values, value), append(b.colors, color), append(b.notes, note)
			b.low, b.high = append(b.low, low), append(b.high, high)
			table.Rows = append(table.Rows, []string{l.name, orElse(name.cell, "–"), names[k], number(value), cell, strconv.Itoa(len(c.rows))})
		}
	}
	b.lines = func(i int) []string {
		lines := []string{b.names[i/len(all)].full(), what + ": " + b.notes[i]}
		if len(all) > 1 {
			lines = append(lines, names[i%len(all)])
		}
		return lines
	}
	if errors {
		subtitle += "; ± and whiskers: two standard errors"
	}
	for _, c := range all {
		subtitle += c.unfinished() + c.unconverged()
	}
	s, err := newStage(f.Width, title, subtitle+".")
	if err != nil {
		return nil, err
	}
	y := s.top + 10
	if len(all) > 1 {
		s.legend = names
		y += 24
	}
	axis := map[string]any{"name": what}
	if !f.Local {
		axis["min"] = 0
	}
	y = b.draw(&s.plot, y, s.figure, axis)
	alt := fmt.Sprintf("%s: %s of %d features. ", s.title, what, len(all[0].names))
	for k, name := range names {
		var parts []string
		for i := range min(3, len(lanes)) {
			parts = append(parts, b.names[i].full()+" "+b.notes[i*len(all)+k])
		}
		alt += fmt.Sprintf("%s: %s. ", name, strings.Join(parts, ", "))
	}
	c, err := s.chart(s.title, s.subtitle, strings.TrimSpace(alt), int(s.figure), int(y+52), table)
	if err == nil && len(all) > 1 {
		legend := c.Option["legend"].(map[string]any)
		legend["top"], legend["left"], legend["itemWidth"] = s.top, 12, 14
		delete(legend, "right")
	}
	return c, err
}

// cohorts are the explanations' features, of which each has the same.
func (f FeatureBar) cohorts(names []string) ([]features, error) {
	if len(f.Explanations) > len(forecastColors) {
		return nil, fmt.Errorf("%d explanations: give 1 to %d", len(f.Explanations), len(forecastColors))
	}
	all := make([]features, len(f.Explanations))
	for k, e := range f.Explanations {
		samples := f.Samples
		if !f.Local {
			samples = record.Samples{Classes: samples.Classes}
		}
		var err error
		if all[k], err = featuresOf(e, samples, f.Input); err != nil {
			return nil, fmt.Errorf("%s: %w", names[k], err)
		}
		if f.Local {
			if all[k], err = all[k].only(f.Example); err != nil {
				return nil, fmt.Errorf("%s: %w", names[k], err)
			}
		}
		if !slices.Equal(all[k].names, all[0].names) {
			return nil, fmt.Errorf("%s explains other features than %s: %.200q and %.200q", names[k], names[0], all[k].names, all[0].names)
		}
	}
	return all, nil
}

// lanes are rows in the order of what counts over all explanations, each of which has the same weight.
func (f FeatureBar) lanes(all []features) ([]lane, error) {
	together := all[0]
	together.values = nil
	for _, c := range all {
		together.values = append(together.values, c.strength())
	}
	return together.lanes(f.Top)
}

// value of a lane and its standard error, NaN where that is not known.
func (f FeatureBar) value(c features, l lane) (value, stdErr float64) {
	if f.Local {
		e, known := c.errorOf(0, l)
		if !known {
			e = math.NaN()
		}
		return c.sum(0, l), e
	}
	sizes := make([]float64, len(c.values))
	for at, row := range c.values {
		for _, j := range l.of {
			sizes[at] += math.Abs(row[j])
		}
	}
	value, deviation := spread(sizes)
	if len(sizes) == 1 {
		return value, math.NaN()
	}
	if deviation < 1e-12*value { // rounding
		deviation = 0
	}
	return value, deviation / math.Sqrt(float64(len(sizes)))
}
