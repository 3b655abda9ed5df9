package record

import (
	"math"
	"strings"
	"testing"
)

func TestAlignmentCheck(t *testing.T) {
	good := func() Alignment {
		return Alignment{Name: "attention", Source: []string{"a", "b", "c"}, Target: []string{"x", "y"},
			Values: Array{Axes: []string{"target", "source"}, Shape: []int{2, 3}, Data: make([]float64, 6)}, Known: [][]int{{0, 2}, nil}}
	}
	if err := good().Check(); err != nil {
		t.Error(err)
	}
	for _, c := range []struct {
		want  string
		spoil func(a *Alignment)
	}{
		{"0 source and 2 target tokens", func(a *Alignment) { a.Source = nil }},
		{`axes [source target], expected "target" and "source"`, func(a *Alignment) { a.Values.Axes = []string{"source", "target"} }},
		{"of 2 target and 3 source tokens has values of shape [3 2]", func(a *Alignment) { a.Values.Shape = []int{3, 2} }},
		{"holds NaN at [0 1]", func(a *Alignment) { a.Values.Data[1] = math.NaN() }},
		{"sources of 1 tokens, but there are 2", func(a *Alignment) { a.Known = a.Known[1:] }},
		{"target token 1 is decided by source token 3, but there are 3", func(a *Alignment) { a.Known[1] = []int{3} }},
	} {
		a := good()
		c.spoil(&a)
		if err := a.Check(); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("error %v, want one with %q", err, c.want)
		}
	}
}
