package explain

import (
	"cmp"
	"math"
	"slices"
)

// bySimilarity puts a category's words in an order in which those beside one another have rows that are alike (Apley and Zhu 2020, arXiv 1612.08468). Two
// words are as far apart as the distributions of the other numbers of their rows: by the sum of the largest differences of the cumulative distributions
// (Kolmogorov and Smirnov's; for the numbers of another category these are the differences of its words' shares). The order is that of the first axis of
// classical multidimensional scaling (Torgerson 1952), in the direction that is nearer to the order of the columns. Words that no row has come last.
func (v *variable) bySimilarity(x [][]float64, others []int) {
	rows := make([][]int, len(v.columns)) // of each word
	for i, word := range v.observed(x) {
		if word >= 0 {
			rows[int(word)] = append(rows[int(word)], i)
		}
	}
	var words, order []int
	for word := range rows {
		if order = append(order, word); rows[word] != nil {
			words = append(words, word)
		}
	}
	apart := zeros(len(words), len(words))
	for _, at := range others {
		sorted := make([][]float64, len(words))
		for k, word := range words {
			for _, i := range rows[word] {
				sorted[k] = append(sorted[k], x[i][at])
			}
			slices.Sort(sorted[k])
		}
		for k := range words {
			for l := range k {
				d := furthest(sorted[k], sorted[l])
				apart.row(k)[l] += d
				apart.row(l)[k] += d
			}
		}
	}
	place := make([]float64, len(rows))
	for word := range place {
		place[word] = math.Inf(1)
	}
	axis := apart.axis()
	direction := 0.0
	for k, v := range axis {
		direction += v * float64(k)
	}
	for k, v := range axis {
		place[words[k]] = math.Copysign(1, direction) * math.Round(v*1e9) // words that are alike stay in their order
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(place[a], place[b]) })
	columns, categories := slices.Clone(v.columns), slices.Clone(v.categories)
	for k, word := range order {
		v.columns[k], v.categories[k] = columns[word], categories[word]
	}
}

// furthest is the largest difference of the cumulative distributions of sorted numbers.
func furthest(a, b []float64) (d float64) {
	for i, j := 0, 0; i < len(a) && j < len(b); {
		at := min(a[i], b[j])
		for i < len(a) && a[i] == at {
			i++
		}
		for j < len(b) && b[j] == at {
			j++
		}
		d = max(d, math.Abs(float64(i)/float64(len(a))-float64(j)/float64(len(b))))
	}
	return d
}

// axis is the first of classical multidimensional scaling of a matrix of distances, of length 1: the eigenvector of the largest eigenvalue of the
// squares, centred in both directions, times −½.
func (m matrix) axis() []float64 {
	n := m.rows
	b, means, mean := zeros(n, n), make([]float64, n), 0.0
	for i, d := range m.v {
		b.v[i] = -d * d / 2
		means[i/n] += b.v[i] / float64(n)
		mean += b.v[i] / float64(n*n)
	}
	for i := range b.v {
		b.v[i] += mean - means[i/n] - means[i%n]
	}
	vectors := b.diagonalize()
	largest := 0
	for k := range n {
		if b.row(k)[k] > b.row(largest)[largest] {
			largest = k
		}
	}
	return vectors.transposed().row(largest)
}

// diagonalize turns a symmetric matrix, by Jacobi's rotations, into one of its eigenvalues on the diagonal, whose eigenvectors are the columns that it
// returns.
func (m matrix) diagonalize() (vectors matrix) {
	n := m.rows
	vectors = identity(n)
	for range 60 { // sweeps; a few do
		off, all := 0.0, 0.0
		for i, v := range m.v {
			if all += v * v; i/n != i%n {
				off += v * v
			}
		}
		if off <= 1e-30*all {
			break
		}
		for p := range n {
			for q := p + 1; q < n; q++ {
				if m.row(p)[q] == 0 {
					continue
				}
				theta := (m.row(q)[q] - m.row(p)[p]) / (2 * m.row(p)[q])
				t := math.Copysign(1, theta) / (math.Abs(theta) + math.Hypot(theta, 1))
				c := 1 / math.Hypot(t, 1)
				s := t * c
				for k := range n {
					row := m.row(k)
					row[p], row[q] = c*row[p]-s*row[q], s*row[p]+c*row[q]
					row = vectors.row(k)
					row[p], row[q] = c*row[p]-s*row[q], s*row[p]+c*row[q]
				}
				a, b := m.row(p), m.row(q)
				for k := range n {
					a[k], b[k] = c*a[k]-s*b[k], s*a[k]+c*b[k]
				}
			}
		}
	}
	return vectors
}
