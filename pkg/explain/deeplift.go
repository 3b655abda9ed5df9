package explain

import (
	"context"
	"math"
	"slices"

	. "github.com/gomlx/gomlx/core/graph" //nolint:revive,staticcheck // graph functions read like the mathematics
	"github.com/gomlx/gomlx/core/tensors"

	"github.com/vitrine-ml/vitrine/pkg/models"
	"github.com/vitrine-ml/vitrine/pkg/record"
)

// DeepLIFT compares with a baseline: each number of the input gets its share of f(x) − f(b), passed back through the net as differences of
// every node from what it is for the baseline (the rescale rule). Units: of the output. (Shrikumar, Greenside and Kundaje 2017,
// arXiv 1704.02685.)
//
// It is complete on any net: an activation has slope Δf/Δu, a product of two signals the other's mean of both runs, and the largest of
// several goes from one winner to the other by way of the larger of both maxima.
type DeepLIFT struct {
	Baseline Baseline // zero: zeros
}

// smallest difference that is divided by; below it, the slope is the gradient.
const smallestChange = 1e-10

// Axioms implements Explainer. How a function is spelled in layers decides how a difference is shared, so that the same function may get
// other values, and inputs that it treats alike too.
func (DeepLIFT) Axioms() Axioms { return Axioms{Completeness: true, Linear: true} }

// Explain implements Explainer.
func (d DeepLIFT) Explain(ctx context.Context, net *models.Net, inputs []*tensors.Tensor, target Target) (*record.Explanation, error) {
	r, err := begin(ctx, nameOf(d), net, inputs, target)
	if err != nil {
		return nil, err
	}
	defer r.line.Done("")
	base, err := r.baseline(d.Baseline)
	if err != nil {
		return nil, err
	}
	p, err := r.lift(base)
	if err != nil {
		return nil, err
	}
	values, scores := make([][]float64, len(r.x)), make([][]float64, len(r.x))
	output, err := r.once(p, func(i int, back []float64) {
		values[i], scores[i] = slices.Clone(back[:r.width]), slices.Clone(back[r.width:])
	})
	if err != nil {
		return nil, err
	}
	outputs := make([]float64, len(r.x))
	for i, s := range scores {
		if s != nil {
			outputs[i] = r.value(i, s)
		}
	}
	e, err := r.record(d, output, values)
	if e == nil {
		return nil, err
	}
	e.Exact, e.Base, e.Baseline, e.Residual = true, outputs, d.Baseline.String(), make([]float64, len(values))
	for i := range values {
		e.Residual[i] = math.Abs(sum(values[i]) - (output[i] - outputs[i]))
		if e.Residual[i] > r.rounding(output[i], values[i], outputs[i:i+1]) {
			e.Status[i] = record.Unconverged
		}
	}
	return e, err
}

// lift is the program that compares points with their baselines, and yields those's outputs behind the values.
func (r *run) lift(base [][]float64) (walkProgram, error) {
	return r.walkProgram(DeepLIFT{}, base, func(t *Trace, target, weights *Node, attributed, baseline []*Node) []*Node {
		instead := map[*Node]*Node{}
		for i, x := range attributed {
			instead[x] = baseline[i]
		}
		s := shadow{t.Replay(instead).replaced}
		w := newWalk(t, rescale{s}, attributed)
		w.through = true
		w.run(target, weights)
		values := make([]*Node, len(attributed))
		for i, x := range attributed {
			values[i] = w.total(x, Sub(x, baseline[i]))
		}
		return append(values, Reshape(s.of(target), target.Shape().Dim(0), -1))
	})
}

// shadow has what every node of the trace is for the baseline. It is a replay rather than a joined batch, as a model may merge the example
// axis into another.
type shadow struct{ at map[NodeId]*Node }

// of is n for the baseline: n itself if it does not depend on the inputs.
func (s shadow) of(n *Node) *Node {
	if at := s.at[n.Id()]; at != nil {
		return at
	}
	return n
}

func (s shadow) difference(n *Node) *Node { return Sub(n, s.of(n)) }

func (s shadow) mean(n *Node) *Node {
	if s.of(n) == n {
		return n
	}
	return MulScalar(Add(n, s.of(n)), 0.5)
}

// rescale are the rules of DeepLIFT.
type rescale struct{ shadow }

func (rescale) title() string { return "DeepLIFT" }

