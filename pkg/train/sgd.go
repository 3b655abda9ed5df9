package train

import (
	"cmp"
	"errors"

	. "github.com/gomlx/gomlx/core/graph" //nolint:revive,staticcheck // graph functions read like the mathematics
)

// SGD is stochastic gradient descent as PyTorch's torch.optim.SGD has it (dampening 0):
//
//	g ← g + WeightDecay·w
//	v ← Momentum·v + g           (v = g in the first step)
//	w ← w − LearningRate·v       or, with Nesterov: w ← w − LearningRate·(g + Momentum·v)
//
// See Sutskever, Martens, Dahl and Hinton, "On the importance of initialization and momentum in deep learning", ICML 2013; unlike there,
// the learning rate multiplies v when it is used, not when it is gathered.
type SGD struct {
	LearningRate float64 // 0: 0.001
	Momentum     float64 // 0 ≤ Momentum < 1; 0: none
	Nesterov     bool    // look ahead along the momentum
	WeightDecay  float64 // 0: none
}

// Slots implements Optimizer.
func (o SGD) Slots() []string {
	if o.Momentum == 0 {
		return nil
	}
	return []string{"momentum"}
}

// Update implements Optimizer.
func (o SGD) Update(_, w, g *Node, slots []*Node) (*Node, []*Node) {
	g = decayed(w, g, o.WeightDecay)
	direction := g
	if o.Momentum != 0 {
		v := Add(MulScalar(slots[0], o.Momentum), g)
		if slots, direction = []*Node{v}, v; o.Nesterov {
			direction = Add(g, MulScalar(v, o.Momentum))
		}
	}
	return Sub(w, MulScalar(direction, cmp.Or(o.LearningRate, 0.001))), slots
}

// Check implements Optimizer.
func (o SGD) Check() error {
	err := errors.Join(notNegative("LearningRate", o.LearningRate), belowOne("Momentum", o.Momentum), notNegative("WeightDecay", o.WeightDecay))
	if err == nil && o.Nesterov && o.Momentum == 0 {
		err = errors.New("Nesterov needs a Momentum")
	}
	return err
}
