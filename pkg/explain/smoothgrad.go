package explain

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/gomlx/gomlx/core/tensors"

	"github.com/vitrine-ml/vitrine/pkg/models"
	"github.com/vitrine-ml/vitrine/pkg/record"
)

// SmoothGrad is the mean of the target's gradient over places around the example, to which normal noise takes it: what the gradient, which
// jumps from place to place, has in common there. It keeps its sign. Units: output per unit of input. A token has the sum over its vector.
// (Smilkov et al. 2017, arXiv 1706.03825.)
//
// The places are drawn in pairs, at both sides of the example. Every value has its standard error, which a few skewed draws underrate: of x²y,
// whose truth is known, 1.96 of them reach the mean in 92 % of cases with 50 places and in 94 % with 200; the mean square in 88 %, and in 94 %
// with 400; the variance in 87 %, and in 94 % with 500.
type SmoothGrad struct {
	// Noise is the standard deviation of what is added to each number, in units of the input; of ids, to their vectors. 0: by Share.
	Noise float64
	// Share is the same as a share of the range of the example's own input, from its smallest number to its largest; 0: 0.15. All numbers
	// of an input that has no range are alike: nothing is added then.
	Share  float64
	Budget Budget // zero: 50 evaluations
	Seed   uint64
}

// Axioms implements Explainer. Inputs that the net treats alike get equal values in expectation, as the noise at each is its own.
func (SmoothGrad) Axioms() Axioms {
	return Axioms{ImplementationInvariance: true, Constant: true, Symmetry: true, Dummy: true}
}

// Explain implements Explainer.
func (m SmoothGrad) Explain(ctx context.Context, net *models.Net, inputs []*tensors.Tensor, target Target) (*record.Explanation, error) {
	m, err := m.defaults()
	if err != nil {
		return nil, err
	}
	return m.around(ctx, m, 2, mean, net, inputs, target)
}

func mean(v []float64) float64 { return sum(v) / float64(len(v)) }

func (m SmoothGrad) defaults() (SmoothGrad, error) {
	switch {
	case !(m.Noise >= 0) || !(m.Share >= 0) || math.IsInf(m.Noise+m.Share, 1):
		return m, fmt.Errorf("explain: noise of standard deviation %g, or share %g of the range: neither may be negative", m.Noise, m.Share)
	case m.Noise > 0 && m.Share > 0:
		return m, fmt.Errorf("explain: noise of standard deviation %g and of share %g of the range: there can be one of them", m.Noise, m.Share)
	case m.Noise == 0 && m.Share == 0:
		m.Share = 0.15
	}
	return m, nil
}

// around draws gradients around the examples, so many together, and gives each number the mean of what they are together. Two are drawn at
// both sides.
func (m SmoothGrad) around(ctx context.Context, method Explainer, together int, value func(gradients []float64) float64, net *models.Net, inputs []*tensors.Tensor, target Target) (*record.Explanation, error) {
	r, err := begin(ctx, nameOf(method), net, inputs, target)
	if err != nil {
		return nil, err
	}
	defer r.line.Done("")
	s := sampling{program: r.gradient(), defaults: 50}
	rows, err := m.Budget.evaluations(s.defaults)
	if err != nil {
		return nil, err
	}
	if rows < 2*together {
		return nil, fmt.Errorf("explain: %s with %d evaluations: a standard error takes at least %d, %d times %d that are drawn together", r.method, rows, 2*together, 2, together)
	}
	budget := m.Budget
	s.round, budget.Evaluations = rounds(rows, together)
	output, err := r.resolve(r.gradient())
	if err != nil {
		return nil, err
	}
	var (
		estimates = make([]estimate, len(r.x))
		random    = make([]*rand.Rand, len(r.x))
		size      = make([]float64, r.width) // of the noise
		noise     = make([]float64, r.width)
		gradients = make([][]float64, together)
		one, row  = make([]float64, together), make([]float64, r.width)
	)
	s.fill = func(i, draw int, to []float64) {
		if draw == 0 {
			random[i] = r.random(m.Seed, i)
		}
		if draw%together == 0 {
			r.noise(m, r.x[i], size)
		}
		for j, x := range r.x[i] {
			if draw%2 == 1 && together == 2 {
				noise[j] = -noise[j]
			} else {
				noise[j] = random[i].NormFloat64() * size[j]
			}
			to[j] = x + noise[j]
		}
	}
	s.got = func(i, draw int, _, gradient []float64) {
		at := draw % together
		if gradients[at] = append(gradients[at][:0], gradient...); at+1 < together {
			return
		}
		for j := range row {
			for k, g := range gradients {
				one[k] = g[j]
			}
			row[j] = value(one)
		}
		estimates[i].add(r.fold(row))
	}
	s.worst = func(i int) float64 { return estimates[i].worst() }
	if err := r.sample(budget, s); err != nil {
		return nil, err
	}
	return r.estimated(method, output, estimates, m.Seed)
}

// estimated makes the explanation of what was sampled.
func (r *run) estimated(method Explainer, output []float64, estimates []estimate, seed uint64) (*record.Explanation, error) {
	values, errs := make([][]float64, len(estimates)), make([][]float64, len(estimates))
	for i := range estimates {
		if e := &estimates[i]; e.n >= 2 {
			values[i], errs[i] = e.mean, e.stdErr()
		}
	}
	e, err := r.recordFolded(method, output, values)
	if e == nil {
		return nil, err
	}
	e.StdErr, e.Seed = r.arrays(errs), seed
	return e, err
}

// noise fills size with the standard deviation of what is added to each of an example's numbers: nothing to vectors that stand for no token.
func (r *run) noise(m SmoothGrad, x, size []float64) {
	at := 0
	for _, s := range r.sources {
		part := x[at : at+s.size()]
		deviation := m.Noise
		if m.Share > 0 {
			deviation = m.Share * (slices.Max(part) - slices.Min(part))
		}
		for j := range part {
			size[at+j] = deviation
			if s.tokens != nil && s.tokens[j*len(s.tokens)/len(part)] < 0 {
				size[at+j] = 0
			}
		}
		at += s.size()
	}
}
