package train

import (
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive,staticcheck // graph functions read like the mathematics
)

// Optimizer says how a weight follows its gradient. Its fields are its options and belong to what a training is kept under: it must be
// plain data.
type Optimizer interface {
	// Slots names the numbers that are kept for every weight from one step to the next. They start as zeros.
	Slots() []string
	// Update is one step of one variable in the graph: from its value w, its gradient and its slots to the new value and slots.
	// step counts from 1, a float64 scalar.
	Update(step, w, gradient *Node, slots []*Node) (next *Node, nextSlots []*Node)
	// Check says which option cannot be.
	Check() error
}

// decayed adds the gradient of (decay/2)·w² to a gradient.
func decayed(w, gradient *Node, decay float64) *Node {
	if decay == 0 {
		return gradient
	}
	return Add(gradient, MulScalar(w, decay))
}
