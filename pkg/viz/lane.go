package viz

import (
	"fmt"
	"math"
	"slices"
)

// lane is a row of a figure: a feature, or several that are added up.
type lane struct {
	name string
	of   []int
}

// lanes are rows for the features of the greatest mean |value|, the greatest first, and one for all others. top 0 means 10; a single other
// feature gets a row of its own.
func (f features) lanes(top int) ([]lane, error) {
	if top < 0 {
		return nil, fmt.Errorf("Top is %d: it is how many features are shown; 0 means 10", top)
	}
	if top == 0 {
		top = 10
	}
	order := descending(f.strength())
	if len(order) <= top+1 {
		top = len(order)
	}
	var all []lane
	for _, j := range order[:top] {
		all = append(all, lane{name: f.names[j], of: []int{j}})
	}
	if rest := order[top:]; len(rest) > 0 {
		all = append(all, lane{name: fmt.Sprintf("%d other features", len(rest)), of: rest})
	}
	return all, nil
}

// strength is the mean |value| of each feature.
func (f features) strength() []float64 {
	sums := make([]float64, len(f.names))
	for _, row := range f.values {
		for j, v := range row {
			sums[j] += math.Abs(v) / float64(len(f.values))
		}
	}
	return sums
}

// descending are the positions of numbers from the greatest to the smallest; equal ones stay in their order.
func descending(v []float64) []int {
	order := make([]int, len(v))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		switch {
		case v[a] > v[b]:
			return -1
		case v[a] < v[b]:
			return 1
		}
		return 0
	})
	return order
}

// sum is a lane's value in a shown example.
func (f features) sum(at int, l lane) (sum float64) {
	for _, j := range l.of {
		sum += f.values[at][j]
	}
	return sum
}

// errorOf is the standard error of a lane's value; not known of several features, as their errors are not independent.
func (f features) errorOf(at int, l lane) (stdErr float64, known bool) {
	if f.stdErr == nil || len(l.of) != 1 {
		return 0, false
	}
	return f.stdErr[at][l.of[0]], true
}

// rowName is a lane's name in a shown example, with what the feature is.
func (f features) rowName(at int, l lane) rowName {
	if len(l.of) == 1 {
		return rowName{l.name, f.cell(at, l.of[0])}
	}
	return rowName{name: l.name}
}

// amount is a lane's value in a shown example in words, with two standard errors where they are known.
func (f features) amount(at int, l lane) string {
	text := plus(f.sum(at, l))
	if e, known := f.errorOf(at, l); known {
		text += " ± " + short(2*e)
	}
	return text
}

// plus writes a value to three digits with its sign.
func plus(v float64) string {
	if v > 0 {
		return "+" + digits(v, 3)
	}
	return digits(v, 3)
}

// sign is the colour of a value that speaks for the output, orange, or against it, blue.
func sign(v float64) string {
	if v > 0 {
		return css(diverging[9])
	}
	return css(diverging[1])
}
