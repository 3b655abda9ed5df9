package explain

import (
	"context"
	"fmt"
	"math"

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
//
// With a Background the values are the mean over its rows as baselines, Base is the mean of f over them, and the record has each value's
// standard deviation over them: how much it depends on what the input is compared with. [GradientSHAP] draws from them instead.
type IntegratedGradients struct {
	Baseline   Baseline   // where there is no Background; zero: zeros
	Background Background `json:",omitzero"` // several baselines, all of which are used
	Steps      int        // gradients an example and baseline at first; 0: 50
	// Tolerance is the largest residual wanted, in units of the output; 0: a hundredth of the sum of the values' magnitudes.
	Tolerance float64
	MaxSteps  int // gradients an example and baseline in all; 0: 20 times Steps; Steps: never refine
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
	from, err := r.references(m.Baseline, m.Background)
	if err != nil {
		return nil, err
	}
	return m.along(r, m, from)
}

// waysAtOnce is how many ways are under way together: what they need does not grow with the number of examples, and chunks are full.
const waysAtOnce = 2 * models.Chunk

// along explains on the straight ways from the references in whatever the run gives values to: inputs, or a layer.
func (m IntegratedGradients) along(r *run, method Explainer, from references) (*record.Explanation, error) {
	output, err := r.resolve(r.gradient())
	if err != nil {
		return nil, err
	}
	n := len(r.x)
	all, cut := newOver(from, n), make([]bool, n)
	for first := 0; first < n*from.each && r.stopped == nil; first += waysAtOnce {
		ways := make([]way, min(waysAtOnce, n*from.each-first))
		for k := range ways {
			i := (first + k) / from.each
			ways[k] = newWay(i, r.x[i], from.of(i, (first+k)%from.each), output[i], m.Steps)
		}
		if n > waysAtOnce {
			r.part = fmt.Sprintf("examples %d to %d of %d, ", ways[0].example+1, ways[len(ways)-1].example+1, n)
		}
		if err := m.integrateAll(r, ways); err != nil && !r.halted(err) {
			return nil, err
		}
		for k := range ways {
			if w := &ways[k]; !w.unfinished() {
				values := r.fold(w.total())
				all.add(w.example, values, w.at[0])
				cut[w.example] = cut[w.example] || r.stopped != nil && w.off() > m.tolerance(values) // it would have gone on
			}
		}
	}
	e, err := all.record(r, method, output)
	if e == nil {
		return nil, err
	}
	for i, v := range all.values {
		switch {
		case cut[i]:
			e.Status[i] = record.Unfinished
		case v != nil && e.Residual[i] > m.tolerance(v):
			e.Status[i] = record.Unconverged
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
