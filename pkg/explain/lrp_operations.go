package explain

import (
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive,staticcheck // graph functions read like the mathematics
)

func (LRP) title() string { return "LRP" }

func (l LRP) propagate(w *walk, n, m, r *Node) {
	if layer := w.layerAt(n); layer != nil {
		l.layer(w, layer, n, m, r)
		return
	}
	if r != nil {
		if m = l.relevance(w, n, m, r); m == nil {
			return
		}
	}
	switch t := n.Type(); t {
	case NodeTypeReshape, NodeTypeTranspose, NodeTypeSlice, NodeTypeBroadcastInDim, NodeTypeConvertDType, NodeTypeNeg,
		NodeTypeReduceSum, NodeTypeIdentity, NodeTypeReverse, NodeTypeReduceMax, NodeTypeReduceMin, NodeTypeReduceWindow, NodeTypeGather:
		if !w.active(n.Inputs()[0]) { // numbers made of indices or conditions
			w.activation(n, m)
			return
		}
		w.sendAll(n, w.adjoint(n, m))
	case NodeTypeAdd, NodeTypeSub, NodeTypeConcatenate, NodeTypeScatterSum:
		w.linear(n, m)
	case NodeTypeMul, NodeTypeDotGeneral, NodeTypeConvGeneral:
		l.product(w, n, m)
	case NodeTypeDiv:
		l.quotient(w, n, m)
	case NodeTypeMax, NodeTypeMin, NodeTypeWhere:
		w.selection(n, m)
	case NodeTypeExp:
		if w.feedsSoftmax(n) {
			u := n.Inputs()[0]
			slope := Mul(m, n)
			w.take(n, tookSoftmax, Sub(slope, Mul(u, slope)))
			w.send(u, slope)
			return
		}
		w.activation(n, m)
	default:
		w.activation(n, m)
	}
}

// layer shares out by the composite's rule.
func (l LRP) layer(w *walk, layer *layer, n, m, r *Node) {
	if m != nil {
		r = plus(r, Mul(n, m))
	}
	s := l.Composite.rule(layer).split(layer, r)
	w.send(layer.input(), s.multiplier)
	if s.relevance != nil {
		w.sendRelevance(layer.input(), s.relevance)
	}
	w.take(n, tookBias, s.bias)
	w.take(n, tookStabiliser, s.lost)
}

// relevance passes relevance as such through copies and through what has one active input of n's shape; elsewhere it becomes a
// multiplier, which loses it where n is zero. It returns the multiplier that is left to deal with.
func (l LRP) relevance(w *walk, n, m, r *Node) *Node {
	at := w.operands(n)
	switch {
	case copies[n.Type()] && len(at) > 0, n.Type() == NodeTypeReduceMax, n.Type() == NodeTypeReduceMin:
		for i, v := range w.adjoint(n, r) {
			if v != nil && w.active(n.Inputs()[i]) {
				w.sendRelevance(n.Inputs()[i], v)
			}
		}
		return m
	case len(at) == 1 && elementwise[n.Type()] && n.Inputs()[at[0]].Shape().Equal(n.Shape()) && !w.chosen(n):
		w.sendRelevance(n.Inputs()[at[0]], r)
		return m
	}
	s := Div(r, stable(n, tiny))
	w.take(n, tookStabiliser, Sub(r, Mul(n, s)))
	return plus(m, s)
}

// linear is an operation that is linear in all its floats together: constants among them take their part.
func (w *walk) linear(n, m *Node) {
	inputs, constant := append([]*Node(nil), n.Inputs()...), false
	for i, p := range inputs {
		if w.active(p) {
			inputs[i] = ZerosLike(p)
		} else if p.DType().IsFloat() && !isZero(p) {
			constant = true
		}
	}
	if constant {
		w.take(n, tookBias, Mul(n.CloneWithInputs(inputs...), m))
	}
	w.sendAll(n, w.adjoint(n, m))
}

// product of one active operand is linear; of two, it goes to the signal if the other is a gate, and half to each if not.
func (l LRP) product(w *walk, n, m *Node) {
	if len(w.operands(n)) == 1 {
		w.sendAll(n, w.adjoint(n, m))
		return
	}
	if l.Attention == CPLRP && w.toSignal(n, m, w.isSoftmax) {
		return
	}
	if n.Type() == NodeTypeMul {
		if w.root(n, true) != nil { // GELU, SiLU, a square
			w.activation(n, m)
			return
		}
		if w.toSignal(n, m, isGate) {
			return
		}
	}
	w.sendAll(n, w.adjoint(n, MulScalar(m, 0.5)))
}

