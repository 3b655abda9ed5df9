package record

import (
	"fmt"
	"slices"
)

// Grouped is the explanation of rows of numbers with one value for each group of them, the sum over its members, and the groups' names as
// Features of an axis of that name: of a table, for instance, whose categories are several numbers each. What the values add up to stays the same,
// and so do residuals.
//
// It returns an error unless there is one input, of one axis, whose every number is in one group, and one name a group. Standard errors of
// numbers cannot be added; but where the members of a group were one feature when they were explained (Groups), theirs are shares of one
// standard error, which is put together again. So are standard deviations over baselines, which are left out where they cannot be.
func (e *Explanation) Grouped(axis string, names []string, groups [][]int) (*Explanation, error) {
	if err := e.Check(); err != nil {
		return nil, err
	}
	if len(e.Values) != 1 || len(e.Values[0].Shape) != 2 {
		return nil, fmt.Errorf("record: groups of one input with one axis; %s explains %d inputs, the first of shape %v",
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
	several := e.several(groups)
	if e.StdErr != nil && several >= 0 {
		return nil, fmt.Errorf("record: %q is several features in this explanation by %s, whose standard errors cannot be added: explain it with its columns as features",
			names[several], e.Method)
	}
	g := *e
	g.Values, g.StdErr = grouped(e.Values, axis, names, groups), grouped(e.StdErr, axis, names, groups)
	g.BaselineStdDev, g.Groups = nil, nil
	if several < 0 {
		g.BaselineStdDev = grouped(e.BaselineStdDev, axis, names, groups)
	}
	return &g, nil
}

// several is the first group whose members were features of their own; −1: there is none.
func (e *Explanation) several(groups [][]int) int {
	for i := range e.Rows() {
		for k, group := range groups {
			for _, at := range group[min(1, len(group)):] {
				if e.Groups == nil || e.Groups[0].Row(i)[at] != e.Groups[0].Row(i)[group[0]] || e.Groups[0].Row(i)[at] < 0 {
					return k
				}
			}
		}
	}
	return -1
}

// grouped adds up the members of each group; of the one array that there is, if any.
func grouped(arrays []Array, axis string, names []string, groups [][]int) (sums []Array) {
	for _, from := range arrays {
		to := Array{Name: from.Name, DType: "float64", Axes: []string{"example", axis}, Shape: []int{from.Rows(), len(groups)}, Features: slices.Clone(names)}
		for i := range from.Rows() {
			row := from.Row(i)
			for _, group := range groups {
				sum := 0.0
				for _, at := range group {
					sum += row[at]
				}
				to.Data = append(to.Data, sum)
			}
		}
		sums = append(sums, to)
	}
	return sums
}
