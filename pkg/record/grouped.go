package record

import (
	"fmt"
	"slices"
)

// Grouped is the explanation of rows of numbers with one value for each group of them, the sum over its members, and the groups' names as
// Features of an axis of that name: of a table, for instance, whose categories are several numbers each. What the values add up to stays the same,
// and so do residuals.
//
// It returns an error unless there is one input, of one axis, whose every number is in one group, and one name a group; or if the values have
// standard errors, as these cannot be added.
func (e *Explanation) Grouped(axis string, names []string, groups [][]int) (*Explanation, error) {
	if err := e.Check(); err != nil {
		return nil, err
	}
	if len(e.Values) != 1 || len(e.Values[0].Shape) != 2 || e.StdErr != nil {
		return nil, fmt.Errorf("record: groups of one input with one axis, without standard errors; %s explains %d inputs, the first of shape %v",
			e.Method, len(e.Values), e.Values[0].Shape)
	}
	if len(names) != len(groups) {
		return nil, fmt.Errorf("record: %d names for %d groups", len(names), len(groups))
	}
	from := e.Values[0]
	width := from.Shape[1]
	in := make([]int, width)
	for _, group := range groups {
		for _, at := range group {
			if at < 0 || at >= width {
				return nil, fmt.Errorf("record: position %d in a group, but %q has %d numbers an example", at, from.Name, width)
			}
			in[at]++
		}
	}
	if at := slices.IndexFunc(in, func(n int) bool { return n != 1 }); at >= 0 {
		return nil, fmt.Errorf("record: position %d is in %d groups, want each in one", at, in[at])
	}
	to := Array{Name: from.Name, DType: "float64", Axes: []string{"example", axis}, Shape: []int{e.Rows(), len(groups)}, Features: slices.Clone(names)}
	for i := range e.Rows() {
		row := from.Row(i)
		for _, group := range groups {
			sum := 0.0
			for _, at := range group {
				sum += row[at]
			}
			to.Data = append(to.Data, sum)
		}
	}
	g := *e
	g.Values, g.BaselineStdDev, g.Groups = []Array{to}, nil, nil
	return &g, nil
}