// toSignal gives all to the one operand that does not scale the other; false if both do or none does.
func (w *walk) toSignal(n, m *Node, scales func(*Node) bool) bool {
	one, other := scales(n.Inputs()[0]), scales(n.Inputs()[1])
	if one == other {
		return false
	}
	in := w.adjoint(n, m)
	if one {
		in[0] = nil
	} else {
		in[1] = nil
	}
	w.sendAll(n, in)
	return true
}

// quotient holds the denominator constant, so that normalisations need no rule; but in a softmax it passes the plain derivative, as AttnLRP
// does: the parts of n's own then cancel out.
func (l LRP) quotient(w *walk, n, m *Node) {
	numerator, denominator := n.Inputs()[0], n.Inputs()[1]
	switch {
	case !w.active(denominator):
		w.sendAll(n, w.adjoint(n, m))
	case selfNormalised(n) && l.Attention == CPLRP:
		w.take(n, tookSoftmax, Mul(n, m))
	case selfNormalised(n):
		w.take(n, tookSoftmax, Mul(n, m))
		w.sendAll(n, w.adjoint(n, m))
	case w.root(n, true) != nil:
		w.activation(n, m)
	case w.active(numerator):
		in := w.adjoint(n, m)
		in[1] = nil
		w.sendAll(n, in)
	default:
		w.take(n, tookConstant, Mul(n, m))
	}
}

// selection passes everything to the operand that was selected, which may be a constant.
func (w *walk) selection(n, m *Node) {
	if w.chosen(n) && w.root(n, true) != nil {
		w.activation(n, m) // ELU, softplus …: the condition is a function of the same number
		return
	}
	if len(w.operands(n)) == 0 {
		w.refuse(n, "depends on the input only through a condition, no rule")
	}
	floats, chosen := n.Inputs(), w.adjoint(n, OnesLike(n))
	for i, p := range floats {
		if !p.DType().IsFloat() || w.active(p) || isZero(p) {
			continue
		}
		won := chosen[i]
		if !p.Shape().Equal(n.Shape()) { // its adjoint is a sum over where it was broadcast to; select ones instead
			inputs := make([]*Node, len(floats))
			for j, q := range floats {
				switch {
				case !q.DType().IsFloat():
					inputs[j] = q
				default:
					inputs[j] = BroadcastToShape(q, n.Shape())
				}
			}
			won = w.adjoint(n.CloneWithInputs(inputs...), OnesLike(n))[i]
		}
		w.take(n, tookConstant, Mul(Mul(n, m), won))
	}
	w.sendAll(n, w.adjoint(n, m))
}

// activation passes all relevance but f(0) to the number that n is a function of: the multiplier is (f(u) − f(0))/u.
func (w *walk) activation(n, m *Node) {
	u := w.root(n, true)
	if u == nil {
		w.refuse(n, "no rule")
	}
	zero := w.replay(n, u, ZerosLike(u))
	zero = Where(IsFinite(zero), zero, ZerosLike(zero)) // of a pole, nothing can be taken
	w.take(n, tookBias, Mul(zero, m))
	w.send(u, Mul(m, w.slope(n, u, Sub(n, zero), u, 1e-6)))
}

// origin looks back through copies.
func origin(n *Node) *Node {
	for copies[n.Type()] {
		n = n.Inputs()[0]
	}
	return n
}

// isGate recognises what scales a signal: a sigmoid, one minus it, or one over something.
func isGate(n *Node) bool {
	switch o := origin(n); o.Type() {
	case NodeTypeLogistic, NodeTypeRsqrt:
		return true
	case NodeTypeDiv:
		return origin(o.Inputs()[0]).Type() == NodeTypeConstant
	case NodeTypeSub:
		return origin(o.Inputs()[0]).Type() == NodeTypeConstant && origin(o.Inputs()[1]).Type() == NodeTypeLogistic
	}
	return false
}

// selfNormalised recognises a / Σa.
func selfNormalised(n *Node) bool {
	if n.Type() != NodeTypeDiv {
		return false
	}
	sum := origin(n.Inputs()[1])
	return sum.Type() == NodeTypeReduceSum && sum.Inputs()[0] == n.Inputs()[0]
}

// isSoftmax recognises a softmax, through a mask too.
func (w *walk) isSoftmax(n *Node) bool {
	o := origin(n)
	if o.Type() == NodeTypeWhere || o.Type() == NodeTypeMul {
		at := w.operands(o)
		return len(at) == 1 && w.isSoftmax(o.Inputs()[at[0]])
	}
	return selfNormalised(o)
}

// feedsSoftmax recognises the exponential of a softmax, through a mask too.
func (w *walk) feedsSoftmax(n *Node) bool {
	for _, u := range w.users[n.Id()] {
		if selfNormalised(u) && u.Inputs()[0] == n || (u.Type() == NodeTypeWhere || u.Type() == NodeTypeMul) && len(w.operands(u)) == 1 && w.feedsSoftmax(u) {
			return true
		}
	}
	return false
}
