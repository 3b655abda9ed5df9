package explain

import (
	"context"
	"fmt"
	"slices"

	"github.com/gomlx/gomlx/core/tensors"

	"github.com/vitrine-ml/vitrine/pkg/models"
	"github.com/vitrine-ml/vitrine/pkg/record"
)

// game is what the features of every example play: a coalition of them is worth the explained number when only they are there. Absent features have
// the numbers of other rows, and the worth is the mean over these. What methods do with it is ask for coalitions, and fit the answers.
type game struct {
	r      *run
	parts  []partition   // of every example: its players
	absent [][][]float64 // of every example: the rows that stand for what is absent, of all as many
	words  string        // those, for the record
	near   *nearest      // chooses among those rows by what is there; nil: all of them stand for what is absent
	output []float64     // of every example: what everybody is worth
	base   []float64     // and nobody
	bases  [][]float64   // and for each row that stands for what is absent; nil: there is one, or others for each coalition
}

// beginGame begins a run that is nothing but a game; its line of progress is to be ended.
func beginGame(ctx context.Context, method Explainer, net *models.Net, inputs []*tensors.Tensor, target Target, f Features, baseline Baseline, background Background) (*game, error) {
	r, err := beginWhole(ctx, nameOf(method), net, inputs, target)
	if err != nil {
		return nil, err
	}
	g, err := r.game(f, baseline, background)
	if err != nil {
		r.line.Done("")
	}
	return g, err
}

// game begins one. Rows of a background stand for what is absent or, without one, a baseline.
func (r *run) game(f Features, baseline Baseline, background Background) (*game, error) {
	g := &game{r: r, absent: make([][][]float64, len(r.x))}
	var err error
	if g.parts, err = r.partitions(f); err != nil {
		return nil, err
	}
	if background.Empty() {
		rows, err := r.baseline(baseline)
		if err != nil {
			return nil, err
		}
		for i, row := range rows {
			g.absent[i] = [][]float64{row}
		}
		g.words = baseline.String()
	} else {
		if baseline.stated() {
			return nil, fmt.Errorf("explain: %s with both a baseline and a background: one or the other says what is absent", r.method)
		}
		k := background.Nearest
		rows, err := r.background(Background{Values: background.Values})
		if err != nil {
			return nil, err
		}
		if k < 0 || k > len(rows) {
			return nil, fmt.Errorf("explain: the %d nearest rows of a background of %d", k, len(rows))
		}
		if k > 0 {
			g.near = newNearest(rows, r.whole(), len(r.x))
			rows = g.near.rows[:k]
		}
		for i := range g.absent {
			g.absent[i] = rows
		}
		g.words = background.String()
	}
	if g.output, err = r.resolve(r.output()); err != nil {
		return nil, err
	}
	return g, nil
}

// everyNumber is the game in which every number plays by itself, padding too.
func (r *run) everyNumber(baseline [][]float64) *game {
	p := partition{of: make([]int, r.width), n: r.width}
	for i := range p.of {
		p.of[i] = i
	}
	g := &game{r: r}
	for _, row := range baseline {
		g.parts, g.absent = append(g.parts, p), append(g.absent, [][]float64{row})
	}
	return g
}

// whole says of every number of a point whether it is an id.
func (r *run) whole() (whole []bool) {
	for _, s := range r.sources {
		for range s.size() {
			whole = append(whole, !s.dtype.IsFloat())
		}
	}
	return whole
}

// rows is how many pass through the net for a coalition.
func (g *game) rows() int { return len(g.absent[0]) }

// apart says that what a coalition is worth is known for each row of a background by itself: there are several, and the same for all coalitions.
func (g *game) apart() bool { return g.rows() > 1 && g.near == nil }

