package explain

import (
	"context"

	. "github.com/gomlx/gomlx/core/graph" //nolint:revive,staticcheck // graph functions read like the mathematics
	"github.com/gomlx/gomlx/core/tensors"

	"github.com/vitrine-ml/vitrine/pkg/models"
	"github.com/vitrine-ml/vitrine/pkg/record"
)

// GuidedBackprop is the target's gradient in which every ReLU lets pass only what is positive both ways: where its input was positive, and
// of what comes back, what is positive. It shows what excites the units on the way. Units: output per unit of input. A token has the length of
// what comes back to its vector. (Springenberg et al.
// 2015, arXiv 1412.6806.)
//
// Beware: it recovers edges of the input whatever the weights are (Adebayo et al. 2018, arXiv 1810.03292).
type GuidedBackprop struct{}

// Deconvolution is the target's gradient in which every ReLU lets pass what is positive of what comes back, whatever its input was.
// Units: output per unit of input. (Zeiler and Fergus 2014, arXiv 1311.2901.)
type Deconvolution struct{}

// Axioms implements Explainer: none holds, since a ReLU drops what comes back negative, which depends on how a function is spelled.
func (GuidedBackprop) Axioms() Axioms { return Axioms{} }

// Axioms implements Explainer: none holds.
func (Deconvolution) Axioms() Axioms { return Axioms{} }

// Explain implements Explainer.
func (g GuidedBackprop) Explain(ctx context.Context, net *models.Net, inputs []*tensors.Tensor, target Target) (*record.Explanation, error) {
	return backprop(ctx, g, guided{"guided backprop", false}, net, inputs, target)
}

// Explain implements Explainer.
func (d Deconvolution) Explain(ctx context.Context, net *models.Net, inputs []*tensors.Tensor, target Target) (*record.Explanation, error) {
	return backprop(ctx, d, guided{"deconvolution", true}, net, inputs, target)
}

func backprop(ctx context.Context, method Explainer, rules ruleset, net *models.Net, inputs []*tensors.Tensor, target Target) (*record.Explanation, error) {
	r, err := begin(ctx, nameOf(method), net, inputs, target)
	if err != nil {
		return nil, err
	}
	defer r.line.Done("")
	r.norm = true
	p, err := r.walkProgram(method, nil, func(t *Trace, target, weights *Node, attributed, _ []*Node) []*Node {
		w := newWalk(t, rules, attributed)
		w.run(target, weights)
		values := make([]*Node, len(attributed))
		for i, x := range attributed {
			values[i] = w.total(x, OnesLike(x))
		}
		return values
	})
	if err != nil {
		return nil, err
	}
	values := make([][]float64, len(r.x))
	output, err := r.once(p, func(i int, back []float64) { values[i] = append([]float64(nil), back...) })
	if err != nil {
		return nil, err
	}
	e, err := r.record(method, output, values)
	if e == nil {
		return nil, err
	}
	e.Exact = true
	return e, err
}

// guided are the rules of both: the plain gradient everywhere but at ReLUs.
type guided struct {
	name          string
	deconvolution bool
}

func (g guided) title() string { return g.name }

func (g guided) propagate(w *walk, n, m, _ *Node) {
	if n.Type() == NodeTypeMax {
		for i, x := range n.Inputs() {
			if !w.active(x) || !isZero(n.Inputs()[1-i]) || !x.Shape().Equal(n.Shape()) {
				continue
			}
			m = positive(m)
			if !g.deconvolution {
				m = Where(GreaterThan(x, ZerosLike(x)), m, ZerosLike(m))
			}
			w.send(x, m)
			return
		}
	}
	if len(w.operands(n)) == 0 {
		return // an index or a condition has no gradient
	}
	w.sendAll(n, w.adjoint(n, m))
}
