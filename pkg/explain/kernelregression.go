package explain

import (
	"math"
	"math/bits"
)

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
	r.center()
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
	// A row's numbers add up to 0 over the players, the squares' too: a number for all of them would change nothing. Ones in the matrix make it 0.
	for from := 0; from < len(r.x)-len(r.products); from += r.n {
		one, trace := make([]float64, len(r.x)), 0.0
		for i := from; i < from+r.n; i++ {
			one[i], trace = 1, trace+r.g.row(i)[i]
		}
		r.g.add(trace/float64(r.n*r.n), one)
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

// center finds the means of each size, which is what its coalitions have in common.
func (r *regression) center() {
	if !r.common {
		return
	}
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

// weight is that of a pair's equation, which stands for those of its size that were not drawn too.
func (r *regression) weight(p pair) float64 {
	s := r.strata[p.size-1]
	return s.part() / (float64(p.size*(r.n-p.size)) * float64(s.answered))
}

// left is the left side of the equation of a pair, of that size and worth, if nobody is worth so much.
func (r *regression) left(size int, worth, nobody float64) float64 {
	return (worth+r.everybody-nobody)/2 - float64(size)/float64(r.n)*(r.everybody-nobody)
}

// equation fills r.x with the right side of a pair's equation and returns the left one.
func (r *regression) equation(p pair) (y float64) {
	part := float64(p.size) / float64(r.n)
	y = r.left(p.size, p.worth, r.nobody)
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
	for j, product := range r.products {
		r.x[at+j] = sign(product, p.members[0])
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

// players is what the fitted numbers say of ψ. A product goes from −1 to 1, and each of its players has the same part of that.
func (r *regression) players(fitted []float64) []float64 {
	psi := make([]float64, r.n)
	copy(psi, fitted)
	at := len(r.x) - len(r.products)
	for j, product := range r.products {
		part := fitted[at+j] * 2 / float64(bits.OnesCount64(product))
		for left := product; left != 0; left &= left - 1 {
			psi[bits.TrailingZeros64(left)] += part
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
	left := make([][]float64, len(r.rows)) // of the normal equations
	for k := range left {
		left[k] = make([]float64, len(r.x))
	}
	for _, p := range r.pairs[:r.answered] {
		r.equation(p)
		w := r.weight(p)
		for k, nobody := range r.rows { // what a size has in common may be in y, as what stands beside it adds up to 0
			y := r.left(p.size, p.rows[k], nobody)
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
			values[i] = append(values[i], v-r.rows[k]/float64(r.n))
		}
	}
	return values.spread(1)
}
