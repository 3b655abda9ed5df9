package explain

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive,staticcheck // graph functions read like the mathematics
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"

	"github.com/vitrine-ml/vitrine/pkg/models"
)

// lookup is a node that holds, for each of its indices, a row of a table: an embedding.
type lookup struct {
	node  *Node
	from  *Node // int32, an entry for each row that is looked up: which token it stands for, as Trace.from has it
	table int   // the number of rows, where the indices are the ids themselves; 0: they are a function of the ids
}

// What a node of whole numbers holds in the place of a token's number.
const (
	noToken = -1 // it depends on no id
	mixed   = -2 // it depends on the ids of several tokens
)

// lookups finds where the ids of an input port are looked up: each Gather with a table of floats for its operand, and each product of a
// one-hot with a table, whose indices are the ids, or a function of one id each. Every other use of the ids is none: a mask, a length.
func (t *Trace) lookups(port int) (found []lookup) {
	ids := t.Inputs[port]
	depends, any := dependents(t, ids), dependents(t, t.Inputs...)
	g := ids.Graph()
	tokens := Reshape(Iota(g, shapes.Make(dtypes.Int32, ids.Shape().Size()), 0), ids.Shape().Dimensions...)
	for _, n := range t.nodes {
		index, table, ok := indexed(n, depends)
		if !ok || any[table.Id()] || !table.DType().IsFloat() {
			continue
		}
		from, plain := t.from(index, ids, tokens, depends)
		if from == nil || n.Shape().Size()%from.Shape().Size() != 0 {
			continue
		}
		l := lookup{node: n, from: from}
		if plain && n.Type() == NodeTypeGather {
			l.table = table.Shape().Dim(0)
		}
		found = append(found, l)
	}
	return found
}

// dependents are the nodes of a trace that depend on some of its inputs.
func dependents(t *Trace, inputs ...*Node) map[NodeId]bool {
	depends := map[NodeId]bool{}
	for _, in := range inputs {
		depends[in.Id()] = true
	}
	for _, n := range t.nodes {
		for _, in := range n.Inputs() {
			depends[n.Id()] = depends[n.Id()] || depends[in.Id()]
		}
	}
	return depends
}

// indexed says what n looks up in what, if its result is rows of a table in the order of its indices.
func indexed(n *Node, depends map[NodeId]bool) (index, table *Node, ok bool) {
	if n.NumOutputs() != 1 || !depends[n.Id()] {
		return nil, nil, false
	}
	switch n.Type() {
	case NodeTypeGather:
		table, index = n.Inputs()[0], n.Inputs()[1]
		at := index.Shape().Dimensions
		last := len(at) - 1
		if last < 0 || at[last] != 1 || !depends[index.Id()] || n.Rank() < last || !slices.Equal(n.Shape().Dimensions[:last], at[:last]) {
			return nil, nil, false
		}
		return index, table, true
	case NodeTypeDotGeneral:
		hot := n.Inputs()[0]
		table = n.Inputs()[1]
		last := hot.Rank() - 1
		if index = oneHot(hot, depends); index == nil || n.Rank() != last+1 || !slices.Equal(n.Shape().Dimensions[:last], hot.Shape().Dimensions[:last]) {
			return nil, nil, false
		}
		return index, table, true
	}
	return nil, nil, false
}

// oneHot are the indices, one for each row of n, if n is the one-hot of them: whether they equal a count, as numbers.
func oneHot(n *Node, depends map[NodeId]bool) *Node {
	depth := n.Shape().Dim(-1)
	for n.Type() == NodeTypeReshape || n.Type() == NodeTypeConvertDType {
		n = n.Inputs()[0]
	}
	if n.Type() != NodeTypeEqual || n.Shape().Dim(-1) != depth {
		return nil
	}
	index, count := n.Inputs()[0], n.Inputs()[1]
	if depends[count.Id()] {
		index, count = count, index
	}
	for index.Type() == NodeTypeBroadcastInDim {
		index = index.Inputs()[0]
	}
	for count.Type() == NodeTypeBroadcastInDim || count.Type() == NodeTypeReshape {
		count = count.Inputs()[0]
	}
	if count.Type() != NodeTypeIota || !depends[index.Id()] || index.Shape().Size()*depth != n.Shape().Size() {
		return nil
	}
	return index
}

