package viz

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/vitrine-ml/vitrine/pkg/record"
)

// AccumulatedEffects shows how an output changes with a feature by what it changes between neighbouring values for the examples that are near (ALE:
// D. Apley and J. Zhu, "Visualizing the effects of predictor variables in black box supervised learning models", 2020), with a band of two standard
// errors to either side; beneath, how many examples each bin holds. Of a category there is a bar a word.
type AccumulatedEffects struct {
	Effects *record.AccumulatedEffects
	Classes []string // names of the classes; nil means their numbers
	Title   string   // "" means the feature and the output
	Width   int      // of the figure in pixels; 0 means 820
}

// Draw implements Figure.
func (f AccumulatedEffects) Draw() (*Chart, error) {
	c, err := f.draw()
	if err != nil {
		return nil, fmt.Errorf("viz: accumulated effects: %w", err)
	}
	return c, nil
}

func (f AccumulatedEffects) draw() (*Chart, error) {
	a := f.Effects
	if a == nil {
		return nil, fmt.Errorf("no Effects: give what explain.AccumulatedEffects returns")
	}
	if err := a.Check(); err != nil {
		return nil, err
	}
	width := float64(widthOr(f.Width))
	if width < 400 {
		return nil, fmt.Errorf("Width is %.0f: a curve needs at least 400 pixels", width)
	}
	e := effect{feature: namedFeature(a.Name, a.Unit), points: a.Edges, values: a.Effects, stdErr: a.StdErr}
	name := func(i int) string { return pointName(a.Edges[i], a.Categories) }
	e.lines = func(i int) []string { return []string{e.feature + ": " + name(i), "effect " + e.withError(i)} }
	output := outputName(a.Target, f.Classes)
	title := clean(orElse(f.Title, "How "+output+" changes with "+visible(a.Name)))
	alt := fmt.Sprintf("The accumulated effect of %s on %s, of %d examples in %d bins, less its mean: %s.", e.feature, output, a.Examples, len(a.Counts), e.courseOf(name))
	subtitle := fmt.Sprintf("Accumulated from what examples near a value gain, less the mean over all %d", a.Examples)
	what := "; band: two standard errors to either side"
	if a.Categories != nil {
		what = "; ± and whiskers: two standard errors"
	}
	subtitle += what
	if a.Unfinished {
		subtitle += ". Not finished"
	}
	lines := wrapped(subtitle+".", width-32)
	var p plot
	table := f.table(e, name)
	if a.Categories != nil {
		names, notes := make([]string, len(a.Edges)), make([]string, len(a.Edges))
		for i := range names {
			names[i] = name(i)
		}
		y := e.bars(names, notes).draw(&p, 57+17*float64(len(lines)), width, map[string]any{"name": "effect on " + output})
		return p.chart(title, strings.Join(lines, "\n"), alt, int(width), int(y+52), table)
	}
	panel, below, end := e.panels(&p, 120+17*float64(len(lines)-1), width, effectLow, "effect on "+output, "")
	e.draw(&p, panel, "effect", true)
	p.legend = []string{"effect", bandName}
	f.histogram(&p, below, e)
	c, err := p.chart(title, strings.Join(lines, "\n"), alt, int(width), int(end), table)
	if err != nil {
		return nil, err
	}
	return c, legendBelow(c, 48+17*float64(len(lines)))
}

// histogram draws how many examples each bin holds, as steps from edge to edge, and marks the bins so that they can be pointed at.
func (f AccumulatedEffects) histogram(p *plot, panel int, e effect) {
	a := f.Effects
	var steps, middles []any
	most := 0
	for i, n := range a.Counts {
		most = max(most, n)
		steps = append(steps, []any{e.at(a.Edges[i]), n})
		middles = append(middles, map[string]any{"value": []any{e.at((a.Edges[i] + a.Edges[i+1]) / 2), float64(n) / 2},
			"tooltip": tooltip(fmt.Sprintf("%s to %s", number(a.Edges[i]), number(a.Edges[i+1])), fmt.Sprintf("%d %s", n, plural(n, "example", "examples")),
				"gain within: "+digits(a.Local[i], 3)+" ± "+short(2*a.LocalStdErr[i]))})
	}
	steps = append(steps, []any{e.at(a.Edges[len(a.Counts)]), a.Counts[len(a.Counts)-1]})
	p.draw(panel, map[string]any{"type": "line", "step": "end", "data": steps, "symbol": "none", "silent": true, "lineStyle": map[string]any{"color": faint, "width": 1},
		"areaStyle": map[string]any{"color": hairline, "opacity": 0.8}})
	p.draw(panel, map[string]any{"type": "scatter", "data": middles, "symbol": "circle", "symbolSize": 5, "itemStyle": map[string]any{"color": faint}})
	axis := p.yAxes[panel].(map[string]any)
	axis["max"], axis["interval"] = most, most
	axis["axisLabel"] = map[string]any{"show": true, "color": faint, "fontSize": 10.5, "showMinLabel": false}
	p.text(effectLeft, p.grids[panel].(map[string]any)["top"].(float64)-10, "examples in each bin", font{Size: 11, Color: faint})
}

func (f AccumulatedEffects) table(e effect, name func(int) string) Table {
	a := f.Effects
	t := Table{Columns: []string{e.feature, "Effect", "Standard error", "Examples up to the next", "Gain up to the next", "Its standard error"}}
	for i := range a.Edges {
		row := []string{name(i), number(a.Effects[i]), number(a.StdErr[i]), "–", "–", "–"}
		if i < len(a.Counts) {
			row = []string{name(i), number(a.Effects[i]), number(a.StdErr[i]), strconv.Itoa(a.Counts[i]), number(a.Local[i]), number(a.LocalStdErr[i])}
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}
