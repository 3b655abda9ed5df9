package models

import (
	"fmt"
	"math"
	"slices"

	. "github.com/gomlx/gomlx/core/graph" //nolint:revive,staticcheck // graph functions read like the mathematics
)

// Activation is an activation function by its name, so that an architecture can be written down and read back. "" is [ReLU], where an
// architecture does not say otherwise.
//
// They are PyTorch's, with its constants and its derivatives at kinks. First and second gradients are finite for every finite number: what
// Where does not choose gets the gradient 0, but 0 times an overflow is NaN, so nothing in here overflows.
type Activation string

// The activations.
const (
	ReLU      Activation = "relu"       // max(0, x), derivative 0 at 0
	LeakyReLU Activation = "leaky_relu" // x for x > 0, else 0.01 x
	ELU       Activation = "elu"        // x for x > 0, else eˣ − 1 (Clevert et al. 2016, arXiv 1511.07289)
	SELU      Activation = "selu"       // 1.0507 times: x for x > 0, else 1.6733 (eˣ − 1) (Klambauer et al. 2017, arXiv 1706.02515)
	GELU      Activation = "gelu"       // x·Φ(x), Φ being the normal distribution's (Hendrycks and Gimpel 2016, arXiv 1606.08415)
	GELUTanh  Activation = "gelu_tanh"  // ½x·(1 + tanh(√(2/π)·(x + 0.044715 x³))), which is near GELU
	SiLU      Activation = "silu"       // x·σ(x), also called swish
	Mish      Activation = "mish"       // x·tanh(log(1 + eˣ)) (Misra 2020, arXiv 1908.08681)
	SwiGLU    Activation = "swiglu"     // silu(a)·b for the halves a and b of the last axis, which it halves (Shazeer 2020, arXiv 2002.05202)
	TanH      Activation = "tanh"       // (e²ˣ − 1)/(e²ˣ + 1)
)

// Activations lists all of them.
func Activations() []Activation {
	return []Activation{ReLU, LeakyReLU, ELU, SELU, GELU, GELUTanh, SiLU, Mish, SwiGLU, TanH}
}

func (a Activation) check() error {
	if a != "" && !slices.Contains(Activations(), a) {
		return fmt.Errorf("the activation %q is not known, there are %q", a, Activations())
	}
	return nil
}

// takes is how many numbers the activation needs to give n of them.
func (a Activation) takes(n int) int {
	if a == SwiGLU {
		return 2 * n
	}
	return n
}

// Apply is the activation of every number of x. It panics if there is none of that name.
func (a Activation) Apply(x *Node) *Node {
	switch a {
	case "", ReLU:
		return Relu(x)
	case LeakyReLU:
		return Where(isPositive(x), x, MulScalar(x, 0.01))
	case ELU:
		return elu(x, 1)
	case SELU:
		return MulScalar(elu(x, 1.6732632423543772848170429916717), 1.0507009873554804934193349852946)
	case GELU:
		return Mul(x, MulScalar(AddScalar(Erf(MulScalar(x, math.Sqrt2/2)), 1), 0.5))
	case GELUTanh:
		u := within(x, 12) // beyond, tanh is ±1 in float64 too, and the cube could overflow
		u = MulScalar(Add(u, MulScalar(Mul(u, Square(u)), 0.044715)), math.Sqrt(2/math.Pi))
		return Mul(x, MulScalar(AddScalar(Tanh(u), 1), 0.5))
	case SiLU:
		return Mul(x, Sigmoid(x))
	case Mish:
		return Mul(x, Tanh(Log1P(Exp(below(x, 40))))) // beyond, tanh is 1
	case SwiGLU:
		if x.Rank() == 0 || x.Shape().Dim(-1)%2 != 0 {
			panic(fmt.Errorf("%s wants a last axis of even length, got %s", SwiGLU, x.Shape()))
		}
		halves := Split(x, -1, 2)
		return Mul(SiLU.Apply(halves[0]), halves[1])
	case TanH:
		return Tanh(x)
	}
	panic(a.check())
}

func isPositive(x *Node) *Node { return GreaterThan(x, ZerosLike(x)) }

// elu is x for x > 0 and α(eˣ − 1) elsewhere. With t = tanh(x/2), eˣ − 1 is 2t/(1 − t), which keeps its digits near 0.
func elu(x *Node, alpha float64) *Node {
	up := isPositive(x)
	t := Tanh(MulScalar(Where(up, ZerosLike(x), x), 0.5))
	return Where(up, x, MulScalar(Div(t, OneMinus(t)), 2*alpha))
}

// below is the smaller of x and the bound.
func below(x *Node, bound float64) *Node {
	return Where(GreaterThan(x, Scalar(x.Graph(), x.DType(), bound)), Scalar(x.Graph(), x.DType(), bound), x)
}

// within is x, or the bound of its sign where it is further from 0.
func within(x *Node, bound float64) *Node { return Neg(below(Neg(below(x, bound)), bound)) }
