// Package explain says why a net decided as it did. Every method works on the GoMLX graph of any model function, with nothing registered
// in the model and nothing rewritten:
//
//	why, err := explain.IntegratedGradients{}.Explain(ctx, net, inputs, explain.Predicted)
//
// A method is a struct whose exported fields are its options, and whose zero value has the documented defaults. It returns a
// [record.Explanation]: values, and how wrong they may be.
//
// Four primitives carry the methods: derive (gradients of the target, gradient.go), intervene (other values at a node and what follows
// from them, replay.go), propagate (a way back through the graph with a rule an operation, relevance.go) and coalitions (predictions with
// sets of features masked, coalition.go). All pass rows through the net in chunks of one fixed shape, so that nothing is compiled twice
// and an example's values do not depend on how many others are explained with it.
//
// Layer methods ([LayerIntegratedGradients], [LayerConductance], [GradCAM]) and interventions ([Ablate], [Patch]) take a node by its name,
// which is the model's own alias or, for any other, its operation and number ([Trace]).
//
// Inputs of ids are explained as they are, with one value a token. Methods that move numbers a little, or pass something back, work on the
// vectors that the net looks up: they find in its graph where ids choose rows of a table (a Gather, or the product of a one-hot and a
// table), in whatever order and in however many tables, and a token's value is the sum of its vectors' values ([Saliency],
// [GuidedBackprop] and [Deconvolution]: their length). Every other use of the ids, such as a mask of padding, is held fixed. The baseline
// is vectors of zeros, or those of other ids ([Baseline]). Padding that the net does not look at has exactly 0. [Occlusion] puts ids in the
// place of ids. Ids that are in no vocabulary are refused.
//
// Methods that explain by attention weights are a list of their own ([Attentions]). Of a whole dataset, [Aggregate] keeps what a method attributes
// on the average; [PartialDependence] and [AccumulatedEffects] say what an output owes to a column of a table.
//
// Of an output that is a sequence, [Target.At] says which position is explained; [Align] explains all of them.
package explain

import (
	"context"
	"fmt"

	"github.com/gomlx/gomlx/core/tensors"

	"github.com/vitrine-ml/vitrine/pkg/models"
	"github.com/vitrine-ml/vitrine/pkg/record"
)

// Explainer is local feature attribution: how much each number of an input contributed to an output.
type Explainer interface {
	// Explain attributes the target to the inputs, which hold any number of examples (first axis), one tensor an input port.
	//
	// When ctx ends it stops after the chunk under way, and returns the error together with what was computed until then, if anything was: a
	// record in which the examples that are not done are [record.Unfinished].
	Explain(ctx context.Context, net *models.Net, inputs []*tensors.Tensor, target Target) (*record.Explanation, error)
	// Axioms are the properties that the method claims to have with these options; package explaintest tests them.
	Axioms() Axioms
}

// All lists the methods with their default options.
func All() []Explainer {
	return []Explainer{
		Saliency{}, InputXGradient{}, SmoothGrad{}, SmoothGradSquared{}, VarGrad{}, IntegratedGradients{}, GuidedIG{}, GradientSHAP{},
		LRP{}, DeepLIFT{}, DeepSHAP{}, GuidedBackprop{}, Deconvolution{},
		Occlusion{}, FeatureAblation{}, Shapley{}, KernelSHAP{}, PermutationSHAP{}, PartitionSHAP{}, LIME{}, RISE{},
	}
}

// Axioms are properties of attributions that can be proved or refuted.
type Axioms struct {
	Completeness             bool // the values add up to f(x) − f(baseline)
	ImplementationInvariance bool // two graphs of the same function get the same values
	Constant                 bool // a model that ignores its input gets zeros
	Linear                   bool // a linear model w·x gets w·(x − baseline)
	Symmetry                 bool // inputs that the function treats alike, with equal values, get equal values
	Dummy                    bool // an input that the function ignores gets zero
}

// Target says what is explained. The zero value is class 0 of the first output; of a sequence, at its first position.
type Target struct {
	Output  int   // which output port
	Class   int   // which of its numbers: a class, or which of a forecast's; -1: the largest, example by example
	Classes []int // one for every example, instead of Class
	// Position says which of an output's rows is meant where its shape is [positions, numbers]: a sequence with the logits of each position,
	// a forecast of several series. Counted from 0; other outputs have none.
	Position  int
	Positions []int   // one for every example, instead of Position
	Minus     *Target // contrast: explain the difference to this target's class (of the same output and position)
}

