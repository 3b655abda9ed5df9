package explain

import (
	"errors"
	"fmt"
	"strings"

	. "github.com/gomlx/gomlx/core/graph" //nolint:revive,staticcheck // graph functions read like the mathematics
	"github.com/gomlx/gomlx/ml/model"

	"github.com/vitrine-ml/vitrine/pkg/models"
)

// Trace is a net's graph with names for its nodes: the model's own aliases ("conv_0"), and for every other node its operation with the
// number of such operations before it ("Dot#3"). It lives while the graph is built.
type Trace struct {
	Inputs, Outputs []*Node
	byName          map[string]*Node
	nameOf          map[NodeId]string
	names           []string
	nodes           []*Node
	replaced        map[NodeId]*Node // by Replay: what stands for a node of the graph as it was
}

// NewTrace builds the net's graph on the inputs, with recurrent layers spelled out step by step, so that nothing is hidden. It panics as
// graph functions do.
func NewTrace(net *models.Net, scope *model.Scope, inputs []*Node) *Trace {
	models.Unroll(scope, inputs[0].Graph())
	return traceAsComputed(net, scope, inputs)
}

// traceAsComputed is a trace of the graph in the form that is the fastest to compute, for what reads nothing but inputs, outputs and first
// gradients: recurrent layers are loops.
func traceAsComputed(net *models.Net, scope *model.Scope, inputs []*Node) *Trace {
	t := &Trace{Inputs: inputs, byName: map[string]*Node{}, nameOf: map[NodeId]string{}}
	g := inputs[0].Graph()
	before := len(g.Nodes())
	t.Outputs = net.Apply(scope, inputs)
	aliases := map[NodeId]string{}
	for alias, n := range g.IterAliasedNodes() {
		aliases[n.Id()] = strings.TrimPrefix(alias, "/")
	}
	count := map[string]int{}
	for i, p := range net.Inputs {
		t.add(p.Name, inputs[i])
	}
	for _, n := range g.Nodes()[before:] {
		name := aliases[n.Id()]
		if name == "" {
			op := models.OpName(n)
			name = fmt.Sprintf("%s#%d", op, count[op])
			count[op]++
		}
		t.add(name, n)
	}
	return t
}

func (t *Trace) add(name string, n *Node) {
	t.byName[name] = n
	t.nameOf[n.Id()] = name
	t.names = append(t.names, name)
	t.nodes = append(t.nodes, n)
}

// Names are the names of all nodes in the order of computation.
func (t *Trace) Names() []string { return t.names }

// NameOf is the name of a node: for a variable its path, for a node that the net did not build its operation.
func (t *Trace) NameOf(n *Node) string {
	switch name := t.nameOf[n.Id()]; {
	case name != "" && !strings.Contains(name, "#"):
		return name
	case n.Type() == NodeTypeParameter:
		return n.GetParameterName()
	case name != "":
		return name
	}
	return n.Type().String()
}

// own is the name that the model itself gave to a node; "" if it gave none.
func (t *Trace) own(n *Node) string {
	if name := t.nameOf[n.Id()]; !strings.Contains(name, "#") {
		return name
	}
	return ""
}

// Node is the node of that name; it panics with the model's own names if there is none.
func (t *Trace) Node(name string) *Node {
	if n := t.byName[name]; n != nil {
		return n
	}
	var own []string
	for _, n := range t.names {
		if !strings.Contains(n, "#") {
			own = append(own, n)
		}
	}
	panic(fmt.Errorf("explain: no node is named %q; the named ones are %s", name, strings.Join(own, ", ")))
}

// Derive returns the gradient of the weighted sum of an output's numbers with respect to nodes: inputs or any node between. Weights have
// the output's shape, so that one-hot rows select a class for every example; as examples do not interact, each gets its own gradient.
//
// It panics rather than give a gradient that GoMLX is known to get wrong ([models.Preflight]).
func (t *Trace) Derive(output int, weights *Node, nodes ...*Node) []*Node {
	if err := models.Preflight(t.Outputs[output], nodes...); err != nil {
		var refused *models.Refusal
		if errors.As(err, &refused) {
			panic(fmt.Errorf("explain: node %q: %w", t.NameOf(refused.Node), err))
		}
		panic(err)
	}
	gradients := Gradient(ReduceAllSum(Mul(t.Outputs[output], weights)), nodes...)
	t.fresh(gradients)
	return gradients
}