// fill makes the row of an example in which only members are there, and one of the rows stands for the others.
func (g *game) fill(example, row int, members []bool, to []float64) {
	x := g.r.x[example]
	if g.near == nil {
		copy(to, g.absent[example][row])
	} else {
		copy(to, g.near.row(example, row, x, g.parts[example].of, members))
	}
	for i, player := range g.parts[example].of {
		if player < 0 || members[player] {
			to[i] = x[i]
		}
	}
}

// play asks what n coalitions are worth: choose(i) says of which example the i-th is, and marks its members. each is what it is worth for each row, where
// these are apart; it may not be kept.
func (g *game) play(n int, choose func(i int) (example int, members []bool), got func(i int, worth float64, each []float64)) error {
	var members []bool
	examples, rows, sum := make([]int, n), g.rows(), 0.0
	var each []float64
	if g.apart() {
		each = make([]float64, rows)
	}
	return g.r.pass(g.r.output(), n*rows,
		func(k int, to []float64) int {
			i := k / rows
			if k%rows == 0 {
				examples[i], members = choose(i)
			}
			g.fill(examples[i], k%rows, members, to)
			return examples[i]
		},
		func(k int, output, _ []float64) {
			i := k / rows
			if k%rows == 0 {
				sum = 0
			}
			worth := g.r.value(examples[i], output)
			if each != nil {
				each[k%rows] = worth
			}
			if sum += worth; k%rows == rows-1 {
				got(i, sum/float64(rows), each)
			}
		})
}

// nobody finds out what is left of every example when all its features are absent.
func (g *game) nobody(got func(example int)) error {
	g.base, g.bases = make([]float64, len(g.r.x)), make([][]float64, len(g.r.x))
	most := 0
	for _, p := range g.parts {
		most = max(most, p.n)
	}
	none := make([]bool, most)
	return g.play(len(g.base), func(i int) (int, []bool) { return i, none }, func(i int, worth float64, each []float64) {
		g.base[i], g.bases[i] = worth, slices.Clone(each)
		got(i)
	})
}

// spread shares a number for every player of an example out equally among what it consists of.
func (g *game) spread(example int, players []float64) []float64 {
	if players == nil {
		return nil
	}
	p := g.parts[example]
	size := make([]float64, p.n)
	for _, player := range p.of {
		if player >= 0 {
			size[player]++
		}
	}
	values := make([]float64, len(p.of))
	for i, player := range p.of {
		if player >= 0 {
			values[i] = players[player] / size[player]
		}
	}
	return values
}

// groups says which player each number belongs to; nil where all are players of their own.
func (g *game) groups() []record.Array {
	several := false
	rows := make([][]float64, len(g.parts))
	for e, p := range g.parts {
		rows[e] = make([]float64, len(p.of))
		seen := make([]bool, p.n)
		for i, player := range p.of {
			rows[e][i] = float64(player)
			if player >= 0 {
				several = several || seen[player]
				seen[player] = true
			}
		}
	}
	if !several {
		return nil
	}
	return g.r.arrays(rows)
}

// record makes the explanation of a value for every player of every example, with its standard error and its standard deviation over the background where there
// are any.
func (g *game) record(method Explainer, values, stdErr, deviations [][]float64) (*record.Explanation, error) {
	rows := make([][]float64, len(values))
	for i, v := range values {
		rows[i] = g.spread(i, v)
	}
	e, stopped := g.r.record(method, g.output, rows)
	if e == nil {
		return nil, stopped
	}
	e.Base, e.Baseline, e.Groups = g.base, g.words, g.groups()
	e.StdErr, e.BaselineStdDev = g.beside(stdErr), g.beside(deviations)
	return e, stopped
}

// beside are numbers that stand beside every player's value; nil where no example has any.
func (g *game) beside(players [][]float64) []record.Array {
	if !slices.ContainsFunc(players, func(row []float64) bool { return row != nil }) {
		return nil
	}
	rows := make([][]float64, len(players))
	for i, v := range players {
		rows[i] = g.spread(i, v)
	}
	return g.r.arrays(rows)
}
