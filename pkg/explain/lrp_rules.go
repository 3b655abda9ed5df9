package explain

import (
	"fmt"
	"math"

	. "github.com/gomlx/gomlx/core/graph" //nolint:revive,staticcheck // graph functions read like the mathematics
)

// Rule says how a layer z = x·w + b (a matrix product or a convolution, in whatever nodes it is spelled) shares out the relevance R of
// its result among its inputs. The zero value of each has the field's default.
type Rule interface {
	// split returns each input's share as a multiplier or as relevance, what the bias took, and what nobody got; the last two are of the
	// result's shape.
	split(l *layer, r *Node) share
	check() error
}

type share struct{ multiplier, relevance, bias, lost *Node }

// tiny keeps denominators from zero where a rule has no ε of its own.
const tiny = 1e-9

// stable is z moved away from zero by ε.
func stable(z *Node, epsilon float64) *Node {
	return Add(z, MulScalar(SignPlusOrMinus(z), epsilon))
}

func positive(x *Node) *Node { return Max(x, ZerosLike(x)) }
func negative(x *Node) *Node { return Min(x, ZerosLike(x)) }

// times is Mul for a bias that may not be there.
func times(bias, s *Node) *Node {
	if bias == nil {
		return nil
	}
	return Mul(bias, s)
}

// Epsilon is the ε-rule: R_i = Σ_j x_i w_ij / (z_j + ε·sign z_j) · R_j. With the default it is LRP-0; a larger ε takes relevance from
// units whose inputs contradict one another. (Bach et al. 2015, doi 10.1371/journal.pone.0130140.)
type Epsilon struct {
	Epsilon float64 // 0: 1e-9
}

func (e Epsilon) check() error { return notNegative("Epsilon", e.Epsilon) }

func (e Epsilon) split(l *layer, r *Node) share {
	z := l.output()
	s := Div(r, stable(z, or(e.Epsilon, tiny)))
	return share{multiplier: l.back(l.weights(), s), bias: times(l.bias, s), lost: Sub(r, Mul(z, s))}
}

// Gamma is the γ-rule, which favours positive weights: R_i = Σ_j x_i (w_ij + γ w_ij⁺) / Σ_k x_k (w_kj + γ w_kj⁺) · R_j, for layers whose
// inputs are not negative. The bias stays as it is, as in Captum. (Montavon et al. 2019, doi 10.1007/978-3-030-28954-6_10.)
type Gamma struct {
	Gamma float64 // 0: 0.25
}

func (g Gamma) check() error { return notNegative("Gamma", g.Gamma) }

func (g Gamma) split(l *layer, r *Node) share {
	w := Add(l.weights(), MulScalar(positive(l.weights()), or(g.Gamma, 0.25)))
	z := l.forward(l.input(), w, l.bias)
	s := Div(r, stable(z, tiny))
	return share{multiplier: l.back(w, s), bias: times(l.bias, s), lost: Sub(r, Mul(z, s))}
}

// AlphaBeta is the αβ-rule, which shares out α times the relevance in proportion to the positive contributions and takes β times of it from
// the negative ones: R_i = Σ_j (α (x_i w_ij)⁺ / z_j⁺ − β (x_i w_ij)⁻ / z_j⁻) R_j with α − β = 1, where z⁺ and z⁻ add up the contributions
// of one sign, the bias among them. (Bach et al. 2015.)
type AlphaBeta struct {
	Alpha, Beta float64 // both 0: 2 and 1
}

func (a AlphaBeta) check() error {
	if a = a.defaults(); a.Beta < 0 || math.Abs(a.Alpha-a.Beta-1) > 1e-12 {
		return fmt.Errorf("explain: the αβ-rule with α %g and β %g: α − β must be 1 and β not negative", a.Alpha, a.Beta)
	}
	return nil
}

func (a AlphaBeta) defaults() AlphaBeta {
	if a == (AlphaBeta{}) {
		return AlphaBeta{2, 1}
	}
	return a
}

