package explain

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/gomlx/gomlx/core/tensors"

	"github.com/vitrine-ml/vitrine/pkg/models"
	"github.com/vitrine-ml/vitrine/pkg/record"
)

// GuidedGradCAM is guided backprop times the map of Grad-CAM: fine edges, where the layer speaks for the target. Units: output squared per
// unit of input, so that only the proportions mean something. (Selvaraju et al. 2017, arXiv 1610.02391, section 3.2.)
type GuidedGradCAM struct {
	Layer         string // as in GradCAM
	ChannelsFirst bool   // as in GradCAM
	Nearest       bool   // as in GradCAM
}

// Axioms implements Explainer: those of guided backprop, none.
func (GuidedGradCAM) Axioms() Axioms { return Axioms{} }

// Explain implements Explainer.
func (m GuidedGradCAM) Explain(ctx context.Context, net *models.Net, inputs []*tensors.Tensor, target Target) (*record.Explanation, error) {
	cam, err := GradCAM{Layer: m.Layer, ChannelsFirst: m.ChannelsFirst, Nearest: m.Nearest}.Explain(ctx, net, inputs, target)
	if err != nil {
		return nil, err
	}
	e, err := GuidedBackprop{}.Explain(ctx, net, inputs, target)
	if err != nil {
		return nil, err
	}
	shape := e.Values[0].Shape
	channels := shape[len(shape)-1]
	if m.ChannelsFirst {
		channels = shape[1]
	}
	for j, part := range cam.Values[0].Data { // a channel's equal part of the map
		e.Values[0].Data[j] *= part * float64(channels)
	}
	e.Evaluations, e.Gradients, e.Elapsed = e.Evaluations+cam.Evaluations, e.Gradients+cam.Gradients, e.Elapsed+cam.Elapsed
	if err := json.Unmarshal(cam.Options, &m); err != nil { // which has the layer's name where m had none
		return nil, fmt.Errorf("explain: %w", err)
	}
	e.Method = nameOf(m)
	if e.Options, err = json.Marshal(m); err != nil {
		return nil, fmt.Errorf("explain: %w", err)
	}
	return e, nil
}
