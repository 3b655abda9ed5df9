package explain

import (
	"context"
	"fmt"
	"slices"
	"strings"

	. "github.com/gomlx/gomlx/core/graph" //nolint:revive,staticcheck // graph functions read like the mathematics
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"

	"github.com/vitrine-ml/vitrine/pkg/models"
)

// Attentions lists the methods that explain a net by its attention weights, with their default options. They work on nets in whose graph
// these weights have names: a node called attention or …/attention of shape [examples, heads, T, T] where the positions of an input look at
// one another, and cross_attention or …/cross_attention [examples, heads, T, S] where those of a decoder's input look at those of another.
// models.Transformer, Seq2Seq, Seq2SeqRNN and BERT name theirs so; of any other net the methods' Nodes say which they are. Position i of the
// weights stands for place i of the input's first axis: a token, a step of a series, a column.
//
// Of two inputs, the one called "target" is the decoder's or, if none is, the second. Inputs that no attention looks at have no values in
// the record. A position that is several numbers, such as a step of a series, shares its value out among them in equal parts.
//
// A classifier pools what attention gives, by a mean or the vector of a first token; a net that gives a sequence says each of its tokens from
// one position. The methods find out which rows are read: those on whose weights, in the last attention on the way to the output, the
// explained number depends (its gradient for them is not zero). Several count alike. Of a target that depends on no row, as in a net that
// ignores its input, all values are 0.
func Attentions() []Explainer {
	return []Explainer{RawAttention{}, AttentionRollout{}, AttentionGradient{}, AttentionRelevance{}}
}

// look is a node of attention weights: what the positions of one input, the rows, see of those of another or the same, the columns.
type look struct {
	node          string
	rows, columns int // which of the run's places
}

// attention is a run that explains by the attention weights in looks, in the order of computation.
type attention struct {
	*run
	looks []look
	last  map[int]look // for each input whose positions are rows: the last look of theirs, whether it is among looks or not
}

// beginAttention finds the nodes of attention weights on the way to the target's output: those of names; nil: all that are named so or, if
// latest, for each input the last that looks at it.
func beginAttention(ctx context.Context, method string, net *models.Net, inputs []*tensors.Tensor, target Target, names []string, latest bool) (*attention, error) {
	r, err := beginWhole(ctx, method, net, inputs, target)
	if err != nil {
		return nil, err
	}
	a := &attention{run: r, last: map[int]look{}}
	err = net.Look(func(scope *model.Scope, inputs []*Node) error {
		t := NewTrace(net, scope, inputs)
		nodes, err := t.attentions(r, names)
		if err != nil {
			return err
		}
		a.looks, err = r.lookedAt(t, nodes)
		return err
	})
	if err != nil {
		r.line.Done("")
		return nil, fmt.Errorf("explain: attention: %w", err)
	}
	for _, l := range a.looks {
		a.last[l.rows] = l
	}
	all := slices.Clone(a.looks)
	a.looks = slices.DeleteFunc(a.looks, func(l look) bool {
		later := slices.IndexFunc(all, func(o look) bool { return o == l }) + 1
		return names != nil && !slices.Contains(names, l.node) ||
			names == nil && latest && slices.ContainsFunc(all[later:], func(o look) bool { return o.columns == l.columns })
	})
	return a, nil
}

// attentions are the nodes of attention weights that the target's output depends on, in the order of computation: those named so, and those of
// names.
func (t *Trace) attentions(r *run, names []string) (nodes []*Node, err error) {
	needed, output := upstream(t.Outputs[r.target.Output]), r.net.Outputs[r.target.Output].Name
	weights := func(n *Node) bool {
		return needed[n.Id()] && n.NumOutputs() == 1 && n.Rank() == 4 && n.DType().IsFloat() && n.Shape().Dim(0) == models.Chunk
	}
	for _, name := range names {
		if n := t.Node(name); !weights(n) {
			return nil, fmt.Errorf("node %q holds no attention weights [examples, heads, rows, columns] on the way to output %q: %s", name, output, n)
		}
	}
	for _, n := range t.nodes {
		name := t.NameOf(n)
		short := name[strings.LastIndex(name, "/")+1:]
		if weights(n) && (short == "attention" || short == "cross_attention" || slices.Contains(names, name)) {
			nodes = append(nodes, n)
		}
	}
	if len(nodes) == 0 || names != nil && len(names) == 0 {
		return nil, fmt.Errorf("no node of %s on the way to output %q is known to hold attention weights [examples, heads, rows, columns]: give them the name \"attention\" or "+
			"\"cross_attention\" with WithAlias, or say in Nodes which they are; the methods of All need no attention", r.net.Name, output)
	}
	return nodes, nil
}

// lookedAt says which inputs the rows and columns of nodes stand for: what an input is to attention follows from what depends on it.
func (r *run) lookedAt(t *Trace, nodes []*Node) (all []look, err error) {
	depends := make([]map[int]bool, len(nodes)) // on which places
	var read []int
	for i, n := range nodes {
		depends[i] = map[int]bool{}
		above := upstream(n)
		for k, port := range r.attributed {
			if above[t.Inputs[port].Id()] {
				depends[i][k] = true
				read = append(read, k)
			}
		}
	}
	slices.Sort(read)
	read = slices.Compact(read)
	if len(read) == 0 && len(r.places) == 1 { // weights that are constant
		read = []int{0}
	}
	if len(read) == 0 || len(read) > 2 {
		return nil, fmt.Errorf("it depends on %d inputs, where one is explained, or a decoder's and what it looks at", len(read))
	}
	decoder := read[len(read)-1]
	for _, k := range read {
		if r.places[k].name == "target" {
			decoder = k
		}
	}
	for i, n := range nodes {
		l := look{t.NameOf(n), decoder, decoder}
		rows, columns := n.Shape().Dim(2), n.Shape().Dim(3)
		if other := read[0] + read[len(read)-1] - decoder; other != decoder {
			switch cross := strings.Contains(l.node[strings.LastIndex(l.node, "/")+1:], "cross") || rows != columns; {
			case !depends[i][decoder]:
				l.rows, l.columns = other, other
			case cross:
				l.columns = other
			}
		}
		for _, side := range []struct{ place, n int }{{l.rows, rows}, {l.columns, columns}} {
			if p := r.places[side.place]; len(p.shape) == 0 || p.shape[0] != side.n {
				return nil, fmt.Errorf("node %q has %d heads of %d rows and %d columns, but input %q has shape %v, whose first axis is to be its positions",
					l.node, n.Shape().Dim(1), rows, columns, p.name, p.shape)
			}
		}
		all = append(all, l)
	}
	return all, nil
}

// nodes are the names of the looks.
func (a *attention) nodes() (names []string) {
	for _, l := range a.looks {
		names = append(names, l.node)
	}
	return names
}
