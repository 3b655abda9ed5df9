package train

import (
	"cmp"
	"errors"

	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive,staticcheck // graph functions read like the mathematics
)

// Adam is Kingma and Ba, "Adam: a method for stochastic optimization", ICLR 2015 (https://arxiv.org/abs/1412.6980), as PyTorch's
// torch.optim.Adam has it:
//
//	g ← g + WeightDecay·w
//	m ← Beta1·m + (1 − Beta1)·g
//	v ← Beta2·v + (1 − Beta2)·g²
//	w ← w − LearningRate/(1 − Beta1ᵗ) · m / (√v / √(1 − Beta2ᵗ) + Epsilon)      in step t, counted from 1
type Adam struct {
	LearningRate float64 // 0: 0.001
	Beta1        float64 // 0: 0.9
	Beta2        float64 // 0: 0.999
	Epsilon      float64 // 0: 1e-8
	WeightDecay  float64 // added to the gradient, not decoupled as in AdamW; 0: none
}

// Slots implements Optimizer.
func (Adam) Slots() []string { return []string{"mean", "square"} }

// Update implements Optimizer.
func (o Adam) Update(t, w, g *Node, slots []*Node) (*Node, []*Node) {
	beta1, beta2 := cmp.Or(o.Beta1, 0.9), cmp.Or(o.Beta2, 0.999)
	g = decayed(w, g, o.WeightDecay)
	m := Add(MulScalar(slots[0], beta1), MulScalar(g, 1-beta1))
	v := Add(MulScalar(slots[1], beta2), MulScalar(Square(g), 1-beta2))
	// The corrections are near 0 at first: in float32, 1 − Beta2ᵗ would have an error of 1e-5.
	rate := Div(Scalar(t.Graph(), t.DType(), cmp.Or(o.LearningRate, 0.001)), correction(beta1, t))
	root := Sqrt(correction(beta2, t))
	denominator := AddScalar(Div(Sqrt(v), as(w.DType(), root)), cmp.Or(o.Epsilon, 1e-8))
	return Sub(w, Mul(as(w.DType(), rate), Div(m, denominator))), []*Node{m, v}
}

// correction is 1 − betaᵗ.
func correction(beta float64, t *Node) *Node {
	return OneMinus(Pow(Scalar(t.Graph(), t.DType(), beta), t))
}

func as(dtype dtypes.DType, x *Node) *Node { return ConvertDType(x, dtype) }

// Check implements Optimizer.
func (o Adam) Check() error {
	return errors.Join(notNegative("LearningRate", o.LearningRate), belowOne("Beta1", o.Beta1), belowOne("Beta2", o.Beta2),
		notNegative("Epsilon", o.Epsilon), notNegative("WeightDecay", o.WeightDecay))
}
