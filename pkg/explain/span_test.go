package explain

import (
	"math"
	"testing"
)

// TestSpan: the basis is orthonormal, the rest is orthogonal to what was added, and what lies in the span already is not added.
func TestSpan(t *testing.T) {
	r := chance(1)
	random := func() []float64 {
		x := make([]float64, 20)
		for p := range x {
			x[p] = r.NormFloat64()
		}
		return x
	}
	columns, rest := [][]float64{random(), random(), random()}, random()
	s, both := span{rest: rest}, make([]float64, 20)
	for _, x := range columns {
		less(both, -2, x)
		if !s.add(append([]float64(nil), x...)) {
			t.Error("a column is taken for one of the span")
		}
	}
	if s.add(both) || s.add(make([]float64, 20)) {
		t.Error("a sum of columns, or zeros, are not taken for one of the span")
	}
	for i, q := range s.basis {
		for j, other := range s.basis[:i+1] {
			want := 0.0
			if i == j {
				want = 1
			}
			if got := dot(q, other); math.Abs(got-want) > 1e-12 {
				t.Errorf("columns %d and %d of the basis have the product %g", i, j, got)
			}
		}
		if got := dot(columns[i], s.rest); math.Abs(got) > 1e-12 {
			t.Errorf("the rest and column %d have the product %g", i, got)
		}
	}
}
