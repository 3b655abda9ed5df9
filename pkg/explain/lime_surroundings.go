package explain

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
	"sort"
)

// surroundings say how neighbours of an example are made, and what a model of its features sees of them.
type surroundings struct {
	partition
	whole  []float64                                // what the model sees of the example itself
	row    []float64                                // the example
	kernel float64                                  // width
	far    func(z []float64) float64                // squared distance from the example
	near   func(random *rand.Rand, z, to []float64) // fills in what the model sees and, unless to is nil, the row; chance is used alike in both cases
	// Where neighbours differ in what is absent and in nothing else: the row in which what is marked with 0 is absent, and how probable it is to be drawn
	// by the number of features that are there. nil otherwise.
	mask   func(z, to []float64)
	chance func(kept int) float64
}

// surroundings are those of every example.
func (l LIME) surroundings(g *game, kind limeKind) []*surroundings {
	around := make([]*surroundings, len(g.parts))
	for i, p := range g.parts {
		s := &surroundings{partition: p, row: g.r.x[i], whole: make([]float64, p.n)}
		s.kernel = cmp.Or(l.Kernel, kind.kernel, 0.75*math.Sqrt(float64(max(p.n, 1))))
		if l.Background.Empty() {
			s.masks(g, i, kind)
		} else {
			s.ofBackground(g.absent[i], l.Slopes)
		}
		around[i] = s
	}
	return around
}

// masks makes neighbours by taking features away.
func (s *surroundings) masks(g *game, example int, kind limeKind) {
	for j := range s.whole {
		s.whole[j] = 1
	}
	members := make([]bool, s.n)
	s.mask = func(z, to []float64) {
		for j, v := range z {
			members[j] = v == 1
		}
		g.fill(example, 0, members, to)
	}
	s.far = func(z []float64) float64 {
		kept := sum(z)
		if kind.cosine == 0 {
			return float64(s.n) - kept
		}
		d := kind.cosine * (1 - math.Sqrt(kept/float64(s.n)))
		return d * d
	}
	s.chance = func(int) float64 { return math.Exp2(-float64(s.n)) }
	if kind.anyNumber {
		s.chance = func(kept int) float64 {
			if kept == s.n {
				return 0
			}
			return 1 / (float64(s.n) * choose(s.n, kept))
		}
	}
	s.near = func(random *rand.Rand, z, to []float64) {
		if kind.anyNumber { // a set of that size, each as likely as any other (Floyd)
			copy(z, s.whole)
			for top := s.n - 1 - random.IntN(s.n); top < s.n; top++ {
				if j := random.IntN(top + 1); z[j] == 1 {
					z[j] = 0
				} else {
					z[top] = 0
				}
			}
		} else {
			for j := range z {
				z[j] = float64(random.Uint64() >> 63)
			}
		}
		if to != nil {
			s.mask(z, to)
		}
	}
}

// ofBackground makes neighbours of the values that columns have in other rows.
func (s *surroundings) ofBackground(rows [][]float64, slopes bool) {
	positions := make([][]int, s.n)
	for at, feature := range s.of {
		if feature >= 0 {
			positions[feature] = append(positions[feature], at)
		}
	}
	columns := make([]limeColumn, s.n)
	for j, at := range positions {
		columns[j] = newLimeColumn(rows, s.row, at, slopes)
		s.whole[j] = columns[j].see(s.row)
	}
	s.far = func(z []float64) float64 { return squared(z, s.whole) }
	row := make([]float64, len(s.row))
	s.near = func(random *rand.Rand, z, to []float64) {
		if to == nil {
			to = row
		}
		copy(to, s.row)
		for j := range columns {
			columns[j].draw(random, to)
			z[j] = columns[j].see(to)
		}
	}
}

// limeColumn is a column of a table: a number or a category of several.
type limeColumn struct {
	at        []int
	rows      [][]float64
	row       []float64 // the example
	quartiles []float64 // of a number, unless its neighbours are normal
	mean      float64   // of a number whose neighbours are normal
	deviation float64   // likewise; 0: it does not vary, or is no such number
}

