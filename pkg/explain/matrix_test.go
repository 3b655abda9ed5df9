package explain

import (
	"math"
	"testing"
)

// TestDiagonalize: the vectors are of length 1 and at right angles, and with the values make the matrix again.
func TestDiagonalize(t *testing.T) {
	r := chance(5)
	for _, n := range []int{1, 2, 3, 8, 25} {
		m := zeros(n, n)
		for i := range n {
			for j := range i + 1 {
				v := r.NormFloat64()
				m.row(i)[j], m.row(j)[i] = v, v
			}
		}
		d := zeros(n, n).plus(m)
		vectors := d.diagonalize()
		for i := range d.v {
			if i/n != i%n {
				d.v[i] = 0
			}
		}
		again, one := vectors.times(d).times(vectors.transposed()), vectors.times(vectors.transposed())
		for i, v := range m.v {
			if math.Abs(again.v[i]-v) > 1e-12*float64(n) || math.Abs(one.v[i]-identity(n).v[i]) > 1e-12*float64(n) {
				t.Fatalf("%d: number %d is %g again, was %g", n, i, again.v[i], v)
			}
		}
	}
	// Places on a line have an axis, which is the line: centred, and of length 1.
	places, apart := []float64{3, -1, 4, 10}, zeros(4, 4)
	for i, a := range places {
		for j, b := range places {
			apart.row(i)[j] = math.Abs(a - b)
		}
	}
	axis := apart.axis()
	for i, p := range places {
		if got, want := math.Abs(axis[i]), math.Abs(p-4)/math.Sqrt(1+25+36); math.Abs(got-want) > 1e-12 {
			t.Errorf("place %g is at %g on the axis, want %g", p, got, want)
		}
	}
}
