package models

import (
	"fmt"
	"strings"

	"github.com/gomlx/gomlx/core/graph"
)

// Refusal is an operation whose gradient GoMLX is known to get wrong, to crash on or not to have.
type Refusal struct {
	Node *graph.Node
	Why  string // and what to do instead
}

func (r *Refusal) Error() string {
	name := ""
	if alias := r.Node.GetAlias(); alias != "" {
		name = fmt.Sprintf(" %q", strings.TrimPrefix(alias, "/"))
	}
	shape := "several outputs"
	if r.Node.NumOutputs() == 1 {
		shape = r.Node.Shape().String()
	}
	return fmt.Sprintf("the gradient of %s%s of shape %s is refused: %s", OpName(r.Node), name, shape, r.Why)
}

// Preflight walks a graph before the gradient of output with respect to some of its nodes is built. It returns a [*Refusal] for the first
// operation on a way that the gradient takes which GoMLX v0.28 differentiates wrongly, crashes on or cannot differentiate at all:
//
//   - If gives the gradient 0 whatever its branches do, without a word.
//   - A sum over windows with padding (CumSum, SumPool and MeanPool with padding) crashes the process on the pure-Go backend, where no
//     recover reaches.
//   - Whatever has no gradient (Sort, Reverse, While, …) is named here with its shape.
//
// It cannot tell ties: ReduceMax and ReduceMin give each of several equal largest (smallest) values the whole gradient, Max and Min give
// both of two equal values the whole of it. [MaxPool2D] and [Relu] do neither.
func Preflight(output *graph.Node, of ...*graph.Node) error {
	depends := map[graph.NodeId]bool{} // on what is differentiated by
	for _, n := range of {
		depends[n.Id()] = true
	}
	carries := map[graph.NodeId]bool{output.Id(): true} // the gradient, from the output down
	nodes := output.Graph().Nodes()[:output.Id()+1]
	for _, n := range nodes {
		// The branches of an If may hold values from around them, which are not among its inputs.
		depends[n.Id()] = depends[n.Id()] || n.Type() == graph.NodeTypeIf
		for _, in := range n.Inputs() {
			depends[n.Id()] = depends[n.Id()] || depends[in.Id()]
		}
	}
	for i := len(nodes) - 1; i >= 0; i-- {
		n := nodes[i]
		if !carries[n.Id()] || n.StopGradient() {
			continue
		}
		if n.Type() == graph.NodeTypeIf {
			return &Refusal{n, "GoMLX gives 0 for it, whatever its branches do. Compute both branches and choose with Where"}
		}
		needed := false
		for _, in := range n.Inputs() {
			if depends[in.Id()] && !in.StopGradient() && (in.NumOutputs() > 1 || in.DType().IsFloat()) {
				carries[in.Id()], needed = true, true
			}
		}
		if !needed || n.CustomGradient() != nil {
			continue
		}
		if why := refused(n); why != "" {
			return &Refusal{n, why}
		}
	}
	return nil
}

// refused says why a node cannot be differentiated; "" if it can.
func refused(n *graph.Node) string {
	op := OpName(n)
	if n.Type() == graph.NodeTypeReduceWindow && n.Graph().Backend().Name() == pureGo && padded(n) {
		return "on the pure-Go backend it ends the process (the sum over a padded window, as CumSum is one). Multiply by a matrix of ones and zeros, " +
			"concatenate the padding before a window without any, or compute on XLA"
	}
	if n.Type() == graph.NodeTypeSplitNode || strings.HasPrefix(op, "Fused") { // handled apart, without a rule of their own
		return ""
	}
	if _, known := graph.VJPRegistration[n.Type()]; !known {
		return "GoMLX has none. Build it of other operations, put StopGradient around it, or give it a gradient with IdentityWithCustomGradient"
	}
	return ""
}

// pureGo is the name of GoMLX's backend in Go.
const pureGo = "Go Backend"

// padded says of a ReduceWindow whether it sums over padding. Attributes of nodes can be read from their description alone.
func padded(n *graph.Node) bool {
	text := n.String()
	_, paddings, _ := strings.Cut(text, "paddings=")
	paddings, _, _ = strings.Cut(paddings, ")")
	return strings.Contains(text, "reductionType=Sum") && strings.ContainsAny(paddings, "123456789")
}

// OpName is the name of a node's operation: "Dot", "While".
func OpName(n *graph.Node) string {
	switch n.Type() { // which GoMLX leaves without names
	case graph.NodeTypeCall:
		return "Call"
	case graph.NodeTypeSort:
		return "Sort"
	case graph.NodeTypeWhile:
		return "While"
	case graph.NodeTypeIf:
		return "If"
	}
	return n.Type().String()
}

// CheckWeights returns an error that names the first variable that holds NaN or infinity, and where.
func (n *Net) CheckWeights() error {
	for v := range n.store.IterVariables() {
		value, err := v.Value()
		if err != nil {
			return fmt.Errorf("models: variable %s of %s: %w", v.Path(), n.Name, err)
		}
		if at, number := firstNotFinite(value); at >= 0 {
			return fmt.Errorf("models: variable %s of %s, %s, holds %v at position %d", v.Path(), n.Name, v.Shape(), number, at)
		}
	}
	return nil
}
