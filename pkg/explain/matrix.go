package explain

import "slices"

// matrix is a small dense matrix, row by row.
type matrix struct {
	rows, columns int
	v             []float64
}

// identity has ones on its diagonal.
func identity(n int) matrix {
	m := zeros(n, n)
	for i := range n {
		m.v[i*n+i] = 1
	}
	return m
}

func zeros(rows, columns int) matrix { return matrix{rows, columns, make([]float64, rows*columns)} }

func (m matrix) row(i int) []float64 { return m.v[i*m.columns : (i+1)*m.columns] }

// times is the product m·other.
func (m matrix) times(other matrix) matrix {
	product := zeros(m.rows, other.columns)
	for i := range m.rows {
		to := product.row(i)
		for k, x := range m.row(i) {
			if x == 0 { // padding, and what a decoder may not see yet
				continue
			}
			for j, y := range other.row(k) {
				to[j] += x * y
			}
		}
	}
	return product
}

func (m matrix) plus(other matrix) matrix {
	sum := matrix{m.rows, m.columns, slices.Clone(m.v)}
	for i, v := range other.v {
		sum.v[i] += v
	}
	return sum
}

func (m matrix) transposed() matrix {
	t := zeros(m.columns, m.rows)
	for i := range m.rows {
		for j, v := range m.row(i) {
			t.v[j*m.rows+i] = v
		}
	}
	return t
}

// mixed is the sum of the rows, each with its weight.
func (m matrix) mixed(weights []float64) []float64 {
	return matrix{1, m.rows, weights}.times(m).v
}
