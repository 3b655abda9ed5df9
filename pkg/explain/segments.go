package explain

import (
	"fmt"
	"math"
	"slices"

	"github.com/vitrine-ml/vitrine/pkg/models"
)

// Segments cuts series into stretches of time, with all that is measured at a step: equal ones, or those between its changes.
type Segments struct {
	Count int // how many; 0: 10. A shorter series has one for each step
	// Changes cuts where the series changes: so that the squared distances of its steps from the means of their stretches add up to the least that is
	// possible, each of several features in units of its own standard deviation (Fisher 1958, "On grouping for maximum homogeneity"). It
	// takes the square of the steps, which may be 4096 at most. false: stretches of equal length.
	Changes bool
	Apart   bool // of several features, each makes stretches of its own
}

// longest is the number of steps up to which changes are looked for.
const longest = 4096

// MarshalJSON writes the options with their kind.
func (s Segments) MarshalJSON() ([]byte, error) {
	type options Segments
	return writeFeatures("Segments", options(s))
}

func (s Segments) divide(r *run, example int) (partition, error) {
	if s.Count < 0 {
		return partition{}, fmt.Errorf("%d segments", s.Count)
	}
	if s.Count == 0 {
		s.Count = 10
	}
	found, long := false, 0
	p := r.each(example, func(in input) ([]int, []string) {
		steps, width, ok := in.series()
		if !ok {
			return nil, nil
		}
		found = true
		starts := make([]int, min(s.Count, steps))
		for k := range starts {
			starts[k] = k * steps / len(starts)
		}
		of := make([]int, len(in.x))
		for feature := range width { // alone, or all at once
			columns := [][]float64{}
			for j := range width {
				if !s.Apart || j == feature {
					columns = append(columns, every(in.x[j:], width))
				}
			}
			if s.Changes && steps > longest {
				long = steps
				return of, nil
			}
			if s.Changes && (feature == 0 || s.Apart) {
				starts = changes(columns, len(starts))
			}
			for i := range steps {
				k := 0
				for k+1 < len(starts) && starts[k+1] <= i {
					k++
				}
				if s.Apart {
					k += feature * len(starts)
				}
				of[i*width+feature] = k
			}
		}
		return of, nil
	})
	switch {
	case !found:
		return p, fmt.Errorf("segments are those of series, of shape [time, features] or of the axis \"time\" alone; %s has no such input", r.net.Name)
	case long > 0:
		return p, fmt.Errorf("changes are looked for in series of up to %d steps, and one has %d: take equal segments", longest, long)
	}
	return p, nil
}

// series is the size of an input of shape [time, features], or of one axis that is named "time".
func (in input) series() (steps, width int, ok bool) {
	switch {
	case in.kind != models.Values:
	case len(in.shape) == 2 && !slices.Contains(in.axes, "height"):
		return in.shape[0], in.shape[1], true
	case len(in.shape) == 1 && in.axes[0] == "time":
		return in.shape[0], 1, true
	}
	return 0, 0, false
}

// every are the numbers that stand width apart.
func every(x []float64, width int) (column []float64) {
	for i := 0; i < len(x); i += width {
		column = append(column, x[i])
	}
	return column
}

// changes are where n stretches begin whose squared distances from their means are the least; of equally good ones those that begin
// first.
func changes(columns [][]float64, n int) []int {
	steps := len(columns[0])
	sums, squares := make([][]float64, len(columns)), make([][]float64, len(columns)) // of the first i steps, scaled
	for j, column := range columns {
		mean, deviation := moments(column)
		if deviation <= 1e-12*math.Abs(mean) { // the same number throughout, but for rounding
			deviation = 1
		}
		sums[j], squares[j] = make([]float64, steps+1), make([]float64, steps+1)
		for i, v := range column {
			z := (v - mean) / deviation
			sums[j][i+1], squares[j][i+1] = sums[j][i]+z, squares[j][i]+z*z
		}
	}
	apart := func(from, to int) (d float64) { // the squared distances of a stretch
		for j := range columns {
			sum := sums[j][to] - sums[j][from]
			d += squares[j][to] - squares[j][from] - sum*sum/float64(to-from)
		}
		return d
	}
	least, cut := make([]float64, steps+1), make([][]int, n) // of the first i steps in k stretches: the distances, and where the last begins
	for k := range n {
		cut[k] = make([]int, steps+1)
		for to := steps; to > k; to-- { // least still holds the best of one stretch fewer below to
			if k == 0 {
				least[to] = apart(0, to)
				continue
			}
			best, at := math.Inf(1), 0
			for from := k; from < to; from++ {
				if d := least[from] + apart(from, to); d < best {
					best, at = d, from
				}
			}
			least[to], cut[k][to] = best, at
		}
	}
	starts := make([]int, n)
	for k, to := n-1, steps; k > 0; k-- {
		to = cut[k][to]
		starts[k] = to
	}
	return starts
}

// moments are the mean of numbers and their standard deviation, over n.
func moments(v []float64) (mean, deviation float64) {
	for _, x := range v {
		mean += x
	}
	mean /= float64(len(v))
	for _, x := range v {
		deviation += (x - mean) * (x - mean)
	}
	return mean, math.Sqrt(deviation / float64(len(v)))
}
