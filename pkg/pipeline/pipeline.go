// Package pipeline goes from an example as a person has it (a text, a row, the path of a picture) to what a net says of it, and why, in one
// call:
//
//	p, err := pipeline.ReadFile("net.safetensors")
//	answer, err := p.Predict("photo.jpg")            // classes with their probabilities
//	why, err := p.Explain(ctx, explain.IntegratedGradients{}, explain.Predicted, "photo.jpg")
//	viz.WriteFile(viz.ImageAttribution{Samples: why.Samples, Explanations: []*record.Explanation{why.Record}}, "why.html")
//
// A net that package train trained on a dataset with a Preparation has it with it, and Net.WriteFile writes it into the net's file. For any
// other net, give it: Pipeline{Net: net, Preparation: p}.
package pipeline

import (
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"strings"

	"github.com/gomlx/gomlx/core/tensors"

	"github.com/vitrine-ml/vitrine/pkg/data"
	"github.com/vitrine-ml/vitrine/pkg/models"
	"github.com/vitrine-ml/vitrine/pkg/record"
)

// Pipeline is a net and how raw examples become its inputs.
type Pipeline struct {
	Net         *models.Net
	Preparation data.Preparation
}

// preparation names it among a net's Metadata.
const preparation = "preparation"

// Of is the pipeline of a net with the preparation that it has with it. A net without one takes arrays, of its inputs' shapes.
func Of(net *models.Net) (*Pipeline, error) {
	text, ok := net.Metadata[preparation]
	if !ok {
		return &Pipeline{net, arrays(net)}, nil
	}
	p, err := data.ReadPreparation(strings.NewReader(text))
	if err != nil {
		return nil, fmt.Errorf("pipeline: %s: %w", net.Name, err)
	}
	return &Pipeline{net, p}, nil
}

// Prepared says whether the net came with its preparation; one without takes arrays.
func (p *Pipeline) Prepared() bool {
	_, ok := p.Net.Metadata[preparation]
	return ok
}

// arrays takes the net's inputs as they are.
func arrays(net *models.Net) data.ArrayPreparation {
	var p data.ArrayPreparation
	for _, port := range net.Inputs {
		kind := data.Values
		switch port.Kind {
		case models.IDs:
			kind = data.IDs
		case models.Mask:
			kind = data.Mask
		}
		p.Inputs = append(p.Inputs, data.ArrayInput{Name: port.Name, Kind: kind, Shape: port.Shape, Axes: port.Axes, Features: port.Features})
	}
	return p
}

// ReadFile is the pipeline of a net's file, that Net.WriteFile or WriteFile wrote.
func ReadFile(path string) (*Pipeline, error) {
	net, err := readNet(path)
	if err != nil {
		return nil, err
	}
	p, err := Of(net)
	if err != nil {
		return nil, fmt.Errorf("%w (in %s)", err, path)
	}
	return p, nil
}

// readNet reads a model file by its ending.
func readNet(path string) (*models.Net, error) {
	switch ending := strings.ToLower(filepath.Ext(path)); ending {
	case ".safetensors":
		return models.ReadFile(path)
	default:
		return nil, fmt.Errorf("pipeline: %s: nets are read from .safetensors files, as Net.WriteFile writes them, not from %q", path, ending)
	}
}

// WriteFile writes the net with its preparation into one file, whole or not at all; the net then has the preparation with it. One that is
// not of package data cannot be written.
func (p *Pipeline) WriteFile(path string) error {
	var text strings.Builder
	if err := data.WritePreparation(&text, p.Preparation); err != nil {
		return err
	}
	metadata := map[string]string{}
	maps.Copy(metadata, p.Net.Metadata)
	metadata[preparation] = text.String()
	p.Net.Metadata = metadata
	return p.Net.WriteFile(path)
}

// prepare makes raw examples into the net's inputs, and into what a person looks at.
func (p *Pipeline) prepare(raws []string) (inputs []*tensors.Tensor, samples record.Samples, err error) {
	if len(raws) == 0 {
		return nil, samples, errors.New("pipeline: no example")
	}
	for i, raw := range raws {
		columns, err := p.Preparation.Prepare(raw)
		if err != nil {
			return nil, samples, err
		}
		if len(columns) != len(p.Net.Inputs) {
			return nil, samples, fmt.Errorf("pipeline: %s has %d inputs, its preparation made %d", p.Net.Name, len(p.Net.Inputs), len(columns))
		}
		for k := range columns {
			if c := &columns[k]; c.Kind == data.IDs && c.Names == nil {
				c.Names = p.Net.Inputs[k].Classes
			}
		}
		one, sample, err := data.One(columns)
		if err != nil {
			return nil, samples, err
		}
		if _, err := p.Net.CheckInputs(one); err != nil {
			return nil, samples, fmt.Errorf("pipeline: %.200q, prepared, is no input of the net: %w", raw, err)
		}
		if i == 0 {
			inputs, samples = one, sample
			continue
		}
		for k := range inputs {
			if inputs[k], err = appended(inputs[k], one[k]); err != nil {
				return nil, samples, err
			}
		}
		samples.Inputs.Shape[0]++
		samples.Inputs.Data = append(samples.Inputs.Data, sample.Inputs.Data...)
		samples.Tokens = append(samples.Tokens, sample.Tokens...)
	}
	if table, ok := p.Preparation.(*data.Schema); ok {
		samples.Columns = table.Read(samples.Inputs)
	}
	samples.Dataset, samples.Classes = strings.Join(raws, ", "), p.Net.Outputs[0].Classes
	return inputs, samples, nil
}

// appended are the rows of t and those of more.
func appended(t, more *tensors.Tensor) (*tensors.Tensor, error) {
	s := t.Shape().Clone()
	rows := s.Dimensions[0]
	s.Dimensions[0] += more.Shape().Dim(0)
	all := tensors.FromShape(s)
	if err := models.CopyRows(all, 0, t, 0, rows); err != nil {
		return nil, err
	}
	return all, models.CopyRows(all, rows, more, 0, more.Shape().Dim(0))
}
