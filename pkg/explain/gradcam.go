package explain

import (
	"context"
	"fmt"

	"github.com/gomlx/gomlx/core/tensors"

	"github.com/vitrine-ml/vitrine/pkg/models"
	"github.com/vitrine-ml/vitrine/pkg/record"
)

// GradCAM shows where in an image a layer speaks for the target: relu(Σₖ wₖ Aₖ), where Aₖ is the map of the layer's channel k, and wₖ the
// mean over the map of the target's gradient for it. (Selvaraju et al. 2017, arXiv 1610.02391.)
//
// The map is as coarse as the layer; it is spread over the input bilinearly, and a pixel's channels get equal parts, so that their sum is
// the map. Its units are those of the output, but it does not add up to anything. It works for series as well: axes of space are all
// those of the layer but the channels.
type GradCAM struct {
	Layer         string // name of a node (see Trace); "": the last one with axes of space
	ChannelsFirst bool   // the input and the layer are [channels, height, width], as in models imported from PyTorch
	Signed        bool   // keep what speaks against the target: no relu
	Nearest       bool   // spread each number over its cell, without blending
	AtLayer       bool   // keep the map at the layer's resolution: the record's values have the layer's name
}

// Axioms implements Explainer.
func (GradCAM) Axioms() Axioms { return Axioms{Constant: true} }

// Explain implements Explainer.
func (m GradCAM) Explain(ctx context.Context, net *models.Net, inputs []*tensors.Tensor, target Target) (*record.Explanation, error) {
	r, err := beginWhole(ctx, nameOf(m), net, inputs, target)
	if err != nil {
		return nil, err
	}
	defer r.line.Done("")
	l, err := r.layerNamed(m.Layer)
	if err != nil {
		return nil, err
	}
	m.Layer = l.name
	rank := len(l.shape)
	if rank < 2 {
		return nil, fmt.Errorf("explain: Grad-CAM at %q, which holds %v an example: it needs axes of space and one of channels", l.name, l.shape)
	}
	in := r.places[0]
	if !m.AtLayer && (len(r.places) > 1 || len(in.shape) != rank) {
		return nil, fmt.Errorf("explain: the map of %q %v cannot be spread over the inputs of %s; set AtLayer to have it at the layer's resolution", l.name, l.shape, net.Name)
	}
	p := r.gradientAt(l.name)
	coarse, channels := apart(l.shape, m.ChannelsFirst)
	maps := make([][]float64, len(r.x))
	output, err := r.once(p, func(i int, rest []float64) {
		maps[i] = m.combine(rest[:l.size()], rest[l.size():], channels)
	})
	if err != nil {
		return nil, err
	}
	if m.AtLayer {
		axes, _ := apart(l.axes, m.ChannelsFirst)
		r.places = []place{{l.name, l.dtype, axes, coarse, nil}}
	} else {
		fine, channels := apart(in.shape, m.ChannelsFirst)
		for i := range maps {
			if maps[i] == nil { // not computed
				continue
			}
			maps[i] = m.share(upsample(maps[i], coarse, fine, m.Nearest), channels)
		}
	}
	e, err := r.record(m, output, maps)
	if e == nil {
		return nil, err
	}
	e.Exact = true
	return e, err
}

// apart are the axes of space and the axis of channels.
func apart[T any](axes []T, channelsFirst bool) (space []T, channels T) {
	if channelsFirst {
		return axes[1:], axes[0]
	}
	return axes[:len(axes)-1], axes[len(axes)-1]
}

// place is where number j of a map of that size stands for a channel.
func (m GradCAM) place(j, channel, size, channels int) int {
	if m.ChannelsFirst {
		return channel*size + j
	}
	return j*channels + channel
}

// combine is relu(Σ w·A) for a layer's values A, where w is each channel's mean gradient.
func (m GradCAM) combine(values, gradient []float64, channels int) []float64 {
	size := len(values) / channels
	sum := make([]float64, size)
	for k := range channels {
		w := 0.0
		for j := range sum {
			w += gradient[m.place(j, k, size, channels)] / float64(size)
		}
		for j := range sum {
			sum[j] += w * values[m.place(j, k, size, channels)]
		}
	}
	for j, v := range sum {
		if !m.Signed {
			sum[j] = max(0, v)
		}
	}
	return sum
}

// share gives every channel its equal part of a map.
func (m GradCAM) share(sum []float64, channels int) []float64 {
	parts := make([]float64, len(sum)*channels)
	for j, v := range sum {
		for k := range channels {
			parts[m.place(j, k, len(sum), channels)] = v / float64(channels)
		}
	}
	return parts
}
