package explain

import (
	"cmp"
	"math"
	"slices"
)

// guidedWalk is an example's way of [GuidedIG] from its baseline. Where a number is on its own way is counted from 0 (the baseline) to 1.
type guidedWalk struct {
	example     int
	x, baseline []float64
	steps       int
	take        int     // how many numbers go on together
	distance    float64 // how far a number may be from the straight way

	at, before []float64 // where the numbers are, and were before the last step
	length     float64   // of the whole way, in L1
	shares     []float64
	base       float64 // the explained number for the baseline

	order []int // of the numbers that may go on, scratch
}

func newGuidedWalk(m GuidedIG, example int, x, baseline []float64, steps int) *guidedWalk {
	w := &guidedWalk{
		example: example, x: x, baseline: baseline, steps: steps, distance: m.Distance,
		take: 1 + int(m.Fraction*float64(len(x)-1)), // as many as are no larger than that quantile
		at:   make([]float64, len(x)), before: make([]float64, len(x)), shares: make([]float64, len(x)),
	}
	for j := range x {
		if x[j] == baseline[j] { // it has no way to go
			w.at[j], w.before[j] = 1, 1
		}
		w.length += math.Abs(x[j] - baseline[j])
	}
	return w
}

// point fills to with the input whose numbers are there on their ways.
func (w *guidedWalk) point(at, to []float64) {
	for j, a := range at {
		to[j] = w.between(j, a)
	}
}

// middle is the point in the middle of the last step.
func (w *guidedWalk) middle(to []float64) {
	for j := range to {
		to[j] = w.between(j, (w.before[j]+w.at[j])/2)
	}
}

func (w *guidedWalk) between(j int, a float64) float64 {
	if a == 1 {
		return w.x[j] // to the last bit
	}
	return w.baseline[j] + a*(w.x[j]-w.baseline[j])
}

// add takes the gradient in the middle of the last step.
func (w *guidedWalk) add(gradient []float64) {
	for j, g := range gradient {
		w.shares[j] += g * (w.at[j] - w.before[j]) * (w.x[j] - w.baseline[j])
	}
}

// Numbers whose gradients differ by less than this share go on together: the net may treat them alike, but for rounding.
const sameGradient = 1e-6

// advance takes a step, counted from 0, in the direction of the smallest gradients.
func (w *guidedWalk) advance(step int, gradient []float64) {
	copy(w.before, w.at)
	end := float64(step+1) / float64(w.steps)
	low, high := max(0, end-w.distance), min(1, end+w.distance)
	left := -w.length * (1 - end) // what is to be gone yet in this step
	w.order = w.order[:0]
	for j, a := range w.at {
		w.at[j] = max(a, low)
		left += math.Abs(w.x[j]-w.baseline[j]) * (1 - w.at[j])
		if w.at[j] < high {
			w.order = append(w.order, j)
		}
	}
	if step+1 == w.steps {
		for j := range w.at {
			w.at[j] = 1
		}
		return
	}
	slices.SortFunc(w.order, func(i, j int) int {
		return cmp.Or(cmp.Compare(math.Abs(gradient[i]), math.Abs(gradient[j])), cmp.Compare(i, j))
	})
	for next := w.order; len(next) > 0 && left > 1e-12*w.length; {
		n := min(w.take, len(next))
		for most := math.Abs(gradient[next[n-1]]) * (1 + sameGradient); n < len(next) && math.Abs(gradient[next[n]]) <= most; {
			n++
		}
		reach := 0.0
		for _, j := range next[:n] {
			reach += math.Abs(w.x[j]-w.baseline[j]) * (high - w.at[j])
		}
		share := min(1, left/reach)
		for _, j := range next[:n] {
			if share < 1 {
				w.at[j] += share * (high - w.at[j])
			} else {
				w.at[j] = high
			}
		}
		if share < 1 {
			return
		}
		left -= reach
		next = next[n:]
	}
}
