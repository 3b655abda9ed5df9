package explain

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/gomlx/gomlx/core/tensors"

	"github.com/vitrine-ml/vitrine/pkg/models"
	"github.com/vitrine-ml/vitrine/pkg/record"
)

// IntegratedGradients is (x − b) ∫₀¹ ∇f(b + α(x − b)) dα for a baseline b: each input's share of f(x) − f(b) along the straight way from b
// to x. Units: of the output. (Sundararajan, Taly and Yan 2017, arXiv 1703.01365.)
//
// The integral is a Gauss-Legendre sum of Steps gradients. What the shares of a stretch of the way add up to is known, as it is the
// difference of f at its ends; so where they do not, the stretch is halved and summed again, until an example's Tolerance holds or its
// MaxSteps are spent, or the Time. The record has the residual of every example, says what ended it after how many steps, and calls those Unconverged
// that stayed above their tolerance.
//
// With a Background the values are the mean over its rows as baselines, Base is the mean of f over them, and the record has each value's
// standard deviation over them: how much it depends on what the input is compared with. [GradientSHAP] draws from them instead.
type IntegratedGradients struct {
	Baseline   Baseline   // where there is no Background; zero: zeros
	Background Background `json:",omitzero"` // several baselines, all of which are used
	Steps      int        // gradients an example and baseline at first; 0: 50
	// Tolerance is the largest residual wanted, in units of the output; 0: a hundredth of the sum of the values' magnitudes.
	Tolerance float64
	MaxSteps  int           // gradients an example and baseline in all; 0: 20 times Steps; Steps: never refine
	Time      time.Duration `json:",omitzero"` // after which nothing is refined any more; 0: as long as it takes
}

// Axioms implements Explainer.
func (IntegratedGradients) Axioms() Axioms {
	return Axioms{Completeness: true, ImplementationInvariance: true, Constant: true, Linear: true, Symmetry: true, Dummy: true}
}

// Explain implements Explainer.
func (m IntegratedGradients) Explain(ctx context.Context, net *models.Net, inputs []*tensors.Tensor, target Target) (*record.Explanation, error) {
	f, err := refinement{m.Steps, m.MaxSteps, m.Tolerance, m.Time}.checked("integrated gradients", 50, 20)
	if err != nil {
		return nil, err
	}
	m.Steps, m.MaxSteps = f.steps, f.most
	r, err := begin(ctx, nameOf(m), net, inputs, target)
	if err != nil {
		return nil, err
	}
	defer r.line.Done("")
	from, err := r.references(m.Baseline, m.Background)
	if err != nil {
		return nil, err
	}
	return f.along(r, m, from)
}

// waysAtOnce is how many ways are under way together: what they need does not grow with the number of examples, and chunks are full.
const waysAtOnce = 2 * models.Chunk

// along explains on the straight ways from the references in whatever the run gives values to: inputs, or a layer.
func (f refinement) along(r *run, method Explainer, from references) (*record.Explanation, error) {
	output, err := r.resolve(r.gradient())
	if err != nil {
		return nil, err
	}
	n := len(r.x)
	all, worst := newOver(from, n), record.End("")
	r.refines()
	for first := 0; first < n*from.each && r.stopped == nil; first += waysAtOnce {
		ways := make([]way, min(waysAtOnce, n*from.each-first))
		for k := range ways {
			i := (first + k) / from.each
			ways[k] = newWay(i, r.x[i], from.of(i, (first+k)%from.each), output[i], f.steps)
			r.spent[i] += f.steps
		}
		if n > waysAtOnce {
			r.part = fmt.Sprintf("examples %d to %d of %d, ", ways[0].example+1, ways[len(ways)-1].example+1, n)
		}
		later := func(example int) int { return max(0, (example+1)*from.each-first-len(ways)) * f.steps } // on ways that are not under way yet
		if err := f.integrateAll(r, ways, later); err != nil && !r.halted(err) {
			return nil, err
		}
		for k := range ways {
			w, end := &ways[k], record.EndInterrupt
			if !w.unfinished() {
				values := r.fold(w.total())
				all.add(w.example, values, w.at[0])
				end = r.ending(w.off(), f.allowed(values), len(w.open(f, r.fold)) > 0)
			}
			number := (first + k) % from.each
			if number == 0 || slices.Index(endings, end) > slices.Index(endings, worst) {
				worst = end
			}
			if number == from.each-1 {
				r.ended[w.example] = worst
			}
		}
	}
	e, err := all.record(r, method, output)
	if e == nil {
		return nil, err
	}
	for i, v := range all.values {
		if e.Status[i] == record.OK && e.Residual[i] > f.allowed(v) {
			e.Status[i] = record.Unconverged
		}
	}
	return e, err
}

// endings are what ends a way; of what ended several, the example has the last in this list.
var endings = []record.End{record.EndTolerance, record.EndEvaluations, record.EndTime, record.EndInterrupt}
