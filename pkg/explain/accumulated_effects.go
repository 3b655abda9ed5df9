package explain

import (
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/gomlx/gomlx/core/tensors"

	"github.com/vitrine-ml/vitrine/pkg/models"
	"github.com/vitrine-ml/vitrine/pkg/record"
)

// AccumulatedEffects says how the explained output changes with a feature of a table's rows, by what each example would gain if the feature went
// from the lower end of the bin that it is in to the upper: accumulated local effects (Apley and Zhu 2020, arXiv 1612.08468, equations 15 and
// 16). Where features depend on one another, rows that never come are hardly asked about. In each bin the gains are averaged; these means are
// added up from the first edge on, less the mean over the examples.
//
// Bins lie between quantiles of the examples (Variable.Points of these), and those that hold fewer than two examples are joined with the next. An
// example outside a Grid that was given takes no part. The edges of a category are its words: each example goes from its own word to both beside it. They are
// in the order of the columns, which is to have a meaning, as that of grades; where it has none, Variable.Similar orders them so that no example goes further
// than to a word whose rows are like it. Words that no example has are left out.
//
// Standard errors are for examples that are drawn at random, with bins and counts as they are: an effect is then a weighted sum of the bins'
// means. An example takes three evaluations (of a category up to five). Classes and contexts are as in [PartialDependence].
func AccumulatedEffects(ctx context.Context, net *models.Net, inputs []*tensors.Tensor, target Target, v Variable) (*record.AccumulatedEffects, error) {
	r, err := beginWhole(ctx, "AccumulatedEffects", net, inputs, target)
	if err != nil {
		return nil, err
	}
	defer r.line.Done("")
	found, err := r.variable(v)
	if err != nil {
		return nil, err
	}
	s, err := found.stretches(found.observed(r.x))
	if err != nil {
		return nil, err
	}
	if _, err := r.resolve(r.output()); err != nil {
		return nil, err
	}
	done := 0
	stopped := r.pass(r.output(), 2*len(s.gains),
		func(i int, to []float64) int {
			g := s.gains[i/2]
			copy(to, r.x[g.example])
			found.set(to, s.edges[g.bin+i%2])
			return g.example
		},
		func(i int, output, _ []float64) {
			g := &s.gains[i/2]
			g.by = r.value(g.example, output) - g.by // first the lower edge's
			done = (i + 1) / 2
		})
	s.gains = s.gains[:done]
	if stopped != nil && (ctx.Err() == nil || slices.Min(s.counts()) < 2) {
		return nil, stopped
	}
	a := &record.AccumulatedEffects{
		Version: record.Version, Target: r.asked(), Name: found.name, Unit: found.Unit, Categories: found.categories,
		Edges: s.edges, Counts: s.counts(), Unfinished: stopped != nil, Evaluations: r.evaluations,
	}
	s.accumulate(a)
	if a.Made, err = r.made(); err != nil {
		return nil, err
	}
	a.Elapsed = time.Since(r.start)
	return a, stopped
}

// gain is what an example gains from a bin's lower edge to its upper.
type gain struct {
	example, bin int
	by           float64
}

// stretches are the bins that a feature's values are divided into, and the gains that are asked for, example by example.
type stretches struct {
	edges  []float64
	gains  []gain
	places map[int]int // of categories: at which edge each example is; nil: numbers, which are inside of bins
}

// stretches divides the values that were observed.
func (v *variable) stretches(observed []float64) (*stretches, error) {
	if v.categories != nil {
		return v.neighbours(observed)
	}
	edges, err := v.points(observed, 21)
	if err != nil {
		return nil, err
	}
	s := &stretches{edges: slices.Clone(edges)}
	for len(s.edges) > 1 {
		s.fill(observed)
		few := slices.IndexFunc(s.counts(), func(n int) bool { return n < 2 })
		if few < 0 {
			return s, nil
		}
		between := min(few+1, max(1, len(s.edges)-2)) // the edge between the bin and the next, or the one before the last bin
		s.edges = slices.Delete(s.edges, between, between+1)
	}
	return nil, fmt.Errorf("explain: accumulated effects of %q, which has %d different values in %d examples: a bin wants two edges and two examples",
		v.name, len(quantiles(observed, len(observed))), len(observed))
}

