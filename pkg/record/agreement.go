package record

import (
	"fmt"
	"math"
	"slices"
)

// Agreement is, for every example, Spearman's rank correlation between the magnitudes of two explanations' values: 1 where both put the
// parts of the input in the same order of importance, 0 where they have nothing to do with one another, −1 where the orders are opposite.
// An explanation whose values are all equal has no order: its agreement with any other is 0. Values of images are summed over the axis
// named "channel" first, with their signs, as figures show them.
func Agreement(a, b *Explanation) ([]float64, error) {
	for _, e := range []*Explanation{a, b} {
		if err := e.Check(); err != nil {
			return nil, err
		}
	}
	if a.Rows() != b.Rows() || len(a.Values) != len(b.Values) {
		return nil, fmt.Errorf("record: %s explains %d examples of %d inputs, %s %d of %d: no agreement to measure",
			a.Method, a.Rows(), len(a.Values), b.Method, b.Rows(), len(b.Values))
	}
	for k := range a.Values {
		if !slices.Equal(a.Values[k].Shape, b.Values[k].Shape) {
			return nil, fmt.Errorf("record: values of %q have shape %v in %s and %v in %s", a.Values[k].Name, a.Values[k].Shape, a.Method, b.Values[k].Shape, b.Method)
		}
	}
	out := make([]float64, a.Rows())
	for i := range out {
		out[i] = correlation(ranks(magnitudes(a, i)), ranks(magnitudes(b, i)))
	}
	return out, nil
}

// magnitudes are those of the i-th example's values, over all inputs.
func magnitudes(e *Explanation, i int) (m []float64) {
	for _, a := range e.Values {
		row, step := a.Row(i), 1
		if axis := a.Axis("channel"); axis > 0 && axis == len(a.Shape)-1 {
			step = a.Shape[axis]
		}
		for at := 0; at < len(row); at += step {
			sum := 0.0
			for _, v := range row[at : at+step] {
				sum += v
			}
			m = append(m, math.Abs(sum))
		}
	}
	return m
}

// ranks gives equal numbers the mean of the ranks that they take together.
func ranks(v []float64) []float64 {
	order := make([]int, len(v))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int {
		switch {
		case v[a] < v[b]:
			return -1
		case v[a] > v[b]:
			return 1
		}
		return 0
	})
	r := make([]float64, len(v))
	for from := 0; from < len(order); {
		to := from + 1
		for to < len(order) && v[order[to]] == v[order[from]] {
			to++
		}
		for _, i := range order[from:to] {
			r[i] = float64(from+to-1) / 2
		}
		from = to
	}
	return r
}

// correlation is Pearson's, 0 where one of the two does not vary.
func correlation(a, b []float64) float64 {
	n := float64(len(a))
	var meanA, meanB float64
	for i := range a {
		meanA += a[i] / n
		meanB += b[i] / n
	}
	var ab, aa, bb float64
	for i := range a {
		x, y := a[i]-meanA, b[i]-meanB
		ab, aa, bb = ab+x*y, aa+x*x, bb+y*y
	}
	if aa == 0 || bb == 0 {
		return 0
	}
	return ab / math.Sqrt(aa*bb)
}
