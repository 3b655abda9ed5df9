package explain

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/gomlx/gomlx/core/tensors"

	"github.com/vitrine-ml/vitrine/pkg/models"
	"github.com/vitrine-ml/vitrine/pkg/record"
)

// IntegratedGradients is (x − b) ∫₀¹ ∇f(b + α(x − b)) dα for a baseline b: each input's share of f(x) − f(b) along the straight way from b
// to x. Units: of the output. (Sundararajan, Taly and Yan 2017, arXiv 1703.01365.)
//
// The integral is a Gauss-Legendre sum of Steps gradients. What the shares of a stretch of the way add up to is known, as it is the
// difference of f at its ends; so where they do not, the stretch is halved and summed again, until an example's Tolerance holds or its
// MaxSteps are spent. The record has the residual of every example, and calls those Unconverged that stayed above their tolerance.
type IntegratedGradients struct {
	Baseline Baseline // zero: zeros
	Steps    int      // gradients an example at first; 0: 50
	// Tolerance is the largest residual wanted, in units of the output; 0: a hundredth of the sum of the values' magnitudes.
	Tolerance float64
	MaxSteps  int // gradients an example in all; 0: 20 times Steps; Steps: never refine
}

// Axioms implements Explainer.
func (IntegratedGradients) Axioms() Axioms {
	return Axioms{Completeness: true, ImplementationInvariance: true, Constant: true, Linear: true, Symmetry: true, Dummy: true}
}

func (m IntegratedGradients) defaults() (IntegratedGradients, error) {
	if m.Steps < 0 || m.MaxSteps < 0 || m.Tolerance < 0 || math.IsNaN(m.Tolerance) {
		return m, fmt.Errorf("explain: integrated gradients with Steps %d, MaxSteps %d and Tolerance %g: none may be negative", m.Steps, m.MaxSteps, m.Tolerance)
	}
	if m.Steps == 0 {
		m.Steps = 50
	}
	if m.MaxSteps == 0 {
		m.MaxSteps = 20 * m.Steps
	}
	if m.MaxSteps < m.Steps {
		return m, fmt.Errorf("explain: integrated gradients with MaxSteps %d, which is less than Steps %d", m.MaxSteps, m.Steps)
	}
	return m, nil
}

// stretch is a part of the way from the baseline (0) to the example (1).
type stretch struct {
	example  int
	from, to float64
	steps    int
	shares   []float64 // each input's
	residual float64   // their sum − (f(to) − f(from))
	missing  int       // rows that have not passed yet
}

// Explain implements Explainer.
func (m IntegratedGradients) Explain(ctx context.Context, net *models.Net, inputs []*tensors.Tensor, target Target) (*record.Explanation, error) {
	m, err := m.defaults()
	if err != nil {
		return nil, err
	}
	r, err := begin(ctx, nameOf(m), net, inputs, target)
	if err != nil {
		return nil, err
	}
	defer r.line.Done("")
	baseline, err := r.baseline(m.Baseline)
	if err != nil {
		return nil, err
	}
	return m.along(r, m, baseline)
}

// along explains on the straight way from the baseline in whatever the run gives values to: inputs, or a layer.
func (m IntegratedGradients) along(r *run, method Explainer, baseline [][]float64) (*record.Explanation, error) {
	output, err := r.resolve(r.gradient())
	if err != nil {
		return nil, err
	}
	ways := make([]way, len(r.x))
	todo := make([]*stretch, len(r.x))
	for i := range ways {
		ways[i] = way{x: r.x[i], baseline: baseline[i], at: map[float64]float64{1: output[i]}, spent: m.Steps}
		todo[i] = &stretch{example: i, to: 1, steps: m.Steps}
		ways[i].stretches = []*stretch{todo[i]}
	}
	for len(todo) > 0 {
		err := r.integrate(ways, todo)
		if r.halted(err) {
			break
		}
		if err != nil {
			return nil, err
		}
		todo = todo[:0]
		for i := range ways {
			todo = append(todo, ways[i].refine(i, m, r.fold)...)
		}
	}
	values, base, residual := make([][]float64, len(ways)), make([]float64, len(ways)), make([]float64, len(ways))
	for i, w := range ways {
		if w.unfinished() {
			continue
		}
		values[i], base[i] = w.total(), w.at[0]
		residual[i] = math.Abs(sum(values[i]) - (output[i] - base[i]))
	}
	e, err := r.record(method, output, values)
	if e == nil {
		return nil, err
	}
	e.Base, e.Residual, e.Baseline = base, residual, m.Baseline.String()
	for i := range ways {
		if values[i] != nil && residual[i] > m.tolerance(r.fold(values[i])) {
			e.Status[i] = r.above()
		}
	}
	return e, err
}

func (m IntegratedGradients) tolerance(values []float64) float64 {
	if m.Tolerance > 0 {
		return m.Tolerance
	}
	magnitude := 0.0
	for _, v := range values {
		magnitude += math.Abs(v)
	}
	return magnitude / 100
}

// way is what is known of one example's way from its baseline.
type way struct {
	x, baseline []float64
	at          map[float64]float64 // the explained number at the ends of stretches
	stretches   []*stretch
	spent       int // gradients
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

// refine halves the stretches that are furthest off if the example's tolerance does not hold yet and its gradients are not spent, and
// returns the halves.
func (w *way) refine(example int, m IntegratedGradients, fold func([]float64) []float64) (halves []*stretch) {
	off := 0.0
	for _, s := range w.stretches {
		off += math.Abs(s.residual)
	}
	tolerance := m.tolerance(fold(w.total()))
	if off <= tolerance {
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
		halves = append(halves, &stretch{example: example, from: s.from, to: middle, steps: steps}, &stretch{example: example, from: middle, to: s.to, steps: steps})
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
		at := ways[s.example].at
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
			ways[p.s.example].point(p.alpha, to)
			return p.s.example
		},
		func(i int, value float64, gradient []float64) {
			p := places[i]
			w := &ways[p.s.example]
			p.s.missing--
			if p.weight == 0 {
				w.at[p.alpha] = value
				return
			}
			for j, g := range gradient {
				p.s.shares[j] += p.weight * g * (w.x[j] - w.baseline[j])
			}
		})
	if err != nil {
		return err
	}
	for _, s := range todo {
		at := ways[s.example].at
		s.residual = sum(s.shares) - (at[s.to] - at[s.from])
	}
	return nil
}

func sum(v []float64) (s float64) {
	for _, x := range v {
		s += x
	}
	return s
}