func (s rescale) propagate(w *walk, n, m, _ *Node) {
	if w.chosen(n) || len(w.operands(n)) == 0 {
		s.activation(w, n, m) // a choice that may be another for the baseline
		return
	}
	both := len(w.operands(n)) > 1
	switch t := n.Type(); t {
	case NodeTypeReshape, NodeTypeTranspose, NodeTypeSlice, NodeTypeBroadcastInDim, NodeTypeConvertDType, NodeTypeNeg, NodeTypeAdd,
		NodeTypeSub, NodeTypeConcatenate, NodeTypeReduceSum, NodeTypeIdentity, NodeTypeReverse, NodeTypeGather, NodeTypeScatterSum, NodeTypeWhere:
		w.sendAll(n, w.adjoint(n, m))
	case NodeTypeMul, NodeTypeDotGeneral, NodeTypeConvGeneral:
		if both && t == NodeTypeMul && w.root(n, false) != nil {
			s.activation(w, n, m)
			return
		}
		if both { // Δ(ab) = Δa·mean b + Δb·mean a
			a, b := n.Inputs()[0], n.Inputs()[1]
			w.sendAll(n, w.adjoint(n.CloneWithInputs(s.mean(a), s.mean(b)), m))
			return
		}
		w.sendAll(n, w.adjoint(n, m))
	case NodeTypeDiv:
		s.quotient(w, n, m)
	case NodeTypeMax, NodeTypeMin:
		if both && w.root(n, false) == nil {
			s.larger(w, n, m)
			return
		}
		s.activation(w, n, m)
	case NodeTypeReduceMax, NodeTypeReduceMin:
		s.winner(w, n, m, t == NodeTypeReduceMin)
	case NodeTypeReduceWindow:
		switch kind := windowOf(n); kind {
		case "Sum":
			w.sendAll(n, w.adjoint(n, m))
		case "Max", "Min":
			s.winner(w, n, m, kind == "Min")
		default:
			w.refuse(n, "no rule")
		}
	default:
		s.activation(w, n, m)
	}
}

func (s rescale) activation(w *walk, n, m *Node) {
	u := w.root(n, false)
	if u == nil {
		w.refuse(n, "no rule")
	}
	w.send(u, Mul(m, w.slope(n, u, s.difference(n), s.difference(u), smallestChange)))
}

// quotient is a·(1/b): the product's rule, then Δ(1/b) = −Δb/(b·b₀).
func (s rescale) quotient(w *walk, n, m *Node) {
	a, b := n.Inputs()[0], n.Inputs()[1]
	if !w.active(b) {
		w.sendAll(n, w.adjoint(n, m))
		return
	}
	b0 := s.of(b)
	in := w.adjoint(Mul(s.mean(a), MulScalar(Add(Inverse(b), Inverse(b0)), 0.5)), m)
	in[1] = Neg(Div(in[1], Mul(b, b0)))
	w.sendAll(n, in)
}

// larger of two signals is b + max(a − b, 0), whose activation is rescaled.
func (s rescale) larger(w *walk, n, m *Node) {
	a, b := n.Inputs()[0], n.Inputs()[1]
	if !a.Shape().Equal(b.Shape()) {
		w.refuse(n, "no rule for operands of different shapes")
	}
	d, d0 := Sub(a, b), Sub(s.of(a), s.of(b))
	above := n.CloneWithInputs(d, ZerosLike(d))
	change := Sub(d, d0)
	safe := GreaterThan(Abs(change), Scalar(n.Graph(), n.DType(), smallestChange))
	slope := Div(Sub(above, n.CloneWithInputs(d0, ZerosLike(d))), Where(safe, change, OnesLike(change)))
	toA := Mul(m, Where(safe, slope, w.adjoint(n, OnesLike(n))[0]))
	w.send(a, toA)
	w.send(b, Sub(m, toA))
}

// winner is the rule of pooling: with y for x and y₀ for the baseline, the difference goes to who wins for the baseline as far as from y₀ up
// to the larger of both, and to who wins for x from there to y. (For minima, the smaller.)
func (s rescale) winner(w *walk, n, m *Node, smallest bool) {
	x, y0 := n.Inputs()[0], s.of(n)
	top := Max(n, y0)
	if smallest {
		top = Min(n, y0)
	}
	share := Add(w.adjoint(n, Mul(m, Sub(top, y0)))[0], w.adjoint(y0, Mul(m, Sub(n, top)))[0])
	change := s.difference(x)
	safe := GreaterThan(Abs(change), Scalar(x.Graph(), x.DType(), smallestChange))
	w.send(x, Where(safe, Div(share, Where(safe, change, OnesLike(change))), w.adjoint(n, m)[0]))
}
