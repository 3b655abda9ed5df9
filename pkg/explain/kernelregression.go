package explain

import "math"

// regression solves, over the coalitions S that a kernelFit has drawn,
//
//	minimise Σ w(S)·(v(S) − v(∅) − Σ_{i∈S} φᵢ)²  with  w(S) = (n−1) / ((n over |S|)·|S|·(n−|S|))  and  Σ φᵢ = v(N) − v(∅)
//
// whose solution over all coalitions are Shapley's values (Lundberg and Lee 2017, arXiv 1705.07874). A pair of complements gives one equation,
// as what they have in common drops out: with φᵢ = (v(N) − v(∅))/n + ψᵢ and Σ ψᵢ = 0,
//
//	(v(S) − v(N∖S) + v(N) − v(∅))/2 − (v(N) − v(∅))·|S|/n = Σ_{i∈S} ψᵢ − |S|/n·Σ ψᵢ
//
// What pairs have of interactions of two players is in what drops out. Other things that the values have no part in where all coalitions are
// known are fitted beside ψ, so that they are not taken for ψ in a sample.
type regression struct {
	*kernelFit
	terms
	middle, spread float64     // mean and standard deviation of the squares
	means          [][]float64 // for each size, of the equations' both sides; nil: of both sides as they are
	x, b           []float64   // an equation's right side; the solution
	g              *normal
	values         []float64
}

// terms are what is fitted beside the values.
type terms struct {
	common  bool // what coalitions of a size have in common
	squares bool // how the values change with the square of the size
	triples bool // interactions of three players (as Fumagalli, Witter and Musco 2026, arXiv 2601.18608, do)
}

// numbers is how many are fitted in all.
func (b terms) numbers(n int) int {
	count := n
	if b.common {
		count += n / 2
	}
	if b.squares {
		count += n
	}
	if b.triples {
		count += n * (n - 1) * (n - 2) / 6
	}
	return count
}

func newRegression(k *kernelFit, b terms) *regression {
	n := float64(k.n)
	r := &regression{kernelFit: k, terms: b}
	for s := 1; s < k.n; s++ {
		square := (float64(s) - n/2) * (float64(s) - n/2)
		r.middle += square / (n - 1)
		r.spread += square * square / (n - 1)
	}
	r.spread = math.Sqrt(max(r.spread-r.middle*r.middle, 1e-12))
	b.common = false // is taken off
	width := b.numbers(k.n)
	r.x, r.b, r.g = make([]float64, width), make([]float64, width), newNormal(width)
	return r
}

// solve says whether there is a solution.
func (r *regression) solve() bool {
	if r.common {
		means := make([][]float64, len(r.strata))
		for h, s := range r.strata {
			if !s.half() { // there the complement could as well be the coalition: nothing is in common
				means[h] = make([]float64, len(r.x)+1)
			}
		}
		for _, p := range r.pairs[:r.answered] {
			if mean := means[p.size-1]; mean != nil {
				y, part := r.equation(p), 1/float64(r.strata[p.size-1].answered)
				for j, v := range r.x {
					mean[j] += part * v
				}
				mean[len(r.x)] += part * y
			}
		}
		r.means = means
	}
	var four [4][]float64
	var weights [4]float64
	for k := range four {
		four[k] = make([]float64, len(r.x))
	}
	for k, p := range r.pairs[:r.answered] {
		y, w := r.equation(p), r.weight(p)
		for j, v := range r.x {
			r.b[j] += w * v * y
		}
		weights[k%4] = w
		copy(four[k%4], r.x)
		if k%4 == 3 || k == r.answered-1 {
			r.g.addFour(weights, four)
			weights = [4]float64{}
		}
	}
	// A row's numbers add up to 0 over the players, and less what is common over the triples: a number for all of them would change nothing. Ones
	// in the matrix make it 0.
	for from, width := range r.blocks() {
		one, trace := make([]float64, len(r.x)), 0.0
		for i := from; i < from+width; i++ {
			one[i], trace = 1, trace+r.g.row(i)[i]
		}
		r.g.add(trace/float64(width*width), one)
	}
	if !r.g.factor() {
		return false
	}
	r.g.half(r.b)
	r.g.back(r.b)
	r.values = r.equal(r.n)
	for i, v := range r.players(r.b) {
		r.values[i] += v
	}
	return true
}

