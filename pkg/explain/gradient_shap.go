package explain

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/gomlx/gomlx/core/tensors"

	"github.com/vitrine-ml/vitrine/pkg/models"
	"github.com/vitrine-ml/vitrine/pkg/record"
)

// GradientSHAP are expected gradients: the mean of (x − b) · ∇f(b + α(x − b)) over rows b of a background and places α on the straight way from b
// to x, which are drawn. That is the mean of [IntegratedGradients] over the background, for as many gradients as one is willing to pay. Units: of
// the output. (Erion et al. 2021, arXiv 1906.10670; Lundberg and Lee 2017, arXiv 1705.07874.)
//
// The places are drawn in strata, two in each, so that the way is covered evenly and what is left to chance can be told. Every value has its
// standard error. What the values add up to is known, f(x) less the mean of f over the background; the record has the residual.
type GradientSHAP struct {
	Baseline   Baseline   // where there is no Background; zero: zeros
	Background Background `json:",omitzero"` // rows, each as likely as the others
	// Noise is the standard deviation of what is added to each number of the example, anew for each gradient; of ids, to their vectors. With it
	// the values add up to the mean of f around x, which is not known. 0: none.
	Noise  float64
	Budget Budget // zero: 200 evaluations
	Seed   uint64
}

// Axioms implements Explainer. What holds of integrated gradients holds in expectation, and Linear and Symmetry of every draw unless there is
// noise.
func (m GradientSHAP) Axioms() Axioms {
	still := m.Noise == 0
	return Axioms{Completeness: still, ImplementationInvariance: true, Constant: true, Linear: true, Symmetry: true, Dummy: true}
}

// Explain implements Explainer.
func (m GradientSHAP) Explain(ctx context.Context, net *models.Net, inputs []*tensors.Tensor, target Target) (*record.Explanation, error) {
	if !(m.Noise >= 0) || math.IsInf(m.Noise, 1) {
		return nil, fmt.Errorf("explain: noise of standard deviation %g", m.Noise)
	}
	r, err := begin(ctx, nameOf(m), net, inputs, target)
	if err != nil {
		return nil, err
	}
	defer r.line.Done("")
	s := sampling{program: r.gradient(), defaults: 200}
	rows, err := m.Budget.evaluations(s.defaults)
	if err != nil {
		return nil, err
	}
	if rows < 2 {
		return nil, fmt.Errorf("explain: %s with %d evaluations: a standard error takes 2 at least", r.method, rows)
	}
	budget := m.Budget
	s.round, budget.Evaluations = rounds(rows, 2)
	from, err := r.references(m.Baseline, m.Background)
	if err != nil {
		return nil, err
	}
	output, err := r.resolve(r.gradient())
	if err != nil {
		return nil, err
	}
	base, err := r.expected(from)
	if err != nil && !r.halted(err) {
		return nil, err
	}
	drawn := newPlaces(r, m, from, s.round)
	s.fill, s.got = drawn.fill, drawn.got
	s.worst = func(i int) float64 { return drawn.sums[i].worst() }
	if err := r.sample(budget, s); err != nil {
		return nil, err
	}
	values, errs := make([][]float64, len(r.x)), make([][]float64, len(r.x))
	for i := range drawn.sums {
		values[i], errs[i] = drawn.sums[i].mean(), drawn.sums[i].stdErr()
	}
	e, err := r.recordFolded(m, output, values)
	if e == nil {
		return nil, err
	}
	e.StdErr, e.Seed, e.Baseline = r.arrays(errs), m.Seed, from.words
	if m.Noise == 0 {
		e.Base, e.Residual = base, make([]float64, len(values))
		for i, v := range values {
			e.Residual[i] = math.Abs(sum(v) - (output[i] - base[i]))
		}
	}
	return e, err
}

// places draws places on the ways from references to examples.
type places struct {
	r      *run
	method GradientSHAP
	from   references
	round  int
	random []*rand.Rand
	sums   []strata // per example
	noise  []float64
	// What is drawn for a chunk, until its gradients come, is x − b: in the order of the rows.
	drawn, taken int
	differences  [][]float64
	first, row   []float64 // of the two in a stratum; scratch
	pending      strata    // the round that is under way
}

func newPlaces(r *run, m GradientSHAP, from references, round int) *places {
	p := &places{r: r, method: m, from: from, round: round, random: make([]*rand.Rand, len(r.x)), sums: make([]strata, len(r.x))}
	p.noise, p.row, p.differences = make([]float64, r.width), make([]float64, r.width), make([][]float64, models.Chunk)
	for i := range p.differences {
		p.differences[i] = make([]float64, r.width)
	}
	r.noise(SmoothGrad{Noise: m.Noise}, r.x[0], p.noise)
	return p
}

func (p *places) fill(i, draw int, to []float64) {
	if draw == 0 {
		p.random[i] = p.r.random(p.method.Seed, i)
	}
	random := p.random[i]
	b := p.from.of(i, random.IntN(p.from.each))
	alpha := (float64(draw%p.round/2) + random.Float64()) / float64(p.round/2)
	difference := p.differences[p.drawn%len(p.differences)]
	p.drawn++
	for j, x := range p.r.x[i] {
		if p.method.Noise > 0 {
			x += p.noise[j] * random.NormFloat64()
		}
		difference[j] = x - b[j]
		to[j] = b[j] + alpha*difference[j]
	}
}

func (p *places) got(i, draw int, _, gradient []float64) {
	difference := p.differences[p.taken%len(p.differences)]
	p.taken++
	for j, g := range gradient {
		p.row[j] = g * difference[j]
	}
	row := p.r.fold(p.row)
	if draw%2 == 0 {
		p.first = append(p.first[:0], row...)
		return
	}
	if draw%p.round == 1 {
		p.pending.clear()
	}
	if p.pending.add(p.first, row); (draw+1)%p.round == 0 { // a round that is cut short would stand for a part of the way
		p.sums[i].join(p.pending)
	}
}
