package record

import (
	"math"
	"testing"
)

func TestAlignmentWithin(t *testing.T) {
	a := Alignment{Source: []string{"a", "b"}, Target: []string{"x", "y", "z"}, Known: [][]int{{0}, nil, {0, 1, 1}},
		Values: Array{Axes: []string{"target", "source"}, Shape: []int{3, 2}, Data: []float64{1, -3, 100, 100, -2, 2}}}
	if got, known := a.Within(); !known || math.Abs(got-5./8) > 1e-15 { // 1 of 4 and 4 of 4; of the second nothing is known
		t.Errorf("share %v, known %v; want 0.625", got, known)
	}
	for _, harm := range []func(){func() { a.Values.Data = make([]float64, 6) }, func() { a.Known = nil }} {
		harm()
		if got, known := a.Within(); known || got != 0 {
			t.Errorf("a share of %v where there is none", got)
		}
	}
}
