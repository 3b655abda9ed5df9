package explain

import (
	"math"
	"slices"
	"strings"

	. "github.com/gomlx/gomlx/core/graph" //nolint:revive,staticcheck // graph functions read like the mathematics

	"github.com/vitrine-ml/vitrine/pkg/record"
)

// What may take relevance on its way to the input: the columns of a ledger.
const (
	tookBias       = iota // constants that are added: biases, f(0) of an activation, a learned token
	tookStabiliser        // the ε in a denominator, and units whose parts of one sign are all zero
	tookConstant          // constants that win a maximum or are selected, and denominators, which are held constant
	tookSoftmax           // normalised exponentials, which do not conserve relevance
	accounts
)

var accountNames = [accounts]string{"bias", "stabiliser", "constant", "softmax"}

// ledger adds up, for every example, what the rules say that they took. That is stated by each rule from its own equation, not as the
// difference between what came and what went: so that output = inputs + taken is a check, and not true by itself.
type ledger struct {
	taken  [accounts]*Node // [rows], nil: nothing
	byNode bool
	names  []string // of the nodes, where byNode
	nodes  []*Node
	outer  map[NodeId]int

	unknown *Node // the first whose layout was not found
}

// take books amount, which has n's shape, as taken by n.
func (w *walk) take(n *Node, account int, amount *Node) {
	if w.ledger == nil || amount == nil {
		return
	}
	if !amount.Shape().Equal(n.Shape()) {
		amount = BroadcastToShape(amount, n.Shape())
	}
	outer := w.layout(n)
	if outer == 0 {
		w.refuse(w.ledger.unknown, "cannot tell which of its numbers belong to which example")
	}
	perRow := ReduceSum(Reshape(amount, outer, w.rows, -1), 0, 2)
	l := w.ledger
	if l.taken[account] == nil {
		l.taken[account] = perRow
	} else {
		l.taken[account] = Add(l.taken[account], perRow)
	}
	if l.byNode {
		l.names, l.nodes = append(l.names, accountNames[account]+" of "+w.nameAfter(n)), append(l.nodes, perRow)
	}
}

// nameAfter is n's name, or that of a reshape of it: the result of a convolution that is spelled as a matrix product.
func (w *walk) nameAfter(n *Node) string {
	for at := n; ; at = w.users[at.Id()][0] {
		if name := w.trace.own(at); name != "" {
			return name
		}
		users := w.users[at.Id()]
		if len(users) != 1 || users[0].Type() != NodeTypeReshape && users[0].Type() != NodeTypeTranspose {
			return w.trace.NameOf(n)
		}
	}
}

// layout says where the examples are in n: flat, it is [layout, rows, rest]; so 1 where they come first, as in the inputs, and where they
// come first in an axis that others were merged into. 0: not known.
func (w *walk) layout(n *Node) int {
	l := w.ledger
	if l.outer == nil {
		l.outer = map[NodeId]int{}
	}
	if outer, known := l.outer[n.Id()]; known {
		return outer
	}
	outer := 0
	if w.inputs[n.Id()] || len(n.Inputs()) == 0 {
		outer = 1
	}
	if n.NumOutputs() == 1 {
		for _, p := range n.Inputs() {
			if outer == 0 && w.depends[p.Id()] && w.layout(p) != 0 {
				outer = w.follow(n, p)
			}
		}
		if outer != 0 && n.Shape().Size()%(outer*w.rows) != 0 {
			outer = 0
		}
	}
	if outer == 0 && l.unknown == nil {
		l.unknown = n
	}
	l.outer[n.Id()] = outer
	return outer
}

