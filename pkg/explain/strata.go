package explain

import (
	"math"
	"slices"
)

// strata are two draws from each of so many parts of equal weight.
type strata struct {
	n        int
	sum, off []float64 // of the means of two, and of the squares of half their differences
}

func (s *strata) clear() {
	s.n = 0
	clear(s.sum)
	clear(s.off)
}

func (s *strata) add(a, b []float64) {
	if s.n++; s.sum == nil {
		s.sum, s.off = make([]float64, len(a)), make([]float64, len(a))
	}
	for j := range a {
		s.sum[j] += (a[j] + b[j]) / 2
		s.off[j] += (a[j] - b[j]) * (a[j] - b[j]) / 4 // the variance of their mean, without bias
	}
}

func (s *strata) join(t strata) {
	if s.sum == nil {
		s.sum, s.off = make([]float64, len(t.sum)), make([]float64, len(t.sum))
	}
	s.n += t.n
	for j := range t.sum {
		s.sum[j] += t.sum[j]
		s.off[j] += t.off[j]
	}
}

// mean of all parts; nil without draws.
func (s *strata) mean() []float64 {
	m := slices.Clone(s.sum)
	for j := range m {
		m[j] /= float64(s.n)
	}
	return m
}

// stdErr is the standard error of the mean: chance moves it only within the parts.
func (s *strata) stdErr() []float64 {
	e := slices.Clone(s.off)
	for j, v := range e {
		e[j] = math.Sqrt(v) / float64(s.n)
	}
	return e
}

// worst is the largest standard error; +Inf without draws.
func (s *strata) worst() float64 {
	if s.n == 0 {
		return math.Inf(1)
	}
	return slices.Max(s.stdErr())
}
