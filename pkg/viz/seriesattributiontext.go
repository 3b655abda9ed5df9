package viz

import (
	"fmt"
	"math"
	"strings"

	"github.com/vitrine-ml/vitrine/pkg/record"
)

// alt says in words what the figure shows.
func (f SeriesAttribution) alt(shown []column, rows []int) string {
	var names []string
	for _, c := range shown {
		names = append(names, c.name)
	}
	var errors []string
	if len(f.Truth.Shape) > 0 {
		for _, line := range f.ahead()[1:] {
			if len(line.values.Shape) > 0 {
				errors = append(errors, fmt.Sprintf("of the %s %s", line.name, number(meanAbsoluteError(line.values, f.Truth, rows))))
			}
		}
	}
	mae := ""
	if len(errors) > 0 {
		mae = "; mean absolute error " + strings.Join(errors, ", ")
	}
	of := " of the past"
	if f.classified() {
		of = ""
	}
	return fmt.Sprintf("%d %s of %s with %d steps%s, each with the values of its steps by %s%s%s.", len(rows), plural(len(rows), "series", "series"),
		orElse(clean(f.Samples.Dataset), "a dataset"), f.Samples.Inputs.Shape[1], of, strings.Join(names, ", "), mae, unreliable(shown, "panels"))
}

func meanAbsoluteError(a, b record.Array, rows []int) float64 {
	total, n := 0.0, 0
	for _, i := range rows {
		for t, v := range a.Row(i) {
			total += math.Abs(v - b.Row(i)[t])
			n++
		}
	}
	return total / float64(n)
}

// table holds the strongest steps beside the numbers of all attributions.
func (f SeriesAttribution) table(columns []column, rows []int) Table {
	t := Table{Group: 1, Columns: []string{"Example", "Method", "Output", "Base", "Smallest value", "Largest value", "Sum of values", "Residual", "Status", "Strongest steps"}}
	features, names := f.features(), f.steps(0)
	for _, i := range rows {
		for _, c := range columns {
			if c.why.Status[i] != record.OK {
				t.Marked = append(t.Marked, len(t.Rows))
			}
			n := c.numbers(f.Samples, i)
			row := append([]string{captionOf(f.Samples, i).name, n[0]}, n[2:]...)
			t.Rows = append(t.Rows, append(row, strongest(c.values[i], 5, func(j int) string {
				step := "step " + names[j/len(features)]
				if len(features) > 1 {
					step += " of " + features[j%len(features)]
				}
				return step + ":"
			})))
		}
	}
	return t
}
