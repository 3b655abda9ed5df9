package viz

import (
	"fmt"
	"slices"

	"github.com/vitrine-ml/vitrine/pkg/record"
)

// ResidualTable says of each explanation how far it can be trusted: per example, whether the values add up to what they should.
// Examples that are not "ok" are marked.
type ResidualTable struct {
	Explanations []*record.Explanation
	Names        []string // of the explanations; nil means their methods
	Title        string   // "" means "Do the values add up?"
}

// Draw implements Figure.
func (f ResidualTable) Draw() (*Chart, error) {
	names, err := namesOf(f.Explanations, f.Names)
	if err != nil {
		return nil, fmt.Errorf("viz: residual table: %w", err)
	}
	t := Table{Group: 4, Columns: []string{"Method", "Evaluations", "Exact", "Elapsed",
		"Example", "Output", "Base", "Difference", "Sum", "Residual", "Status"}}
	worst := 0.0
	for i, e := range f.Explanations {
		exact := "no"
		if e.Exact {
			exact = "yes"
		}
		for row := range e.Rows() {
			base, difference, residual := "–", "–", "–"
			if e.Base != nil {
				base, difference = number(e.Base[row]), number(e.Output[row]-e.Base[row])
			}
			if e.Residual != nil {
				residual = number(e.Residual[row])
				worst = max(worst, e.Residual[row])
			}
			if e.Status[row] != record.OK {
				t.Marked = append(t.Marked, len(t.Rows))
			}
			t.Rows = append(t.Rows, []string{names[i], fmt.Sprint(e.Evaluations), exact, duration(e.Elapsed),
				fmt.Sprint(row), number(e.Output[row]), base, difference, number(total(e, row)), residual, clean(string(e.Status[row]))})
		}
	}
	title := f.Title
	if title == "" {
		title = "Do the values add up?"
	}
	alt := fmt.Sprintf("A table of %d explanations by %d %s: output, base, sum of values and residual; the largest residual is %s; %d are not ok.",
		len(t.Rows), len(names), plural(len(names), "method", "methods"), number(worst), len(t.Marked))
	width := 16.0
	for _, w := range t.widths() {
		width += w
	}
	return &Chart{Title: clean(title), Width: int(width), Height: t.height(), Alt: alt, Table: t}, nil
}

// total is the sum of all the values of an example, over all inputs.
func total(e *record.Explanation, row int) float64 {
	sum := 0.0
	for _, a := range e.Values {
		for _, v := range a.Row(row) {
			sum += v
		}
	}
	return sum
}

// namesOf checks explanations and says what each is called.
func namesOf(list []*record.Explanation, names []string) ([]string, error) {
	if len(list) == 0 {
		return nil, fmt.Errorf("no explanations: give at least one")
	}
	methods := make([]string, len(list))
	for i, e := range list {
		if e == nil {
			return nil, fmt.Errorf("explanation %d is nil", i)
		}
		if err := e.Check(); err != nil {
			return nil, fmt.Errorf("explanation %d: %w", i, err)
		}
		if e.Rows() == 0 {
			return nil, fmt.Errorf("explanation %d, by %s, explains no examples", i, e.Method)
		}
		methods[i] = e.Method
	}
	return distinct(methods, names, "explanations")
}

// distinct says what each of a list is called: by its own name, or by the names given for all. Equal ones get numbers.
func distinct(own, names []string, what string) ([]string, error) {
	if len(names) != 0 && len(names) != len(own) {
		return nil, fmt.Errorf("%d names for %d %s: give one each, or none", len(names), len(own), what)
	}
	if len(names) == 0 {
		names = own
	}
	out := make([]string, len(own))
	for i, name := range names {
		out[i] = visible(name)
		for n, name := 2, out[i]; slices.Contains(out[:i], out[i]); n++ {
			out[i] = fmt.Sprintf("%s (%d)", name, n)
		}
	}
	return out, nil
}
