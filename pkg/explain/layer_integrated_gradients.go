package explain

import (
	"context"
	"time"

	"github.com/gomlx/gomlx/core/tensors"

	"github.com/vitrine-ml/vitrine/pkg/models"
	"github.com/vitrine-ml/vitrine/pkg/record"
)

// LayerIntegratedGradients are [IntegratedGradients] of the rest of the net: (h − h₀) ∫₀¹ ∂f/∂h(h₀ + α(h − h₀)) dα, where h are a layer's
// values for the example, h₀ those for the baseline, and what goes around the layer stays as it is for the example. They say what each
// unit contributed to f(h) − f(h₀), in units of the output. (Sundararajan, Taly and Yan 2017, arXiv 1703.01365; for a layer as in Captum.)
//
// The way from h₀ to h is straight in the layer's space, while that of [LayerConductance] is straight in the input's. The record's values
// have the layer's shape and name. Where something leads around the layer, Base is the output with h₀ in the layer's place alone.
type LayerIntegratedGradients struct {
	Layer     string        // name of a node (see Trace); "": the last with axes of space or, without any, the last that the model names
	Baseline  Baseline      // of the inputs; zero: zeros
	Steps     int           // as in IntegratedGradients, like what follows; 0: 50
	Tolerance float64       // 0: a hundredth of the sum of the values' magnitudes
	MaxSteps  int           // 0: 20 times Steps; Steps: never refine
	Time      time.Duration `json:",omitzero"`
}

// Axioms implements Explainer. The values belong to a layer, so that those about inputs do not apply; a net that ignores its input has no
// layer on the way.
func (LayerIntegratedGradients) Axioms() Axioms { return Axioms{Completeness: true} }

// Explain implements Explainer, with values for the layer's units.
func (m LayerIntegratedGradients) Explain(ctx context.Context, net *models.Net, inputs []*tensors.Tensor, target Target) (*record.Explanation, error) {
	f, err := refinement{m.Steps, m.MaxSteps, m.Tolerance, m.Time}.checked("layer integrated gradients", 50, 20)
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
	if baseline, err = r.activations(l, len(r.x), rows(baseline)); err != nil {
		return nil, err
	}
	c, err := r.cut(l)
	if err != nil {
		return nil, err
	}
	return f.along(c, m, references{rows: baseline, each: 1, words: m.Baseline.String()})
}
