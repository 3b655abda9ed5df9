package explain

// estimator makes values of what coalitions of one example's players are worth. It says which it wants to know of, in an order of its own,
// and may be asked for some ahead of the answers, which come in the same order. What nobody and everybody is worth it knows from the start.
type estimator interface {
	// ask marks the members of the draw's coalition.
	ask(draw int, members []bool)
	answer(draw int, worth float64)
	// together is the number of draws that are of use only together, such as those of a pair.
	together() int
	// all is the number of draws after which nothing is left to ask: the estimate is exact then.
	all() int
	// estimate has a value a player, which add up to what all are worth, less nobody's worth, and their standard errors: nil where they are exact, infinite where they are
	// not known yet. Values are nil where too little is known for any.
	estimate() (values, stdErr []float64)
}

// endless is the number of draws of an estimator for which there is always something to ask.
const endless = int(^uint(0) >> 1)

// allCoalitions is the number of those of n players but for nobody and everybody; endless if that is too many to count.
func allCoalitions(n int) int {
	switch {
	case n < 2:
		return 0
	case n > 40:
		return endless
	}
	return 1<<n - 2
}

// enumeration works out Shapley's values by their definition, from all coalitions, one after another.
type enumeration struct {
	n      int
	values []float64
	weight []float64 // of a player's contribution to a coalition of that size: 1 / (n · (n−1 over size))
}

func newEnumeration(n int, nobody, everybody float64) *enumeration {
	e := &enumeration{n: n, values: make([]float64, n), weight: make([]float64, n)}
	share := 1 / float64(max(n, 1))
	for size := range e.weight {
		e.weight[size] = share
		share *= float64(size+1) / float64(max(n-1-size, 1))
	}
	for i := range e.values {
		e.values[i] = (everybody - nobody) / float64(n)
	}
	return e
}

func (e *enumeration) together() int { return 1 }
func (e *enumeration) all() int      { return allCoalitions(e.n) }

func (e *enumeration) ask(draw int, members []bool) {
	for i := range members {
		members[i] = (draw+1)>>i&1 == 1
	}
}

func (e *enumeration) answer(draw int, worth float64) {
	size := 0
	for i := range e.n {
		size += (draw + 1) >> i & 1
	}
	for i := range e.values {
		if (draw+1)>>i&1 == 1 {
			e.values[i] += e.weight[size-1] * worth
		} else {
			e.values[i] -= e.weight[size] * worth
		}
	}
}

func (e *enumeration) estimate() (values, stdErr []float64) { return e.values, nil }