// blocks are where numbers of one kind begin, and how many they are.
func (r *regression) blocks() map[int]int {
	blocks := map[int]int{0: r.n}
	if r.squares {
		blocks[r.n] = r.n
	}
	if r.triples {
		blocks[r.n] = len(r.x) - r.n
	}
	return blocks
}

// weight is that of a pair's equation, which stands for those of its size that were not drawn too.
func (r *regression) weight(p pair) float64 {
	s := r.strata[p.size-1]
	return s.part() / (float64(p.size*(r.n-p.size)) * float64(s.answered))
}

// equation fills r.x with the right side of a pair's equation and returns the left one.
func (r *regression) equation(p pair) (y float64) {
	part := float64(p.size) / float64(r.n)
	y = (p.worth+r.everybody-r.nobody)/2 - part*(r.everybody-r.nobody)
	for i := range r.n {
		r.x[i] = -part
		if p.has(i) {
			r.x[i]++
		}
	}
	at := r.n
	if r.squares { // less their mean: the sums over all coalitions of x times this are 0 then, as the weight of a size is that of any other
		off := float64(p.size) - float64(r.n)/2
		for i := range r.n {
			r.x[at+i] = r.x[i] * (off*off - r.middle) / r.spread
		}
		at += r.n
	}
	if r.triples { // products of three numbers that are 1 for members and −1 for others
		sign := make([]float64, r.n)
		for i := range sign {
			sign[i] = -1
			if p.has(i) {
				sign[i] = 1
			}
		}
		for i := range sign {
			for j := range i {
				for k := range j {
					r.x[at] = sign[i] * sign[j] * sign[k]
					at++
				}
			}
		}
	}
	if r.means != nil && r.means[p.size-1] != nil {
		mean := r.means[p.size-1]
		for j := range r.x {
			r.x[j] -= mean[j]
		}
		y -= mean[len(r.x)]
	}
	return y
}

// players is what the fitted numbers say of ψ. Of a product of three, each of the three has ⅔.
func (r *regression) players(fitted []float64) []float64 {
	psi := make([]float64, r.n)
	copy(psi, fitted)
	if r.triples {
		at := r.n
		for i := range psi {
			for j := range i {
				for k := range j {
					v := fitted[at] * 2 / 3
					psi[i], psi[j], psi[k] = psi[i]+v, psi[j]+v, psi[k]+v
					at++
				}
			}
		}
	}
	mean := 0.0
	for _, v := range psi {
		mean += v / float64(r.n)
	}
	for i := range psi {
		psi[i] -= mean
	}
	return psi
}

// deviations are how the values vary over the rows of a background: the equations for each row by itself have the same right sides.
func (r *regression) deviations() []float64 {
	left := make([][]float64, len(r.ends.rows)) // of the normal equations
	for k := range left {
		left[k] = make([]float64, len(r.x))
	}
	for _, p := range r.pairs[:r.answered] {
		r.equation(p)
		w, part := r.weight(p), float64(p.size)/float64(r.n)
		for k, nobody := range r.ends.rows { // what a size has in common may be in y, as what stands beside it adds up to 0
			y := (p.rows[k]+r.everybody-nobody)/2 - part*(r.everybody-nobody)
			for j, v := range r.x {
				left[k][j] += w * v * y
			}
		}
	}
	values := make(byRow, r.n)
	for k, b := range left {
		r.g.half(b)
		r.g.back(b)
		for i, v := range r.players(b) {
			values[i] = append(values[i], v-r.ends.rows[k]/float64(r.n))
		}
	}
	return values.spread(1)
}

// stdErr are the values' standard errors by the sandwich estimator, for a stratified sample without replacement: how much what one pair
// adds to the values differs from what another of its size does, for the part of the pairs that was not drawn. A residual is taken for
// larger than it is by the leverage of its equation (HC3: MacKinnon and White 1985), that of its size on average.
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
	leverage := r.leverages()
	for _, p := range r.pairs[:r.answered] {
		y, w, h := r.equation(p), r.weight(p), p.size-1
		residual := w * (y - dot(r.x, r.b)) / max(1-leverage[h], 1e-3)
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
	for i, variance := range stdErr {
		stdErr[i] = math.Sqrt(variance)
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
