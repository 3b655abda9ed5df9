package train

import (
	"cmp"
	"errors"

	. "github.com/gomlx/gomlx/core/graph" //nolint:revive,staticcheck // graph functions read like the mathematics
)

// RMSprop divides every gradient by a running root of its mean square. It is Tieleman and Hinton's (Coursera, "Neural networks for machine
// learning", lecture 6.5, 2012) as PyTorch's torch.optim.RMSprop has it:
//
//	g ← g + WeightDecay·w
//	s ← Alpha·s + (1 − Alpha)·g²
//	d = g / (√s + Epsilon)             or, Centered: m ← Alpha·m + (1 − Alpha)·g, d = g / (√(s − m²) + Epsilon)
//	w ← w − LearningRate·d             or, with Momentum: v ← Momentum·v + d, w ← w − LearningRate·v
type RMSprop struct {
	LearningRate float64 // 0: 0.01
	Alpha        float64 // 0: 0.99
	Epsilon      float64 // 0: 1e-8
	Momentum     float64 // 0 ≤ Momentum < 1; 0: none
	Centered     bool    // divide by the standard deviation, not by the root of the mean square
	WeightDecay  float64 // 0: none
}

// Slots implements Optimizer.
func (o RMSprop) Slots() []string {
	slots := []string{"square"}
	if o.Centered {
		slots = append(slots, "mean")
	}
	if o.Momentum != 0 {
		slots = append(slots, "momentum")
	}
	return slots
}

// Update implements Optimizer.
func (o RMSprop) Update(_, w, g *Node, slots []*Node) (*Node, []*Node) {
	alpha := cmp.Or(o.Alpha, 0.99)
	g = decayed(w, g, o.WeightDecay)
	s := Add(MulScalar(slots[0], alpha), MulScalar(Square(g), 1-alpha))
	next, variance := []*Node{s}, s
	if o.Centered {
		m := Add(MulScalar(slots[1], alpha), MulScalar(g, 1-alpha))
		variance = Max(Sub(s, Square(m)), ZerosLike(s)) // which rounding can make negative
		next = append(next, m)
	}
	direction := Div(g, AddScalar(Sqrt(variance), cmp.Or(o.Epsilon, 1e-8)))
	if o.Momentum != 0 {
		direction = Add(MulScalar(slots[len(next)], o.Momentum), direction)
		next = append(next, direction)
	}
	return Sub(w, MulScalar(direction, cmp.Or(o.LearningRate, 0.01))), next
}

// Check implements Optimizer.
func (o RMSprop) Check() error {
	return errors.Join(notNegative("LearningRate", o.LearningRate), belowOne("Alpha", o.Alpha), notNegative("Epsilon", o.Epsilon),
		belowOne("Momentum", o.Momentum), notNegative("WeightDecay", o.WeightDecay))
}