// follow is the layout of n as it follows from that of its input p.
func (w *walk) follow(n, p *Node) int {
	outer := w.layout(p)
	if n.Type() == NodeTypeReshape || n.Shape().EqualDimensions(p.Shape()) && n.Type() != NodeTypeTranspose {
		return outer
	}
	from, to := p.Shape().Dimensions, n.Shape().Dimensions
	at, before := 0, 1 // the axis that the examples are in, and the numbers before it
	for at < len(from) && before*from[at] <= outer {
		before *= from[at]
		at++
	}
	if at == len(from) || outer%before != 0 {
		return 0
	}
	axis := -1
	switch n.Type() {
	case NodeTypeTranspose, NodeTypeReduceSum, NodeTypeReduceMax, NodeTypeReduceMin: // where does that axis go? Make it longer and see.
		longer := p.Shape().Clone()
		longer.Dimensions[at] = 2*from[at] + 1
		probe := n.CloneWithInputs(Zeros(n.Graph(), longer)).Shape().Dimensions
		for i := range probe {
			if probe[i] != to[i] {
				axis = i
			}
		}
	default: // it stays where it is; or it is the only one of its length
		if at < len(to) && to[at] == from[at] {
			axis = at
			break
		}
		for i := range to {
			if to[i] == from[at] {
				if axis >= 0 {
					return 0
				}
				axis = i
			}
		}
	}
	if axis < 0 {
		return 0
	}
	inner := outer / before
	for _, d := range to[:axis] {
		inner *= d
	}
	return inner
}

// columns are what the program hands out of the ledger for every row: the accounts; and by node, if so kept, the number of nodes, what each
// took, and their names as the codes of their letters: a program is built once, and what its next run is to know must be in its results.
func (l *ledger) columns(target *Node) []*Node {
	g, dtype, rows := target.Graph(), target.DType(), target.Shape().Dim(0)
	column := func(n *Node) *Node {
		if n == nil {
			n = Scalar(g, dtype, 0)
		}
		if n.IsScalar() {
			n = BroadcastToDims(n, rows)
		}
		return Reshape(ConvertDType(n, dtype), rows, 1)
	}
	var columns []*Node
	for _, n := range l.taken {
		columns = append(columns, column(n))
	}
	if l.byNode {
		columns = append(columns, column(Scalar(g, dtype, len(l.nodes))))
		for _, n := range l.nodes {
			columns = append(columns, column(n))
		}
		for _, letter := range strings.Join(l.names, "\n") {
			columns = append(columns, column(Scalar(g, dtype, int(letter))))
		}
	}
	return []*Node{Concatenate(columns, 1)}
}

// enter copies one row of a ledger's columns into the record.
func enter(book *record.Ledger, example, examples int, values, columns []float64, byNode bool) {
	if book.Input == nil {
		book.Input = make([]float64, examples)
		for _, name := range accountNames {
			book.Taken = append(book.Taken, record.Account{By: name, Amount: make([]float64, examples)})
		}
	}
	book.Input[example] = sum(values)
	for i := range book.Taken {
		book.Taken[i].Amount[example] = columns[i]
	}
	if !byNode {
		return
	}
	n, rest := int(columns[accounts]), columns[accounts+1:]
	if book.Nodes == nil {
		var letters []rune
		for _, code := range rest[n:] {
			letters = append(letters, rune(code))
		}
		for _, name := range strings.Split(string(letters), "\n")[:n] {
			book.Nodes = append(book.Nodes, record.Account{By: name, Amount: make([]float64, examples)})
		}
	}
	for i := range book.Nodes {
		book.Nodes[i].Amount[example] = rest[i]
	}
}

// enterConstants moves what vectors got that stand for no token, such as one that begins every sequence, from the input's side of the ledger
// to what constants took.
func (r *run) enterConstants(book *record.Ledger, values [][]float64, byNode bool) {
	at := 0
	for _, s := range r.sources {
		if slices.ContainsFunc(s.tokens, func(token int) bool { return token < 0 }) {
			amounts := make([]float64, len(values))
			for i, row := range values {
				for k, v := range row[at : at+s.size()] {
					if s.tokens[k*len(s.tokens)/s.size()] < 0 {
						amounts[i] += v
					}
				}
				book.Input[i] -= amounts[i]
				book.Taken[tookConstant].Amount[i] += amounts[i]
			}
			if byNode {
				book.Nodes = append(book.Nodes, record.Account{By: accountNames[tookConstant] + " of " + s.node, Amount: amounts})
			}
		}
		at += s.size()
	}
}

// balance is by how much inputs and accounts miss the output.
func balance(book *record.Ledger, output []float64) []float64 {
	off := make([]float64, len(output))
	for i := range off {
		off[i] = math.Abs(output[i] - book.Input[i] - sum(book.TakenFrom(i)))
	}
	return off
}
