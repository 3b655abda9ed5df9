package explain

import (
	"cmp"
	"math"
	"slices"
)

// stretch is a part of the way from the baseline (0) to the example (1).
type stretch struct {
	way      int // its number among those under way
	from, to float64
	steps    int
	shares   []float64 // each input's
	residual float64   // their sum − (f(to) − f(from))
	missing  int       // rows that have not passed yet
}

// way is what is known of an example's way from a baseline.
type way struct {
	example     int
	x, baseline []float64
	at          map[float64]float64 // the explained number at the ends of stretches
	stretches   []*stretch
	spent       int // gradients
}

func newWay(example int, x, baseline []float64, output float64, steps int) way {
	return way{example: example, x: x, baseline: baseline, at: map[float64]float64{1: output}, spent: steps, stretches: []*stretch{{to: 1, steps: steps}}}
}

// unfinished says that the work was stopped before all stretches were summed.
func (w *way) unfinished() bool {
	return slices.ContainsFunc(w.stretches, func(s *stretch) bool { return s.missing > 0 })
}

// point fills to with the place α of the way.
func (w *way) point(alpha float64, to []float64) {
	switch alpha { // so that the ends are the baseline and the example to the last bit
	case 0:
		copy(to, w.baseline)
	case 1:
		copy(to, w.x)
	default:
		for j, b := range w.baseline {
			to[j] = b + alpha*(w.x[j]-b)
		}
	}
}

// off is how far off the stretches are, all together.
func (w *way) off() (off float64) {
	for _, s := range w.stretches {
		off += math.Abs(s.residual)
	}
	return off
}

// refine halves the stretches that are furthest off if the example's tolerance does not hold yet and its gradients are not spent, and
// returns the halves.
func (w *way) refine(number int, m IntegratedGradients, fold func([]float64) []float64) (halves []*stretch) {
	tolerance := m.tolerance(fold(w.total()))
	if w.off() <= tolerance {
		return nil
	}
	var kept []*stretch
	for _, s := range w.stretches {
		steps := max(8, s.steps/2)
		middle := (s.from + s.to) / 2
		// A stretch's fair part of the tolerance is its part of their number.
		if math.Abs(s.residual) <= tolerance/float64(len(w.stretches)) || w.spent+2*steps > m.MaxSteps || middle == s.from || middle == s.to {
			kept = append(kept, s)
			continue
		}
		w.spent += 2 * steps
		halves = append(halves, &stretch{way: number, from: s.from, to: middle, steps: steps}, &stretch{way: number, from: middle, to: s.to, steps: steps})
	}
	w.stretches = append(kept, halves...)
	return halves
}

// total adds up the stretches' shares, in the order of the way so that the sum is the same however they were found.
func (w *way) total() []float64 {
	slices.SortFunc(w.stretches, func(a, b *stretch) int { return cmp.Compare(a.from, b.from) })
	total := make([]float64, len(w.x))
	for _, s := range w.stretches {
		for j, v := range s.shares {
			total[j] += v
		}
	}
	return total
}

// integrateAll goes the ways, and halves stretches until their tolerances hold or their steps are spent.
func (m IntegratedGradients) integrateAll(r *run, ways []way) error {
	var todo []*stretch
	for k := range ways {
		ways[k].stretches[0].way = k
		todo = append(todo, ways[k].stretches...)
	}
	for len(todo) > 0 {
		if err := r.integrate(ways, todo); err != nil {
			return err
		}
		todo = todo[:0]
		for k := range ways {
			todo = append(todo, ways[k].refine(k, m, r.fold)...)
		}
	}
	return nil
}

// integrate computes the shares and residuals of stretches, all in one series of chunks.
func (r *run) integrate(ways []way, todo []*stretch) error {
	type place struct {
		s      *stretch
		alpha  float64
		weight float64 // 0: an end, whose value is wanted
	}
	var places []place
	for _, s := range todo {
		s.shares = make([]float64, r.width)
		at := ways[s.way].at
		for _, end := range []float64{s.from, s.to} {
			if _, known := at[end]; !known {
				at[end] = math.NaN() // asked for
				places = append(places, place{s, end, 0})
			}
		}
		q := legendre(s.steps)
		for i, node := range q.nodes {
			places = append(places, place{s, s.from + node*(s.to-s.from), q.weights[i] * (s.to - s.from)})
		}
	}
	for _, p := range places {
		p.s.missing++
	}
	err := r.derive(len(places),
		func(i int, to []float64) int {
			p := places[i]
			w := &ways[p.s.way]
			w.point(p.alpha, to)
			return w.example
		},
		func(i int, value float64, gradient []float64) {
			p := places[i]
			w := &ways[p.s.way]
			p.s.missing--
			if p.weight == 0 {
				w.at[p.alpha] = value
				return
			}
			for j, g := range gradient {
				p.s.shares[j] += p.weight * g * (w.x[j] - w.baseline[j])
			}
		})
	for _, s := range todo {
		at := ways[s.way].at
		s.residual = sum(s.shares) - (at[s.to] - at[s.from])
	}
	return err
}

func sum(v []float64) (s float64) {
	for _, x := range v {
		s += x
	}
	return s
}
