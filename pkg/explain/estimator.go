package explain

// estimator makes values of what coalitions of one example's players are worth. It says which it wants to know of, in an order of its own,
// and may be asked for some ahead of the answers, which come in the same order.
type estimator interface {
	// begin says what nobody and everybody is worth. It comes before the first answer.
	begin(nobody, everybody float64)
	// ask marks the members of the draw's coalition.
	ask(draw int, members []bool)
	answer(draw int, worth float64)
	together() int // draws that are of use only together, such as those of a pair
	least() int    // draws without which there is no estimate
	all() int      // draws after which nothing is left to ask: the estimate is exact then
	// estimate has a value for every player, which add up to what everybody is worth, less what nobody is, and their standard errors: nil
	// where they are exact, infinite where they are not known yet. Values are nil where too little is known for any.
	estimate() (values, stdErr []float64)
}

// ends are what nobody and everybody is worth.
type ends struct{ nobody, everybody float64 }

func (e *ends) begin(nobody, everybody float64) { *e = ends{nobody, everybody} }

// equal are equal shares of what everybody is worth, less what nobody is.
func (e *ends) equal(n int) []float64 {
	shares := make([]float64, n)
	for i := range shares {
		shares[i] = (e.everybody - e.nobody) / float64(n)
	}
	return shares
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
