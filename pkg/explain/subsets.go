package explain

import (
	"math/bits"
	"math/rand/v2"
)

// subsets draws sets of size out of n players in random order, none twice. Where size is half of n, only one of each pair of complements is among
// them.
type subsets struct {
	n, size int
	random  *rand.Rand
	total   uint64 // how many there are; 0: too many to be counted, so that none is drawn twice but by a chance below 2⁻²⁰ in a million draws
	drawn   uint64
	moved   map[uint64]uint64 // a shuffled list of all their ranks, as far as it is other than the list in order
}

func newSubsets(n, size int, random *rand.Rand) *subsets {
	s := &subsets{n: n, size: size, random: random, moved: map[uint64]uint64{}}
	if s.half() {
		s.total = binomial(n-1, size-1)
	} else {
		s.total = binomial(n, size)
	}
	return s
}

func (s *subsets) half() bool { return 2*s.size == s.n }

// left says that not all have been drawn.
func (s *subsets) left() bool { return s.total == 0 || s.drawn < s.total }

// next draws one, if there is one left.
func (s *subsets) next(members []bool) {
	clear(members)
	n, size := s.n, s.size
	if s.half() { // those with the last player
		n, size = n-1, size-1
		members[n] = true
	}
	if s.total == 0 { // one member after another, each of those that are left
		for left := range size {
			// Floyd: each set is as likely as any other.
			top := n - size + left
			if i := s.random.IntN(top + 1); !members[i] {
				members[i] = true
			} else {
				members[top] = true
			}
		}
		s.drawn++
		return
	}
	// A step of Fisher and Yates' shuffle of the ranks, of which the map holds those that are not in their place.
	at := s.drawn + s.random.Uint64N(s.total-s.drawn)
	rank := s.rank(at)
	s.moved[at] = s.rank(s.drawn)
	delete(s.moved, s.drawn)
	s.drawn++
	// The set of that rank, in the order of the combinatorial number system.
	for i := n - 1; size > 0; i-- {
		if below := binomial(i, size); rank >= below {
			rank, size = rank-below, size-1
			members[i] = true
		}
	}
}

func (s *subsets) rank(at uint64) uint64 {
	if rank, ok := s.moved[at]; ok {
		return rank
	}
	return at
}

// binomial is n over k; 0 where k > n, and where it is 2⁶³ or more.
func binomial(n, k int) uint64 {
	if k > n {
		return 0
	}
	k = min(k, n-k)
	c := uint64(1)
	for i := 1; i <= k; i++ {
		high, low := bits.Mul64(c, uint64(n-k+i))
		if high >= uint64(i) {
			return 0
		}
		if c, _ = bits.Div64(high, low, uint64(i)); c >= 1<<63 {
			return 0
		}
	}
	return c
}
