package explain

import (
	"encoding/json"
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive,staticcheck // graph functions read like the mathematics
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
	w := &walk{trace: t, rules: method, rows: inputs[0].Shape().Dim(0), inputs: map[NodeId]bool{}}
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
	if n.NumOutputs() != 1 || n.Type() == NodeTypeSplitNode {
		w.refuse(n, "no rule for an operation with several results")
	}
	w.rules.propagate(w, n, m, r)
}

// propagateProgram is a program that walks back; its name holds the method's options, on which the walk depends.
func propagateProgram(method Explainer, back func(t *Trace, target, weights *Node, attributed, baseline []*Node) []*Node) (*program, error) {
	options, err := json.Marshal(method)
	if err != nil {
		return nil, fmt.Errorf("explain: %w", err)
	}
	return &program{name: nameOf(method) + string(options), back: back}, nil
}

// rounding is how far off a sum of an example's relevances may be: single rounding errors grow with what they are rounding errors of.
func (r *run) rounding(output float64, lists ...[]float64) float64 {
	magnitude := math.Abs(output)
	for _, list := range lists {
		for _, v := range list {
			magnitude += math.Abs(v)
		}
	}
	for _, i := range r.attributed {
		if r.net.Inputs[i].DType != dtypes.Float64 {
			return 1e-4 * magnitude
		}
	}
	return 1e-9 * magnitude
}

// prepare finds out what depends on the inputs and which nodes use which.
func (w *walk) prepare(from *Node) {
	w.depends, w.users = map[NodeId]bool{}, map[NodeId][]*Node{}
	needed := ancestors(from)
	for id := NodeId(0); id <= from.Id(); id++ {
		if !needed[id] {
			continue
		}
		n := from.Graph().NodeById(id)
		w.depends[id] = w.inputs[id]
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
	shape := ""
	if n.NumOutputs() == 1 {
		shape = " of shape " + n.Shape().String()
	}
	panic(refusal{fmt.Errorf("explain: %s: %s: operation %s, node %q%s", w.rules.title(), why, operationOf(n), w.trace.NameOf(n), shape)})
}

// operationOf names what n computes: a few operations have a name in a node's text only.
func operationOf(n *Node) string {
	if n.Type() == NodeTypeSplitNode { // one result of several
		n = n.Inputs()[0]
	}
	if name := nodeText.FindStringSubmatch(n.String()); name != nil {
		return name[1]
	}
	return n.Type().String()
}

// adjoint is m through the transpose of n's derivative: one multiplier for each input, nil where there is none. What is exactly linear
// but has no gradient in GoMLX has it here.
func (w *walk) adjoint(n, m *Node) []*Node {
	switch n.Type() {
	case NodeTypeIdentity: // a custom gradient is how a model is trained, not what it computes
		return []*Node{m}
	case NodeTypeReverse:
		return []*Node{n.CloneWithInputs(m)}
	case NodeTypeReduceMax, NodeTypeReduceMin:
		return []*Node{winners(n, m)}
	}
	if n.Type() == NodeTypeReduceWindow && windowOf(n) == "Sum" && paddedWindow.MatchString(n.String()) {
		w.refuse(n, "no rule for sums over windows with padding, whose gradient crashes on pure Go")
	}
	vjp := VJPRegistration[n.Type()]
	if vjp == nil {
		w.refuse(n, "no rule")
	}
	return vjp(n, []*Node{m}, shapes.Make(m.DType()))
}

// What some operations are, along which axes they reduce and how their windows are padded is said nowhere but in a node's text.
var (
	nodeText     = regexp.MustCompile(`^Node #\d+(?: \["[^"]*"\])? (\w+)`)
	reduced      = regexp.MustCompile(`axes=\[([\d ]*)\]`)
	windowKind   = regexp.MustCompile(`reductionType=(?:ReduceOp)?(\w+)`)
	paddedWindow = regexp.MustCompile(`paddings=\[[^)]*[1-9]`)
)

func windowOf(n *Node) string {
	if kind := windowKind.FindStringSubmatch(n.String()); kind != nil {
		return kind[1]
	}
	return ""
}

// winners is m for the largest (or smallest) operands of a reduction, those that share it sharing m; the plain gradient would give each the
// whole. A compiler may compute an operand twice, with other rounding: so who is within rounding of the largest has won.
func winners(n, m *Node) *Node {
	x := n.Inputs()[0]
	kept, axes := x.Shape().Clone().Dimensions, reducedAxes(n)
	for _, axis := range axes {
		kept[axis] = 1
	}
	spread := func(v *Node) *Node { return BroadcastToShape(Reshape(v, kept...), x.Shape()) }
	rounding := 2e-6
	if n.DType() == dtypes.Float64 {
		rounding = 4e-15
	}
	slack := spread(MulScalar(ReduceSum(Abs(x), axes...), rounding))
	won := NonNegativeIndicator(Sub(slack, Abs(Sub(x, spread(n)))))
	return Mul(won, spread(Div(m, ReduceSum(won, axes...))))
}

// reducedAxes are those along which n reduces.
func reducedAxes(n *Node) (axes []int) {
	text := reduced.FindStringSubmatch(n.String())
	if text == nil {
		panic(fmt.Errorf("explain: along which axes does %s reduce?", n))
	}
	for _, word := range strings.Fields(text[1]) {
		axis, err := strconv.Atoi(word)
		if err != nil {
			panic(err)
		}
		axes = append(axes, axis)
	}
	if len(axes) == 0 { // none said: all
		for axis := range n.Inputs()[0].Rank() {
			axes = append(axes, axis)
		}
	}
	return axes
}

// ancestors are the nodes that n is computed from, and n.
func ancestors(n *Node) map[NodeId]bool {
	seen, todo := map[NodeId]bool{}, []*Node{n}
	for len(todo) > 0 {
		n := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if !seen[n.Id()] {
			seen[n.Id()] = true
			todo = append(todo, n.Inputs()...)
		}
	}
	return seen
}
