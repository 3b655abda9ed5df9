package explain

import (
	"context"
	"math"
	"time"

	"github.com/gomlx/gomlx/core/tensors"

	"github.com/vitrine-ml/vitrine/pkg/models"
	"github.com/vitrine-ml/vitrine/pkg/record"
)

// LayerConductance is how much of f(x) − f(b) flows through each unit h of a layer, as the input goes the straight way from the baseline b
// to x: ∫₀¹ ∂f/∂h · dh/dα dα. Units: of the output. (Dhamdhere, Sundararajan and Yan 2018, arXiv 1805.12233.)
//
// The integral is a sum over Steps stretches of the way, of the mean of ∂f/∂h at both ends times the change of h: exact but where a
// gradient jumps within a stretch. (Captum takes the gradient at a stretch's beginning, for n_steps+1 Gauss-Legendre points, and so
// leaves out the way's ends.) If all that the input does to the output goes through the layer, the values must add up to f(x) − f(b): the
// record then has residuals, and the steps of examples that are off are doubled until their Tolerance holds, MaxSteps are reached or the Time is over; it
// says what ended each.
type LayerConductance struct {
	Layer    string   // name of a node (see Trace); "": the last with axes of space or, without any, the last that the model names
	Baseline Baseline // of the inputs; zero: zeros
	Steps    int      // stretches an example at first; 0: 50
	// Tolerance is the largest residual wanted, in units of the output; 0: a hundredth of the sum of the values' magnitudes.
	Tolerance float64
	MaxSteps  int           // stretches an example at most; 0: 16 times Steps; Steps: never refine
	Time      time.Duration `json:",omitzero"` // after which nothing is refined any more; 0: as long as it takes
}

// Axioms implements Explainer. Completeness holds for a layer that nothing leads around.
func (LayerConductance) Axioms() Axioms { return Axioms{Completeness: true} }

// Explain implements Explainer, with values for the layer's units.
func (m LayerConductance) Explain(ctx context.Context, net *models.Net, inputs []*tensors.Tensor, target Target) (*record.Explanation, error) {
	f, err := refinement{m.Steps, m.MaxSteps, m.Tolerance, m.Time}.checked("conductance", 50, 16)
	if err != nil {
		return nil, err
	}
	m.Steps, m.MaxSteps = f.steps, f.most
	r, err := begin(ctx, nameOf(m), net, inputs, target)
	if err != nil {
		return nil, err
	}
	defer r.line.Done("")
	l, err := r.layerNamed(m.Layer)
	if err != nil {
		return nil, err
	}
	m.Layer = l.name
	baseline, err := r.baseline(m.Baseline)
	if err != nil {
		return nil, err
	}
	output, err := r.resolve(r.gradientAt(l.name))
	if err != nil {
		return nil, err
	}
	n := len(r.x)
	values, base, residual := make([][]float64, n), make([]float64, n), make([]float64, n)
	todo := make([]int, n)
	for i := range todo {
		todo[i] = i
	}
	r.refines()
	for steps := f.steps; len(todo) > 0; steps *= 2 {
		var through []int
		err := r.conduct(l, baseline, todo, steps, func(example int, v []float64, from, to float64) {
			values[example], base[example] = v, from
			residual[example] = math.Abs(sum(v) - (to - from))
			r.spent[example] += steps
			through = append(through, example)
		})
		if err != nil && !r.halted(err) {
			return nil, err
		}
		todo = f.left(r, through, l.all && 2*steps <= f.most, func(i int) (off, allowed float64) {
			if !l.all { // nothing says how far off it is
				return math.Inf(1), 0
			}
			return residual[i], f.allowed(values[i])
		})
	}
	r.at(l)
	e, err := r.record(m, output, values)
	if e == nil {
		return nil, err
	}
	e.Baseline, e.Base = m.Baseline.String(), base
	if l.all {
		e.Residual = residual
		r.unconverged(e)
	}
	return e, err
}

// conduct sums the conductance of examples over equal stretches: got takes an example's values and the explained number at both ends.
func (r *run) conduct(l junction, baseline [][]float64, examples []int, steps int, got func(example int, values []float64, from, to float64)) error {
	var (
		size   = l.size()
		before = make([]float64, 2*size) // the layer's values and gradient at a stretch's beginning
		values []float64
		from   float64
	)
	return r.pass(r.gradientAt(l.name), len(examples)*(steps+1),
		func(i int, to []float64) int {
			example := examples[i/(steps+1)]
			w := way{x: r.x[example], baseline: baseline[example]}
			w.point(float64(i%(steps+1))/float64(steps), to)
			return example
		},
		func(i int, output, now []float64) {
			example, step := examples[i/(steps+1)], i%(steps+1)
			if step == 0 {
				values, from = make([]float64, size), r.value(example, output)
			} else {
				for j := range values {
					values[j] += (before[size+j] + now[size+j]) / 2 * (now[j] - before[j])
				}
			}
			copy(before, now)
			if step == steps {
				got(example, values, from, r.value(example, output))
			}
		})
}
