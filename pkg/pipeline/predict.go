package pipeline

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/gomlx/gomlx/core/tensors"

	"github.com/vitrine-ml/vitrine/pkg/data"
	"github.com/vitrine-ml/vitrine/pkg/explain"
	"github.com/vitrine-ml/vitrine/pkg/models"
	"github.com/vitrine-ml/vitrine/pkg/record"
)

// Predict says what the net makes of one raw example: of a classifier all classes, the most probable first; of any other its values,
// those of a table's target in its unit. Equally
// probable classes are in the order of the net's.
func (p *Pipeline) Predict(raw string) (*record.Answer, error) {
	inputs, _, err := p.prepare([]string{raw})
	if err != nil {
		return nil, err
	}
	port := p.Net.Outputs[0]
	a := &record.Answer{Version: record.Version, Raw: raw, Output: port.Name}
	if a.Made, err = explain.Provenance(p.Net, inputs); err != nil {
		return nil, err
	}
	if port.Kind == models.Logits || port.Kind == models.Probabilities {
		predictions, err := p.classify(inputs)
		if err != nil {
			return nil, err
		}
		for class, probability := range predictions[0].All {
			a.Classes = append(a.Classes, record.ClassProbability{Class: class, Name: p.className(class), Probability: probability})
		}
		slices.SortStableFunc(a.Classes, func(x, y record.ClassProbability) int { return cmp.Compare(y.Probability, x.Probability) })
		return a, a.Check()
	}
	out, err := p.Net.Compute(inputs)
	if err != nil {
		return nil, err
	}
	values, err := models.Floats(out[0])
	if err != nil {
		return nil, err
	}
	if table, ok := p.Preparation.(*data.Schema); ok { // whose target was scaled
		for i, v := range values {
			values[i] = v*table.Target.Deviation + table.Target.Mean
		}
	}
	axes := slices.Clone(port.Axes)
	for i := len(axes); i < len(port.Shape); i++ {
		axes = append(axes, fmt.Sprint("axis ", i+1))
	}
	a.Values = &record.Array{Name: port.Name, Axes: append([]string{"example"}, axes...), Shape: append([]int{1}, port.Shape...), Data: values}
	return a, a.Check()
}

// classify gives one prediction an example.
func (p *Pipeline) classify(inputs []*tensors.Tensor) ([]record.Prediction, error) {
	if port := p.Net.Outputs[0]; len(port.Shape) != 1 {
		return nil, fmt.Errorf("pipeline: %s gives the logits of a sequence, of shape %v: models.Decode generates one", p.Net.Name, port.Shape)
	}
	return p.Net.Predict(inputs)
}

// className is a class's name, its number where it has none.
func (p *Pipeline) className(class int) string {
	return record.Samples{Classes: p.Net.Outputs[0].Classes}.Class(class)
}
