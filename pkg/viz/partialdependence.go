package viz

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/vitrine-ml/vitrine/pkg/record"
)

// PartialDependence shows what an output would be if a feature had other values: faint lines for single examples (ICE: Goldstein et al. 2015) and
// the mean of all (J. Friedman, "Greedy function approximation", 2001) with a band of two standard errors to either side; beneath, which values the
// examples have: where there are few, the curve is a guess. Of a category there is a bar a word, of two features a map.
type PartialDependence struct {
	Dependence *record.Dependence
	Centred    bool     // every line begins at 0, so that what is left is its shape; of one feature that is no category
	Lines      int      // so many single examples at most, evenly by their place; 0 means 50, less than 0 none
	Classes    []string // names of the classes; nil means their numbers
	Title      string   // "" means the feature and the output
	Width      int      // of the figure in pixels; 0 means 820
}

// rugMarks is how many of the examples' values are marked at most.
const rugMarks = 200

// Draw implements Figure.
func (f PartialDependence) Draw() (*Chart, error) {
	c, err := f.draw()
	if err != nil {
		return nil, fmt.Errorf("viz: partial dependence: %w", err)
	}
	return c, nil
}

func (f PartialDependence) draw() (*Chart, error) {
	d := f.Dependence
	if d == nil {
		return nil, fmt.Errorf("no Dependence: give what explain.PartialDependence returns")
	}
	if err := d.Check(); err != nil {
		return nil, err
	}
	if width := widthOr(f.Width); width < 400 {
		return nil, fmt.Errorf("Width is %d: a curve needs at least 400 pixels", width)
	}
	categorical := d.Varied[0].Categories != nil
	switch {
	case len(d.Varied) == 1 && !categorical:
		if len(d.Varied[0].Points) < 2 {
			return nil, fmt.Errorf("%q has one point: a curve needs at least two", d.Varied[0].Name)
		}
		return f.curve()
	case f.Centred:
		return nil, fmt.Errorf("Centred is for one feature with an order, not for categories or two features")
	case len(d.Varied) == 1:
		return f.categories()
	}
	return f.surface()
}

// of is the mean over the examples as an effect of the only feature.
func (f PartialDependence) of(d *record.Dependence) effect {
	v := d.Varied[0]
	mean, stdErr := d.Mean()
	e := effect{feature: namedFeature(v.Name, v.Unit), points: v.Points, values: mean, stdErr: stdErr}
	e.lines = func(i int) []string {
		low, high := f.spreadAt(d, i)
		return []string{e.feature + ": " + pointName(v.Points[i], v.Categories), "mean " + e.withError(i), "examples from " + digits(low, 3) + " to " + digits(high, 3)}
	}
	return e
}

// spreadAt is the smallest and greatest of the curves at a point.
func (f PartialDependence) spreadAt(d *record.Dependence, i int) (low, high float64) {
	at := make([]float64, d.Curves.Rows())
	for row := range at {
		at[row] = d.Curves.Row(row)[i]
	}
	return extent(at)
}

// curve draws one feature.
func (f PartialDependence) curve() (*Chart, error) {
	d := f.Dependence
	if f.Centred {
		var err error
		if d, err = d.Centred(0); err != nil {
			return nil, err
		}
	}
	e, width, v := f.of(d), float64(widthOr(f.Width)), d.Varied[0]
	examples := d.Curves.Rows()
	most := f.Lines
	if most == 0 {
		most = 50
	}
	drawn := max(0, min(most, examples))
	subtitle := fmt.Sprintf("Mean of %d %s", examples, plural(examples, "example", "examples"))
	if e.stdErr != nil {
		subtitle += " with two standard errors to either side"
	}
	if drawn > 0 {
		subtitle += fmt.Sprintf("; faint: %s", allOr(drawn, examples))
	}
	if f.Centred {
		subtitle += ", all less their value at the first point"
	}
	rug, outside := e.rug(v.Observed, rugMarks)
	subtitle += fmt.Sprintf(". Beneath: the values of %s", allOr(len(rug), examples))
	if outside > 0 {
		subtitle += fmt.Sprintf(", %d lie outside", outside)
	}
	if d.Unfinished {
		subtitle += ". Not finished"
	}
	lines := wrapped(subtitle+".", width-32)
	var p plot
	y := 120 + 17*float64(len(lines)-1)
	output := outputName(d.Target, f.Classes)
	panel, below, end := e.panels(&p, y, width, 14, output, "data")
	const one = "single examples"
	if drawn > 0 {
		var data []any
		for k := range drawn {
			row := d.Curves.Row(k * (examples - 1) / max(drawn-1, 1))
			for i, x := range v.Points {
				data = append(data, []any{e.at(x), round(row[i])})
			}
			data = append(data, []any{e.at(v.Points[len(row)-1]), "-"}) // a gap
		}
		p.draw(panel, map[string]any{"type": "line", "name": one, "data": data, "symbol": "none", "silent": true, "z": 2,
			"lineStyle": map[string]any{"color": faint, "width": 1, "opacity": 0.45}, "itemStyle": map[string]any{"color": faint}})
		p.legend = append(p.legend, one)
	}
	e.draw(&p, panel, "mean", f.Centred)
	p.legend = append(p.legend, "mean")
	if e.stdErr != nil {
		p.legend = append(p.legend, bandName)
	}
	marks := make([]any, len(rug))
	for i, x := range rug {
		marks[i] = []any{e.at(x), 0.5}
	}
	p.draw(below, map[string]any{"type": "scatter", "silent": true, "symbol": "rect", "symbolSize": []any{1, 10}, "data": marks, "itemStyle": map[string]any{"color": ink, "opacity": 0.5}})
	p.yAxes[below].(map[string]any)["max"] = 1
	p.yAxes[below].(map[string]any)["axisLine"] = map[string]any{"show": false}

	table := Table{Columns: []string{e.feature, "Mean", "Standard error", "Smallest", "Largest"}}
	for i, x := range v.Points {
		low, high := f.spreadAt(d, i)
		table.Rows = append(table.Rows, []string{number(x), number(e.values[i]), f.errorAt(e, i), number(low), number(high)})
	}
	c, err := p.chart(f.title(output), strings.Join(lines, "\n"), f.alt(e, output), int(width), int(end), table)
	if err != nil {
		return nil, err
	}
	return c, legendBelow(c, 48+17*float64(len(lines)))
}

