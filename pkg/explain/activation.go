package explain

import (
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive,staticcheck // graph functions read like the mathematics
)

// elementwise operations give each number from the numbers at its place.
var elementwise = map[NodeType]bool{
	NodeTypeAdd: true, NodeTypeSub: true, NodeTypeMul: true, NodeTypeDiv: true, NodeTypePow: true, NodeTypeMax: true, NodeTypeMin: true,
	NodeTypeNeg: true, NodeTypeAbs: true, NodeTypeSign: true, NodeTypeClamp: true, NodeTypeWhere: true, NodeTypeConvertDType: true,
	NodeTypeIdentity: true, NodeTypeTanh: true, NodeTypeLogistic: true, NodeTypeExp: true, NodeTypeExpm1: true, NodeTypeLog: true,
	NodeTypeLog1p: true, NodeTypeSqrt: true, NodeTypeRsqrt: true, NodeTypeErf: true, NodeTypeSin: true, NodeTypeCos: true,
	NodeTypeGreaterThan: true, NodeTypeGreaterOrEqual: true, NodeTypeLessThan: true, NodeTypeLessOrEqual: true, NodeTypeEqual: true,
	NodeTypeNotEqual: true, NodeTypeLogicalAnd: true, NodeTypeLogicalOr: true, NodeTypeLogicalNot: true, NodeTypeIsFinite: true,
	NodeTypeIsNaN: true,
}

// root is the node u of n's shape such that n is an elementwise function of u alone, however many nodes it is spelled out in (GELU, SELU,
// softplus …); nil if there is none. No pattern is needed: the inputs of n that depend on what is explained are expanded, the latest
// first, until a single node is left. atZero asks for a function that is finite at u = 0 as far as can be seen: not 1/u, nor log u.
func (w *walk) root(n *Node, atZero bool) *Node {
	front, singular := map[NodeId]*Node{n.Id(): n}, map[NodeId]bool{}
	for {
		var last *Node
		for _, f := range front {
			if last == nil || f.Id() > last.Id() {
				last = f
			}
		}
		if last == nil {
			return nil
		}
		if len(front) == 1 && last != n && last.DType().IsFloat() && last.Shape().Equal(n.Shape()) && (!atZero || !singular[last.Id()]) {
			return last
		}
		if !elementwise[last.Type()] || w.inputs[last.Id()] {
			return nil
		}
		switch last.Type() {
		case NodeTypeDiv:
			singular[last.Inputs()[1].Id()] = true
		case NodeTypeLog, NodeTypeRsqrt:
			singular[last.Inputs()[0].Id()] = true
		}
		delete(front, last.Id())
		for _, p := range last.Inputs() {
			if w.depends[p.Id()] {
				front[p.Id()] = p
			}
		}
	}
}

// replay is n with another node in place of u: whatever lies between them is built again.
func (w *walk) replay(n, u, instead *Node) *Node {
	again := map[NodeId]*Node{u.Id(): instead}
	var build func(n *Node) *Node
	build = func(n *Node) *Node {
		if !w.depends[n.Id()] {
			return n
		}
		if again[n.Id()] == nil {
			inputs := make([]*Node, len(n.Inputs()))
			for i, p := range n.Inputs() {
				inputs[i] = build(p)
			}
			again[n.Id()] = n.CloneWithInputs(inputs...)
		}
		return again[n.Id()]
	}
	return build(n)
}

// slope is Δf/Δu, and the derivative where Δu is too small to divide by.
func (w *walk) slope(n, u, difference, change *Node, smallest float64) *Node {
	safe := GreaterThan(Abs(change), Scalar(u.Graph(), u.DType(), smallest))
	derivative := w.derivative(n, u)
	derivative = Where(IsFinite(derivative), derivative, ZerosLike(derivative)) // of √u at 0: what it applies to is zero
	return Where(safe, Div(difference, Where(safe, change, OnesLike(change))), derivative)
}

// derivative of n, an elementwise function of u.
func (w *walk) derivative(n, u *Node) *Node {
	adjoints := map[NodeId]*Node{n.Id(): OnesLike(n)}
	between := upstream(n)
	for id := n.Id(); id > u.Id(); id-- {
		m := adjoints[id]
		if m == nil || !between[id] || !w.depends[id] {
			continue
		}
		at := n.Graph().NodeById(id)
		switch at.Type() {
		case NodeTypeSign: // flat almost everywhere
			continue
		case NodeTypeRsqrt: // -½ u^(-3/2)
			adjoints[at.Inputs()[0].Id()] = plus(adjoints[at.Inputs()[0].Id()], Mul(m, MulScalar(Div(at, at.Inputs()[0]), -0.5)))
			continue
		case NodeTypeExpm1: // exp u
			adjoints[at.Inputs()[0].Id()] = plus(adjoints[at.Inputs()[0].Id()], Mul(m, AddScalar(at, 1)))
			continue
		case NodeTypeConvertDType:
			if !at.Inputs()[0].DType().IsFloat() {
				continue
			}
		}
		for i, v := range w.adjoint(at, m) {
			if p := at.Inputs()[i]; v != nil && w.active(p) {
				adjoints[p.Id()] = plus(adjoints[p.Id()], v)
			}
		}
	}
	if d := adjoints[u.Id()]; d != nil {
		return d
	}
	return ZerosLike(u)
}

func plus(sum, v *Node) *Node {
	if sum == nil {
		return v
	}
	return Add(sum, v)
}

// isZero recognises constants of zeros.
func isZero(n *Node) bool {
	switch n.Type() {
	case NodeTypeReshape, NodeTypeBroadcastInDim, NodeTypeConvertDType, NodeTypeTranspose, NodeTypeIdentity:
		return isZero(n.Inputs()[0])
	case NodeTypeConstant:
		if !n.DType().IsFloat() || n.ConstantValue() == nil || n.Shape().Size() > 1<<10 { // larger ones are tables
			return false
		}
		zero := true
		_ = n.ConstantValue().ConstFlatData(func(flat any) {
			switch flat := flat.(type) {
			case []float32:
				for _, v := range flat {
					zero = zero && v == 0
				}
			case []float64:
				for _, v := range flat {
					zero = zero && v == 0
				}
			default:
				zero = false
			}
		})
		return zero
	}
	return false
}
