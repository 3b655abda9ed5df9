package viz

import "math"

// interaction is the share of what a feature leaves open about its own contribution that feature j explains, in [0, 1]. Among examples that are next to one another
// by the feature, both what it contributed and feature j have what goes straight with the feature taken out; what is left of the one is then explained by the other, by a
// line or by the means of its words. As any numbers explain a little by chance, the share is adjusted for that (R² adjusted), and 0 where nothing is left.
//
// Of more than 5,000 examples, 5,000 are looked at, evenly by the feature's order.
func (d dependence) interaction(j int) float64 {
	const most, window = 5000, 50
	c := d.columns[j]
	if j == d.of || len(c.Categories) > len(forecastColors) {
		return 0
	}
	var order []int
	for _, part := range d.parts() {
		for _, k := range part {
			if c.Known(d.rows[d.at[k]]) {
				order = append(order, k)
			}
		}
	}
	if n := len(order); n > most {
		for k := range most {
			order[k] = order[k*n/most]
		}
		order = order[:most]
	}
	_, deviation := spread(d.y)
	explained, open := 0.0, 0.0
	size := min(window, max(len(order)/5, 8))
	for from := 0; from+size <= len(order); from += size {
		to := from + size
		if to+size > len(order) {
			to = len(order)
		}
		near := order[from:to]
		x, y, z := make([]float64, len(near)), make([]float64, len(near)), make([]float64, len(near))
		for i, k := range near {
			x[i], y[i], z[i] = d.x[k], d.y[k], c.Values[d.rows[d.at[k]]]
		}
		y, total := straightened(y, x)
		if math.Sqrt(total/float64(len(near))) < 1e-6*deviation {
			continue
		}
		by, terms := 0.0, 1
		if len(c.Categories) > 2 {
			by, terms = betweenWords(y, z, len(c.Categories))
		} else {
			z, _ = straightened(z, x)
			r := correlated(y, z)
			by = r * r * total
		}
		left := float64(len(near) - 2 - terms) // of the numbers, the two of the line through x and those of feature j are given
		if left < 1 {
			continue
		}
		open += total
		explained += total - (total-by)*float64(len(near)-2)/left
	}
	if open == 0 {
		return 0
	}
	return max(0, min(1, explained/open))
}

// straightened is what of y does not go straight with x, and the sum of its squares.
func straightened(y, x []float64) (rest []float64, squares float64) {
	mx, sx := spread(x)
	my, sy := spread(y)
	slope := 0.0
	if sx > 0 {
		slope = correlated(x, y) * sy / sx
	}
	rest = make([]float64, len(y))
	for i := range y {
		rest[i] = y[i] - my - slope*(x[i]-mx)
		squares += rest[i] * rest[i]
	}
	return rest, squares
}

// betweenWords is the sum of squares of y between the means of words, and how many numbers the means are besides the one of all.
func betweenWords(y, words []float64, n int) (squares float64, terms int) {
	sums, counts := make([]float64, n), make([]float64, n)
	for i, w := range words {
		sums[int(w)] += y[i]
		counts[int(w)]++
	}
	for w := range n {
		if counts[w] > 0 {
			squares += sums[w] * sums[w] / counts[w] // the mean of all is 0
			terms++
		}
	}
	return squares, max(terms-1, 1)
}