// from is n with the number of the token, counted through all examples, in the place of what n computes of its id: n's copies are done
// with those, and a function of one id is that id's. nil: n does something else. plain says that n holds the ids themselves.
func (t *Trace) from(n, ids, tokens *Node, depends map[NodeId]bool) (from *Node, plain bool) {
	switch {
	case n == ids:
		return tokens, true
	case !depends[n.Id()]:
		return BroadcastToDims(Const(n.Graph(), int32(noToken)), n.Shape().Dimensions...), true
	case n.Type() != NodeTypeConvertDType && n.Type() != NodeTypeGather && copies[n.Type()]:
		inputs := make([]*Node, len(n.Inputs()))
		plain = true
		for i, in := range n.Inputs() {
			one, copied := t.from(in, ids, tokens, depends)
			if one == nil {
				return nil, false
			}
			inputs[i], plain = one, plain && copied
		}
		return n.CloneWithInputs(inputs...), plain
	case n.Type() == NodeTypeGather: // in a table of ids, such as one that merges them
		index, table, ok := indexed(n, depends)
		if !ok || depends[table.Id()] || n.Shape().Size() != index.Shape().Size() {
			return nil, false
		}
		if from, _ = t.from(index, ids, tokens, depends); from == nil {
			return nil, false
		}
		return Reshape(from, n.Shape().Dimensions...), false
	case elementwise[n.Type()]:
		for _, in := range n.Inputs() {
			if !depends[in.Id()] {
				continue
			}
			one, copied := t.from(in, ids, tokens, depends)
			if one == nil || !one.Shape().EqualDimensions(n.Shape()) {
				return nil, false
			}
			if from == nil {
				from, plain = one, copied
				continue
			}
			from, plain = Where(Equal(from, one), from, AddScalar(ZerosLike(from), mixed)), false
		}
		return from, plain && n.Type() == NodeTypeConvertDType
	}
	return nil, false
}

// embedded is the run with ids as the vectors that the net looks up for them.
func (r *run) embedded() (*run, error) {
	e := *r
	e.sources, e.width = nil, 0
	for _, s := range r.sources {
		sources := []source{s}
		if r.net.Inputs[s.port].Kind == models.IDs {
			var err error
			if sources, err = r.sourcesOf(s); err != nil {
				return nil, err
			}
		}
		for _, s := range sources {
			e.sources, e.width = append(e.sources, s), e.width+s.size()
		}
	}
	var err error
	e.x, err = r.vectors(e.sources)
	return &e, err
}

// vectors are the examples of whole ids as what sources hold.
func (r *run) vectors(sources []source) ([][]float64, error) {
	for _, s := range sources {
		if err := r.inTable(s); err != nil {
			return nil, err
		}
	}
	x := make([][]float64, len(r.x))
	err := r.pass(lookupProgram{r.sources, sources}, len(x), r.example, func(i int, first, rest []float64) {
		x[i] = append(append([]float64(nil), first...), rest...)
	})
	r.evaluations = 0 // no row went through the model
	return x, err
}

