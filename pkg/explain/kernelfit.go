package explain

import (
	"math"
	"math/rand/v2"
	"slices"
)

// kernelFit draws coalitions for KernelSHAP, in pairs with their complements: as many of each size, which is their leverage in the
// least-squares problem that Shapley's values solve, without replacement, so that soon all of the small and the large sizes are known
// (Musco and Witter 2024, arXiv 2410.01917).
type kernelFit struct {
	ends
	n        int
	strata   []*stratum // of sizes 1 … n/2
	pairs    []pair     // as they were asked for
	answered int        // of them
	taken    terms      // the fit of the last estimate
}

// stratum are the pairs whose smaller coalition has one size.
type stratum struct {
	*subsets
	answered int
}

// pair is a coalition and its complement, which is no smaller.
type pair struct {
	members []uint64
	size    int
	worth   float64   // of the coalition, less that of the complement
	rows    []float64 // the same for each row of a background; nil: there are none
}

func newKernelFit(n int, random *rand.Rand) *kernelFit {
	k := &kernelFit{n: n}
	for size := 1; size <= n/2; size++ {
		k.strata = append(k.strata, &stratum{subsets: newSubsets(n, size, random)})
	}
	return k
}

func (k *kernelFit) together() int { return 2 }
func (k *kernelFit) least() int    { return 4 * k.n }
func (k *kernelFit) all() int      { return allCoalitions(k.n) }

func (k *kernelFit) ask(draw int, members []bool) {
	if draw%2 == 1 {
		p := k.pairs[draw/2]
		for i := range members {
			members[i] = !p.has(i)
		}
		return
	}
	var next *stratum
	for _, s := range k.strata {
		if s.left() && (next == nil || float64(s.drawn)/s.part() < float64(next.drawn)/next.part()) {
			next = s
		}
	}
	next.next(members)
	p := pair{members: make([]uint64, (k.n+63)/64), size: next.size}
	for i, m := range members {
		if m {
			p.members[i/64] |= 1 << (i % 64)
		}
	}
	k.pairs = append(k.pairs, p)
}

// part is 1; where a pair's coalitions are of one size, so that there are half as many pairs, ½.
func (s *stratum) part() float64 {
	if s.half() {
		return 0.5
	}
	return 1
}

func (p pair) has(i int) bool { return p.members[i/64]>>(i%64)&1 == 1 }

func (k *kernelFit) answer(draw int, worth float64, rows []float64) {
	p := &k.pairs[draw/2]
	if draw%2 == 0 {
		p.worth, p.rows = worth, slices.Clone(rows)
		return
	}
	p.worth -= worth
	for i, v := range rows {
		p.rows[i] -= v
	}
	k.answered++
	k.strata[p.size-1].answered++
}

// estimate takes, of the fits for which two pairs or more are there for each number, the one with the smallest standard errors.
func (k *kernelFit) estimate() (values, stdErr []float64) {
	if k.n < 2 {
		return k.equal(k.n), nil
	}
	if 2*k.answered == k.all() { // then all are the same
		r := newRegression(k, terms{})
		r.solve()
		k.taken = terms{}
		return r.values, nil
	}
	least := math.Inf(1)
	for _, b := range k.fits() {
		r := newRegression(k, b)
		if !r.solve() {
			continue
		}
		stdErr2 := r.stdErr()
		if total := dot(stdErr2, stdErr2); total < least {
			least, values, stdErr, k.taken = total, r.values, stdErr2, b
		}
	}
	return values, stdErr
}

func (k *kernelFit) deviations() []float64 {
	if k.rows == nil || k.n < 2 {
		return k.alone(k.n)
	}
	r := newRegression(k, k.taken) // again, as many may be waiting for it, and each takes the square of what is fitted
	r.solve()
	return r.deviations()
}
