package explain

import (
	"cmp"
	"encoding/json"
	"fmt"
	"math"
	"slices"

	"github.com/vitrine-ml/vitrine/pkg/record"
)

// Picking says how [SPLIME] picks.
type Picking struct {
	Count    int // how many examples; 0: 5, or all if they are fewer
	Features int // how many features an explanation shows: those of the largest magnitudes; 0: 10
}

// SPLIME picks examples whose explanations show between them as much as possible of what matters over all: a feature's importance is the
// root of the sum of its magnitudes, and what is picked next is the example that shows the most importance not shown so far, the first of several
// (Ribeiro et al. 2016, arXiv 1602.04938, algorithm 2). That is at least 1 − 1/e of what the best choice shows.
//
// The explanations may be by any method. Their features are the words of a text, added up where one comes several times; otherwise those that
// the record's Groups say or, without any, the single numbers. It returns an error if examples differ in what their features are, as superpixels do.
func SPLIME(why *record.Explanation, p Picking) (*record.Pick, error) {
	if err := why.Check(); err != nil {
		return nil, fmt.Errorf("explain: %w", err)
	}
	if p.Count < 0 || p.Features < 0 || why.Rows() == 0 {
		return nil, fmt.Errorf("explain: a pick of %d examples by %d features each, out of %d examples", p.Count, p.Features, why.Rows())
	}
	p.Count, p.Features = min(cmp.Or(p.Count, 5), why.Rows()), cmp.Or(p.Features, 10)
	options, err := json.Marshal(p)
	if err != nil {
		return nil, fmt.Errorf("explain: %w", err)
	}
	rows, names, err := common(why)
	if err != nil {
		return nil, err
	}
	picked := &record.Pick{Version: record.Version, Method: "SP-LIME", Options: options, Of: why.Method, Features: names, Importance: make([]float64, len(names)), Made: why.Made}
	all := 0.0
	for _, row := range rows {
		shown(row, p.Features)
		for j, v := range row {
			picked.Importance[j] += math.Abs(v)
		}
	}
	for j, v := range picked.Importance {
		picked.Importance[j] = math.Sqrt(v)
		all += picked.Importance[j]
	}
	covered, reached := make([]bool, len(names)), 0.0
	picked.Values = record.Array{Name: "values", Axes: []string{"example", "feature"}, Shape: []int{p.Count, len(names)}, Features: names}
	for range p.Count {
		best, most := -1, -1.0
		for i, row := range rows {
			more := 0.0
			for j, v := range row {
				if v != 0 && !covered[j] {
					more += picked.Importance[j]
				}
			}
			if more > most && !slices.Contains(picked.Examples, i) {
				best, most = i, more
			}
		}
		for j, v := range rows[best] {
			covered[j] = covered[j] || v != 0
		}
		reached += most
		picked.Examples = append(picked.Examples, best)
		picked.Coverage = append(picked.Coverage, reached/max(all, math.SmallestNonzeroFloat64))
		picked.Values.Data = append(picked.Values.Data, rows[best]...)
	}
	return picked, nil
}

// shown keeps a row's n values of the largest magnitudes, the first of equal ones, and sets all others to 0.
func shown(row []float64, n int) {
	order := make([]int, len(row))
	for j := range order {
		order[j] = j
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(math.Abs(row[b]), math.Abs(row[a])) })
	for _, j := range order[min(n, len(order)):] {
		row[j] = 0
	}
}

// common are every example's values of the features that all examples have in common, and these features' names.
func common(why *record.Explanation) (rows [][]float64, names []string, err error) {
	rows = make([][]float64, why.Rows())
	tokens := why.Tokens
	for k, a := range why.Values {
		words := tokens != nil && len(a.Shape) == 2 && len(tokens[0]) == a.Shape[1]
		number := map[string]int{}
		if words {
			tokens = nil // they are those of the first input of ids
		}
		for i := range rows {
			for at, v := range a.Row(i) {
				name := fmt.Sprintf("%s %d", a.Name, at)
				switch {
				case words:
					name = why.Tokens[i][at]
				case why.Groups != nil:
					group := why.Groups[k].Row(i)[at]
					if group != why.Groups[k].Row(0)[at] {
						return nil, nil, fmt.Errorf("explain: at %d of %q example %d has feature %g and the first has %g: a pick takes features that all examples have in common",
							at, a.Name, i, group, why.Groups[k].Row(0)[at])
					}
					if group < 0 {
						continue
					}
					name = fmt.Sprintf("feature %g", group)
				case len(a.Shape) == 2 && a.Features != nil:
					name = a.Features[at]
				}
				if _, known := number[name]; !known {
					number[name], names = len(names), append(names, name)
				}
				rows[i] = grown(rows[i], len(names))
				rows[i][number[name]] += v
			}
		}
	}
	for i, row := range rows {
		rows[i] = grown(row, len(names))
	}
	return rows, names, nil
}

// grown is a row with zeros behind it, so that it has n numbers.
func grown(row []float64, n int) []float64 { return append(row, make([]float64, n-len(row))...) }
