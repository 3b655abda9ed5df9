package explain

import "math"

// span is what columns span, as an orthonormal basis, and what of one more vector lies outside (Gram and Schmidt).
type span struct {
	basis [][]float64
	rest  []float64 // that vector, when there are no columns yet
}

// add says whether the column was not in the span yet; it then becomes one of the basis, in place.
func (s *span) add(x []float64) bool {
	whole := dot(x, x)
	for range 2 { // the second time takes what rounding left
		for _, q := range s.basis {
			less(x, dot(q, x), q)
		}
	}
	outside := dot(x, x)
	if !(outside > 1e-6*whole) {
		return false
	}
	for p := range x {
		x[p] /= math.Sqrt(outside)
	}
	less(s.rest, dot(x, s.rest), x)
	s.basis = append(s.basis, x)
	return true
}

// less takes so many times q off x.
func less(x []float64, times float64, q []float64) {
	for p, v := range q {
		x[p] -= times * v
	}
}