func newLimeColumn(rows [][]float64, row []float64, at []int, slopes bool) limeColumn {
	c := limeColumn{at: at, rows: rows, row: row}
	if len(at) > 1 {
		return c
	}
	var values []float64
	for _, r := range rows {
		values = append(values, r[at[0]])
	}
	if slopes {
		c.mean, c.deviation = moments(values)
		return c
	}
	slices.Sort(values)
	for _, q := range []float64{0.25, 0.5, 0.75} {
		c.quartiles = append(c.quartiles, quantile(values, q))
	}
	return c
}

// draw gives the column of a neighbour.
func (c *limeColumn) draw(random *rand.Rand, to []float64) {
	if len(c.at) == 1 && c.quartiles == nil {
		to[c.at[0]] += c.deviation * random.NormFloat64()
		return
	}
	from := c.rows[random.IntN(len(c.rows))]
	for _, at := range c.at {
		to[at] = from[at]
	}
}

// see is what a model sees of the column.
func (c *limeColumn) see(row []float64) float64 {
	switch {
	case c.quartiles != nil:
		if c.quarter(row) != c.quarter(c.row) {
			return 0
		}
	case len(c.at) == 1:
		if c.deviation == 0 {
			return 0
		}
		return (row[c.at[0]] - c.mean) / c.deviation
	default:
		for _, at := range c.at {
			if row[at] != c.row[at] {
				return 0
			}
		}
	}
	return 1
}

// quarter is in which of the background's quarters the value is: how many quartiles are below it.
func (c *limeColumn) quarter(row []float64) int {
	return sort.SearchFloat64s(c.quartiles, row[c.at[0]])
}

// quantile is that of numbers in order, linear between them.
func quantile(sorted []float64, q float64) float64 {
	at := q * float64(len(sorted)-1)
	low := int(at)
	high := min(low+1, len(sorted)-1)
	return sorted[low] + (at-float64(low))*(sorted[high]-sorted[low])
}

// neighbours are those of one example, in the order in which they are drawn: the example itself first. Drawn from the same seed, they are the
// same again, so that only what the net said of them need be kept.
type neighbours struct {
	*surroundings
	random *rand.Rand
	asked  int
	order  []int // of all masks, if each comes once
	drawn  int
}

// newNeighbours draws up to asked neighbours, or all masks if these are no more.
func newNeighbours(s *surroundings, random *rand.Rand, asked int) *neighbours {
	b := &neighbours{surroundings: s, random: random, asked: asked}
	if s.mask != nil {
		b.order = allMasks(s.n, asked, random)
	}
	return b
}

// allMasks are all masks of n features, as bits, if they are no more than most; that of all features comes first, the others in random order, so that
// some are like all.
func allMasks(n, most int, random *rand.Rand) []int {
	if n >= 30 || 1<<n > most {
		return nil
	}
	last := 1<<n - 1
	masks := []int{last}
	for mask := range last {
		masks = append(masks, mask)
	}
	random.Shuffle(last, func(i, j int) { masks[1+i], masks[1+j] = masks[1+j], masks[1+i] })
	return masks
}

// all is after how many nothing is left to draw.
func (b *neighbours) all() int {
	if b.order != nil {
		return len(b.order)
	}
	return math.MaxInt
}

// draw gives the next neighbour: what the model sees and the row, of which either may be nil, and its weight.
func (b *neighbours) draw(z, to []float64) (weight float64) {
	if z == nil {
		z = make([]float64, b.n)
	}
	b.drawn++
	if b.order != nil {
		kept := 0
		for j := range z {
			bit := b.order[b.drawn-1] >> j & 1
			z[j], kept = float64(bit), kept+bit
		}
		if to != nil {
			b.mask(z, to)
		}
		weight = float64(b.asked-1) * b.chance(kept) // as often as it would be drawn
		if b.drawn == 1 {
			weight++
		}
	} else {
		weight = 1
		if b.drawn == 1 {
			copy(z, b.whole)
			if to != nil {
				copy(to, b.row)
			}
		} else {
			b.near(b.random, z, to)
		}
	}
	return weight * math.Exp(-b.far(z)/(2*b.kernel*b.kernel))
}

// choose is n over k, as a number that may be large.
func choose(n, k int) float64 {
	c := 1.0
	for i := 1; i <= k; i++ {
		c *= float64(n-k+i) / float64(i)
	}
	return c
}
