package viz

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/vitrine-ml/vitrine/pkg/record"
)

// ROC shows how well a classifier tells classes from the rest, whatever the threshold: for every threshold of a class's probability the share of
// the class's examples that reach it, above the share of all others that do. Of two classes it is that of the second. The area under a curve
// stands beside it, with its 95 % interval for so many examples (record.ROC). Pointing at a curve tells the threshold.
type ROC struct {
	Scores  record.Scores // with probabilities
	Classes []int         // the classes to draw, five at most, counted from 0; nil means all, or of many the five with the smallest areas
	Title   string        // "" means the model and its dataset
	Width   int           // of the figure in pixels; 0 means 820
}

// rocPoints is how many points of a curve are drawn at most: more cannot be told apart.
const rocPoints = 200

// rocLine is the curve of one class.
type rocLine struct {
	class int
	name  string
	curve record.ROC
}

// Draw implements Figure.
func (f ROC) Draw() (*Chart, error) {
	c, err := f.draw()
	if err != nil {
		return nil, fmt.Errorf("viz: ROC: %w", err)
	}
	return c, nil
}

func (f ROC) draw() (*Chart, error) {
	width := float64(widthOr(f.Width))
	if width < 360 {
		return nil, fmt.Errorf("Width is %.0f: curves need at least 360 pixels", width)
	}
	all, missing, err := f.lines()
	if err != nil {
		return nil, err
	}
	shown, err := f.chosen(all)
	if err != nil {
		return nil, err
	}
	thinned := slices.ContainsFunc(shown, func(l rocLine) bool { return len(corners(l.curve)) > rocPoints })
	subtitle := wrapped(f.subtitle(len(all), len(shown), missing, thinned), width-32)
	const left, bottom, size = 64.0, 50.0, 12.0
	top := 54 + 17*float64(len(subtitle))
	beside := width >= 620 // the legend
	side := min(width-left-24, 430)
	if beside {
		side = min(side, 0.56*width)
	}
	var p plot
	axis := func(name string, gap int) map[string]any {
		return map[string]any{"type": "value", "min": 0, "max": 1, "interval": 0.2, "name": name, "nameLocation": "middle", "nameGap": gap, "nameTextStyle": map[string]any{"color": faint},
			"axisLabel": map[string]any{"color": ink}, "axisLine": map[string]any{"show": true, "lineStyle": map[string]any{"color": faint}}, "splitLine": map[string]any{"lineStyle": map[string]any{"color": "#e6e9ec"}}}
	}
	panel := p.panel(left, top, side, side, "item", axis("share of the others", 28), axis("share of the class", 38))
	p.draw(panel, map[string]any{"type": "line", "data": []any{[]any{0, 0}, []any{1, 1}}, "showSymbol": false, "silent": true, "tooltip": map[string]any{"show": false},
		"lineStyle": map[string]any{"color": faint, "width": 1, "type": "dashed"}})
	room := width - left - 20
	if beside {
		room -= side + 24
	}
	for k, l := range shown {
		style := forecastColors[k]
		points := corners(l.curve)
		if len(points) > rocPoints {
			points = evenly(points, rocPoints)
		}
		label := fit(l.name, size, room-46-textWidth(": 0.999 (0.999–0.999)", size)) + ": " + areaOf(l.curve)
		p.legend = append(p.legend, label)
		p.draw(panel, map[string]any{"type": "line", "name": label, "data": l.data(points), "symbol": "circle", "symbolSize": 8, "z": 3,
			"lineStyle": map[string]any{"color": style.color, "width": 2, "type": style.dash},
			"itemStyle": map[string]any{"color": style.color, "opacity": 0}, "emphasis": map[string]any{"itemStyle": map[string]any{"opacity": 1}}})
	}
	height := top + side + bottom
	legend := map[string]any{"orient": "vertical", "left": left + side + 24, "top": top + 6}
	if !beside {
		legend["left"], legend["top"] = left-8, height
		height += 24*float64(len(shown)) + 8
	}
	title := f.Title
	if title == "" {
		title = orElse(f.Scores.Model, "The model")
		if f.Scores.Dataset != "" {
			title += " on " + f.Scores.Dataset
		}
	}
	title = clean(title)
	c, err := p.chart(title, strings.Join(subtitle, "\n"), f.alt(shown), int(width), int(height), rocTable(all))
	if err != nil {
		return nil, err
	}
	for key, value := range legend {
		c.Option["legend"].(map[string]any)[key] = value
	}
	delete(c.Option["legend"].(map[string]any), "right")
	return c, nil
}

// lines are the curves of all classes that have examples beside others, and how many have not.
func (f ROC) lines() (lines []rocLine, missing int, err error) {
	s := f.Scores
	if err := checkScores(s); err != nil {
		return nil, 0, err
	}
	if s.Probabilities == nil {
		_, err := s.AUC() // says so
		return nil, 0, err
	}
	names := make([]string, len(s.Confusion))
	for i := range names {
		names[i] = "class " + strconv.Itoa(i)
		if i < len(s.Classes) {
			names[i] = visible(s.Classes[i])
		}
	}
	if names, err = distinct(names, nil, "classes"); err != nil {
		return nil, 0, err
	}
	for class, name := range names {
		if len(names) == 2 && class == 0 {
			continue
		}
		curve, err := s.ROC(class)
		if err != nil {
			missing++
			continue
		}
		lines = append(lines, rocLine{class, name, curve})
	}
	if len(lines) == 0 {
		return nil, 0, fmt.Errorf("all %d examples are of one class: a curve compares those of a class with others", s.Examples)
	}
	return lines, missing, nil
}

