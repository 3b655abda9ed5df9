package viz

import (
	"math"
	"slices"

	"github.com/vitrine-ml/vitrine/pkg/record"
)

// tones says where each example's value of a column lies among all the shown ones, for the ramp's colours.
type tones struct {
	at        []float64 // in [0, 1]; NaN has no place: missing, or one of more than two categories
	low, high float64   // what the ramp's ends stand for
}

// tonesOf places numbers and dates between the 5th and the 95th percentile, so that a few great ones leave the others their colours; of two categories the
// second is high. A column that is the same everywhere is in the middle.
func tonesOf(c record.Column, rows []int) tones {
	t := tones{at: make([]float64, len(rows))}
	var known []float64
	for _, i := range rows {
		if c.Known(i) && len(c.Categories) <= 2 {
			known = append(known, c.Values[i])
		}
	}
	slices.Sort(known)
	if len(known) > 0 {
		last := float64(len(known) - 1)
		t.low, t.high = known[int(math.Floor(0.05*last))], known[int(math.Ceil(0.95*last))]
		if t.low == t.high {
			t.low, t.high = known[0], known[len(known)-1]
		}
	}
	for k, i := range rows {
		switch {
		case !c.Known(i) || len(c.Categories) > 2:
			t.at[k] = math.NaN()
		case t.low == t.high:
			t.at[k] = 0.5
		default:
			t.at[k] = max(0, min(1, (c.Values[i]-t.low)/(t.high-t.low)))
		}
	}
	return t
}

// spread is the mean of numbers and the standard deviation among them.
func spread(v []float64) (mean, deviation float64) {
	for _, x := range v {
		mean += x / float64(len(v))
	}
	for _, x := range v {
		deviation += (x - mean) * (x - mean) / float64(max(len(v)-1, 1))
	}
	return mean, math.Sqrt(deviation)
}

// correlated is Pearson's correlation of two lists, 0 where one of them is constant.
func correlated(a, b []float64) float64 {
	ma, sa := spread(a)
	mb, sb := spread(b)
	if sa == 0 || sb == 0 {
		return 0
	}
	sum := 0.0
	for i := range a {
		sum += (a[i] - ma) / sa * (b[i] - mb) / sb
	}
	return max(-1, min(1, sum/float64(max(len(a)-1, 1))))
}

// ascending compares numbers for a sort; NaN comes first.
func ascending(a, b float64) int {
	switch {
	case a < b, math.IsNaN(a) && !math.IsNaN(b):
		return -1
	case a > b, math.IsNaN(b) && !math.IsNaN(a):
		return 1
	}
	return 0
}
