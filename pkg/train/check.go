package train

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/vitrine-ml/vitrine/pkg/data"
	"github.com/vitrine-ml/vitrine/pkg/models"
)

// piece is how many examples are made into tensors at a time, where a whole dataset is looked at.
const piece = 8 * models.Chunk

// checkFit says whether the net can be trained on the dataset.
func checkFit(net *models.Net, set *data.Dataset, c Config) error {
	if err := checkSet(net, set); err != nil {
		return err
	}
	if len(net.Outputs) != 1 || net.Outputs[0].Kind != models.Logits {
		kinds := make([]string, len(net.Outputs))
		for i, p := range net.Outputs {
			kinds[i] = fmt.Sprintf("%q (%s)", p.Name, p.Kind)
		}
		return fmt.Errorf("train: %s has the outputs %v; training needs exactly one, of kind %s", net.Name, kinds, models.Logits)
	}
	if c.Validation != nil {
		if err := checkSet(net, c.Validation); err != nil {
			return fmt.Errorf("validation: %w", err)
		}
	}
	for from := 0; from < set.Len(); from += piece {
		if _, err := net.CheckInputs(set.Inputs(from, min(from+piece, set.Len()))); err != nil {
			return fmt.Errorf("train: %q, examples from %d on: %w", set.Name, from, err)
		}
	}
	return nil
}

// checkSet says whether the dataset's shape and labels fit the net's first input and first output.
func checkSet(net *models.Net, set *data.Dataset) error {
	if set == nil || set.Len() == 0 {
		return errors.New("train: no dataset, or one without examples")
	}
	if len(net.Inputs) != 1 {
		return fmt.Errorf("train: %s has %d inputs, %q gives one", net.Name, len(net.Inputs), set.Name)
	}
	if in := net.Inputs[0]; !slices.Equal(in.Shape, set.Shape()) {
		return fmt.Errorf("train: input %q of %s wants examples of shape %v, those of %q have %v", in.Name, net.Name, in.Shape, set.Name, set.Shape())
	}
	out := net.Outputs[0]
	if len(out.Shape) != 1 {
		return fmt.Errorf("train: output %q of %s has shape %v, want one axis of classes", out.Name, net.Name, out.Shape)
	}
	for i := range set.Len() {
		if label := set.Label(i); label < 0 || label >= out.Shape[0] {
			return fmt.Errorf("train: example %d of %q has label %d, %s has the classes 0 to %d", i, set.Name, label, net.Name, out.Shape[0]-1)
		}
	}
	return nil
}

// span is the smallest and the largest number among the inputs.
func span(set *data.Dataset) (low, high float64) {
	low, high = math.Inf(1), math.Inf(-1)
	for from := 0; from < set.Len(); from += piece {
		for _, t := range set.Inputs(from, min(from+piece, set.Len())) {
			values, err := models.Floats(t)
			if err != nil {
				continue
			}
			low, high = min(low, slices.Min(values)), max(high, slices.Max(values))
		}
	}
	return low, high
}
