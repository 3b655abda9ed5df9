package explain

import (
	"math"
	"math/bits"
	"slices"
	"testing"
)

// TestProducts: all sets of a size, each once, and those of odd sizes as far as they are few.
func TestProducts(t *testing.T) {
	for n := 1; n <= 10; n++ {
		for size := 1; size <= n; size++ {
			var want []uint64
			for set := range uint64(1) << n {
				if bits.OnesCount64(set) == size {
					want = append(want, set)
				}
			}
			if got := productsOf(n, size); !slices.Equal(got, want) {
				t.Errorf("%d of %d: %b, want %b", size, n, got, want)
			}
		}
	}
	for n, want := range map[int]int{2: 0, 3: 1, 12: 1<<11 - 12, 14: 1<<13 - 14, 15: 455 + 3003, 37: 7770, 38: 0, 63: 0, 64: 0, 200: 0} {
		if got := len(oddProducts(n)); got != want {
			t.Errorf("%d products of %d players, want %d", got, n, want)
		}
	}
	if got := productsOf(63, 61); len(got) != 63*62/2 || bits.OnesCount64(got[len(got)-1]) != 61 {
		t.Errorf("%d sets of 61 out of 63", len(got))
	}
}

// TestSignedSums against sums that are added up one by one.
func TestSignedSums(t *testing.T) {
	r := chance(1)
	for _, n := range []int{3, 12, 37} {
		for _, answered := range []int{1, 8, 63, 64, 65, 200} {
			pairs, weights := make([]pair, answered), make([]float64, answered)
			for p := range pairs {
				pairs[p].members, weights[p] = []uint64{r.Uint64() >> (64 - n)}, r.NormFloat64()
			}
			s := newSignedSums(pairs, n)
			for range 2 { // again with other weights
				weights[0]++
				s.weigh(weights)
				for _, product := range oddProducts(n)[:min(100, len(oddProducts(n)))] {
					want := 0.0
					for p := range pairs {
						factor := weights[p]
						for i := range n {
							if product>>i&1 == 1 && !pairs[p].has(i) {
								factor = -factor
							}
						}
						want += factor
					}
					if got := s.of(product); math.Abs(got-want) > 1e-12*float64(answered) {
						t.Fatalf("%b over %d pairs: %g, want %g", product, answered, got, want)
					}
				}
			}
		}
	}
}

// TestInteractionsAreFound where there are few, of any odd number of players, and none where there is only noise.
func TestInteractionsAreFound(t *testing.T) {
	const n = 12
	want := []uint64{1<<0 | 1<<3 | 1<<7, 1<<1 | 1<<2 | 1<<5 | 1<<8 | 1<<11, 1<<0 | 1<<4 | 1<<5, 1<<12 - 1 - 1<<6}
	weights := []float64{2, -1, 0.1, 0.5}
	after := func(worth func(set uint64) float64, seed int) []uint64 {
		k := newKernelFit(n, chance(seed))
		plainGame{"", n, func(members []bool) float64 {
			set := uint64(0)
			for i, m := range members {
				if m {
					set |= 1 << i
				}
			}
			return worth(set)
		}}.play(k, 400)
		return k.interactions(terms{common: true, squares: true}).products
	}
	few := func(set uint64) (worth float64) {
		for k, product := range want {
			worth += weights[k] * sign(product, set)
		}
		return worth + float64(bits.OnesCount64(set)) - 3*sign(1<<4, set)
	}
	slices.Sort(want)
	found, noise := 0, 0
	for seed := range 40 {
		if got := slices.Sorted(slices.Values(after(few, seed))); slices.Equal(got, want) {
			found++
		}
		r := chance(100 + seed)
		worths := map[uint64]float64{}
		noise += len(after(func(set uint64) float64 {
			if _, ok := worths[set]; !ok {
				worths[set] = r.NormFloat64()
			}
			return worths[set]
		}, seed))
	}
	t.Logf("all four and no more are found in %d of 40 games; %d in 40 of noise", found, noise)
	if found < 38 || noise > 10 {
		t.Errorf("four interactions were found, and no others, in %d of 40 games; %d in 40 games of noise", found, noise)
	}
}