// fill puts each example into the bin whose upper edge is the first that is not below it; the least value is in the first.
func (s *stretches) fill(observed []float64) {
	s.gains = nil
	for e, x := range observed {
		upper, _ := slices.BinarySearch(s.edges, x)
		if x == s.edges[0] {
			upper = 1
		}
		if upper > 0 && upper < len(s.edges) {
			s.gains = append(s.gains, gain{example: e, bin: upper - 1})
		}
	}
}

// neighbours are the steps between words beside one another, of those that examples have.
func (v *variable) neighbours(observed []float64) (*stretches, error) {
	words, err := v.points(observed, 0)
	if err != nil {
		return nil, err
	}
	s := &stretches{places: map[int]int{}}
	for _, word := range words {
		if slices.Contains(observed, word) {
			s.edges = append(s.edges, word)
		}
	}
	if len(s.edges) < 2 {
		return nil, fmt.Errorf("explain: accumulated effects of %q, of whose words the examples have %d: at least two are wanted", v.name, len(s.edges))
	}
	for e, word := range observed {
		at, ok := slices.BinarySearch(s.edges, word)
		if !ok {
			continue
		}
		s.places[e] = at
		for bin := max(0, at-1); bin <= min(at, len(s.edges)-2); bin++ {
			s.gains = append(s.gains, gain{example: e, bin: bin})
		}
	}
	return s, nil
}

// counts are the examples of each bin.
func (s *stretches) counts() []int {
	n := make([]int, len(s.edges)-1)
	for _, g := range s.gains {
		n[g.bin]++
	}
	return n
}

// above is, for each bin, the share of examples that are above it; those inside of it count by half.
func (s *stretches) above() (share []float64, examples int) {
	share = make([]float64, len(s.edges)-1)
	for i, g := range s.gains {
		if i > 0 && s.gains[i-1].example == g.example { // the second step of a word
			continue
		}
		examples++
		for bin := range share {
			at, word := s.places[g.example]
			switch {
			case word && at > bin, !word && g.bin > bin:
				share[bin]++
			case !word && g.bin == bin:
				share[bin] += 0.5
			}
		}
	}
	for bin := range share {
		share[bin] /= float64(examples)
	}
	return share, examples
}

// accumulate works out the effects. That of edge j is the sum over the bins k of c_jk times the mean gain of bin k, where c_jk is 1 if k lies
// below j, less the share of examples above k, which centres it. Its variance adds up, over the examples, the squares of what each adds.
func (s *stretches) accumulate(a *record.AccumulatedEffects) {
	bins := len(s.edges) - 1
	a.Local, a.LocalStdErr = make([]float64, bins), make([]float64, bins)
	for _, g := range s.gains {
		a.Local[g.bin] += g.by / float64(a.Counts[g.bin])
	}
	off := make([]float64, len(s.gains)) // of the mean of its bin, so that squares add up to the mean's variance
	for i, g := range s.gains {
		n := float64(a.Counts[g.bin])
		off[i] = (g.by - a.Local[g.bin]) / math.Sqrt(n*(n-1))
		a.LocalStdErr[g.bin] += off[i] * off[i]
	}
	above, examples := s.above()
	a.Examples = examples
	a.Effects, a.StdErr = make([]float64, bins+1), make([]float64, bins+1)
	weight := func(edge, bin int) float64 {
		if bin < edge {
			return 1 - above[bin]
		}
		return -above[bin]
	}
	for edge := range a.Effects {
		for bin, d := range a.Local {
			a.Effects[edge] += weight(edge, bin) * d
		}
		adds := 0.0
		for i, g := range s.gains {
			adds += weight(edge, g.bin) * off[i]
			if i+1 == len(s.gains) || s.gains[i+1].example != g.example {
				a.StdErr[edge] += adds * adds
				adds = 0
			}
		}
		a.StdErr[edge] = math.Sqrt(a.StdErr[edge])
	}
	for bin, v := range a.LocalStdErr {
		a.LocalStdErr[bin] = math.Sqrt(v)
	}
}
