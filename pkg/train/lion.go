package train

import (
	"cmp"
	"errors"

	. "github.com/gomlx/gomlx/core/graph" //nolint:revive,staticcheck // graph functions read like the mathematics
)

// Lion is Chen et al., "Symbolic discovery of optimization algorithms", NeurIPS 2023 (https://arxiv.org/abs/2302.06675, algorithm 2). It keeps one
// number a weight, half as many as Adam, and every weight moves by as much:
//
//	w ← w − LearningRate·(sign(Beta1·m + (1 − Beta1)·g) + WeightDecay·w)
//	m ← Beta2·m + (1 − Beta2)·g
//
// The paper's advice is a learning rate of a third to a tenth of Adam's and a decay as many times larger than AdamW's.
type Lion struct {
	LearningRate float64 // 0: 0.0001
	Beta1        float64 // 0: 0.9
	Beta2        float64 // 0: 0.99
	WeightDecay  float64 // decoupled; 0: none
}

// Slots implements Optimizer.
func (Lion) Slots() []string { return []string{"mean"} }

// Update implements Optimizer.
func (o Lion) Update(_, w, g *Node, slots []*Node) (*Node, []*Node) {
	beta1, beta2 := cmp.Or(o.Beta1, 0.9), cmp.Or(o.Beta2, 0.99)
	m := slots[0]
	direction := Sign(Add(MulScalar(m, beta1), MulScalar(g, 1-beta1)))
	m = Add(MulScalar(m, beta2), MulScalar(g, 1-beta2))
	return Sub(w, MulScalar(decayed(w, direction, o.WeightDecay), cmp.Or(o.LearningRate, 1e-4))), []*Node{m}
}

// Check implements Optimizer.
func (o Lion) Check() error {
	return errors.Join(notNegative("LearningRate", o.LearningRate), belowOne("Beta1", o.Beta1), belowOne("Beta2", o.Beta2),
		notNegative("WeightDecay", o.WeightDecay))
}