// Predicted explains, for every example, the class that the net predicts.
var Predicted = Target{Class: -1}

// Class explains one class of the first output for every example.
func Class(class int) Target { return Target{Class: class} }

// Classes explains a class of its own for every example: their true labels, for instance.
func Classes(classes ...int) Target { return Target{Classes: classes} }

// At explains t at a position of an output that is a sequence.
func (t Target) At(position int) Target {
	t.Position = position
	return t
}

// Against explains the difference between t's class and other's.
func (t Target) Against(other Target) Target {
	t.Minus = &other
	return t
}

func (t Target) String() string {
	s := fmt.Sprintf("class %d", t.Class)
	switch {
	case t.Classes != nil:
		s = "given classes"
	case t.Class < 0:
		s = "predicted"
	}
	switch {
	case t.Positions != nil:
		s += " at given positions"
	case t.Position != 0:
		s += fmt.Sprintf(" at position %d", t.Position)
	}
	if t.Minus != nil {
		s += " − " + t.Minus.String()
	}
	return s
}

// check says what of the target the net does not have.
func (t Target) check(net *models.Net) error {
	for _, t := range []*Target{&t, t.Minus} {
		if t != nil && (t.Output < 0 || t.Output >= len(net.Outputs)) {
			return fmt.Errorf("explain: target output %d, but %s has %d", t.Output, net.Name, len(net.Outputs))
		}
	}
	if m := t.Minus; m != nil {
		switch {
		case m.Output != t.Output || m.Minus != nil:
			return fmt.Errorf("explain: a contrast is between two classes of one output, got %v", t)
		case m.Positions != nil || m.Position != 0 && m.Position != t.Position:
			return fmt.Errorf("explain: a contrast is between two classes at one position, that of the first, got %v", t)
		}
	}
	port := net.Outputs[t.Output]
	if len(port.Shape) > 2 {
		return fmt.Errorf("explain: output %q has shape %v; only single numbers, vectors and sequences of them are explained", port.Name, port.Shape)
	}
	if len(port.Shape) < 2 && (t.Position != 0 || t.Positions != nil) {
		return fmt.Errorf("explain: output %q has shape %v and so no positions, but the target is %v", port.Name, port.Shape, t)
	}
	return nil
}

// positions says which of an output's rows is meant for every example; nil if the output has none.
func (t Target) positions(shape []int, examples int) ([]int, error) {
	if len(shape) < 2 {
		return nil, nil
	}
	if t.Positions != nil && len(t.Positions) != examples {
		return nil, fmt.Errorf("explain: %d target positions for %d examples", len(t.Positions), examples)
	}
	positions := make([]int, examples)
	for i := range positions {
		positions[i] = t.Position
		if t.Positions != nil {
			positions[i] = t.Positions[i]
		}
		if p := positions[i]; p < 0 || p >= shape[0] {
			return nil, fmt.Errorf("explain: target position %d of example %d, but the output has %d positions", p, i, shape[0])
		}
	}
	return positions, nil
}

// resolve says which class of every row of scores is meant; at a position, where there are any. top is the class of the largest number of an
// example's row.
func (t Target) resolve(scores [][]float64, shape, positions []int, top func(i int, row []float64) int) ([]int, error) {
	if t.Classes != nil && len(t.Classes) != len(scores) {
		return nil, fmt.Errorf("explain: %d target classes for %d examples", len(t.Classes), len(scores))
	}
	classes := make([]int, len(scores))
	for i, row := range scores {
		if row == nil { // not computed
			classes[i] = -1
			continue
		}
		where := "the output"
		if positions != nil {
			row = row[positions[i]*shape[1] : (positions[i]+1)*shape[1]]
			where = "a position of the output"
		}
		c := t.Class
		switch {
		case t.Classes != nil:
			c = t.Classes[i]
		case c == -1:
			c = top(i, row)
		}
		if c < 0 || c >= len(row) {
			return nil, fmt.Errorf("explain: target class %d of example %d, but %s has %d numbers", c, i, where, len(row))
		}
		classes[i] = c
	}
	return classes, nil
}

func argmax(v []float64) (best int) {
	for i := range v {
		if v[i] > v[best] {
			best = i
		}
	}
	return best
}
