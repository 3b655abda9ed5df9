package pipeline

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"github.com/gomlx/gomlx/core/tensors"

	"github.com/vitrine-ml/vitrine/pkg/data"
	"github.com/vitrine-ml/vitrine/pkg/explain"
	"github.com/vitrine-ml/vitrine/pkg/models"
	"github.com/vitrine-ml/vitrine/pkg/record"
)

// Explanation is why a net says what it says of raw examples.
type Explanation struct {
	Record  *record.Explanation
	Samples record.Samples    // the examples as a person looks at them, with predictions where the net is a classifier
	Inputs  []*tensors.Tensor // as the net took them: explain.Keep lays them beside the record

	// Columns is the record with one value for each column, where the examples are rows of a table, in which one column may be several
	// numbers; nil for others.
	Columns *record.Explanation
}

// Explain prepares raw examples, one or more, and explains the target of each.
func (p *Pipeline) Explain(ctx context.Context, method explain.Explainer, target explain.Target, raw ...string) (*Explanation, error) {
	inputs, samples, err := p.prepare(raw)
	if err != nil {
		return nil, err
	}
	if port := p.Net.Outputs[0]; len(port.Shape) == 1 && (port.Kind == models.Logits || port.Kind == models.Probabilities) {
		if samples.Predictions, err = p.classify(inputs); err != nil {
			return nil, err
		}
	} else {
		samples.Classes = nil
	}
	e, err := method.Explain(ctx, p.Net, inputs, target)
	if err != nil {
		return nil, err
	}
	why := &Explanation{Record: e, Samples: samples, Inputs: inputs}
	if table, ok := p.Preparation.(*data.Schema); ok && (e.StdErr == nil || e.Groups != nil) {
		if why.Columns, err = table.PerColumn(e); err != nil {
			return nil, err
		}
	}
	return why, nil
}

// Features are what a person counts in, for methods that take features away: the columns of a table, the words of a text, regions of a picture,
// stretches of a sound. nil: every number.
func (p *Pipeline) Features() explain.Features {
	switch how := p.Preparation.(type) {
	case *data.Schema:
		names := make([]string, len(how.Columns))
		for i, c := range how.Columns {
			names[i] = c.Name
		}
		return explain.Columns{Names: names, Groups: how.Groups()}
	case data.TextPreparation:
		return explain.Words{}
	case data.Images:
		return explain.Superpixels{}
	case data.Sounds:
		return explain.Segments{}
	}
	return nil
}

// Target is a class by its name or, counted from 0, its number; where a class is called by a number, that is it. "" and "predicted" are the
// most probable class of each example.
func (p *Pipeline) Target(class string) (explain.Target, error) {
	if class == "" || class == explain.Predicted.String() {
		return explain.Predicted, nil
	}
	port := p.Net.Outputs[0]
	if i := slices.Index(port.Classes, class); i >= 0 {
		return explain.Target{Class: i}, nil
	}
	n := 1
	if len(port.Shape) > 0 {
		n = port.Shape[len(port.Shape)-1]
	}
	if i, err := strconv.Atoi(class); err == nil && i >= 0 && i < n {
		return explain.Target{Class: i}, nil
	}
	if len(port.Classes) > 0 {
		return explain.Target{}, fmt.Errorf("pipeline: %s has no class %q, there are %.500q", p.Net.Name, class, port.Classes)
	}
	return explain.Target{}, fmt.Errorf("pipeline: %s has no output %q: give a number from 0 to %d", p.Net.Name, class, n-1)
}
