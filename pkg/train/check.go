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
	_, target := set.Columns()
	want := models.Logits
	if target.Kind == data.Values {
		want = models.Values
	}
	if len(net.Outputs) != 1 || net.Outputs[0].Kind != want {
		kinds := make([]string, len(net.Outputs))
		for i, p := range net.Outputs {
			kinds[i] = fmt.Sprintf("%q (%s)", p.Name, p.Kind)
		}
		return fmt.Errorf("train: %s has the outputs %v; training needs exactly one, of kind %s", net.Name, kinds, want)
	}
	if err := checkOptions(net, target, c); err != nil {
		return err
	}
	if target.Kind == data.Classes && !slices.ContainsFunc(target.IDs, func(label int32) bool { return label != target.IDs[0] }) {
		return fmt.Errorf("train: all %d examples of %q are of class %d: there is nothing to tell apart", set.Len(), set.Name, target.IDs[0])
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

// checkOptions says which option does not fit what is learned.
func checkOptions(net *models.Net, target data.Column, c Config) error {
	if target.Kind == data.Values && (c.LabelSmoothing != 0 || c.ClassWeights != nil) {
		return fmt.Errorf("train: LabelSmoothing and ClassWeights are options of cross-entropy; %s predicts values", net.Name)
	}
	if classes := net.Outputs[0].Shape; c.ClassWeights != nil && len(c.ClassWeights) != classes[len(classes)-1] {
		return fmt.Errorf("train: %d ClassWeights for the %d classes of %s", len(c.ClassWeights), classes[len(classes)-1], net.Name)
	}
	return nil
}

// checkSet says whether the dataset's inputs and target fit the net's inputs and first output.
func checkSet(net *models.Net, set *data.Dataset) error {
	if set == nil || set.Len() == 0 {
		return errors.New("train: no dataset, or one without examples")
	}
	inputs, target := set.Columns()
	if len(net.Inputs) != len(inputs) {
		return fmt.Errorf("train: %s has %d inputs, %q gives %d", net.Name, len(net.Inputs), set.Name, len(inputs))
	}
	for i, in := range net.Inputs {
		c := inputs[i]
		if !slices.Equal(in.Shape, c.Shape) {
			return fmt.Errorf("train: input %q of %s wants examples of shape %v, those of %q have %v", in.Name, net.Name, in.Shape, set.Name, c.Shape)
		}
		if in.Kind != kinds[c.Kind] {
			return fmt.Errorf("train: input %q of %s wants %s, %q gives %s", in.Name, net.Name, in.Kind, set.Name, c.Kind)
		}
		if in.Kind == models.IDs && len(in.Classes) != 0 && len(in.Classes) != len(c.Names) {
			return fmt.Errorf("train: input %q of %s has a vocabulary of %d, that of %q has %d: make both with the same", in.Name, net.Name, len(in.Classes), set.Name, len(c.Names))
		}
	}
	return checkTarget(net, set, target)
}

// checkTarget says whether a dataset's target fits the net's first output.
func checkTarget(net *models.Net, set *data.Dataset, target data.Column) error {
	out := net.Outputs[0]
	misfit := func(want string) error {
		return fmt.Errorf("train: output %q of %s has shape %v and holds %s, want %s for %q", out.Name, net.Name, out.Shape, out.Kind, want, set.Name)
	}
	switch target.Kind {
	case data.Values:
		if !slices.Equal(out.Shape, target.Shape) {
			return misfit(fmt.Sprintf("values of shape %v", target.Shape))
		}
		return nil
	case data.IDs:
		if len(out.Shape) != 2 || out.Shape[0] != target.Shape[0] {
			return misfit(fmt.Sprintf("logits of shape [%d, ids]", target.Shape[0]))
		}
	default:
		if len(out.Shape) != 1 {
			return misfit("one axis of classes")
		}
	}
	classes := out.Shape[len(out.Shape)-1]
	for at, label := range target.IDs {
		if int(label) < classes {
			continue
		}
		if target.Kind == data.Classes {
			return fmt.Errorf("train: example %d of %q has label %d, %s has the classes 0 to %d", at, set.Name, label, net.Name, classes-1)
		}
		return fmt.Errorf("train: example %d of %q has id %d at position %d, %s has the ids 0 to %d",
			at/target.Shape[0], set.Name, label, at%target.Shape[0], net.Name, classes-1)
	}
	return nil
}

// span is the smallest and the largest number among the inputs that are values; infinite where none is.
func span(set *data.Dataset) (low, high float64) {
	low, high = math.Inf(1), math.Inf(-1)
	for from := 0; from < set.Len(); from += piece {
		for _, t := range set.Inputs(from, min(from+piece, set.Len())) {
			values, err := models.Floats(t)
			if err != nil { // ids or a mask
				continue
			}
			low, high = min(low, slices.Min(values)), max(high, slices.Max(values))
		}
	}
	return low, high
}
