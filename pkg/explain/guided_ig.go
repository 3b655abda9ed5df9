package explain

import (
	"context"
	"fmt"
	"math"
	"slices"

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
// above their Tolerance until MaxSteps are reached; those that stay above it are called Unconverged. Which way it is depends on Steps.
type GuidedIG struct {
	Baseline Baseline // zero: zeros
	Steps    int      // of the way at first, of two gradients each; 0: 200
	Fraction float64  // the share of all numbers that go on together, above 0; 0: 0.25; 1: all, the straight way
	// Distance is how far a number may be from where the straight way has it, as a share of its own way; 0: 0.02; 1: as far as it likes.
	Distance  float64
	Tolerance float64 // the largest residual wanted, in units of the output; 0: a hundredth of the sum of the values' magnitudes
	MaxSteps  int     // 0: 4 times Steps; Steps: never double
}

// Axioms implements Explainer.
func (GuidedIG) Axioms() Axioms {
	return Axioms{Completeness: true, ImplementationInvariance: true, Constant: true, Linear: true, Symmetry: true, Dummy: true}
}

func (m GuidedIG) defaults() (GuidedIG, error) {
	if m.Steps == 0 {
		m.Steps = 200
	}
	if m.Fraction == 0 {
		m.Fraction = 0.25
	}
	if m.Distance == 0 {
		m.Distance = 0.02
	}
	if m.MaxSteps == 0 {
		m.MaxSteps = 4 * m.Steps
	}
	switch {
	case m.Steps < 0 || m.MaxSteps < m.Steps || !(m.Tolerance >= 0):
		return m, fmt.Errorf("explain: guided IG with Steps %d, MaxSteps %d and Tolerance %g: none may be negative, nor MaxSteps less than Steps", m.Steps, m.MaxSteps, m.Tolerance)
	case !(m.Fraction > 0 && m.Fraction <= 1) || !(m.Distance > 0 && m.Distance <= 1):
		return m, fmt.Errorf("explain: guided IG with Fraction %g and Distance %g: both are shares, above 0 and at most 1", m.Fraction, m.Distance)
	}
	return m, nil
}

// Explain implements Explainer.
func (m GuidedIG) Explain(ctx context.Context, net *models.Net, inputs []*tensors.Tensor, target Target) (*record.Explanation, error) {
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
	output, err := r.resolve(r.gradient())
	if err != nil {
		return nil, err
	}
	n := len(r.x)
	values, base, residual := make([][]float64, n), make([]float64, n), make([]float64, n)
	tolerance := IntegratedGradients{Tolerance: m.Tolerance}.tolerance
	off := func(i int) bool {
		return values[i] == nil || residual[i] > tolerance(r.fold(values[i]))
	}
	todo := make([]int, n)
	for i := range todo {
		todo[i] = i
	}
	for steps := m.Steps; len(todo) > 0 && steps <= m.MaxSteps && r.stopped == nil; steps *= 2 {
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
			}
		}
		todo = slices.DeleteFunc(todo, func(i int) bool { return !off(i) })
	}
	e, err := r.record(m, output, values)
	if e == nil {
		return nil, err
	}
	e.Base, e.Residual, e.Baseline = base, residual, m.Baseline.String()
	for _, i := range todo {
		e.Status[i] = r.above()
	}
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
