package explain

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// plainGame is what coalitions of n players are worth.
type plainGame struct {
	name  string
	n     int
	worth func(members []bool) float64
}

// shapley is the definition, slow and plain: the mean of what a player adds to those before, over coalitions by their sizes.
func (g plainGame) shapley() []float64 {
	values := make([]float64, g.n)
	members := make([]bool, g.n)
	factorial := func(k int) float64 { return math.Gamma(float64(k) + 1) }
	for s := range 1 << g.n {
		size := 0
		for i := range members {
			members[i] = s>>i&1 == 1
			size += s >> i & 1
		}
		worth := g.worth(members)
		for i, in := range members {
			if in {
				values[i] += factorial(size-1) * factorial(g.n-size) / factorial(g.n) * worth
			} else {
				values[i] -= factorial(size) * factorial(g.n-size-1) / factorial(g.n) * worth
			}
		}
	}
	return values
}

// ends is what nobody and everybody is worth.
func (g plainGame) ends() (nobody, everybody float64) {
	members := make([]bool, g.n)
	nobody = g.worth(members)
	for i := range members {
		members[i] = true
	}
	return nobody, g.worth(members)
}

// play asks for so many coalitions, or for all.
func (g plainGame) play(e estimator, evaluations int) (values, stdErr []float64) {
	e.begin(g.ends())
	evaluations = min(evaluations-evaluations%e.together(), e.all())
	members := make([]bool, g.n)
	for draw := range evaluations {
		e.ask(draw, members)
		e.answer(draw, g.worth(members))
	}
	return e.estimate()
}

func count(members []bool) (n int) {
	for _, m := range members {
		if m {
			n++
		}
	}
	return n
}

func all(members []bool, of ...int) float64 {
	for _, i := range of {
		if !members[i] {
			return 0
		}
	}
	return 1
}

func any1(members []bool, of ...int) float64 {
	for _, i := range of {
		if members[i] {
			return 1
		}
	}
	return 0
}

// games are some of n players (eight or more), whose weights depend on n alone.
func games(n int) []plainGame {
	random := rand.New(rand.NewPCG(uint64(n), 0))
	some := func(k int) []int { return random.Perm(n)[:k] }
	normal := func(k int) []float64 {
		v := make([]float64, k)
		for i := range v {
			v[i] = random.NormFloat64()
		}
		return v
	}
	var list []plainGame
	add := func(name string, worth func(members []bool) float64) { list = append(list, plainGame{name, n, worth}) }

	votes, quota := make([]float64, n), 0.0
	for i := range votes {
		votes[i] = 1 + math.Floor(30*random.Float64())
		quota += votes[i] / 2
	}
	add("voting", func(members []bool) float64 {
		sum := 0.0
		for i, m := range members {
			if m {
				sum += votes[i]
			}
		}
		if sum > quota {
			return 1
		}
		return 0
	})
	runway := make([]float64, n)
	for i := range runway {
		runway[i] = 1 + 9*random.Float64()
	}
	add("airport", func(members []bool) float64 {
		longest := 0.0
		for i, m := range members {
			if m {
				longest = max(longest, runway[i])
			}
		}
		return longest
	})
	add("and/or", func(members []bool) float64 {
		return all(members, 0, 1, 2) + any1(members, 2, 3, 4, 5) + all(members, 6)*any1(members, 7, 0, 1)
	})
	add("xor", func(members []bool) float64 { return float64(count(members[:5]) % 2) })
	var triples [][]int
	for range 12 {
		triples = append(triples, some(3))
	}
	linear, third := normal(n), normal(len(triples))
	add("sparse linear, interactions", func(members []bool) (sum float64) {
		for i := range n / 2 {
			if members[i] {
				sum += linear[i]
			}
		}
		for k, t := range triples {
			sum += third[k] * all(members, t...)
		}
		return sum
	})
	a, b, c := normal(16*n), normal(16), normal(16)
	add("ReLU net", func(members []bool) (sum float64) {
		for k := range 16 {
			h := b[k]
			for i, m := range members {
				if m {
					h += a[k*n+i]
				}
			}
			sum += c[k] * max(0, h)
		}
		return sum
	})
	type tree struct {
		player []int
		leaf   []float64
	}
	var trees []tree
	for range 10 {
		t := tree{leaf: normal(32)}
		for range 31 {
			t.player = append(t.player, random.IntN(n))
		}
		trees = append(trees, t)
	}
	add("trees", func(members []bool) (sum float64) {
		for _, t := range trees {
			at := 0
			for at < 31 {
				at = 2*at + 1
				if members[t.player[(at-1)/2]] {
					at++
				}
			}
			sum += t.leaf[at-31]
		}
		return sum
	})
	var unions [][]int
	for range 30 {
		unions = append(unions, some(1+random.IntN(n)))
	}
	shares := normal(len(unions))
	add("unanimity", func(members []bool) (sum float64) {
		for k, u := range unions {
			sum += shares[k] * all(members, u...)
		}
		return sum
	})
	return list
}

func off(got, want []float64) (distance float64) {
	for i := range want {
		distance = math.Hypot(distance, got[i]-want[i])
	}
	return distance
}

func TestAllCoalitionsGiveShapleysValues(t *testing.T) {
	for n := 8; n <= 12; n++ {
		for _, g := range games(n) {
			want := g.shapley()
			for name, e := range map[string]estimator{
				"enumeration": newEnumeration(n),
				"kernel":      newKernelFit(n, rand.New(rand.NewPCG(1, 2))),
			} {
				got, stdErr := g.play(e, endless)
				if stdErr != nil || off(got, want) > 1e-9 {
					t.Errorf("%s of %d players: %s gives %v ± %v, want %v", g.name, n, name, got, stdErr, want)
				}
			}
		}
	}
}

func median(v []float64) float64 { slices.Sort(v); return (v[(len(v)-1)/2] + v[len(v)/2]) / 2 }

func TestCoverage(t *testing.T) {
	seeds := 200
	for _, c := range []struct{ n, evaluations int }{{8, 100}, {9, 200}, {10, 300}, {10, 600}, {10, 900}} {
		inside, of := 0, 0
		for _, g := range games(c.n) {
			want := g.shapley()
			in, o := 0, 0
			ratio := 0.0
			se2, e2 := make([]float64, c.n), make([]float64, c.n)
			for seed := range seeds {
				got, stdErr := g.play(newKernelFit(c.n, rand.New(rand.NewPCG(uint64(seed), 2))), c.evaluations)
				for i := range got {
					e := math.Abs(got[i] - want[i])
					se2[i] += stdErr[i] * stdErr[i]
					e2[i] += e * e
					if e <= 1.96*stdErr[i]+1e-12 {
						in++
					}
					o++
				}
			}
			for i := range se2 {
				ratio += se2[i] / e2[i] / float64(c.n)
			}
			t.Logf("%d players, %d evaluations, %s: %.3f; variance stated/true %.2f", c.n, c.evaluations, g.name, float64(in)/float64(o), ratio)
			inside, of = inside+in, of+o
		}
		t.Logf("pooled %.4f", float64(inside)/float64(of))
	}
}
