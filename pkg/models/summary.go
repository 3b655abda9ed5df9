package models

import (
	"fmt"
	"strings"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"
)

// Summary is a net at a glance: its named nodes in the order of computation, with the parameters that each of them is the first to use.
// A node named after a layer that has a name itself ("lstm_0/h_3") is part of it and not listed.
type Summary struct {
	Title  string
	Layers []Layer
}

// Layer is a named node of a net.
type Layer struct {
	Name       string
	Shape      []int // of its output for one example
	Parameters int   // numbers to be trained that this node is the first to use
}

// Parameters is the number of all numbers to be trained.
func (s Summary) Parameters() (n int) {
	for _, l := range s.Layers {
		n += l.Parameters
	}
	return n
}

// String is a table.
func (s Summary) String() string {
	width := len("layer")
	for _, l := range s.Layers {
		width = max(width, len(l.Name))
	}
	var b strings.Builder
	line := func(name, shape, parameters any) {
		fmt.Fprintf(&b, "%-*v  %-16v %12v\n", width, name, shape, parameters)
	}
	fmt.Fprintf(&b, "%s\n", s.Title)
	line("layer", "output", "parameters")
	for _, l := range s.Layers {
		dims := make([]string, len(l.Shape))
		for i, d := range l.Shape {
			dims[i] = fmt.Sprint(d)
		}
		line(l.Name, strings.Join(dims, " × "), l.Parameters)
	}
	line("total", "", s.Parameters())
	return b.String()
}

// Summary walks the traced graph: nothing is computed. A net whose function names no nodes has its inputs and outputs alone.
func (n *Net) Summary() (Summary, error) {
	g, inputs, outputs, err := n.trace(false)
	if err != nil {
		return Summary{}, fmt.Errorf("models: %s: %w", n.Name, err)
	}
	defer g.Finalize()
	variables := map[graph.NodeId]*model.Variable{}
	for v := range n.store.IterVariables() {
		if v.Trainable && v.InUseByGraph(g) {
			variables[v.NodeValue(g).Id()] = v
		}
	}
	named := map[graph.NodeId]string{}
	for i, o := range outputs {
		named[o.Id()] = n.Outputs[i].Name
	}
	for alias, node := range g.IterAliasedNodes() {
		named[node.Id()] = strings.TrimPrefix(alias, "/")
	}
	s := Summary{Title: n.Name}
	for i, in := range inputs {
		s.Layers = append(s.Layers, Layer{Name: n.Inputs[i].Name, Shape: in.Shape().Dimensions[1:]})
		delete(named, in.Id())
	}
	seen := map[graph.NodeId]bool{}
	whole := map[string]bool{}
	for _, name := range named {
		whole[name] = true
	}
	for _, node := range g.Nodes() {
		name, ok := named[node.Id()]
		if layer, _, part := strings.Cut(name, "/"); !ok || part && whole[strings.TrimSuffix(layer, "_reverse")] {
			continue
		}
		l := Layer{Name: name, Shape: node.Shape().Dimensions}
		if node.Rank() > 0 && node.Shape().Dim(0) == traceRows {
			l.Shape = l.Shape[1:]
		}
		for _, v := range newVariables(node, seen, variables) {
			l.Parameters += v.Shape().Size()
		}
		s.Layers = append(s.Layers, l)
	}
	return s, nil
}

// newVariables are those that node depends on and that are not seen yet.
func newVariables(node *graph.Node, seen map[graph.NodeId]bool, variables map[graph.NodeId]*model.Variable) (fresh []*model.Variable) {
	if seen[node.Id()] {
		return nil
	}
	seen[node.Id()] = true
	if v := variables[node.Id()]; v != nil {
		fresh = append(fresh, v)
	}
	for _, in := range node.Inputs() {
		fresh = append(fresh, newVariables(in, seen, variables)...)
	}
	return fresh
}
