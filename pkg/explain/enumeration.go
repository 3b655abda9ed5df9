package explain

import "math/bits"

// enumeration works out Shapley's values by their definition, from all coalitions, one after another.
type enumeration struct {
	ends
	n      int
	sums   []float64 // of what coalitions with a player are worth, less those without, each by its weight
	byRow  byRow
	weight []float64 // of what a player adds to a coalition of that size: 1 / (n · (n−1 over size))
}

func newEnumeration(n int) *enumeration {
	e := &enumeration{n: n, sums: make([]float64, n), weight: make([]float64, n)}
	share := 1 / float64(n)
	for size := range e.weight {
		e.weight[size] = share
		share *= float64(size+1) / float64(max(n-1-size, 1))
	}
	return e
}

func (e *enumeration) begin(nobody, everybody float64, rows []float64) {
	e.ends.begin(nobody, everybody, rows)
	for i := range e.n {
		e.byRow.add(e.n, i, -e.weight[0], rows)
	}
}

func (e *enumeration) together() int { return 1 }
func (e *enumeration) least() int    { return e.all() }
func (e *enumeration) all() int      { return allCoalitions(e.n) }

// has says whether the coalition of a draw has a player: it is written in the draw's number.
func (e *enumeration) has(draw, player int) bool { return (draw+1)>>player&1 == 1 }

func (e *enumeration) ask(draw int, members []bool) {
	for i := range members {
		members[i] = e.has(draw, i)
	}
}

func (e *enumeration) answer(draw int, worth float64, rows []float64) {
	size := bits.OnesCount(uint(draw + 1))
	for i := range e.sums {
		var times float64
		if e.has(draw, i) {
			times = e.weight[size-1]
		} else {
			times = -e.weight[size]
		}
		e.sums[i] += times * worth
		e.byRow.add(e.n, i, times, rows)
	}
}

func (e *enumeration) deviations() []float64 { return e.byRow.spread(1) }

func (e *enumeration) estimate() (values, stdErr []float64) {
	values = e.equal(e.n)
	for i, s := range e.sums {
		values[i] += s
	}
	return values, nil
}
