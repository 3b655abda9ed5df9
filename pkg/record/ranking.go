package record

import (
	"fmt"
	"maps"
	"math"
	"slices"
)

// Ranking holds named parts of what a model sees, words or features, each with a value: what it contributes on the average, for instance.
type Ranking struct {
	Name   string    `json:"name"`   // what is ranked: "words of IMDb"
	Value  string    `json:"value"`  // what the values are, with their unit: "mean attribution"
	Names  []string  `json:"names"`  // in any order
	Values []float64 `json:"values"` // one a name

	StdErr []float64 `json:"std_err,omitempty"` // one standard error a name; nil where there are none
	Counts []int     `json:"counts,omitempty"`  // one a name: how many numbers the value is the mean of; nil where it is no mean
}

// Means ranks the means of several numbers a name, with their standard errors. Names without numbers are left out, the others are in the order of the
// alphabet. The standard error of a single number is not known: where there is one, there are none at all.
func Means(name, value string, numbers map[string][]float64) Ranking {
	r := Ranking{Name: name, Value: value}
	for _, name := range slices.Sorted(maps.Keys(numbers)) {
		n, sum, squares := float64(len(numbers[name])), 0.0, 0.0
		if n == 0 {
			continue
		}
		for _, v := range numbers[name] {
			sum += v / n
		}
		for _, v := range numbers[name] {
			squares += (v - sum) * (v - sum)
		}
		r.Names, r.Values, r.Counts = append(r.Names, name), append(r.Values, sum), append(r.Counts, int(n))
		r.StdErr = append(r.StdErr, math.Sqrt(squares/(max(n-1, 1)*n)))
	}
	if slices.Contains(r.Counts, 1) {
		r.StdErr = nil
	}
	return r
}

// Check returns an error if the parts do not belong together or a number is not finite.
func (r Ranking) Check() error {
	n := len(r.Names)
	for _, part := range []struct {
		name string
		len  int
		need bool
	}{{"values", len(r.Values), true}, {"standard errors", len(r.StdErr), false}, {"counts", len(r.Counts), false}} {
		if part.len != n && (part.need || part.len != 0) {
			return fmt.Errorf("record: ranking %q of %d names with %d %s", r.Name, n, part.len, part.name)
		}
	}
	for _, part := range []struct {
		name string
		v    []float64
	}{{"value", r.Values}, {"standard error", r.StdErr}} {
		for i, x := range part.v {
			if math.IsNaN(x) || math.IsInf(x, 0) {
				return fmt.Errorf("record: the %s of %q is %v", part.name, r.Names[i], x)
			}
		}
	}
	for i, e := range r.StdErr {
		if e < 0 {
			return fmt.Errorf("record: the standard error of %q is %v: it cannot be negative", r.Names[i], e)
		}
	}
	for i, c := range r.Counts {
		if c < 1 {
			return fmt.Errorf("record: the value of %q is the mean of %d numbers", r.Names[i], c)
		}
	}
	return nil
}
