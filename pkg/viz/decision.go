package viz

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/vitrine-ml/vitrine/pkg/record"
)

// Decision shows how the values of several examples lead from the base, at the bottom, to their outputs, on top: a line an example, which moves in each row by
// what that feature contributed. The strongest features are uppermost; the colour is the output, from low (blue) to high (orange). Of a single example, whiskers are
// two standard errors of each value. From more than 300 examples on, the lines are counted where they pass from row to row, and their median is drawn.
type Decision struct {
	Explanation *record.Explanation // with a Base
	Samples     record.Samples      // the examples' names; may be the zero value
	Highlight   []int               // examples of the explanation that are drawn dark and on top, counted from 0
	Input       string              // which attributed input; "" means the only one with features
	Top         int                 // so many features of the greatest mean |value|, the others added up in one row; 0 means 10
	Title       string              // "" means "How the outputs come about"
	Width       int                 // of the figure in pixels; 0 means 820
}

// mostLines are as many as are drawn one by one.
const mostLines = 300

// Draw implements Figure.
func (f Decision) Draw() (*Chart, error) {
	c, err := f.draw()
	if err != nil {
		return nil, fmt.Errorf("viz: decision: %w", err)
	}
	return c, nil
}

// paths are the outputs of examples after each row, from the base up.
type paths struct {
	features
	lanes []lane
	at    [][]float64 // a shown example: the base, then after the lowest row, …, after the uppermost
}

func (f Decision) draw() (*Chart, error) {
	all, err := f.paths()
	if err != nil {
		return nil, err
	}
	n, counted := len(all.rows), len(all.rows) > mostLines
	subtitle := fmt.Sprintf("%d %s, %s, explained: %s", n, plural(n, "example", "examples"), orElse(clean(f.Explanation.Method), "values"), all.explained())
	if counted {
		subtitle += "; too many for lines: the darker, the more pass there; the dark line is the median of each height"
	}
	if all.stdErr != nil && n == 1 {
		subtitle += "; whiskers: two standard errors of a value"
	}
	if most := all.residual(); most > 0 {
		subtitle += fmt.Sprintf("; the lines end up to %s beside the outputs", short(most))
	}
	subtitle += all.unfinished() + all.unconverged() + "."
	s, err := newStage(f.Width, orElse(f.Title, "How the outputs come about"), subtitle)
	if err != nil {
		return nil, err
	}
	low, high := math.Inf(1), math.Inf(-1)
	for at, path := range all.at {
		low, high = min(low, slices.Min(path)), max(high, slices.Max(path))
		for k, l := range all.lanes {
			if e, known := all.errorOf(at, l); known && n == 1 {
				v := path[len(all.lanes)-k]
				low, high = min(low, v-2*e), max(high, v+2*e)
			}
		}
	}
	if !counted && n > 1 {
		s.rampBar(14, s.top-2, "the output is", "low", "high", "")
		s.top += 16
	}
	const row = 27.0
	names := make([]rowName, len(all.lanes))
	for k, l := range all.lanes {
		names[k].name = l.name
		if n == 1 {
			names[k] = all.rowName(0, l)
		}
	}
	s.lay(names, row, "", nil, low, high, "output")
	for k := 1; k < len(names); k++ {
		s.line(s.left, s.y(float64(k)-0.5), s.left+s.width, s.y(float64(k)-0.5), hairline, 1)
	}
	if base := all.at[0][0]; !slices.ContainsFunc(all.at, func(path []float64) bool { return path[0] != base }) {
		s.line(s.x(base), s.top, s.x(base), s.top+s.height, faint, 1, 3, 3)
	}
	if counted {
		f.density(s, all)
	} else {
		f.lines(s, all)
	}
	for _, i := range f.Highlight {
		if _, err := all.only(i); err != nil {
			return nil, fmt.Errorf("Highlight: %w", err)
		}
		s.path(all.at[slices.Index(all.rows, i)], ink, 3, 4)
	}
	return s.finish(f.alt(all), 0, f.table(all))
}

func (f Decision) paths() (p paths, err error) {
	if p.features, err = featuresOf(f.Explanation, f.Samples, f.Input); err != nil {
		return p, err
	}
	if err := p.addsUp(); err != nil {
		return p, err
	}
	if p.lanes, err = p.features.lanes(f.Top); err != nil {
		return p, err
	}
	for at, i := range p.rows {
		path := []float64{p.why.Base[i]}
		for k := len(p.lanes) - 1; k >= 0; k-- {
			path = append(path, path[len(path)-1]+p.sum(at, p.lanes[k]))
		}
		p.at = append(p.at, path)
	}
	return p, nil
}

// residual is how far a line ends from its example's output at most; 0 if that cannot be seen.
func (p paths) residual() (most float64) {
	reach := 0.0
	for at, i := range p.rows {
		most = max(most, math.Abs(p.at[at][len(p.lanes)]-p.why.Output[i]))
		reach = max(reach, slices.Max(p.at[at])-slices.Min(p.at[at]))
	}
	if most < 0.005*reach {
		return 0
	}
	return most
}

// level are the outputs of all examples after the k lowest rows.
func (p paths) level(k int) []float64 {
	v := make([]float64, len(p.at))
	for at, path := range p.at {
		v[at] = path[k]
	}
	return v
}

func (f Decision) alt(all paths) string {
	ends := all.level(len(all.lanes))
	var names []string
	for _, l := range all.lanes[:min(3, len(all.lanes))] {
		names = append(names, l.name)
	}
	return fmt.Sprintf("How %d %s from the base to outputs from %s to %s. The features that move them most: %s.", len(ends), plural(len(ends), "line leads", "lines lead"),
		number(slices.Min(ends)), number(slices.Max(ends)), strings.Join(names, ", "))
}

// table says for each row where the lines are above it.
func (f Decision) table(all paths) Table {
	t := Table{Columns: []string{"Output after", "Smallest", "Quarter", "Median", "Three quarters", "Largest", "Mean |value|"}}
	for k := len(all.lanes); k >= 0; k-- {
		level := all.level(k)
		slices.Sort(level)
		row := []string{"the base"}
		if k > 0 {
			row[0] = all.lanes[len(all.lanes)-k].name
		}
		last := float64(len(level) - 1)
		for _, share := range []float64{0, 0.25, 0.5, 0.75, 1} {
			row = append(row, number((level[int(math.Floor(share*last))]+level[int(math.Ceil(share*last))])/2))
		}
		moved := "–"
		if k > 0 {
			sum := 0.0
			for at := range all.at {
				sum += math.Abs(all.at[at][k] - all.at[at][k-1])
			}
			moved = number(sum / float64(len(all.at)))
		}
		t.Rows = append(t.Rows, append(row, moved))
	}
	return t
}
