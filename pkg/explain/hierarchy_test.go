package explain

import (
	"fmt"
	"slices"
	"testing"
)

// owenPlain is the definition, slow and plain: the mean of what a player adds to those before, over all orders in which each group comes as a whole.
func (g plainGame) owenPlain(tree Hierarchy) []float64 {
	var groups [][]int
	var collect func(h Hierarchy)
	collect = func(h Hierarchy) {
		groups = append(groups, h.features())
		for _, part := range h.Parts {
			collect(part)
		}
	}
	collect(tree)
	values, orders := make([]float64, g.n), 0.0
	var extend func(order []int)
	extend = func(order []int) {
		if len(order) < g.n {
			for i := range g.n {
				if !slices.Contains(order, i) {
					extend(append(slices.Clone(order), i))
				}
			}
			return
		}
		for _, group := range groups {
			first, last := g.n, 0
			for _, i := range group {
				place := slices.Index(order, i)
				first, last = min(first, place), max(last, place)
			}
			if last-first != len(group)-1 {
				return
			}
		}
		orders++
		members := make([]bool, g.n)
		before := g.worth(members)
		for _, i := range order {
			members[i] = true
			worth := g.worth(members)
			values[i] += worth - before
			before = worth
		}
	}
	extend(nil)
	for i := range values {
		values[i] /= orders
	}
	return values
}

func leaf(i int) Hierarchy               { return Hierarchy{Feature: i} }
func group(parts ...Hierarchy) Hierarchy { return Hierarchy{Parts: parts} }

func TestOwenAgainstAllOrders(t *testing.T) {
	flat := group(leaf(0), leaf(1), leaf(2), leaf(3), leaf(4), leaf(5), leaf(6))
	for name, tree := range map[string]Hierarchy{
		"flat":       flat, // Shapley's values
		"two levels": group(group(leaf(3), leaf(0)), group(leaf(1), leaf(2), leaf(6)), group(leaf(4), leaf(5))),
		"deep":       group(leaf(5), group(leaf(2), group(leaf(0), group(leaf(1), leaf(3)), leaf(6))), leaf(4)),
	} {
		for _, g := range readGames(t).games(7) {
			want := g.owenPlain(tree)
			o := newOwen(tree, 7, endless)
			if got, stdErr := g.play(o, endless); stdErr != nil || !(distance(got, want) < 1e-9) {
				t.Errorf("%s, %s: %v ± %v, want %v", g.name, name, got, stdErr, want)
			}
			if name == "flat" && !(distance(g.shapley(), want) < 1e-9) {
				t.Errorf("%s: one group of all has %v, Shapley's values are %v", g.name, want, g.shapley())
			}
			random := chance(1)
			p := newPermutations(7, func() []int { return tree.order(random) })
			got, stdErr := g.play(p, 12*300)
			for i, v := range got {
				if off := v - want[i]; off*off > 16*stdErr[i]*stdErr[i]+1e-18 {
					t.Errorf("%s, %s: orders give player %d %g ± %g, want %g", g.name, name, i, v, stdErr[i], want[i])
				}
			}
			if newOwen(tree, 7, len(o.asked)-1) != nil || newOwen(tree, 7, len(o.asked)) == nil {
				t.Errorf("%s takes %d coalitions, which are the limit", name, len(o.asked))
			}
		}
	}
}

// text is a hierarchy in brackets.
func (h Hierarchy) text() string {
	if h.leaf() {
		return fmt.Sprint(h.Feature)
	}
	s := "("
	for i, p := range h.Parts {
		if i > 0 {
			s += " "
		}
		s += p.text()
	}
	return s + ")"
}

func TestHalved(t *testing.T) {
	for _, c := range []struct {
		shape, of []int
		want      string
	}{
		{[]int{5}, []int{0, 1, 2, 3, 4}, "((0 1) (2 (3 4)))"},
		{[]int{6}, []int{0, 0, 1, 1, -1, 2}, "(0 (1 2))"},
		{[]int{2, 3}, []int{0, 1, 2, 3, 4, 5}, "((0 3) ((1 2) (4 5)))"},
		{[]int{1, 2, 3}, []int{0, 1, 2, 3, 4, 5}, "((0 (1 2)) (3 (4 5)))"}, // pixels, then their channels
	} {
		if got := halved(centres(c.shape, c.of)).text(); got != c.want {
			t.Errorf("%v of %v: %s, want %s", c.of, c.shape, got, c.want)
		}
	}
}
