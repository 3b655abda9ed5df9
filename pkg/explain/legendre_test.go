package explain

import (
	"math"
	"testing"
)

func TestLegendre(t *testing.T) {
	// Abramowitz and Stegun, table 25.4, moved from [−1, 1] to [0, 1].
	r := legendre(3)
	for i, want := range []float64{(1 - math.Sqrt(0.6)) / 2, 0.5, (1 + math.Sqrt(0.6)) / 2} {
		if math.Abs(r.nodes[i]-want) > 1e-15 {
			t.Errorf("node %d of 3 is %.17f, want %.17f", i, r.nodes[i], want)
		}
	}
	for i, want := range []float64{5. / 18, 8. / 18, 5. / 18} {
		if math.Abs(r.weights[i]-want) > 1e-15 {
			t.Errorf("weight %d of 3 is %.17f, want %.17f", i, r.weights[i], want)
		}
	}
	for _, n := range []int{1, 2, 5, 8, 25, 50, 200, 1000} {
		r := legendre(n)
		for _, degree := range []int{0, 1, n, 2*n - 1} { // exact up to degree 2n−1
			got := 0.0
			for i, x := range r.nodes {
				got += r.weights[i] * math.Pow(x, float64(degree))
			}
			if want := 1 / float64(degree+1); math.Abs(got-want) > 1e-13 {
				t.Errorf("%d nodes: ∫x^%d is %.16g, want %.16g", n, degree, got, want)
			}
		}
	}
}
