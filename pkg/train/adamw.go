package train

import (
	"cmp"

	. "github.com/gomlx/gomlx/core/graph" //nolint:revive,staticcheck // graph functions read like the mathematics
)

// AdamW is Adam with decoupled weight decay, after Loshchilov and Hutter, "Decoupled weight decay regularization", ICLR 2019
// (https://arxiv.org/abs/1711.05101), as PyTorch's torch.optim.AdamW has it:
//
//	w ← w − LearningRate·WeightDecay·w, then a step of [Adam] without decay
//
// The decay then has nothing to do with how large the gradients were, which it has where Adam adds it to them.
type AdamW struct {
	LearningRate float64 // 0: 0.001
	Beta1        float64 // 0: 0.9
	Beta2        float64 // 0: 0.999
	Epsilon      float64 // 0: 1e-8
	WeightDecay  float64 // 0: 0.01; Adam is the one without
}

// adam is the step without decay.
func (o AdamW) adam() Adam {
	return Adam{LearningRate: o.LearningRate, Beta1: o.Beta1, Beta2: o.Beta2, Epsilon: o.Epsilon}
}

// Slots implements Optimizer.
func (o AdamW) Slots() []string { return o.adam().Slots() }

// Update implements Optimizer.
func (o AdamW) Update(t, w, g *Node, slots []*Node) (*Node, []*Node) {
	decay := cmp.Or(o.LearningRate, 0.001) * cmp.Or(o.WeightDecay, 0.01)
	return o.adam().Update(t, MulScalar(w, 1-decay), g, slots)
}

// Check implements Optimizer.
func (o AdamW) Check() error {
	a := o.adam()
	a.WeightDecay = o.WeightDecay
	return a.Check()
}