func (f PartialDependence) errorAt(e effect, i int) string {
	if e.stdErr == nil {
		return "–"
	}
	return number(e.stdErr[i])
}

// allOr writes a number of a whole: "all 20", "50 of 300".
func allOr(n, of int) string {
	if n == of {
		return "all " + strconv.Itoa(n)
	}
	return fmt.Sprintf("%d of %d", n, of)
}

// categories draws a feature that is one.
func (f PartialDependence) categories() (*Chart, error) {
	d := f.Dependence
	e, v, width := f.of(d), d.Varied[0], float64(widthOr(f.Width))
	have := make([]int, len(v.Categories))
	for _, o := range v.Observed {
		if i := int(o); i >= 0 && i < len(have) {
			have[i]++
		}
	}
	table := Table{Columns: []string{e.feature, "Mean", "Standard error", "Smallest", "Largest", "Examples"}}
	var names, notes []string
	for i, x := range v.Points {
		low, high := f.spreadAt(d, i)
		n := have[int(x)]
		names, notes = append(names, pointName(x, v.Categories)), append(notes, counted(n))
		table.Rows = append(table.Rows, []string{names[i], number(e.values[i]), f.errorAt(e, i), number(low), number(high), strconv.Itoa(n)})
	}
	subtitle := fmt.Sprintf("Mean of %d %s as if all had the category", d.Curves.Rows(), plural(d.Curves.Rows(), "example", "examples"))
	if e.stdErr != nil {
		subtitle += "; ± and whiskers: two standard errors"
	}
	subtitle += "; in brackets, how many have it"
	if d.Unfinished {
		subtitle += ". Not finished"
	}
	lines := wrapped(subtitle+".", width-32)
	var p plot
	output := outputName(d.Target, f.Classes)
	y := e.bars(names, notes).draw(&p, 57+17*float64(len(lines)), width, map[string]any{"name": output})
	return p.chart(f.title(output), strings.Join(lines, "\n"), f.alt(e, output), int(width), int(y+52), table)
}

func (f PartialDependence) title(output string) string {
	if f.Title != "" {
		return clean(f.Title)
	}
	names := visible(f.Dependence.Varied[0].Name)
	if len(f.Dependence.Varied) == 2 {
		names += " and " + visible(f.Dependence.Varied[1].Name)
	}
	return clean("How " + output + " depends on " + names)
}

// alt says in words what the figure of one feature shows.
func (f PartialDependence) alt(e effect, output string) string {
	v := f.Dependence.Varied[0]
	return fmt.Sprintf("What %s is in the mean of %d examples at %d values of %s: %s.", output, len(f.Dependence.Output), len(v.Points), e.feature,
		e.courseOf(func(i int) string { return pointName(v.Points[i], v.Categories) }))
}

// legendBelow puts a chart's legend below its title, at its left.
func legendBelow(c *Chart, y float64) error {
	legend, ok := c.Option["legend"].(map[string]any)
	if !ok {
		return fmt.Errorf("%q has no legend", c.Title)
	}
	delete(legend, "right")
	legend["left"], legend["top"] = effectLeft-8, y
	return nil
}
