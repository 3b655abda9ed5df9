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

// GuidedIG are integrated gradients along a way from the baseline b to x that keeps away from where the net is steep: in each of Steps, the
// numbers with the smallest gradients go on until the way that is left, in L1, is what a straight way would have left. What the net does
// far from both ends, and the noise that the straight way picks up there, weighs less. Units: of the output. (Kapishnikov et al. 2021,
// arXiv 2106.09788.)
//
// The values of any way add up to f(x) − f(b). The record has the residual of every example, which comes from a step's gradient being taken
// at one place, its middle (the paper's is at its beginning, and guides here as there). Steps are doubled for examples whose residual is
// above their Tolerance until MaxSteps are reached, or the Time is over; those that stay above it are called Unconverged, and the record says what ended
// each after how many steps. Which way it is depends on Steps.
type GuidedIG struct {
	Baseline Baseline // zero: zeros
	Steps    int      // of the way at first, of two gradients each; 0: 200
	Fraction float64  // the share of all numbers that go on together, above 0; 0: 0.25; 1: all, the straight way
	// Distance is how far a number may be from where the straight way has it, as a share of its own way; 0: 0.02; 1: as far as it likes.
	Distance  float64
	Tolerance float64       // the largest residual wanted, in units of the output; 0: a hundredth of the sum of the values' magnitudes
	MaxSteps  int           // 0: 4 times Steps; Steps: never double
	Time      time.Duration `json:",omitzero"` // after which nothing is refined any more; 0: as long as it takes
}

// Axioms implements Explainer.
func (GuidedIG) Axioms() Axioms {
	return Axioms{Completeness: true, ImplementationInvariance: true, Constant: true, Linear: true, Symmetry: true, Dummy: true}
}

func (m GuidedIG) defaults() (GuidedIG, refinement, error) {
	f, err := refinement{m.Steps, m.MaxSteps, m.Tolerance, m.Time}.checked("guided IG", 200, 4)
	m.Steps, m.MaxSteps = f.steps, f.most
	if m.Fraction == 0 {
		m.Fraction = 0.25
	}
	if m.Distance == 0 {
		m.Distance = 0.02
	}
	if err == nil && (!(m.Fraction > 0 && m.Fraction <= 1) || !(m.Distance > 0 && m.Distance <= 1)) {
		err = fmt.Errorf("explain: guided IG with Fraction %g and Distance %g: both are shares, above 0 and at most 1", m.Fraction, m.Distance)
	}
	return m, f, err
}

// Explain implements Explainer.
func (m GuidedIG) Explain(ctx context.Context, net *models.Net, inputs []*tensors.Tensor, target Target) (*record.Explanation, error) {
	m, f, err := m.defaults()
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
	output, err := r.resolve(r.gradient())
	if err != nil {
		return nil, err
	}
	n := len(r.x)
	values, base, residual := make([][]float64, n), make([]float64, n), make([]float64, n)
	r.refines()
	todo := make([]int, n)
	for i := range todo {
		todo[i] = i
	}
	for steps := f.steps; len(todo) > 0 && r.stopped == nil; steps *= 2 {
		var through []int
		for block := range slices.Chunk(todo, models.Chunk) {
			walks := make([]*guidedWalk, len(block))
			for k, i := range block {
				walks[k] = newGuidedWalk(m, i, r.x[i], baseline[i], steps)
			}
			err := r.walkGuided(walks)
			if r.halted(err) {
				break
			}
			if err != nil {
				return nil, err
			}
			for _, w := range walks {
				i := w.example
				values[i], base[i] = w.shares, w.base
				residual[i] = math.Abs(sum(w.shares) - (output[i] - w.base))
				r.spent[i] += steps
				through = append(through, i)
			}
		}
		todo = f.left(r, through, 2*steps <= f.most, func(i int) (off, allowed float64) { return residual[i], f.allowed(r.fold(values[i])) })
	}
	e, err := r.record(m, output, values)
	if e == nil {
		return nil, err
	}
	e.Base, e.Residual, e.Baseline = base, residual, m.Baseline.String()
	r.unconverged(e)
	return e, err
}

// walkGuided goes all ways to their ends, a step of each in one series of chunks: what each asks the net for are the gradient at the middle of
// its last step and the one that guides the next.
func (r *run) walkGuided(walks []*guidedWalk) error {
	steps := walks[0].steps
	for step := range steps + 1 {
		r.part = fmt.Sprintf("step %d of %d, ", step, steps)
		asked := 2
		if step == 0 || step == steps {
			asked = 1
		}
		err := r.derive(asked*len(walks),
			func(i int, to []float64) int {
				w := walks[i/asked]
				if step > 0 && i%asked == 0 {
					w.middle(to)
				} else {
					w.point(w.at, to)
				}
				return w.example
			},
			func(i int, value float64, gradient []float64) {
				w := walks[i/asked]
				if step > 0 && i%asked == 0 {
					w.add(gradient)
				}
				if step < steps && i%asked == asked-1 {
					if step == 0 {
						w.base = value
					}
					w.advance(step, gradient)
				}
			})
		if err != nil {
			return err
		}
	}
	return nil
}
