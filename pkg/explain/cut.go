package explain

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	. "github.com/gomlx/gomlx/core/graph" //nolint:revive,staticcheck // graph functions read like the mathematics
	"github.com/gomlx/gomlx/ml/model"

	"github.com/vitrine-ml/vitrine/pkg/models"
)

// junction is a named node between a net's inputs and the target's output, where the net can be cut: a layer.
type junction struct {
	place
	all bool // whatever the inputs do to the output goes through it
}

// layerNamed looks a layer up in the net's graph, without computing anything. "" is the layer that spatial chooses or, in nets without
// axes of space, the last one that the model itself names before the output.
func (r *run) layerNamed(name string) (l junction, err error) {
	err = r.net.Look(func(scope *model.Scope, inputs []*Node) error {
		t := NewTrace(r.net, scope, inputs)
		way := t.way(r)
		n := spatial(t, way, len(r.places[0].shape))
		if n == nil {
			n = lastNamed(t, way[:max(0, len(way)-1)])
		}
		if name != "" {
			n = t.Node(name)
		} else if n == nil {
			return fmt.Errorf("%s names no nodes; name one with WithAlias, or say which of these is meant: %s", r.net.Name, strings.Join(t.Names(), ", "))
		}
		name = t.NameOf(n)
		switch {
		case n.NumOutputs() != 1 || !n.DType().IsFloat() || n.Rank() == 0 || n.Shape().Dim(0) != models.Chunk:
			return fmt.Errorf("node %q cannot be explained or changed: it holds no numbers example by example (%s)", name, n)
		case !slices.Contains(way, n):
			return fmt.Errorf("node %q is not on the way from the attributed inputs to output %q", name, r.net.Outputs[r.target.Output].Name)
		}
		dims := n.Shape().Dimensions[1:]
		l.place = place{name, n.DType(), r.axesOf(dims), slices.Clone(dims), nil}
		l.all = !t.around(r, n)
		return nil
	})
	if err != nil {
		return l, fmt.Errorf("explain: layer: %w", err)
	}
	return l, nil
}

// way are the nodes that depend on attributed inputs and that the target's output depends on, in the order of computation.
func (t *Trace) way(r *run) (way []*Node) {
	needed := upstream(t.Outputs[r.target.Output])
	depends := map[NodeId]bool{}
	for _, s := range r.sources {
		depends[t.held(s).Id()] = true
	}
	for _, n := range t.nodes {
		for _, in := range n.Inputs() {
			depends[n.Id()] = depends[n.Id()] || depends[in.Id()]
		}
		if depends[n.Id()] && needed[n.Id()] {
			way = append(way, n)
		}
	}
	return way
}

// around says whether the output depends on attributed inputs by a way that does not lead through n.
func (t *Trace) around(r *run, n *Node) bool {
	without := upstream(t.Outputs[r.target.Output], n)
	for _, s := range r.sources {
		if in := t.held(s); in != n && without[in.Id()] {
			return true
		}
	}
	return false
}

// held is the node that holds a source's values.
func (t *Trace) held(s source) *Node {
	if s.node == "" {
		return t.Inputs[s.port]
	}
	return t.Node(s.node)
}

// upstream are the nodes that n depends on, n itself included, by ways that do not lead through the others.
func upstream(n *Node, but ...*Node) map[NodeId]bool {
	seen := map[NodeId]bool{}
	for todo := []*Node{n}; len(todo) > 0; {
		last := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if !seen[last.Id()] && !slices.Contains(but, last) {
			seen[last.Id()] = true
			todo = append(todo, last.Inputs()...)
		}
	}
	return seen
}

// spatial is the last node, inputs aside, that has axes of space as the input of that rank does, at least one of them longer than 1; nil if there is none.
func spatial(t *Trace, way []*Node, rank int) *Node {
	for _, n := range slices.Backward(way) {
		if rank < 2 || slices.Contains(t.Inputs, n) || n.NumOutputs() != 1 || !n.DType().IsFloat() || n.Rank() != rank+1 || n.Shape().Dim(0) != models.Chunk {
			continue
		}
		if slices.Max(n.Shape().Dimensions[1:rank]) > 1 {
			return n
		}
	}
	return nil
}

// lastNamed is the last node that has its name from the model.
func lastNamed(t *Trace, way []*Node) *Node {
	for _, n := range slices.Backward(way) {
		if !strings.Contains(t.NameOf(n), "#") && !slices.Contains(t.Inputs, n) {
			return n
		}
	}
	return nil
}

// axesOf names the axes of a layer: as those of the input where they are as many, by their numbers otherwise.
func (r *run) axesOf(dims []int) []string {
	if len(r.places) == 1 && len(r.places[0].axes) == len(dims) {
		return r.places[0].axes
	}
	return axisNames(nil, len(dims))
}

// activations are the layer's values for n points of the inputs.
func (r *run) activations(l junction, n int, fill func(i int, to []float64) int) ([][]float64, error) {
	values := make([][]float64, n)
	err := r.pass(r.outputAt(l.name), n, fill, func(i int, _, v []float64) { values[i] = slices.Clone(v) })
	return values, err
}

// cut is the run whose net begins at the layer: its examples are the layer's values, and so are what it gives values to.
func (r *run) cut(l junction) (*run, error) {
	if slices.ContainsFunc(r.sources, func(s source) bool { return s.port < 0 }) {
		return nil, errors.New("explain: cut twice")
	}
	x, err := r.activations(l, len(r.x), r.example)
	if err != nil {
		return nil, err
	}
	c := *r
	c.at(l)
	c.x = x
	return &c, nil
}

// rows fills in rows of another kind of input than the run's own, for the example of the same number.
func rows(values [][]float64) func(i int, to []float64) int {
	return func(i int, to []float64) int {
		copy(to, values[i])
		return i
	}
}
