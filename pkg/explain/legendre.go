package explain

import (
	"math"
	"sync"
)

// rule is a quadrature rule on [0, 1]: Σ weight·f(node) for ∫f.
type rule struct{ nodes, weights []float64 }

var rules sync.Map // number of nodes → rule

// legendre is the Gauss-Legendre rule with n nodes, exact for polynomials of degree 2n−1. The nodes are the roots of the n-th Legendre
// polynomial, found by Newton's method from Tricomi's approximation.
func legendre(n int) rule {
	if r, ok := rules.Load(n); ok {
		return r.(rule)
	}
	r := rule{make([]float64, n), make([]float64, n)}
	for i := range (n + 1) / 2 {
		x := math.Cos(math.Pi * (float64(i) + 0.75) / (float64(n) + 0.5))
		var slope float64
		for range 100 {
			var value float64
			value, slope = legendrePolynomial(n, x)
			step := value / slope
			x -= step
			if math.Abs(step) < 1e-16 {
				break
			}
		}
		_, slope = legendrePolynomial(n, x)
		w := 1 / ((1 - x*x) * slope * slope)
		r.nodes[i], r.nodes[n-1-i] = (1-x)/2, (1+x)/2
		r.weights[i], r.weights[n-1-i] = w, w
	}
	rules.Store(n, r)
	return r
}

// legendrePolynomial is P_n(x) and its slope, by the recurrence k·P_k = (2k−1)·x·P_{k−1} − (k−1)·P_{k−2}.
func legendrePolynomial(n int, x float64) (value, slope float64) {
	before, p := 0.0, 1.0
	for k := 1; k <= n; k++ {
		before, p = p, (float64(2*k-1)*x*p-float64(k-1)*before)/float64(k)
	}
	return p, float64(n) * (x*p - before) / (x*x - 1)
}
