package explain

import (
	"fmt"
	"strings"

	. "github.com/gomlx/gomlx/core/graph" //nolint:revive,staticcheck // graph functions read like the mathematics

	"github.com/vitrine-ml/vitrine/pkg/models"
)

// Replay is the trace with other values in the place of some nodes: what follows from these is computed again, each operation cloned with
// its new inputs, and all else is shared. The result has the same names; a replaced node's name is its replacement's. This is the
// primitive "intervene": paths through a layer, ablation and patching stand on it.
//
// It panics, as graph functions do, if a replacement has another shape than its node, and where it cannot follow: the branches of an If
// take values from around them without naming them as inputs.
func (t *Trace) Replay(replace map[*Node]*Node) *Trace {
	now := map[NodeId]*Node{} // what stands for a node
	first := NodeId(-1)
	for old, with := range replace {
		if !old.Shape().Equal(with.Shape()) {
			panic(fmt.Errorf("explain: node %q has shape %s, it cannot be replaced by %s", t.NameOf(old), old.Shape(), with.Shape()))
		}
		now[old.Id()] = with
		if first < 0 || old.Id() < first {
			first = old.Id()
		}
	}
	for _, n := range t.nodes {
		if n.Type() == NodeTypeIf && n.Id() > first {
			panic(fmt.Errorf("explain: node %q is an If, whose branches cannot be computed again with other values: compute both and choose with Where", t.NameOf(n)))
		}
	}
	for _, n := range t.nodes { // in the order of computation
		if now[n.Id()] != nil || n.Id() <= first {
			continue
		}
		inputs, changed := make([]*Node, len(n.Inputs())), false
		for i, in := range n.Inputs() {
			if inputs[i] = now[in.Id()]; inputs[i] == nil {
				inputs[i] = in
			}
			changed = changed || inputs[i] != in
		}
		if changed {
			now[n.Id()] = t.clone(n, inputs)
		}
	}
	r := &Trace{byName: map[string]*Node{}, nameOf: map[NodeId]string{}, names: t.names, replaced: now}
	current := func(n *Node) *Node {
		if c := now[n.Id()]; c != nil {
			return c
		}
		return n
	}
	for name, n := range t.byName {
		r.byName[name], r.nameOf[current(n).Id()] = current(n), name
	}
	for _, n := range t.nodes {
		r.nodes = append(r.nodes, current(n))
	}
	for _, n := range t.Inputs {
		r.Inputs = append(r.Inputs, current(n))
	}
	for _, n := range t.Outputs {
		r.Outputs = append(r.Outputs, current(n))
	}
	return r
}

// clone is CloneWithInputs with an error that names the node.
func (t *Trace) clone(n *Node, inputs []*Node) (c *Node) {
	defer func() {
		if r := recover(); r != nil {
			panic(fmt.Errorf("explain: node %q, %s, cannot be computed again with other values: %v", t.NameOf(n), models.OpName(n), r))
		}
	}()
	if c = n.CloneWithInputs(inputs...); c == nil {
		panic("GoMLX has no clone for it")
	}
	return c
}

// fresh panics if gradients of a replayed trace were computed from a value that a replay replaced: a custom gradient that holds on to
// nodes of its own, rather than using its arguments, does that, and would silently give the gradient at another point.
func (t *Trace) fresh(gradients []*Node) {
	if len(t.replaced) == 0 {
		return
	}
	seen := map[NodeId]bool{}
	todo := append([]*Node(nil), gradients...)
	for len(todo) > 0 {
		n := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if seen[n.Id()] {
			continue
		}
		seen[n.Id()] = true
		if with := t.replaced[n.Id()]; with != nil && with != n {
			panic(fmt.Errorf("explain: a gradient after an intervention still uses the value of node %q from before it: one of the custom "+
				"gradients (%s) holds on to nodes of its own; it must use its arguments only", t.NameOf(with), strings.Join(t.custom(), ", ")))
		}
		todo = append(todo, n.Inputs()...)
	}
}

// custom are the names of the nodes with gradients of their own.
func (t *Trace) custom() (names []string) {
	for _, n := range t.nodes {
		if n.CustomGradient() != nil {
			names = append(names, t.NameOf(n))
		}
	}
	return names
}
