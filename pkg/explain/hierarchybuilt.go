package explain

import (
	"math"
	"slices"
)

// mostCorrelated is up to how many features a hierarchy is built of correlations: that takes time by the cube of their number.
const mostCorrelated = 512

// hierarchy of an example's features, where none is given.
func (g *game) hierarchy(example int) Hierarchy {
	p, inputs := g.parts[example], g.r.inputsOf(example)
	plain := g.rows() > 2 && p.n <= mostCorrelated
	for _, in := range inputs {
		plain = plain && in.dtype.IsFloat() && len(in.shape) == 1
	}
	if plain {
		return correlated(p, g.absent[example])
	}
	var whole Hierarchy
	at := 0
	for _, in := range inputs {
		if features := centres(in.shape, p.of[at:at+in.size()]); len(features) > 0 {
			whole.Parts = append(whole.Parts, halved(features))
		}
		at += in.size()
	}
	if len(whole.Parts) == 1 {
		return whole.Parts[0]
	}
	return whole
}

// centre is where a feature lies in an input.
type centre struct {
	feature int
	place   []float64 // mean index on each axis
}

// centres are those of the features that have positions in an input of this shape. A feature of several inputs lies in the first.
func centres(shape, of []int) (list []centre) {
	number, count := map[int]int{}, []float64{}
	for at, feature := range of {
		if feature < 0 {
			continue
		}
		k, known := number[feature]
		if !known {
			k = len(list)
			number[feature], count = k, append(count, 0)
			list = append(list, centre{feature, make([]float64, len(shape))})
		}
		count[k]++
		for axis := len(shape) - 1; axis >= 0; axis-- {
			list[k].place[axis] += float64(at % shape[axis])
			at /= shape[axis]
		}
	}
	for k := range list {
		for axis := range shape {
			list[k].place[axis] /= count[k]
		}
	}
	return list
}

// halved divides features in two, as evenly as goes, along the axis on which they lie widest, and so on. Channels of an image are divided last.
func halved(list []centre) Hierarchy {
	if len(list) == 1 {
		return Hierarchy{Feature: list[0].feature}
	}
	widest, width := 0, 0.0
	for axis := range list[0].place {
		low, high := math.Inf(1), math.Inf(-1)
		for _, c := range list {
			low, high = min(low, c.place[axis]), max(high, c.place[axis])
		}
		if axis == 2 && width > 0 {
			continue
		}
		if high-low > width {
			widest, width = axis, high-low
		}
	}
	slices.SortStableFunc(list, func(a, b centre) int {
		switch d := a.place[widest] - b.place[widest]; {
		case d < 0:
			return -1
		case d > 0:
			return 1
		}
		return 0
	})
	cut := len(list) / 2
	for k := 1; k < len(list) && width > 0; k++ { // where a row or column ends, so that parts are boxes
		at := func(k int) float64 { return list[k].place[widest] }
		if at(k) > at(k-1) && (at(cut) == at(cut-1) || abs(2*k-len(list)) < abs(2*cut-len(list))) {
			cut = k
		}
	}
	return Hierarchy{Parts: []Hierarchy{halved(slices.Clone(list[:cut])), halved(slices.Clone(list[cut:]))}}
}

func abs(n int) int { return max(n, -n) }

// correlated joins the two features or groups that are nearest, by the mean of 1 − |correlation| between their numbers over rows, until all are one.
func correlated(p partition, rows [][]float64) Hierarchy {
	columns := make([][][]float64, p.n) // of each feature, its numbers as columns of mean 0 and length 1
	for at, feature := range p.of {
		if feature < 0 {
			continue
		}
		column, mean := make([]float64, len(rows)), 0.0
		for i, row := range rows {
			column[i] = row[at]
			mean += row[at] / float64(len(rows))
		}
		for i := range column {
			column[i] -= mean
		}
		if length := math.Sqrt(dot(column, column)); length > 0 {
			for i := range column {
				column[i] /= length
			}
		}
		columns[feature] = append(columns[feature], column)
	}
	groups, sizes := make([]Hierarchy, p.n), make([]float64, p.n)
	distance := make([][]float64, p.n)
	for i := range groups {
		groups[i].Feature, sizes[i], distance[i] = i, float64(len(columns[i])), make([]float64, p.n)
		for j := range i {
			for _, a := range columns[i] {
				for _, b := range columns[j] {
					distance[i][j] += 1 - math.Abs(dot(a, b))
				}
			}
			distance[i][j] /= sizes[i] * sizes[j]
			distance[j][i] = distance[i][j]
		}
	}
	there := make([]int, p.n)
	for i := range there {
		there[i] = i
	}
	for len(there) > 1 {
		a, b := 0, 1
		for k := range there {
			for l := range k {
				if distance[there[k]][there[l]] < distance[there[a]][there[b]] {
					a, b = l, k
				}
			}
		}
		if a > b {
			a, b = b, a
		}
		i, j := there[a], there[b]
		for _, k := range there {
			d := (sizes[i]*distance[i][k] + sizes[j]*distance[j][k]) / (sizes[i] + sizes[j])
			distance[i][k], distance[k][i] = d, d
		}
		groups[i], sizes[i] = Hierarchy{Parts: []Hierarchy{groups[i], groups[j]}}, sizes[i]+sizes[j]
		there = slices.Delete(there, b, b+1)
	}
	return groups[there[0]]
}
