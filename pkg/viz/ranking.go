package viz

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/vitrine-ml/vitrine/pkg/record"
)

// Ranking shows the strongest of many values as bars, from the greatest to the smallest: orange above zero, blue below. Whiskers are two standard
// errors to either side, where there are any.
type Ranking struct {
	Ranking record.Ranking
	Top     int    // so many of the greatest absolute values; 0 means 20
	Title   string // "" means the ranking's name
	Width   int    // of the figure in pixels; 0 means 820
}

// Draw implements Figure.
func (f Ranking) Draw() (*Chart, error) {
	c, err := f.draw()
	if err != nil {
		return nil, fmt.Errorf("viz: ranking: %w", err)
	}
	return c, nil
}

func (f Ranking) draw() (*Chart, error) {
	r := f.Ranking
	if err := r.Check(); err != nil {
		return nil, err
	}
	if len(r.Names) == 0 {
		return nil, fmt.Errorf("the ranking is empty: give at least one name with its value")
	}
	if f.Top < 0 {
		return nil, fmt.Errorf("Top is %d: it is how many values are shown; 0 means 20", f.Top)
	}
	width := float64(widthOr(f.Width))
	if width < 400 {
		return nil, fmt.Errorf("Width is %.0f: bars need at least 400 pixels", width)
	}
	shown := f.strongest()
	what := orElse(clean(r.Value), "value")
	table := Table{Columns: []string{"Name", "Value", "Standard error", "Mean of"}}
	var b bars
	for _, i := range shown {
		name, note, stdErr, count := visible(r.Names[i]), digits(r.Values[i], 3), "–", "–"
		color := css(diverging[1])
		if r.Values[i] > 0 {
			color = css(diverging[9])
		}
		b.names, b.values, b.colors = append(b.names, rowName{name: name}), append(b.values, r.Values[i]), append(b.colors, color)
		if len(r.StdErr) > 0 {
			stdErr = number(r.StdErr[i])
			note += " ± " + short(2*r.StdErr[i])
			b.low, b.high = append(b.low, r.Values[i]-2*r.StdErr[i]), append(b.high, r.Values[i]+2*r.StdErr[i])
		}
		if len(r.Counts) > 0 {
			count = strconv.Itoa(r.Counts[i])
			note += " (" + count + ")"
		}
		b.notes = append(b.notes, note)
		table.Rows = append(table.Rows, []string{name, number(r.Values[i]), stdErr, count})
	}
	b.lines = func(i int) []string { return []string{b.names[i].name, what + ": " + b.notes[i]} }
	subtitle := fmt.Sprintf("The %d strongest of %d", len(shown), len(r.Names))
	if len(shown) == len(r.Names) {
		subtitle = fmt.Sprintf("All %d", len(shown))
	}
	if len(r.StdErr) > 0 {
		subtitle += "; ± and whiskers: two standard errors"
	}
	if len(r.Counts) > 0 {
		subtitle += "; in brackets, how many the value is the mean of"
	}
	var p plot
	y := b.draw(&p, 74, width, map[string]any{"name": what})
	title := clean(orElse(f.Title, orElse(r.Name, "Ranking")))
	first, last := 0, len(shown)-1
	alt := fmt.Sprintf("%s: %s of %s. The greatest is %s of %s, the smallest %s of %s.", title, what, strings.ToLower(subtitle[:1])+subtitle[1:],
		b.notes[first], b.names[first].name, b.notes[last], b.names[last].name)
	return p.chart(title, subtitle+".", alt, int(width), int(y+52), table)
}

// strongest are the positions of the strongest values, from the greatest to the smallest.
func (f Ranking) strongest() []int {
	v, order := f.Ranking.Values, make([]int, len(f.Ranking.Values))
	for i := range order {
		order[i] = i
	}
	by := func(key func(float64) float64) {
		slices.SortStableFunc(order, func(a, b int) int {
			switch a, b := key(v[a]), key(v[b]); {
			case a > b:
				return -1
			case a < b:
				return 1
			}
			return 0
		})
	}
	top := f.Top
	if top == 0 {
		top = 20
	}
	by(math.Abs)
	order = order[:min(top, len(order))]
	by(func(v float64) float64 { return v })
	return order
}
