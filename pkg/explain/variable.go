package explain

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/vitrine-ml/vitrine/pkg/models"
	"github.com/vitrine-ml/vitrine/pkg/record"
)

// Variable is a feature of a table's rows that [PartialDependence] and [AccumulatedEffects] give other values: one number or, where a category is several
// numbers of which one is 1 (one-hot), all of these.
type Variable struct {
	// Name is one of the input's Features or, of a category, what comes before "=" in the Features of its numbers: "purpose" for
	// "purpose=car", "purpose=education" and so on.
	Name string
	// Columns are the places in the row, instead of by the name: of more than one, those of a category.
	Columns    []int
	Categories []string // of a category: a word for each column; nil: what the Features have after "=", or numbers
	// Similar orders a category's words by how much the rows that have them are alike in the input's other numbers, where the order of the columns
	// means nothing: words beside one another are those whose rows are most alike, as R's ALEPlot and iml have it. Without it, words are in the order of
	// the columns.
	Similar bool
	Input   string // the input's name; "": the first that holds rows of numbers
	// The number x that the net reads stands for the value Offset + Scale·x in the unit, as where a table is standardised. Scale 0: 1.
	Offset, Scale float64
	Unit          string
	// Grid are the values to give, in the unit and in ascending order; nil: of a category all, of a number quantiles of the examples, from the
	// least to the largest, or all values if they are no more. AccumulatedEffects takes them as the edges of its bins.
	Grid   []float64
	Points int // how many quantiles; 0: 20 (AccumulatedEffects: 21, the edges of 20 bins)
}

// variable is a Variable as it is found in a run.
type variable struct {
	Variable
	name       string
	columns    []int    // places in a point
	categories []string // nil: a number
}

// variable looks a Variable up.
func (r *run) variable(v Variable) (*variable, error) {
	found := &variable{Variable: v, name: v.Name}
	start, at := 0, -1
	for k, p := range r.places {
		rows := len(p.shape) == 1 && r.net.Inputs[r.attributed[k]].Kind == models.Values
		if v.Input == p.name || v.Input == "" && rows {
			if !rows {
				return nil, fmt.Errorf("explain: input %q holds no rows of numbers, whose features could be given other values", v.Input)
			}
			at = k
			break
		}
		start += p.size()
	}
	if at < 0 {
		return nil, fmt.Errorf("explain: %s has no input %q of rows of numbers", r.net.Name, v.Input)
	}
	in := r.places[at]
	columns := v.Columns
	if columns == nil {
		if columns = columnsOf(in.features, v.Name); columns == nil {
			return nil, fmt.Errorf("explain: input %q has no feature %q; it has: %s", in.name, v.Name, strings.Join(in.features, ", "))
		}
	}
	for i, c := range columns {
		if c < 0 || c >= in.size() || slices.Contains(columns[:i], c) {
			return nil, fmt.Errorf("explain: columns %v of input %q, which has %d: each once, counted from 0", columns, in.name, in.size())
		}
		found.columns = append(found.columns, start+c)
	}
	if len(columns) == 0 {
		return nil, fmt.Errorf("explain: a variable without columns")
	}
	if found.name == "" && in.features != nil {
		found.name, _, _ = strings.Cut(in.features[columns[0]], "=")
		if len(columns) == 1 {
			found.name = in.features[columns[0]]
		}
	}
	found.name = cmp.Or(found.name, fmt.Sprintf("%s %d", in.name, columns[0]))
	found.Scale = cmp.Or(v.Scale, 1)
	if len(columns) > 1 {
		found.categories = v.Categories
		for i, c := range columns {
			if v.Categories != nil {
				break
			}
			word := fmt.Sprint(i)
			if in.features != nil {
				word = in.features[c]
				if _, after, ok := strings.Cut(word, "="); ok {
					word = after
				}
			}
			found.categories = append(found.categories, word)
		}
	}
	switch {
	case len(columns) == 1 && v.Categories != nil || len(columns) > 1 && len(found.categories) != len(columns):
		return nil, fmt.Errorf("explain: %d categories of %q, which is %d columns", len(v.Categories), found.name, len(columns))
	case len(columns) > 1 && (v.Scale != 0 || v.Offset != 0):
		return nil, fmt.Errorf("explain: %q is a category, which has no scale", found.name)
	case math.IsNaN(found.Scale*found.Offset) || math.IsInf(found.Scale*found.Offset, 0):
		return nil, fmt.Errorf("explain: scale %v and offset %v of %q", v.Scale, v.Offset, found.name)
	}
	if v.Similar {
		if len(columns) == 1 || v.Grid != nil {
			return nil, fmt.Errorf("explain: the words of %q in an order of similarity: it is for categories, and without a Grid, whose places are those of the columns", found.name)
		}
		var others []int
		for at := start; at < start+in.size(); at++ {
			if !slices.Contains(found.columns, at) {
				others = append(others, at)
			}
		}
		found.categories = slices.Clone(found.categories)
		found.bySimilarity(r.x, others)
	}
	return found, nil
}

