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
	// It stops with ctx after the chunk under way.
	Explain(ctx context.Context, net *models.Net, inputs []*tensors.Tensor, target Target) (*record.Explanation, error)
	// Axioms are the properties that the method claims to have with these options; package explaintest tests them.
	Axioms() Axioms
}

// All lists the methods with their default options.
func All() []Explainer {
	return []Explainer{Saliency{}, IntegratedGradients{}, Occlusion{}, LRP{}, DeepLIFT{}, GuidedBackprop{}, Deconvolution{}}
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

// Target says what is explained. The zero value is class 0 of the first output.
type Target struct {
	Output  int     // which output port
	Class   int     // which of its numbers; -1: the largest, example by example
	Classes []int   // one for every example, instead of Class
	Minus   *Target // contrast: explain the difference to this target's class (of the same output)
}

// Predicted explains, for every example, the class that the net predicts.
var Predicted = Target{Class: -1}

// Class explains one class of the first output for every example.
func Class(class int) Target { return Target{Class: class} }

// Classes explains a class of its own for every example: their true labels, for instance.
func Classes(classes ...int) Target { return Target{Classes: classes} }

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
	if t.Minus != nil {
		s += " − " + t.Minus.String()
	}
	return s
}

// resolve says which class of every row of scores is meant; top is the class of the largest.
func (t Target) resolve(scores [][]float64, top func(i int) int) ([]int, error) {
	if t.Classes != nil && len(t.Classes) != len(scores) {
		return nil, fmt.Errorf("explain: %d target classes for %d examples", len(t.Classes), len(scores))
	}
	classes := make([]int, len(scores))
	for i, row := range scores {
		c := t.Class
		switch {
		case t.Classes != nil:
			c = t.Classes[i]
		case c == -1:
			c = top(i)
		}
		if c < 0 || c >= len(row) {
			return nil, fmt.Errorf("explain: target class %d of example %d, but the output has %d numbers", c, i, len(row))
		}
		classes[i] = c
	}
	return classes, nil
}

// asked is the class for an example as programs take it; whether there is one of that number is for resolve to say.
func (t Target) asked(example int) int32 {
	switch {
	case t.Classes == nil && t.Class == -1:
		return largest
	case t.Classes == nil:
		return int32(t.Class)
	case example < len(t.Classes):
		return int32(t.Classes[example])
	}
	return 0
}

func argmax(v []float64) (best int) {
	for i := range v {
		if v[i] > v[best] {
			best = i
		}
	}
	return best
}
