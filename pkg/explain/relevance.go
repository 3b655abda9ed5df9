package explain

import (
	"fmt"
	"math"

	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive,staticcheck // graph functions read like the mathematics

	"github.com/vitrine-ml/vitrine/pkg/models"
)

// walk is the primitive propagate: one way back through a net's graph, in which every node hands on to its inputs what it got.
//
// What flows are multipliers. The relevance of a node is its value times its multiplier (for DeepLIFT, its difference from the baseline
// times its multiplier), so that linear operations need no rule of their own: what they hand on is their plain adjoint, and no value is
// divided by itself and multiplied by itself again. Only the rules that give relevance to a zero (flat, w², z^B) send relevance as such.
//
// A node is active if it holds floats that depend on the explained inputs. A product with one active operand is linear, so weights need
// not be recognised. An operation without a rule is an error that names the node.
type walk struct {
	trace   *Trace
	rules   ruleset
	rows    int
	through bool // go on where the model stops gradients: its values pass there all the same

	depends    map[NodeId]bool
	users      map[NodeId][]*Node
	inputs     map[NodeId]bool
	multiplier map[NodeId]*Node
	relevance  map[NodeId]*Node
	ledger     *ledger // nil: not kept
}

// ruleset is what tells one method from another.
type ruleset interface {
	title() string
	// propagate sends what n got on to its inputs or to nodes further back: its multiplier m and its relevance r, one of which may be nil.
	propagate(w *walk, n, m, r *Node)
}

func newWalk(t *Trace, method ruleset, inputs []*Node) *walk {
	w := &walk{trace: t, rules: method, rows: t.Inputs[0].Shape().Dim(0), inputs: map[NodeId]bool{}}
	for _, x := range inputs {
		w.inputs[x.Id()] = true
	}
	return w
}

// run walks from the node back to the inputs, starting with the multiplier seed.
func (w *walk) run(from, seed *Node) {
	w.prepare(from)
	w.multiplier, w.relevance = map[NodeId]*Node{}, map[NodeId]*Node{}
	if !w.depends[from.Id()] { // a constant, with the examples first as in every output
		if w.ledger != nil {
			w.ledger.outer = map[NodeId]int{from.Id(): 1}
		}
		w.take(from, tookBias, Mul(from, seed))
		return
	}
	w.send(from, seed)
	for id := from.Id(); id >= 0; id-- {
		m, r := w.multiplier[id], w.relevance[id]
		if n := from.Graph().NodeById(id); (m != nil || r != nil) && !w.inputs[id] {
			w.propagate(n, m, r)
		}
	}
}

func (w *walk) propagate(n, m, r *Node) {
	if n.NumOutputs() != 1 || n.Type() == NodeTypeSplitNode || n.Type() == NodeTypeIf {
		w.refuse(n, "no rule for an operation with branches or several results")
	}
	w.rules.propagate(w, n, m, r)
}

// rounding is how far off a sum of an example's relevances may be: single rounding errors grow with what they are rounding errors of.
func (r *run) rounding(output float64, lists ...[]float64) float64 {
	magnitude := math.Abs(output)
	for _, list := range lists {
		for _, v := range list {
			magnitude += math.Abs(v)
		}
	}
	for _, s := range r.sources {
		if s.dtype != dtypes.Float64 {
			return 1e-4 * magnitude
		}
	}
	return 1e-9 * magnitude
}

// prepare finds out what depends on the inputs and which nodes use which.
func (w *walk) prepare(from *Node) {
	w.depends, w.users = map[NodeId]bool{}, map[NodeId][]*Node{}
	needed := upstream(from)
	for id := NodeId(0); id <= from.Id(); id++ {
		if !needed[id] {
			continue
		}
		n := from.Graph().NodeById(id)
		w.depends[id] = w.inputs[id] || n.Type() == NodeTypeIf // whose branches take values from around them without naming them
		for _, p := range n.Inputs() {
			w.users[p.Id()] = append(w.users[p.Id()], n)
			if w.depends[p.Id()] && (w.through || !n.StopGradient()) {
				w.depends[id] = true
			}
		}
	}
}

// active says whether relevance may flow to n.
func (w *walk) active(n *Node) bool {
	return w.depends[n.Id()] && (n.NumOutputs() != 1 || n.DType().IsFloat())
}

// operands are the positions of n's active inputs.
func (w *walk) operands(n *Node) (at []int) {
	for i, p := range n.Inputs() {
		if w.active(p) {
			at = append(at, i)
		}
	}
	return at
}

// chosen says whether an input of n that holds no floats depends on the explained inputs: an index, a condition.
func (w *walk) chosen(n *Node) bool {
	for _, p := range n.Inputs() {
		if w.depends[p.Id()] && !w.active(p) {
			return true
		}
	}
	return false
}

// send adds a multiplier to what n has got so far. What is not active gets nothing: its rule says where that went.
func (w *walk) send(n, m *Node) { w.add(w.multiplier, n, m) }

// sendRelevance adds relevance as such.
func (w *walk) sendRelevance(n, r *Node) { w.add(w.relevance, n, r) }

func (w *walk) add(to map[NodeId]*Node, n, v *Node) {
	if v == nil || !w.active(n) {
		return
	}
	if !v.Shape().Equal(n.Shape()) {
		w.refuse(n, fmt.Sprintf("got %s from its rule", v.Shape()))
	}
	if sum := to[n.Id()]; sum != nil {
		v = Add(sum, v)
	}
	to[n.Id()] = v
}

// sendAll sends one multiplier to each input of n.
func (w *walk) sendAll(n *Node, m []*Node) {
	for i, p := range n.Inputs() {
		w.send(p, m[i])
	}
}

// total is the relevance that reached an input, as values of its shape; difference is what its multiplier applies to.
func (w *walk) total(x, difference *Node) *Node {
	sum := ZerosLike(x)
	if m := w.multiplier[x.Id()]; m != nil {
		sum = Mul(difference, m)
	}
	if r := w.relevance[x.Id()]; r != nil {
		sum = Add(sum, r)
	}
	return sum
}

// refusal is the error of a walk that came to a node without a rule. GoMLX wraps it in much that does not help.
type refusal struct{ error }

// refuse ends the walk with an error that names the node.
func (w *walk) refuse(n *Node, why string) {
	shape, op := "", n
	if n.NumOutputs() == 1 {
		shape = " of shape " + n.Shape().String()
	}
	if n.Type() == NodeTypeSplitNode { // one result of several
		op = n.Inputs()[0]
	}
	panic(refusal{fmt.Errorf("explain: %s: %s: operation %s, node %q%s", w.rules.title(), why, models.OpName(op), w.trace.NameOf(n), shape)})
}
