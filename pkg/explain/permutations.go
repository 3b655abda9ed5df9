package explain

import (
	"math"
	"slices"
)

// permutations estimates Shapley's values by their other definition: the mean, over all orders in which players come, of what each adds to
// those before it. Orders are drawn in pairs, one and its reverse (antithetic), which are exact where no more than two players interact.
type permutations struct {
	ends
	n      int
	order  func() []int // a random one
	orders [][]int      // asked for, and not answered yet
	worths []float64    // of the pair that is being answered
	rows   [][]float64  // the same for each row of a background

	pairs         float64
	mean, squares []float64 // of a pair's values; sum of their squared differences from it (Welford 1962)
	byRow         byRow     // sums over the pairs
}

func newPermutations(n int, order func() []int) *permutations {
	return &permutations{n: n, order: order, mean: make([]float64, n), squares: make([]float64, n)}
}

// together are the coalitions of the first of an order, and of the first of its reverse.
func (p *permutations) together() int { return max(2*(p.n-1), 1) }

// least are ten pairs: of fewer, some values may well be the same in all by chance, and their standard error 0.
func (p *permutations) least() int { return 10 * p.together() }

func (p *permutations) all() int {
	if p.n <= 2 {
		return allCoalitions(p.n)
	}
	return endless
}

// ask takes the coalitions from the smallest first of an order on, each followed by its complement, which is one of the reverse.
func (p *permutations) ask(draw int, members []bool) {
	at := draw % p.together()
	if at == 0 {
		p.orders = append(p.orders, p.order())
	}
	for place, player := range p.orders[len(p.orders)-1] {
		members[player] = (place <= at/2) == (at%2 == 0)
	}
}

func (p *permutations) answer(_ int, worth float64, rows []float64) {
	if rows != nil {
		p.rows = append(p.rows, slices.Clone(rows))
	}
	if p.worths = append(p.worths, worth); len(p.worths) < p.together() {
		return
	}
	p.pairs++
	first, last := p.nobody, p.everybody // of those that came, and of those that did not
	for place, player := range p.orders[0] {
		next, rest := p.everybody, p.nobody
		if place < p.n-1 {
			next, rest = p.worths[2*place], p.worths[2*place+1]
		}
		value := (next - first + last - rest) / 2
		first, last = next, rest
		off := value - p.mean[player]
		p.mean[player] += off / p.pairs
		p.squares[player] += off * (value - p.mean[player])
	}
	if rows != nil {
		p.addRows(p.orders[0])
	}
	p.orders, p.worths, p.rows = p.orders[1:], p.worths[:0], p.rows[:0]
}

// addRows adds a pair's values for each row: what comes with a player less what came before it, in the order and in its reverse. What everybody is worth is
// the same for all rows.
func (p *permutations) addRows(order []int) {
	for place, player := range order {
		first, rest := p.ends.rows, p.ends.rows
		if place > 0 {
			first = p.rows[2*place-2]
			p.byRow.add(p.n, player, 0.5, p.rows[2*place-1])
		}
		if place < p.n-1 {
			rest = p.rows[2*place+1]
			p.byRow.add(p.n, player, 0.5, p.rows[2*place])
		}
		p.byRow.add(p.n, player, -0.5, first)
		p.byRow.add(p.n, player, -0.5, rest)
	}
}

func (p *permutations) deviations() []float64 {
	if p.n < 2 {
		return p.alone(p.n)
	}
	return p.byRow.spread(1 / max(p.pairs, 1))
}

func (p *permutations) estimate() (values, stdErr []float64) {
	switch {
	case p.n < 2:
		return p.equal(p.n), nil
	case p.pairs == 0:
		return nil, nil
	case p.n == 2:
		return p.mean, nil
	}
	stdErr = make([]float64, p.n)
	for i, s := range p.squares {
		stdErr[i] = math.Inf(1)
		if p.pairs > 1 {
			stdErr[i] = math.Sqrt(s/(p.pairs-1)/p.pairs) * student(p.pairs-1)
		}
	}
	return p.mean, stdErr
}

// student is how much wider an interval of Student's t is than that of the normal distribution, where a standard deviation is known from so
// few that it may well be too small: 1.96 standard errors times this hold 95 of 100 (Cornish and Fisher's expansion).
func student(freedom float64) float64 { return 1 + 1.21/freedom + 1.44/(freedom*freedom) }
