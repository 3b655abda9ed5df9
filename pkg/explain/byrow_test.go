package explain

import (
	"math"
	"testing"
)

// TestDeviationsOverRows: the worth of a coalition is the mean over the rows of a background; an estimator that knows it for each row says how the values
// vary, which is how those vary that it gives for one row after another, with the same coalitions.
func TestDeviationsOverRows(t *testing.T) {
	const n = 7
	games := readGames(t).games(n)[:5] // as many rows, of which each is a game
	worth := func(row int, members []bool) float64 { return float64(row+1) * games[row].worth(members) }
	const everybody = 3 // is worth the same for all rows
	nobodies := []float64{0, 1, -2, 0.5, 4}
	mean := func(v []float64) float64 { return sum(v) / float64(len(v)) }
	play := func(e estimator, draws int, of func(v []float64) (float64, []float64)) []float64 {
		first, rows := of(nobodies)
		e.begin(first, everybody, rows)
		members := make([]bool, n)
		for draw := range min(draws-draws%e.together(), e.all()) {
			e.ask(draw, members)
			v := make([]float64, len(games))
			for row := range v {
				v[row] = worth(row, members)
			}
			one, rows := of(v)
			e.answer(draw, one, rows)
		}
		values, _ := e.estimate()
		return values
	}
	tree := group(leaf(5), group(leaf(2), group(leaf(0), group(leaf(1), leaf(3)), leaf(6))), leaf(4))
	for name, c := range map[string]struct {
		draws int
		begin func() estimator
	}{
		"enumeration":     {endless, func() estimator { return newEnumeration(n) }},
		"Owen's values":   {endless, func() estimator { return newOwen(tree, n, endless) }},
		"orders":          {12 * 11, func() estimator { r := chance(1); return newPermutations(n, func() []int { return r.Perm(n) }) }},
		"all coalitions":  {endless, func() estimator { return newKernelFit(n, chance(1)) }},
		"some coalitions": {2 * 15, func() estimator { return newKernelFit(n, chance(1)) }}, // so few that there is one fit for them
	} {
		all := c.begin()
		values := play(all, c.draws, func(v []float64) (float64, []float64) { return mean(v), v })
		got := all.deviations()
		if len(got) != n {
			t.Fatalf("%s: deviations %v", name, got)
		}
		byRow := make([][]float64, n)
		for row := range games {
			for i, v := range play(c.begin(), c.draws, func(v []float64) (float64, []float64) { return v[row], nil }) {
				byRow[i] = append(byRow[i], v)
			}
		}
		for i, v := range byRow {
			squares := 0.0
			for _, x := range v {
				squares += (x - mean(v)) * (x - mean(v))
			}
			if want := math.Sqrt(squares / float64(len(v)-1)); math.Abs(got[i]-want) > 1e-9 || math.Abs(values[i]-mean(v)) > 1e-9 {
				t.Errorf("%s: player %d has %g, deviation %g; by single rows %g, %g", name, i, values[i], got[i], mean(v), want)
			}
		}
		if one := c.begin(); play(one, c.draws, func(v []float64) (float64, []float64) { return v[0], nil }) == nil || one.deviations() != nil {
			t.Errorf("%s: deviations without rows: %v", name, one.deviations())
		}
	}
	for name, e := range map[string]estimator{"enumeration": newEnumeration(1), "kernel": newKernelFit(1, chance(1)), "orders": newPermutations(1, func() []int { return []int{0} })} {
		e.begin(2, 5, []float64{1, 3})
		e.estimate()
		if got := e.deviations(); len(got) != 1 || math.Abs(got[0]-math.Sqrt2) > 1e-12 {
			t.Errorf("%s of one player: deviations %v", name, got)
		}
	}
}