func (a AlphaBeta) split(l *layer, r *Node) share {
	a = a.defaults()
	x, w := l.input(), l.weights()
	up, down := positive(w), negative(w)
	// One sign of contributions: the positive inputs through the weights a, the negative ones through the weights b.
	part := func(factor float64, a, b, bias *Node) share {
		z := Add(l.forward(positive(x), a, bias), l.forward(negative(x), b, nil))
		s := MulScalar(Div(r, stable(z, tiny)), factor)
		through := Where(GreaterThan(x, ZerosLike(x)), l.back(a, s), l.back(b, s))
		return share{multiplier: through, bias: times(bias, s), lost: Mul(z, s)}
	}
	var plus, minus *Node
	if l.bias != nil {
		plus, minus = positive(l.bias), negative(l.bias)
	}
	all := part(a.Alpha, up, down, plus)
	if a.Beta == 0 {
		all.lost = Sub(r, all.lost)
		return all
	}
	less := part(a.Beta, down, up, minus)
	all.multiplier = Sub(all.multiplier, less.multiplier)
	if l.bias != nil {
		all.bias = Sub(all.bias, less.bias)
	}
	all.lost = Sub(r, Sub(all.lost, less.lost))
	return all
}

// ZPlus is the z⁺-rule: AlphaBeta with α = 1 and β = 0, so that only positive contributions count. (Montavon et al. 2017,
// arXiv 1512.02479.)
type ZPlus struct{}

func (ZPlus) check() error { return nil }

func (ZPlus) split(l *layer, r *Node) share { return AlphaBeta{1, 0}.split(l, r) }

// ZBox is the z^B-rule, for layers that read pixels between two bounds l ≤ x ≤ h: R_i = Σ_j (x_i w_ij − l w_ij⁺ − h w_ij⁻) / (the sum of
// these over i) · R_j. The bias takes nothing. (Montavon et al. 2017.)
type ZBox struct {
	Low, High float64 // of the numbers that the layer reads; both 0: 0 and 1
}

func (z ZBox) defaults() ZBox {
	if z == (ZBox{}) {
		return ZBox{0, 1}
	}
	return z
}

func (z ZBox) check() error {
	if z = z.defaults(); !(z.Low < z.High) {
		return fmt.Errorf("explain: the z^B-rule with bounds %g and %g: the lower one must be less than the upper", z.Low, z.High)
	}
	return nil
}

func (z ZBox) split(l *layer, r *Node) share {
	z = z.defaults()
	x, w := l.input(), l.weights()
	up, down, low, high := positive(w), negative(w), l.everywhere(z.Low), l.everywhere(z.High)
	sum := Sub(Sub(l.forward(x, w, nil), l.forward(low, up, nil)), l.forward(high, down, nil))
	s := Div(r, stable(sum, tiny))
	shares := Sub(Sub(Mul(x, l.back(w, s)), Mul(low, l.back(up, s))), Mul(high, l.back(down, s)))
	return share{relevance: shares, lost: Sub(r, Mul(sum, s))}
}

// WSquare is the w²-rule: R_i = Σ_j w_ij² / Σ_k w_kj² · R_j, whatever the input is. The bias takes nothing. (Montavon et al. 2017.)
type WSquare struct{}

func (WSquare) check() error { return nil }

func (WSquare) split(l *layer, r *Node) share { return regardless(l, Square(l.weights()), r) }

// Flat shares out relevance equally among a layer's inputs: the w²-rule with all weights 1. (Lapuschkin et al. 2019, arXiv 1902.10178.)
type Flat struct{}

func (Flat) check() error { return nil }

func (Flat) split(l *layer, r *Node) share { return regardless(l, OnesLike(l.weights()), r) }

// regardless of its value, every input counts by its weights alone; a convolution's padding does not count.
func regardless(l *layer, weights, r *Node) share {
	there := l.everywhere(1)
	z := l.forward(there, weights, nil)
	s := Div(r, stable(z, tiny))
	return share{relevance: Mul(there, l.back(weights, s)), lost: Sub(r, Mul(z, s))}
}

func or(v, otherwise float64) float64 {
	if v == 0 {
		return otherwise
	}
	return v
}

func notNegative(name string, v float64) error {
	if !(v >= 0) || math.IsInf(v, 0) {
		return fmt.Errorf("explain: a rule with %s %g: it must be finite and not negative", name, v)
	}
	return nil
}