// chosen are the curves to draw.
func (f ROC) chosen(all []rocLine) ([]rocLine, error) {
	if f.Classes == nil {
		if len(all) <= len(forecastColors) {
			return all, nil
		}
		worst := slices.SortedStableFunc(slices.Values(all), func(a, b rocLine) int { return cmp.Compare(a.curve.AUC, b.curve.AUC) })
		return worst[:len(forecastColors)], nil
	}
	if len(f.Classes) == 0 || len(f.Classes) > len(forecastColors) {
		return nil, fmt.Errorf("%d Classes: name 1 to %d, or leave it nil", len(f.Classes), len(forecastColors))
	}
	var shown []rocLine
	for _, class := range f.Classes {
		i := slices.IndexFunc(all, func(l rocLine) bool { return l.class == class })
		if i < 0 {
			return nil, fmt.Errorf("Classes asks for class %d of %d, counted from 0, which has no examples beside others, or, of two classes, is not the second", class, len(f.Scores.Confusion))
		}
		shown = append(shown, all[i])
	}
	return shown, nil
}

// corners are the positions of a curve's points without those on a straight line between their neighbours.
func corners(r record.ROC) []int {
	x, y := r.FalsePositive, r.TruePositive
	at := []int{0}
	for i := 1; i+1 < len(x); i++ {
		last := at[len(at)-1]
		if math.Abs((x[i]-x[last])*(y[i+1]-y[i])-(x[i+1]-x[i])*(y[i]-y[last])) > 1e-15 {
			at = append(at, i)
		}
	}
	return append(at, len(x)-1)
}

// evenly takes n of many, the first and the last among them.
func evenly(at []int, n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = at[i*(len(at)-1)/(n-1)]
	}
	return out
}

// data are the points of a curve, with what is said of them.
func (l rocLine) data(points []int) []any {
	out := make([]any, len(points))
	for k, i := range points {
		x, y := l.curve.FalsePositive[i], l.curve.TruePositive[i]
		from := "from " + number(l.curve.Threshold[i])
		if i == 0 {
			from = "above all probabilities"
		}
		out[k] = map[string]any{"value": []any{round(x), round(y)},
			"tooltip": tooltip(l.name, "threshold: "+from, percent(y)+" of the class reach it", percent(x)+" of the others do")}
	}
	return out
}

// areaOf writes an area with its interval.
func areaOf(r record.ROC) string {
	three := func(v float64) string { return strconv.FormatFloat(v, 'f', 3, 64) }
	if low, high, ok := r.Interval(); ok {
		return fmt.Sprintf("%s (%s–%s)", three(r.AUC), three(low), three(high))
	}
	return three(r.AUC)
}

func (f ROC) subtitle(all, shown, missing int, thinned bool) string {
	text := "Area under the curve, in brackets its 95 % interval for so many examples (DeLong); dashed: chance"
	var more []string
	if len(f.Scores.Confusion) > 2 {
		more = append(more, "Each class against the rest")
		if auc, err := f.Scores.AUC(); err == nil { // there is none where a class has no examples
			more[0] += ", mean area " + strconv.FormatFloat(auc, 'f', 3, 64)
		}
	}
	switch {
	case shown < all && f.Classes == nil:
		more = append(more, fmt.Sprintf("the %d smallest areas of %d", shown, all))
	case shown < all:
		more = append(more, fmt.Sprintf("%d of %d", shown, all))
	}
	if missing > 0 {
		more = append(more, fmt.Sprintf("%d %s without examples", missing, plural(missing, "class", "classes")))
	}
	if thinned {
		more = append(more, fmt.Sprintf("%d points of a curve are drawn", rocPoints))
	}
	if len(more) > 0 {
		text += ". " + strings.Join(more, "; ")
	}
	return text + "."
}

// alt says in words what the figure shows.
func (f ROC) alt(shown []rocLine) string {
	alt := fmt.Sprintf("%d %s of %d examples, share of a class found against share of the others taken for it:", len(shown), plural(len(shown), "curve", "curves"), f.Scores.Examples)
	for i, l := range shown {
		if i > 0 {
			alt += ";"
		}
		alt += " " + l.name + " with area " + areaOf(l.curve)
	}
	return alt + "."
}

func rocTable(all []rocLine) Table {
	t := Table{Columns: []string{"Class", "Examples", "Others", "Area", "Standard error", "95 % from", "95 % to"}}
	for _, l := range all {
		stdErr, low, high := "–", "–", "–"
		if l.curve.StdErr != nil {
			stdErr = number(*l.curve.StdErr)
		}
		if a, b, ok := l.curve.Interval(); ok {
			low, high = number(a), number(b)
		}
		t.Rows = append(t.Rows, []string{l.name, strconv.Itoa(l.curve.Of), strconv.Itoa(l.curve.Other), number(l.curve.AUC), stdErr, low, high})
	}
	return t
}
