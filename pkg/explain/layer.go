package explain

import (
	"strings"

	. "github.com/gomlx/gomlx/core/graph" //nolint:revive,staticcheck // graph functions read like the mathematics
)

// copies are the operations whose numbers are numbers of their inputs, unchanged.
var copies = map[NodeType]bool{
	NodeTypeReshape: true, NodeTypeTranspose: true, NodeTypeSlice: true, NodeTypeConcatenate: true, NodeTypeBroadcastInDim: true,
	NodeTypeGather: true, NodeTypeReverse: true, NodeTypeConvertDType: true, NodeTypeIdentity: true,
}

// layer is a matrix product or convolution with one active operand, and the bias that is added to it.
type layer struct {
	op    *Node
	at    int     // the operand of op that is active; the other holds the weights
	after []*Node // reshapes and transposes, and the addition of the bias
	bias  *Node   // nil: none

	walk *walk
}

func (w *walk) weighted(n *Node) bool {
	return (n.Type() == NodeTypeDotGeneral || n.Type() == NodeTypeConvGeneral) && len(w.operands(n)) == 1
}

// layerAt is the layer whose result is n, or nil: n is the addition of its bias, or the product itself if no bias follows.
func (w *walk) layerAt(n *Node) *layer {
	l := &layer{op: n, walk: w}
	if n.Type() == NodeTypeAdd && len(w.operands(n)) == 1 {
		at := w.operands(n)[0]
		l.op, l.bias, l.after = n.Inputs()[at], n.Inputs()[1-at], []*Node{n}
		if !l.op.Shape().Equal(n.Shape()) {
			return nil
		}
		for (l.op.Type() == NodeTypeReshape || l.op.Type() == NodeTypeTranspose) && len(w.users[l.op.Id()]) == 1 {
			l.after = append([]*Node{l.op}, l.after...)
			l.op = l.op.Inputs()[0]
		}
		if len(w.users[l.op.Id()]) != 1 {
			return nil
		}
	}
	if !w.weighted(l.op) {
		return nil
	}
	l.at = w.operands(l.op)[0]
	return l
}

func (l *layer) input() *Node   { return l.op.Inputs()[l.at] }
func (l *layer) weights() *Node { return l.op.Inputs()[1-l.at] }

func (l *layer) output() *Node {
	if l.after != nil {
		return l.after[len(l.after)-1]
	}
	return l.op
}

// with is the product of another input and other weights.
func (l *layer) with(x, weights *Node) *Node {
	if l.at == 0 {
		return l.op.CloneWithInputs(x, weights)
	}
	return l.op.CloneWithInputs(weights, x)
}

// forward is what the layer would give for another input, other weights and another bias (nil: none).
func (l *layer) forward(x, weights, bias *Node) *Node {
	y := l.with(x, weights)
	for _, n := range l.after {
		if n.Type() != NodeTypeAdd {
			y = n.CloneWithInputs(y)
		} else if bias != nil {
			y = Add(y, bias)
		}
	}
	return y
}

// back takes v at the layer's result through the transpose of the weights to its input.
func (l *layer) back(weights, v *Node) *Node {
	for i := len(l.after) - 1; i >= 0; i-- {
		if n := l.after[i]; n.Type() != NodeTypeAdd {
			v = l.walk.adjoint(n, v)[0]
		}
	}
	return l.walk.adjoint(l.with(l.input(), weights), v)[l.at]
}

// everywhere is the layer's input with v where it copies a number that depends on the explained input and 0 where it holds a constant: a
// convolution's padding, spelled out in nodes.
func (l *layer) everywhere(v float64) *Node {
	known := map[NodeId]*Node{}
	var build func(n *Node) *Node
	build = func(n *Node) *Node {
		if known[n.Id()] == nil {
			known[n.Id()] = l.copy(n, v, build)
		}
		return known[n.Id()]
	}
	return build(l.input())
}

func (l *layer) copy(n *Node, v float64, build func(*Node) *Node) *Node {
	switch {
	case !n.DType().IsFloat():
		return n
	case !l.walk.active(n):
		return ZerosLike(n)
	case l.walk.inputs[n.Id()] || !copies[n.Type()]:
		return MulScalar(OnesLike(n), v)
	}
	inputs := make([]*Node, len(n.Inputs()))
	for i, p := range n.Inputs() {
		inputs[i] = build(p)
	}
	return n.CloneWithInputs(inputs...)
}

// convolution says whether the layer is one: the backend's own, or a matrix product over patches (slices of one node side by side).
func (l *layer) convolution() bool {
	if l.op.Type() == NodeTypeConvGeneral {
		return true
	}
	n := l.input()
	for n.Type() == NodeTypeReshape || n.Type() == NodeTypeTranspose {
		n = n.Inputs()[0]
	}
	if n.Type() != NodeTypeConcatenate || len(n.Inputs()) < 2 {
		return false
	}
	for _, p := range n.Inputs() {
		if p.Type() != NodeTypeSlice || p.Inputs()[0] != n.Inputs()[0].Inputs()[0] {
			return false
		}
	}
	return true
}

// first says whether the layer reads the explained input itself, with no other layer or activation between but copies, shifts and scales.
func (l *layer) first() bool {
	seen := map[NodeId]bool{}
	var reads func(n *Node) bool
	reads = func(n *Node) bool {
		if seen[n.Id()] || !l.walk.depends[n.Id()] || l.walk.inputs[n.Id()] {
			return true
		}
		seen[n.Id()] = true
		switch t := n.Type(); {
		case copies[t]:
		case (t == NodeTypeAdd || t == NodeTypeSub || t == NodeTypeMul || t == NodeTypeDiv) && len(l.walk.operands(n)) == 1:
		default:
			return false
		}
		for _, p := range n.Inputs() {
			if !reads(p) {
				return false
			}
		}
		return true
	}
	return reads(l.input())
}

// named says whether the layer goes by that name: that of one of its nodes or of a reshape of its result, or the scope of its weights.
func (l *layer) named(name string) bool {
	name = strings.Trim(name, "/")
	is := func(s string) bool { s = strings.Trim(s, "/"); return s == name || strings.HasPrefix(s, name+"/") }
	for _, n := range append([]*Node{l.op}, l.after...) {
		if is(l.walk.trace.own(n)) {
			return true
		}
	}
	for n := l.output(); len(l.walk.users[n.Id()]) == 1; {
		if n = l.walk.users[n.Id()][0]; n.Type() != NodeTypeReshape && n.Type() != NodeTypeTranspose {
			break
		}
		if is(l.walk.trace.own(n)) {
			return true
		}
	}
	weights := l.weights()
	for copies[weights.Type()] && len(weights.Inputs()) > 0 {
		weights = weights.Inputs()[0]
	}
	return weights.Type() == NodeTypeParameter && is(weights.GetParameterName())
}
