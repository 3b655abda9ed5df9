package explain

import "math"

// normal are the normal equations of a least-squares fit: the sum of w·x·xᵀ, of which the lower triangle is kept, row by row.
type normal struct {
	n int
	g []float64
}

func newNormal(n int) *normal { return &normal{n, make([]float64, n*(n+1)/2)} }

func (m *normal) row(i int) []float64 { return m.g[i*(i+1)/2 : (i+1)*(i+2)/2] }

// add adds w·x·xᵀ.
func (m *normal) add(w float64, x []float64) {
	for i, v := range x {
		if v *= w; v != 0 {
			g := m.row(i)
			for j, u := range x[:len(g)] {
				g[j] += v * u
			}
		}
	}
}

// addFour adds w·x·xᵀ of four x, in less than half the time.
func (m *normal) addFour(w [4]float64, x [4][]float64) {
	for i := range m.n {
		g := m.row(i)
		a, b, c, d := x[0][:len(g)], x[1][:len(g)], x[2][:len(g)], x[3][:len(g)]
		u, v, s, t := w[0]*a[i], w[1]*b[i], w[2]*c[i], w[3]*d[i]
		for j := range g {
			g[j] += (u*a[j] + v*b[j]) + (s*c[j] + t*d[j])
		}
	}
}

// factor makes it Cholesky's L, with L·Lᵀ the sum. It says whether the equations have one solution.
func (m *normal) factor() bool {
	for i := range m.n {
		a := m.row(i)
		diagonal := a[i]
		for j := range i {
			b := m.row(j)
			a[j] = (a[j] - dot(a[:j], b[:j])) / b[j]
		}
		left := diagonal - dot(a[:i], a[:i])
		if !(left > 1e-12*diagonal) {
			return false
		}
		a[i] = math.Sqrt(left)
	}
	return true
}

// half is L⁻¹·b, in place of b.
func (m *normal) half(b []float64) {
	for i := range m.n {
		a := m.row(i)
		b[i] = (b[i] - dot(a[:i], b[:i])) / a[i]
	}
}

// back is L⁻ᵀ·b, in place of b.
func (m *normal) back(b []float64) {
	for i := m.n - 1; i >= 0; i-- {
		a := m.row(i)
		b[i] /= a[i]
		last := b[i]
		for j, v := range a[:i] {
			b[j] -= v * last
		}
	}
}

// dot is a·b, in four sums that a processor adds to at once.
func dot(a, b []float64) float64 {
	var s, t, u, v float64
	b = b[:len(a)]
	i := 0
	for ; i+3 < len(a); i += 4 {
		s += a[i] * b[i]
		t += a[i+1] * b[i+1]
		u += a[i+2] * b[i+2]
		v += a[i+3] * b[i+3]
	}
	for ; i < len(a); i++ {
		s += a[i] * b[i]
	}
	return (s + t) + (u + v)
}