// sourcesOf are the nodes that look up the ids of an input.
func (r *run) sourcesOf(ids source) (sources []source, err error) {
	err = r.net.Look(func(scope *model.Scope, inputs []*Node) error {
		t := NewTrace(r.net, scope, inputs)
		for _, l := range t.lookups(ids.port) {
			dims := l.node.Shape().Dimensions
			vectors, numbers := l.from.Shape().Size()/models.Chunk, l.node.Shape().Size()/l.from.Shape().Size()
			at := place{ids.name, l.node.DType(), nil, []int{vectors, numbers}, nil}
			sources = append(sources, source{place: at, port: ids.port, node: t.NameOf(l.node), dims: slices.Clone(dims), table: l.table})
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("explain: where the ids of input %q are looked up: %w", ids.name, err)
	}
	kept := sources[:0]
	if len(sources) > 0 {
		inputs, err := r.arguments(make([]point, models.Chunk), nil)
		if err != nil {
			return nil, err
		}
		from, err := r.net.Run(fmt.Sprintf("explain/tokens/%d", ids.port), func(scope *model.Scope, in []*Node) (from []*Node) {
			for _, l := range traceAsComputed(r.net, scope, in).lookups(ids.port) {
				from = append(from, l.from)
			}
			return from
		}, inputs...)
		if err != nil {
			return nil, fmt.Errorf("explain: where the ids of input %q are looked up: %w", ids.name, err)
		}
		if len(from) != len(sources) { // a recurrent layer, spelled out, that looks ids up itself
			return nil, fmt.Errorf("explain: %s looks up the ids of input %q at %d nodes as a loop, and at %d step by step", r.net.Name, ids.name, len(from), len(sources))
		}
		for k, s := range sources {
			numbers, err := models.Ints(from[k])
			if err != nil {
				return nil, err
			}
			if s.tokens, err = tokensOf(numbers, ids.size()); err != nil {
				return nil, fmt.Errorf("explain: node %q looks up the ids of input %q: %w", s.node, ids.name, err)
			}
			if s.tokens != nil {
				kept = append(kept, s)
			}
		}
	}
	if len(kept) == 0 {
		return nil, fmt.Errorf("explain: the ids of input %q are looked up nowhere in %s: there is no Gather from a table of floats, nor a product of "+
			"a one-hot with one, whose indices are these ids. Occlusion, which replaces whole ids, and Grad-CAM, Ablate and Patch need no lookup", ids.name, r.net.Name)
	}
	return kept, nil
}

// tokensOf says for each vector of an example which token it stands for, if the examples come first and are treated alike. nil: vectors stand
// for several tokens at once.
func tokensOf(from []int, size int) ([]int, error) {
	each := len(from) / models.Chunk
	tokens := make([]int, each)
	for i, token := range from {
		row, k := i/each, i%each
		switch {
		case token == mixed:
			return nil, nil
		case token >= 0 && token/size != row:
			return nil, errors.New("its first axis is not that of the examples, whose ids are to be looked up before axes change places")
		case token >= 0:
			token %= size
		}
		if row == 0 {
			tokens[k] = token
		}
		if token != tokens[k] {
			return nil, errors.New("it does so in another order for each example")
		}
	}
	return tokens, nil
}

// inTable refuses ids that are no row of the table that a source looks them up in: a backend takes the nearest, without a word.
func (r *run) inTable(looked source) error {
	at := 0
	for _, s := range r.sources {
		for e, x := range r.x {
			for i, id := range x[at : at+s.size()] {
				if s.port == looked.port && looked.table > 0 && int(id) >= looked.table {
					return fmt.Errorf("explain: input %q holds the id %g at position %d of example %d, but is looked up in a table of %d", s.name, id, i, e, looked.table)
				}
			}
		}
		at += s.size()
	}
	return nil
}

// lookupProgram: whole points → what other sources hold for them.
type lookupProgram struct{ whole, sources []source }

func (p lookupProgram) name() string { return "explain/lookup/" + named(p.sources) }

func (p lookupProgram) build(net *models.Net) models.Forward {
	return func(scope *model.Scope, in []*Node) (held []*Node) {
		t, _, _ := feed(net, scope, in, p.whole, slices.ContainsFunc(p.sources, func(s source) bool { return strings.Contains(s.node, "#") }))
		for _, s := range p.sources {
			held = append(held, Reshape(Identity(t.held(s)), models.Chunk, -1))
		}
		return held
	}
}

func (p lookupProgram) arguments(r *run, points []point) ([]*tensors.Tensor, error) {
	return r.arguments(points, p.whole)
}

func (lookupProgram) backward() bool        { return false }
func (lookupProgram) rows() int             { return models.Chunk }
func (p lookupProgram) yields(i int) string { return "input " + p.sources[i].name }

// tokens are the names of what the first input of ids holds, example by example; nil if it has none.
func (r *run) tokens() (names [][]string, err error) {
	for _, i := range r.attributed {
		p := r.net.Inputs[i]
		if p.Kind != models.IDs || len(p.Classes) == 0 {
			continue
		}
		ids, err := models.Ints(r.inputs[i])
		if err != nil {
			return nil, err
		}
		size := len(ids) / len(r.x)
		for e := range r.x {
			var row []string
			for _, id := range ids[e*size : (e+1)*size] {
				row = append(row, p.Classes[id])
			}
			names = append(names, row)
		}
		return names, nil
	}
	return nil, nil
}
