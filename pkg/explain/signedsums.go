package explain

import "math/bits"

// signedSums sums weights, one a pair, each times the sign of a product: for thousands of products and the same weights. Eight pairs at a time are looked
// up in a table of their 256 signed sums, which takes a tenth of the time of adding them up.
type signedSums struct {
	there [][]uint64 // for each player: in which pairs it is a member, a bit a pair
	odd   []uint64   // in which an odd number of a product's players are
	table []float64
}

func newSignedSums(pairs []pair, n int) *signedSums {
	words := (len(pairs) + 63) / 64
	s := &signedSums{there: make([][]uint64, n), odd: make([]uint64, words), table: make([]float64, 8*256*words)}
	for i := range s.there {
		s.there[i] = make([]uint64, words)
		for p, pair := range pairs {
			if pair.has(i) {
				s.there[i][p/64] |= 1 << (p % 64)
			}
		}
	}
	return s
}

// weigh takes the weights.
func (s *signedSums) weigh(weights []float64) {
	for at := range len(s.table) / 256 {
		sums, eight := s.table[256*at:256*(at+1)], [8]float64{}
		copy(eight[:], weights[min(8*at, len(weights)):])
		sums[0] = 0
		for _, w := range eight {
			sums[0] -= w
		}
		for set := 1; set < 256; set++ {
			sums[set] = sums[set&(set-1)] + 2*eight[bits.TrailingZeros(uint(set))]
		}
	}
}

// of is the sum of a product of an odd number of players.
func (s *signedSums) of(product uint64) (sum float64) {
	clear(s.odd)
	for left := product; left != 0; left &= left - 1 {
		for k, there := range s.there[bits.TrailingZeros64(left)] {
			s.odd[k] ^= there
		}
	}
	for k, odd := range s.odd {
		t := s.table[8*256*k : 8*256*(k+1)]
		sum += (t[odd&255] + t[256+odd>>8&255]) + (t[512+odd>>16&255] + t[768+odd>>24&255]) +
			((t[1024+odd>>32&255] + t[1280+odd>>40&255]) + (t[1536+odd>>48&255] + t[1792+odd>>56]))
	}
	return sum
}
