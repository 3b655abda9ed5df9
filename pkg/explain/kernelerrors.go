package explain

import "math"

// stdErr are the values' standard errors by the sandwich estimator, for a stratified sample without replacement: how much what one pair
// adds to the values differs from what another of its size does, for the part of the pairs that was not drawn. A residual is taken for
// larger than it is by the leverage of its equation (HC3: MacKinnon and White 1985), that of its size on average, and by what the search for
// products took; the errors are those of Student's t.
func (r *regression) stdErr() []float64 {
	// How each equation's left side moves a player's value: a row for each player of the matrix that maps right sides to that.
	moves := make([][]float64, r.n)
	unit := make([]float64, len(r.x))
	columns := make([][]float64, len(r.x))
	for j := range columns {
		clear(unit)
		unit[j] = 1
		columns[j] = r.players(unit)
	}
	for i := range moves {
		moves[i] = make([]float64, len(r.x))
		for j, c := range columns {
			moves[i][j] = c[i]
		}
		r.g.half(moves[i])
		r.g.back(moves[i])
	}
	sums, squares := make([][]float64, len(r.strata)), make([][]float64, len(r.strata))
	for h := range sums {
		sums[h], squares[h] = make([]float64, r.n), make([]float64, r.n)
	}
	leverage, searched := r.leverages(), float64(r.freedom(r.n)-r.numbers(r.n))/float64(r.answered)
	for _, p := range r.pairs[:r.answered] {
		y, w, h := r.equation(p), r.weight(p), p.size-1
		residual := w * (y - dot(r.x, r.b)) / max(1-leverage[h]-searched, 1e-3)
		for i := range moves {
			moved := residual * dot(moves[i], r.x)
			sums[h][i] += moved
			squares[h][i] += moved * moved
		}
	}
	stdErr := make([]float64, r.n)
	for h, s := range r.strata {
		n, left := float64(s.answered), 1.0
		if s.total > 0 {
			left -= n / float64(s.total)
		}
		for i := range stdErr {
			if n > 1 {
				stdErr[i] += left * n / (n - 1) * max(0, squares[h][i]-sums[h][i]*sums[h][i]/n)
			} else {
				stdErr[i] += left * squares[h][i]
			}
		}
	}
	wider := student(float64(max(1, r.answered-r.freedom(r.n))))
	for i, variance := range stdErr {
		stdErr[i] = math.Sqrt(variance) * wider
	}
	return stdErr
}

// leverages are those of the equations of each size, which are much the same: the mean over some.
func (r *regression) leverages() []float64 {
	const some = 32
	means, looked, half := make([]float64, len(r.strata)), make([]int, len(r.strata)), make([]float64, len(r.x))
	for _, p := range r.pairs[:r.answered] {
		h := p.size - 1
		of := min(some, r.strata[h].answered)
		if looked[h]++; looked[h] > of {
			continue
		}
		r.equation(p)
		copy(half, r.x)
		r.g.half(half)
		means[h] += r.weight(p) * dot(half, half) / float64(of)
	}
	return means
}
