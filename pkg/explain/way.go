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

// open are the stretches that are to be halved: those furthest off, if the example's tolerance does not hold yet and its gradients are not spent.
func (w *way) open(f refinement, fold func([]float64) []float64) (open []*stretch) {
	tolerance, spent := f.allowed(fold(w.total())), w.spent
	if w.off() <= tolerance {
		return nil
	}
	for _, s := range w.stretches {
		// A stretch's fair part of the tolerance is its part of their number.
		if math.Abs(s.residual) <= tolerance/float64(len(w.stretches)) || spent+2*s.half() > f.most || s.middle() == s.from || s.middle() == s.to {
			continue
		}
		spent += 2 * s.half()
		open = append(open, s)
	}
	return open
}

func (s *stretch) middle() float64 { return (s.from + s.to) / 2 }

// half is how many steps a half of it has.
func (s *stretch) half() int { return max(8, s.steps/2) }

// halve puts its halves in the place of each of those stretches, and returns them.
func (w *way) halve(open []*stretch) (halves []*stretch) {
	for _, s := range open {
		w.spent += 2 * s.half()
		halves = append(halves, &stretch{way: s.way, from: s.from, to: s.middle(), steps: s.half()}, &stretch{way: s.way, from: s.middle(), to: s.to, steps: s.half()})
	}
	w.stretches = append(slices.DeleteFunc(w.stretches, func(s *stretch) bool { return slices.Contains(open, s) }), halves...)
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

// integrateAll goes the ways, and halves stretches until their tolerances hold, or their steps or the time are spent. later is what will be spent on an
// example's other ways at first.
func (f refinement) integrateAll(r *run, ways []way, later func(example int) int) error {
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
		may := make([]bool, len(ways))
		round := r.round(f)
		for k, w := range ways { // before anything is spent in it
			may[k] = round(w.example, later(w.example))
		}
		for k := range ways {
			if w := &ways[k]; may[k] {
				halves := w.halve(w.open(f, r.fold))
				for _, s := range halves {
					r.spent[w.example] += s.steps
				}
				todo = append(todo, halves...)
			}
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