// columnsOf are the places of the feature of that name, or of those that the name is a category of; nil if there is none.
func columnsOf(features []string, name string) (columns []int) {
	if i := slices.Index(features, name); i >= 0 {
		return []int{i}
	}
	for i, f := range features {
		if before, _, ok := strings.Cut(f, "="); ok && before == name {
			columns = append(columns, i)
		}
	}
	return columns
}

// observed are the examples' own values: in the unit or, of a category, its place; −1: it is none of them.
func (v *variable) observed(x [][]float64) []float64 {
	all := make([]float64, len(x))
	for i, row := range x {
		if v.categories == nil {
			all[i] = v.Offset + v.Scale*row[v.columns[0]]
			continue
		}
		all[i] = -1
		for k, c := range v.columns {
			if row[c] == 1 {
				all[i] = float64(k)
			}
		}
	}
	return all
}

// set puts a value of the unit into a point.
func (v *variable) set(point []float64, value float64) {
	if v.categories == nil {
		point[v.columns[0]] = (value - v.Offset) / v.Scale
		return
	}
	for k, c := range v.columns {
		point[c] = 0
		if float64(k) == value {
			point[c] = 1
		}
	}
}

// points are the values to give: those asked for, all categories, or at most n quantiles of what was observed.
func (v *variable) points(observed []float64, n int) ([]float64, error) {
	grid := v.Grid
	switch {
	case grid == nil && v.categories != nil:
		for k := range v.categories {
			grid = append(grid, float64(k))
		}
	case grid == nil:
		if n = cmp.Or(v.Points, n); n < 2 {
			return nil, fmt.Errorf("explain: %d points of %q, want at least two", n, v.name)
		}
		grid = quantiles(observed, n)
	}
	for i, p := range grid {
		switch {
		case math.IsNaN(p) || math.IsInf(p, 0) || i > 0 && p <= grid[i-1]:
			return nil, fmt.Errorf("explain: the grid %v of %q is not finite and in ascending order", grid, v.name)
		case v.categories != nil && (p != math.Trunc(p) || p < 0 || int(p) >= len(v.categories)):
			return nil, fmt.Errorf("explain: the grid %v of %q, which has %d categories: it holds their places from 0", grid, v.name, len(v.categories))
		}
	}
	if len(grid) == 0 {
		return nil, fmt.Errorf("explain: an empty grid of %q", v.name)
	}
	return grid, nil
}

// quantiles are at most n different values, each of which was observed: all that there are or, if they are more, the least and the quantiles
// k/(n−1) of the examples: the least values that this share of them does not exceed.
func quantiles(observed []float64, n int) []float64 {
	sorted := slices.Sorted(slices.Values(observed))
	different := slices.Compact(slices.Clone(sorted))
	if len(different) <= n {
		return different
	}
	var q []float64
	for k := range n {
		q = append(q, sorted[max(0, (k*len(sorted)+n-2)/(n-1)-1)])
	}
	return slices.Compact(q)
}

// varied is the variable as records have it.
func (v *variable) varied(points, observed []float64) record.Varied {
	return record.Varied{Name: v.name, Unit: v.Unit, Points: points, Categories: v.categories, Observed: observed}
}
