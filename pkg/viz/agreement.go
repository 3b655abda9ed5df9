package viz

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/vitrine-ml/vitrine/pkg/record"
)

// MethodAgreement shows how far methods agree on what is important: of each two, the rank correlation of the magnitudes of their values
// (record.Agreement), as the mean over the examples. 1 is the same order of importance, 0 none in common.
type MethodAgreement struct {
	Explanations []*record.Explanation // two at least, of the same examples and inputs, in the same order
	Names        []string              // nil means the methods' names
	Title        string                // "" means "How far the methods agree"
	Width        int                   // of the figure in pixels at most; 0 means 820
}

// agreed is what two methods have in common.
type agreed struct {
	mean, low, high float64 // over the examples
	stdErr          float64 // of the mean; 0 where there is one example
}

// Draw implements Figure.
func (f MethodAgreement) Draw() (*Chart, error) {
	c, err := f.draw()
	if err != nil {
		return nil, fmt.Errorf("viz: method agreement: %w", err)
	}
	return c, nil
}

func (f MethodAgreement) draw() (*Chart, error) {
	names, err := namesOf(f.Explanations, f.Names)
	if err != nil {
		return nil, err
	}
	n := len(names)
	if n < 2 {
		return nil, fmt.Errorf("one explanation: give at least two to compare")
	}
	pairs, err := f.pairs()
	if err != nil {
		return nil, err
	}
	const size, right, marginTop = 12.0, 30.0, 84.0
	width := float64(widthOr(f.Width))
	left := min(longest(names, size)*1.1, 0.34*width) + 30
	cell := min((width-left-right)/float64(n), 76)
	if cell < 24 {
		return nil, fmt.Errorf("%d methods in %.0f pixels leave %.0f for each: fewer Explanations, or a greater Width", n, width, cell)
	}
	above, turned := 24.0, longest(names, size)*1.1 > cell-6
	x := map[string]any{"position": "top"}
	if turned {
		above = min(longest(names, size)*1.1, 150) + 12
		x["rotate"] = -90
	}
	side := cell * float64(n)
	used := min(width, max(left+side+right, 560))
	examples := f.Explanations[0].Rows()
	subtitle := fmt.Sprintf("Rank correlation of the magnitudes of two methods' values, mean over %d %s. 1: the same order of importance, 0: none in common",
		examples, plural(examples, "example", "examples"))
	lines := wrapped(subtitle+".", used-32)
	top := marginTop + 17*float64(len(lines)-2)
	var p plot
	panel := p.panel(left, top+above, side, side, "item", nameAxis(cleaned(names, size, 150), size, x),
		nameAxis(cleaned(names, size, left-22), size, map[string]any{"inverse": true}))
	table := Table{Columns: []string{"Method", "Other method", "Mean", "Standard error", "Smallest", "Largest", "Examples"}}
	var cells []any
	for i := range n {
		for j := range n {
			if i == j {
				continue
			}
			a := pairs[min(i, j)][max(i, j)]
			text := []string{names[i] + " and " + names[j], "mean " + digits(a.mean, 3), "from " + short(a.low) + " to " + short(a.high)}
			stdErr := "–"
			if examples > 1 {
				stdErr = number(a.stdErr)
				text[1] += " ± " + short(2*a.stdErr) + " (two standard errors)"
			}
			cells = append(cells, map[string]any{"value": []any{j, i, round(a.mean), twoDigits(a.mean)}, "tooltip": tooltip(text...)})
			if i < j {
				table.Rows = append(table.Rows, []string{names[i], names[j], number(a.mean), stdErr, number(a.low), number(a.high), strconv.Itoa(examples)})
			}
		}
	}
	p.heat(panel, "agreement", cells, 1, strength)
	p.series[0].(map[string]any)["label"] = map[string]any{"show": true, "formatter": countLabel, "color": ink, "fontSize": min(12, cell/2.6)}
	title := clean(orElse(f.Title, "How far the methods agree"))
	return p.chart(title, strings.Join(lines, "\n"), f.alt(names, pairs), int(used), int(top+above+side+24), table)
}

// pairs holds at [i][j], i before j, what methods i and j have in common.
func (f MethodAgreement) pairs() ([][]agreed, error) {
	out := make([][]agreed, len(f.Explanations))
	for i, a := range f.Explanations {
		out[i] = make([]agreed, len(f.Explanations))
		for j := i + 1; j < len(f.Explanations); j++ {
			each, err := record.Agreement(a, f.Explanations[j])
			if err != nil {
				return nil, err
			}
			n, g := float64(len(each)), agreed{low: slices.Min(each), high: slices.Max(each)}
			g.mean = sum(each) / n
			for _, v := range each {
				g.stdErr += (v - g.mean) * (v - g.mean)
			}
			g.stdErr = math.Sqrt(g.stdErr / max(n-1, 1) / n)
			out[i][j] = g
		}
	}
	return out, nil
}

// twoDigits writes a correlation with two digits behind the point.
func twoDigits(v float64) string {
	s := digits(math.Round(100*v)/100, 3)
	if s == "−0" {
		return "0"
	}
	return s
}

// alt says in words what the figure shows.
func (f MethodAgreement) alt(names []string, pairs [][]agreed) string {
	most, least := [2]int{0, 1}, [2]int{0, 1}
	for i := range names {
		for j := i + 1; j < len(names); j++ {
			if pairs[i][j].mean > pairs[most[0]][most[1]].mean {
				most = [2]int{i, j}
			}
			if pairs[i][j].mean < pairs[least[0]][least[1]].mean {
				least = [2]int{i, j}
			}
		}
	}
	say := func(at [2]int) string {
		return fmt.Sprintf("%s and %s, %s", names[at[0]], names[at[1]], digits(pairs[at[0]][at[1]].mean, 3))
	}
	alt := fmt.Sprintf("Rank correlation between the values of %d methods, over %d examples. Most alike: %s.", len(names), f.Explanations[0].Rows(), say(most))
	if len(names) > 2 {
		alt += " Least alike: " + say(least) + "."
	}
	return alt
}
