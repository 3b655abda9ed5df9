package explain

import (
	"math"
	"math/bits"
)

// A product of players, a bit for each, is 1 or −1: the product of numbers that are 1 for members of a coalition and −1 for others. Only products
// of an odd number of players differ between a coalition and its complement.

// sign is that of a product of an odd number of players.
func sign(product, members uint64) float64 {
	return float64(2*(bits.OnesCount64(product&members)&1) - 1)
}

// mostProducts bounds the work of looking through them: these are all of 14 players, and those of three of 37.
const mostProducts = 1 << 13

// oddProducts are those of three, of five, … of n players, as far as all of a number are few enough.
func oddProducts(n int) (list []uint64) {
	for size := 3; size <= n && n < 64; size += 2 {
		if uint64(len(list))+binomial(n, size) > mostProducts {
			break
		}
		list = append(list, productsOf(n, size)...)
	}
	return list
}

// productsOf are those of so many of n players, of at most 63.
func productsOf(n, size int) []uint64 {
	list := make([]uint64, binomial(n, size))
	set := uint64(1)<<size - 1
	for i := range list {
		list[i] = set
		low := set & -set // Gosper: the next number with as many bits
		high := set + low
		set = high | (set^high)/low>>2
	}
	return list
}

// interactions adds to what is fitted the few products that the answers plainly show beside it: the interactions of nets and trees are often few (Kang et
// al. 2025, arXiv 2502.13870). They are found by orthogonal matching pursuit (Pati, Rezaiifar and Krishnaprasad 1993): the strongest first, then again in what
// it leaves, as long as one is stronger than the strongest of so many would be by chance, √(2·ln N) standard deviations (Donoho and Johnstone 1994,
// Biometrika 81).
func (k *kernelFit) interactions(beside terms) terms {
	const together = 8 // are taken at once, if their squares are at least half of the strongest's
	beside.searched = true
	products, room := oddProducts(k.n), k.answered/2-beside.numbers(k.n)
	if len(products) == 0 {
		return beside
	}
	r := newRegression(k, beside)
	left, columns, roots := r.columns()
	whole := dot(left, left)
	s := span{rest: left}
	for _, x := range columns {
		s.add(x)
	}
	signed, weighted, sums := newSignedSums(k.pairs[:k.answered], k.n), make([]float64, k.answered), make([]float64, len(products))
	for more := true; more && dot(s.rest, s.rest) > 1e-20*whole; { // less is rounding
		for p, v := range s.rest {
			weighted[p] = roots[p] * v
		}
		known := float64(len(s.basis) + len(k.strata))
		bound := 2 * math.Log(float64(len(products))) * dot(weighted, weighted) / (1 - known/float64(k.answered))
		signed.weigh(weighted)
		for j, product := range products {
			sums[j] = signed.of(product)
		}
		more = false
		for range together {
			at := strongest(sums)
			square := sums[at] * sums[at]
			if square <= bound || len(beside.products) >= room {
				break
			}
			bound, sums[at] = max(bound, square/2), 0
			if s.add(r.column(products[at], roots)) {
				beside.products, more = append(beside.products, products[at]), true
			}
		}
	}
	return beside
}

// strongest is where the number of the largest magnitude stands.
func strongest(v []float64) (at int) {
	for i, x := range v {
		if math.Abs(x) > math.Abs(v[at]) {
			at = i
		}
	}
	return at
}

// columns are the equations that are fitted, each times the root of its weight: the left sides, and what stands beside each number.
func (r *regression) columns() (left []float64, columns [][]float64, roots []float64) {
	r.center()
	left, columns, roots = make([]float64, r.answered), make([][]float64, len(r.x)), make([]float64, r.answered)
	for j := range columns {
		columns[j] = make([]float64, r.answered)
	}
	for p, pair := range r.pairs[:r.answered] {
		roots[p] = math.Sqrt(r.weight(pair))
		left[p] = roots[p] * r.equation(pair)
		for j, v := range r.x {
			columns[j][p] = roots[p] * v
		}
	}
	return left, columns, roots
}

// column is that of one more product.
func (r *regression) column(product uint64, roots []float64) []float64 {
	x, means := make([]float64, r.answered), make([]float64, len(r.strata))
	for p, pair := range r.pairs[:r.answered] {
		x[p] = sign(product, pair.members[0])
		if h := pair.size - 1; r.means[h] != nil {
			means[h] += x[p] / float64(r.strata[h].answered)
		}
	}
	for p, pair := range r.pairs[:r.answered] {
		x[p] = roots[p] * (x[p] - means[pair.size-1])
	}
	return x
}
