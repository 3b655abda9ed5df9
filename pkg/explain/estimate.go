package explain

import "math"

// estimate is the mean of rows that were drawn independently, or are all there are, and how far they lie from it. (Welford 1962.)
type estimate struct {
	n         int
	mean, off []float64 // off: the sum of the squared distances
}

func (e *estimate) add(row []float64) {
	if e.n++; e.mean == nil {
		e.mean, e.off = make([]float64, len(row)), make([]float64, len(row))
	}
	for j, v := range row {
		d := v - e.mean[j]
		e.mean[j] += d / float64(e.n)
		e.off[j] += d * (v - e.mean[j])
	}
}

// deviation is the rows' standard deviation, of two rows or more.
func (e *estimate) deviation() []float64 {
	d := make([]float64, len(e.off))
	for j, v := range e.off {
		d[j] = math.Sqrt(v / float64(e.n-1))
	}
	return d
}

// stdErr is the standard error of the mean, of two rows or more.
func (e *estimate) stdErr() []float64 {
	d := e.deviation()
	for j := range d {
		d[j] /= math.Sqrt(float64(e.n))
	}
	return d
}

// worst is the largest of the standard errors; +Inf where they are not known yet.
func (e *estimate) worst() (worst float64) {
	if e.n < 2 {
		return math.Inf(1)
	}
	for _, v := range e.off {
		worst = max(worst, v)
	}
	return math.Sqrt(worst / float64(e.n-1) / float64(e.n))
}

// rounds shares out rows of an example among rounds of at most fifty, each a multiple of what is drawn together; it returns a round and how many
// rows they are in all.
func rounds(rows, together int) (round, all int) {
	n := max(1, (rows+49)/50)
	round = rows / (n * together) * together
	return round, n * round
}
