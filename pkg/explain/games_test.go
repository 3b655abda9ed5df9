package explain

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"testing"
)

// plainGame is what coalitions of n players are worth.
type plainGame struct {
	name  string
	n     int
	worth func(members []bool) float64
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
	nobody, everybody := g.ends()
	e.begin(nobody, everybody, nil)
	evaluations = min(evaluations-evaluations%e.together(), e.all())
	members := make([]bool, g.n)
	for draw := range evaluations {
		e.ask(draw, members)
		e.answer(draw, g.worth(members), nil)
	}
	return e.estimate()
}

// shapley is the definition, slow and plain: the mean of what a player adds to those before, over coalitions by their sizes.
func (g plainGame) shapley() []float64 {
	values, members := make([]float64, g.n), make([]bool, g.n)
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

// term is one of a game of the fixture: see make_shap_games.py.
type term struct {
	Kind          string
	Weight        float64
	With, Without []int
	Numbers       []float64
	Quota, Bias   float64
}

func (t term) of(members []bool) float64 {
	is := func(yes bool) float64 {
		if yes {
			return 1
		}
		return 0
	}
	there := func(i int) bool { return members[i] }
	sum, most, odd := 0.0, 0.0, false
	for i, v := range t.Numbers {
		if members[i] {
			sum, most = sum+v, max(most, v)
		}
	}
	for _, i := range t.With {
		odd = odd != members[i]
	}
	switch t.Kind {
	case "path":
		return is(!slices.ContainsFunc(t.With, func(i int) bool { return !members[i] }) && !slices.ContainsFunc(t.Without, there))
	case "or":
		return is(slices.ContainsFunc(t.With, there))
	case "xor":
		return is(odd)
	case "max":
		return most
	case "votes":
		return is(sum > t.Quota)
	case "relu":
		return max(0, sum+t.Bias)
	}
	panic(t.Kind)
}

// namedGames are those of the fixture that testdata/make_shap_games.py makes, with what SHAP's KernelExplainer makes of them.
type namedGames struct {
	Players int
	Games   []struct {
		Name  string
		Terms []term
		Exact []float64
		SHAP  []struct {
			Evaluations int
			Errors      []float64 // of 50 seeds
		}
	}
}

func readGames(t testing.TB) (f namedGames) {
	t.Helper()
	data, err := os.ReadFile("testdata/shap_games.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &f); err != nil {
		t.Fatal(err)
	}
	return f
}

// among makes a game of the terms in which only the first n players take part: the others are not there.
func among(name string, terms []term, n, players int) plainGame {
	all := make([]bool, players)
	return plainGame{name, n, func(members []bool) (worth float64) {
		copy(all, members)
		for _, t := range terms {
			worth += t.Weight * t.of(all)
		}
		return worth
	}}
}

// shuffled makes a game of n out of the players, so that a smaller one is as varied.
func (f namedGames) games(n int) (list []plainGame) {
	for _, g := range f.Games {
		list = append(list, among(g.Name, g.Terms, n, f.Players))
	}
	return list
}

func distance(got, want []float64) (d float64) {
	for i := range want {
		d = math.Hypot(d, got[i]-want[i])
	}
	return d
}

func chance(seed int) *rand.Rand { return rand.New(rand.NewPCG(uint64(seed), 7)) }

// TestAllCoalitionsGiveShapleysValues holds what is exact to the definition, of up to 12 players, and the fixture's exact values too.
func TestAllCoalitionsGiveShapleysValues(t *testing.T) {
	f := readGames(t)
	for n := 1; n <= 12; n++ {
		for k, g := range f.games(n) {
			want := g.shapley()
			for name, e := range map[string]estimator{"enumeration": newEnumeration(n), "kernel": newKernelFit(n, chance(1))} {
				got, stdErr := g.play(e, endless)
				if stdErr != nil || !(distance(got, want) < 1e-9) {
					t.Errorf("%s of %d players: %s gives %v ± %v, want %v", g.name, n, name, got, stdErr, want)
				}
			}
			if n == f.Players && !(distance(f.Games[k].Exact, want) < 1e-9) {
				t.Errorf("%s: SHAP was asked of another game: %v, here %v", g.name, f.Games[k].Exact, want)
			}
		}
	}
}

// TestPairsOfOrdersAreExactForTwo players at a time.
func TestPairsAreExactWhereTwoInteract(t *testing.T) {
	r := chance(3)
	const n = 9
	var linear [n]float64
	var both [n][n]float64
	for i := range n {
		linear[i] = r.NormFloat64()
		for j := range i {
			both[i][j] = r.NormFloat64()
		}
	}
	g := plainGame{"pairs", n, func(members []bool) (worth float64) {
		for i := range n {
			for j := range i {
				if members[i] && members[j] {
					worth += both[i][j]
				}
			}
			if members[i] {
				worth += linear[i]
			}
		}
		return worth
	}}
	want := g.shapley()
	for name, e := range map[string]estimator{
		"permutations": newPermutations(n, func() []int { return r.Perm(n) }),
		"kernel":       newKernelFit(n, r),
	} {
		if got, stdErr := g.play(e, max(4*n, 10*2*(n-1))); !(distance(got, want) < 1e-9) || !(distance(stdErr, make([]float64, n)) < 1e-9) {
			t.Errorf("%s: %v ± %v, want %v", name, got, stdErr, want)
		}
	}
}

// TestValuesAddUp however few coalitions they are estimated from.
func TestValuesAddUp(t *testing.T) {
	for _, g := range readGames(t).games(12) {
		nobody, everybody := g.ends()
		for name, e := range map[string]estimator{"kernel": newKernelFit(12, chance(1)), "permutations": newPermutations(12, func() []int { return chance(2).Perm(12) })} {
			got, _ := g.play(e, 220)
			if off := sum(got) - (everybody - nobody); !(math.Abs(off) < 1e-9) {
				t.Errorf("%s: by %s values are off by %g", g.name, name, off)
			}
		}
	}
}

// TestKernelSHAPBeatsSHAP prints the table of the named games: the median over 50 seeds of the distance to the exact values, ours and that of SHAP's
// KernelExplainer with l1_reg=False, after as many evaluations: few, and as many as SHAP takes by itself. Ours must be smaller on every game.
func TestKernelSHAPBeatsSHAP(t *testing.T) {
	f := readGames(t)
	median := func(v []float64) float64 {
		v = slices.Sorted(slices.Values(v))
		return (v[(len(v)-1)/2] + v[len(v)/2]) / 2
	}
	t.Logf("%-28s %11s %9s %9s %6s", "game of 12 players", "evaluations", "KernelSHAP", "SHAP's", "ratio")
	for k, g := range f.games(f.Players) {
		for _, theirs := range f.Games[k].SHAP {
			errors := make([]float64, len(theirs.Errors))
			eachAtOnce(len(errors), func(seed int) {
				g := f.games(f.Players)[k]
				values, _ := g.play(newKernelFit(g.n, chance(seed)), theirs.Evaluations)
				errors[seed] = distance(values, f.Games[k].Exact)
			})
			ours, shap := median(errors), median(theirs.Errors)
			t.Logf("%-28s %11d %9.4f %9.4f %6.2f", g.name, theirs.Evaluations, ours, shap, ours/shap)
			if !(ours < shap) {
				t.Errorf("%s, %d evaluations: the median error is %g, SHAP's %g", g.name, theirs.Evaluations, ours, shap)
			}
		}
	}
}

// TestStandardErrorsAreTrue counts how often a value ± 1.96 standard errors holds the exact one: in 95 of 100 cases, over all games and budgets of a method;
// after few draws, of which a game may have shown little, in 92 at least. Values that are exact, and say so, are not counted, as they would make up for others.
func TestStandardErrorsAreTrue(t *testing.T) {
	seeds := 100
	if os.Getenv("VITRINE_FULL") == "1" {
		seeds = 2000
	}
	f := readGames(t)
	kernel := func(n int, r *rand.Rand) estimator { return newKernelFit(n, r) }
	orders := func(n int, r *rand.Rand) estimator { return newPermutations(n, func() []int { return r.Perm(n) }) }
	all := map[string]coverage{}
	for _, c := range []struct {
		name           string
		n, evaluations int
		begin          func(n int, r *rand.Rand) estimator
	}{
		{"kernel", 8, 100, kernel}, {"kernel", 9, 300, kernel}, {"kernel", 10, 200, kernel}, {"kernel", 10, 500, kernel}, {"kernel", 10, 900, kernel},
		{"permutations", 8, 500, orders}, {"permutations", 10, 500, orders}, {"permutations", 10, 2000, orders},
	} {
		var here coverage
		for k, g := range f.games(c.n) {
			want := g.shapley()
			in, counted := make([]int, seeds), make([]int, seeds)
			eachAtOnce(seeds, func(seed int) {
				values, stdErr := f.games(c.n)[k].play(c.begin(c.n, chance(seed)), c.evaluations)
				for i, v := range values {
					off := math.Abs(v - want[i])
					if max(off, stdErr[i]) < 1e-9 {
						continue
					}
					counted[seed]++
					if off <= 1.96*stdErr[i] {
						in[seed]++
					}
				}
			})
			for seed, n := range in {
				here = here.and(n, counted[seed])
			}
		}
		t.Logf("%s, %d players, %d evaluations: the 95 %% interval holds the exact value in %s", c.name, c.n, c.evaluations, here)
		if here.percent() < 92 || here.percent() > 97 {
			t.Errorf("%s, %d players, %d evaluations: %s", c.name, c.n, c.evaluations, here)
		}
		all[c.name] = all[c.name].and(here.held, here.of)
	}
	for name, pooled := range all {
		t.Logf("%s, all: %s", name, pooled)
		if pooled.percent() < 93 || pooled.percent() > 97 {
			t.Errorf("%s: the 95 %% interval holds the exact value in %s", name, pooled)
		}
	}
}

// coverage is in how many of some cases an interval held.
type coverage struct{ held, of int }

func (c coverage) and(held, of int) coverage { return coverage{c.held + held, c.of + of} }
func (c coverage) percent() float64          { return 100 * float64(c.held) / float64(c.of) }
func (c coverage) String() string            { return fmt.Sprintf("%.1f %% of %d cases", c.percent(), c.of) }
