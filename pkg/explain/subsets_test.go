package explain

import (
	"fmt"
	"testing"
)

func TestSubsetsAreDrawnAlike(t *testing.T) {
	random := chance(1)
	for _, c := range []struct{ n, size, all int }{{7, 3, 35}, {6, 3, 10}, {5, 1, 5}, {2, 1, 1}, {9, 4, 126}} {
		seen := map[string]int{}
		const rounds = 2000
		for range rounds {
			s := newSubsets(c.n, c.size, random)
			members, once := make([]bool, c.n), map[string]bool{}
			for drawn := 0; s.left() && drawn < 3; drawn++ {
				s.next(members)
				key := fmt.Sprint(members)
				if once[key] {
					t.Fatalf("%s was drawn twice", key)
				}
				once[key] = true
				seen[key]++
			}
		}
		if len(seen) != c.all {
			t.Errorf("sets of %d of %d: %d were drawn, there are %d", c.size, c.n, len(seen), c.all)
		}
		for key, n := range seen {
			expected := rounds * float64(min(3, c.all)) / float64(c.all)
			if off := float64(n) - expected; off*off > 25*expected {
				t.Errorf("%s was drawn %d times, expected %.0f", key, n, expected)
			}
		}
		for s := newSubsets(c.n, c.size, random); s.left(); { // to the last
			s.next(make([]bool, c.n))
		}
	}
	s := newSubsets(200, 90, random) // too many to count
	members := make([]bool, 200)
	times := make([]int, 200)
	for range 4000 {
		s.next(members)
		size := 0
		for i, m := range members {
			if m {
				size++
				times[i]++
			}
		}
		if size != 90 || !s.left() {
			t.Fatalf("a set of %d", size)
		}
	}
	for i, n := range times {
		if n < 1640 || n > 1960 { // 1800 ± 5 standard deviations
			t.Errorf("player %d was in %d of 4000 sets", i, n)
		}
	}
}

func TestBinomial(t *testing.T) {
	for _, c := range []struct {
		n, k int
		want uint64
	}{{5, 2, 10}, {5, 0, 1}, {5, 5, 1}, {3, 4, 0}, {66, 33, 7219428434016265740}, {67, 33, 0}, {1728, 2, 1492128}, {1 << 20, 3, 192153034345676800}} {
		if got := binomial(c.n, c.k); got != c.want {
			t.Errorf("%d over %d is %d, want %d", c.n, c.k, got, c.want)
		}
	}
}
