package explain

import "math"

// byRow are values for each row of a background by itself, where they are sums over coalitions.
type byRow [][]float64 // of each player; nil: no rows

// add adds what a coalition is worth for each row, so many times, to a player's values.
func (b *byRow) add(players, player int, times float64, rows []float64) {
	if rows == nil {
		return
	}
	if *b == nil {
		*b = make(byRow, players)
		for i := range *b {
			(*b)[i] = make([]float64, len(rows))
		}
	}
	to := (*b)[player]
	for k, worth := range rows {
		to[k] += times * worth
	}
}

// spread is each player's standard deviation over the rows, so many times; nil without rows.
func (b byRow) spread(times float64) (deviations []float64) {
	for _, values := range b {
		deviations = append(deviations, math.Abs(times)*deviationOver(values))
	}
	return deviations
}

// deviationOver is the standard deviation of rows that were drawn, of two or more.
func deviationOver(rows []float64) float64 {
	n := float64(len(rows))
	_, deviation := moments(rows)
	return deviation * math.Sqrt(n/(n-1))
}
