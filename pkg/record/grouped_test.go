package record_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/vitrine-ml/vitrine/pkg/record"
)

func TestGrouped(t *testing.T) {
	e := &record.Explanation{Version: record.Version, Method: "x", Output: []float64{1, 2}, Status: []record.Status{record.OK, record.OK},
		Values: []record.Array{{Name: "row", Axes: []string{"example", "feature"}, Shape: []int{2, 3}, Data: []float64{1, 2, 3, 4, 5, 6}}}}
	g, err := e.Grouped("column", []string{"a", "b"}, [][]int{{2, 0}, {1}})
	if err != nil {
		t.Fatal(err)
	}
	if v := g.Values[0]; !slices.Equal(v.Data, []float64{4, 2, 10, 5}) || v.Axes[1] != "column" || !slices.Equal(v.Features, []string{"a", "b"}) {
		t.Errorf("%+v", v)
	}
	if err := g.Check(); err != nil || len(e.Values[0].Data) != 6 {
		t.Errorf("%v, %v", err, e.Values)
	}
	for _, c := range []struct {
		names  []string
		groups [][]int
		want   string
	}{
		{[]string{"a"}, [][]int{{0}, {1, 2}}, "1 names for 2 groups"},
		{[]string{"a", "b"}, [][]int{{0}, {1}}, "position 2 is in 0 groups"},
		{[]string{"a", "b"}, [][]int{{0, 1, 2}, {1}}, "position 1 is in 2 groups"},
		{[]string{"a", "b"}, [][]int{{0, 3}, {1}}, "position 3 in a group"},
	} {
		if _, err := e.Grouped("column", c.names, c.groups); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v: %v, want %q", c.groups, err, c.want)
		}
	}
	e.StdErr = []record.Array{{Name: "row", Axes: []string{"example", "feature"}, Shape: []int{2, 3}, Data: []float64{.1, .2, .1, .3, .4, .3}}}
	one, two := []string{"a", "b"}, [][]int{{2, 0}, {1}}
	if _, err := e.Grouped("column", one, two); err == nil || !strings.Contains(err.Error(), `"a" is several features`) {
		t.Errorf("standard errors of numbers: %v", err)
	}
	e.BaselineStdDev, e.StdErr = e.StdErr, nil
	if g, err = e.Grouped("column", one, two); err != nil || g.BaselineStdDev != nil {
		t.Errorf("standard deviations of several features: %v, %v", g.BaselineStdDev, err)
	}
	e.StdErr = e.BaselineStdDev
	e.Groups = []record.Array{{Name: "row", Axes: []string{"example", "feature"}, Shape: []int{2, 3}, Data: []float64{0, 1, 0, 1, 0, 1}}}
	if g, err = e.Grouped("column", one, two); err != nil || g.Check() != nil || !slices.Equal(g.StdErr[0].Data, []float64{.2, .2, .6, .4}) ||
		!slices.Equal(g.BaselineStdDev[0].Data, g.StdErr[0].Data) {
		t.Errorf("standard errors of columns: %v, %v", g, err)
	}
	if _, err := e.Grouped("column", one, [][]int{{1, 0}, {2}}); err == nil {
		t.Error("the standard errors of two features were added")
	}
	e.StdErr, e.Groups = nil, nil
	e.Values[0].Features = []string{"one"}
	if err := e.Check(); err == nil || !strings.Contains(err.Error(), "names for 1 features") {
		t.Errorf("too few features: %v", err)
	}
}
