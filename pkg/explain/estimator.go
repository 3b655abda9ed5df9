package explain

import "slices"

// estimator makes values of what coalitions of one example's players are worth. It says which it wants to know of, in an order of its own,
// and may be asked for some ahead of the answers, which come in the same order.
type estimator interface {
	// begin says what nobody and everybody is worth. It comes before the first answer. Where worths are means over the rows of a background, rows
	// are what nobody is worth for each of them; otherwise nil.
	begin(nobody, everybody float64, rows []float64)
	// ask marks the members of the draw's coalition.
	ask(draw int, members []bool)
	// answer says what that is worth, and for each row if nobody's worths were. It may not keep rows.
	answer(draw int, worth float64, rows []float64)
	together() int // draws that are of use only together, such as those of a pair
	least() int    // draws without which there is no estimate
	all() int      // draws after which nothing is left to ask: the estimate is exact then
	// estimate has a value for every player, which add up to what everybody is worth, less what nobody is, and their standard errors: nil
	// where they are exact, infinite where they are not known yet. Values are nil where too little is known for any.
	estimate() (values, stdErr []float64)
	// deviations are how the values of the last estimate vary over the rows: each value's standard deviation, of what it would be for one row by itself
	// with the same coalitions. nil where there are no rows.
	deviations() []float64
}

// ends are what nobody and everybody is worth.
type ends struct {
	nobody, everybody float64
	rows              []float64 // what nobody is worth for each row of a background; nil: there are none
}

func (e *ends) begin(nobody, everybody float64, rows []float64) {
	*e = ends{nobody, everybody, slices.Clone(rows)}
}

// alone are the deviations of one player's value, or of none: it varies as does what nobody is worth.
func (e *ends) alone(n int) []float64 {
	if e.rows == nil {
		return nil
	}
	return slices.Repeat([]float64{deviationOver(e.rows)}, n)
}

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
