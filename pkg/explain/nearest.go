package explain

import (
	"cmp"
	"math/rand/v2"
	"slices"
)

// nearest finds the rows of a background that are like an example in the features that are there.
type nearest struct {
	rows  [][]float64 // in random order, so that of rows that are equally near any may come first
	scale []float64   // of each number: its variance over the rows
	whole []bool      // a number that stands for something: an id

	members [][]bool // of each example: those that were asked for last
	found   [][]int  // and the rows, the nearest first
}

// newNearest puts the rows in an order of its own, the same in every run.
func newNearest(rows [][]float64, whole []bool, examples int) *nearest {
	n := &nearest{rows: slices.Clone(rows), whole: whole, members: make([][]bool, examples), found: make([][]int, examples)}
	random := rand.New(rand.NewPCG(1, uint64(len(rows))))
	random.Shuffle(len(rows), func(i, j int) { n.rows[i], n.rows[j] = n.rows[j], n.rows[i] })
	for at := range rows[0] {
		column := make([]float64, len(rows))
		for i, row := range rows {
			column[i] = row[at]
		}
		_, deviation := moments(column)
		n.scale = append(n.scale, deviation*deviation)
	}
	return n
}

// row is the k-th nearest to the example x by its members' numbers: by the sum of squared differences, each over the number's variance in the
// background, where an id counts 1 if it is another.
func (n *nearest) row(example, k int, x []float64, of []int, members []bool) []float64 {
	if n.found[example] == nil || !slices.Equal(n.members[example], members) {
		n.members[example] = append(n.members[example][:0], members...)
		far, order := make([]float64, len(n.rows)), make([]int, len(n.rows))
		for i, row := range n.rows {
			order[i] = i
			for at, player := range of {
				if player < 0 || !members[player] || row[at] == x[at] {
					continue
				}
				d := row[at] - x[at]
				switch {
				case n.whole[at]:
					far[i]++
				case n.scale[at] > 0:
					far[i] += d * d / n.scale[at]
				}
			}
		}
		slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(far[a], far[b]) })
		n.found[example] = order
	}
	return n.rows[n.found[example][k]]
}
