package explain

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/gomlx/gomlx/core/tensors"

	"github.com/vitrine-ml/vitrine/pkg/models"
	"github.com/vitrine-ml/vitrine/pkg/record"
)

// Ablation says which units of a layer [Ablate] takes away, and what it puts in their place. The zero value sets every channel of the
// layer that Grad-CAM looks at to 0, one after another.
type Ablation struct {
	Layer string // name of a node (see Trace); "": the last with axes of space or, without any, the last that the model names
	// Axes of the layer, counted from 0 without the example axis, whose every index is a unit; nil: the last one alone, whose units are
	// channels or dense units. With {0, 1} a unit of a convolution is a place with all its channels, with {0, 1, 2} a single number.
	Axes  []int
	Value float64 // what a unit is set to
	// Mean, instead of Value: inputs over whose examples the layer is averaged, number by number.
	Mean []*tensors.Tensor `json:"-"`
}

// Ablate measures what units of a layer do: how the target changes for every example when a unit is set to a value. Where something leads
// around the layer, that stays as it is.
func Ablate(ctx context.Context, net *models.Net, inputs []*tensors.Tensor, target Target, a Ablation) (*record.Effects, error) {
	r, l, err := beginUnits(ctx, "Ablation", net, inputs, target, a.Layer)
	if err != nil {
		return nil, err
	}
	defer r.line.Done("")
	a.Layer = l.name
	row, to := make([]float64, l.size()), fmt.Sprint(a.Value)
	for j := range row {
		row[j] = a.Value
	}
	if a.Mean != nil {
		values, hash, err := r.activationsOf(l, a.Mean)
		if err != nil {
			return nil, err
		}
		for j := range row {
			row[j] = 0
			for _, v := range values {
				row[j] += v[j] / float64(len(values))
			}
		}
		to = fmt.Sprintf("means of %d examples, SHA-256 %s", len(values), hash)
	}
	return r.effects(&a, l, &a.Axes, [][]float64{row}, to)
}

// Patching says which units of a layer [Patch] replaces.
type Patching struct {
	Layer string // as in Ablation
	Axes  []int  // as in Ablation
}

// Patch measures what of a layer carries a difference between examples: how the target changes for every example when a unit is given the
// value that it has for another, the example of the same number in source; a source of one example serves all. (Activation patching:
// Vig et al. 2020, arXiv 2004.12265; Meng et al. 2022, arXiv 2202.05262.)
func Patch(ctx context.Context, net *models.Net, inputs, source []*tensors.Tensor, target Target, p Patching) (*record.Effects, error) {
	r, l, err := beginUnits(ctx, "Patching", net, inputs, target, p.Layer)
	if err != nil {
		return nil, err
	}
	defer r.line.Done("")
	p.Layer = l.name
	values, hash, err := r.activationsOf(l, source)
	if err != nil {
		return nil, err
	}
	if len(values) != 1 && len(values) != len(r.x) {
		return nil, fmt.Errorf("explain: %d examples are patched from %d; there should be one or as many", len(r.x), len(values))
	}
	return r.effects(&p, l, &p.Axes, values, "those of the examples with SHA-256 "+hash)
}

func beginUnits(ctx context.Context, name string, net *models.Net, inputs []*tensors.Tensor, target Target, at string) (*run, junction, error) {
	r, err := beginWhole(ctx, name, net, inputs, target)
	if err != nil {
		return nil, junction{}, err
	}
	l, err := r.layerNamed(at)
	if err != nil {
		r.line.Done("")
	}
	return r, l, err
}

// activationsOf are the layer's values for other inputs than the run's, and these inputs' hash.
func (r *run) activationsOf(l junction, inputs []*tensors.Tensor) (values [][]float64, hash string, err error) {
	other, err := beginWhole(r.ctx, r.method, r.net, inputs, Target{Output: r.target.Output})
	if err != nil {
		return nil, "", err
	}
	defer other.line.Done("")
	if values, err = other.activations(l, len(other.x), other.example); err != nil {
		return nil, "", err
	}
	r.evaluations += other.evaluations
	hash, err = hashTensors(inputs)
	return values, hash, err
}

// effects sets the layer's units, one at a time, to what they are in values, which have one row or a row for each example.
func (r *run) effects(options any, l junction, axes *[]int, values [][]float64, to string) (*record.Effects, error) {
	units, change, err := l.units(axes)
	if err != nil {
		return nil, err
	}
	text, err := json.Marshal(options)
	if err != nil {
		return nil, fmt.Errorf("explain: %w", err)
	}
	c, err := r.cut(l)
	if err != nil {
		return nil, err
	}
	output, err := c.resolve(c.output())
	if err != nil {
		return nil, err
	}
	n := change.Size()
	change.Shape, change.Data = append([]int{len(c.x)}, change.Shape...), make([]float64, len(c.x)*n)
	err = c.pass(c.output(), len(c.x)*n,
		func(i int, to []float64) int {
			example, unit := i/n, i%n
			with := values[example%len(values)]
			for j, v := range c.x[example] {
				if units[j] == unit {
					v = with[j]
				}
				to[j] = v
			}
			return example
		},
		func(i int, out, _ []float64) { change.Data[i] = c.value(i/n, out) - output[i/n] })
	if err != nil {
		return nil, err
	}
	e := &record.Effects{Version: record.Version, Method: c.method, Options: text, Layer: l.name, To: to, Target: c.asked(),
		Output: output, Change: change, Evaluations: c.evaluations}
	if e.Made, err = c.made(); err != nil {
		return nil, err
	}
	e.Elapsed = time.Since(c.start)
	return e, nil
}

// units says of each of the layer's numbers which unit it belongs to, and describes the units: their axes and shape.
func (l junction) units(axes *[]int) (unit []int, described record.Array, err error) {
	if *axes == nil {
		*axes = []int{len(l.shape) - 1}
	}
	described = record.Array{Name: l.name, Axes: []string{"example"}}
	for i, a := range *axes {
		if a < 0 || a >= len(l.shape) || slices.Contains((*axes)[:i], a) {
			return nil, described, fmt.Errorf("explain: Axes %v of layer %q with shape %v: they are counted from 0, each once", *axes, l.name, l.shape)
		}
		described.Axes, described.Shape = append(described.Axes, l.axes[a]), append(described.Shape, l.shape[a])
	}
	unit = make([]int, l.size())
	for j := range unit {
		index, rest := make([]int, len(l.shape)), j
		for a := len(l.shape) - 1; a >= 0; a-- {
			index[a], rest = rest%l.shape[a], rest/l.shape[a]
		}
		for _, a := range *axes {
			unit[j] = unit[j]*l.shape[a] + index[a]
		}
	}
	return unit, described, nil
}
