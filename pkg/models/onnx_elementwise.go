package models

import (
	"fmt"

	. "github.com/gomlx/gomlx/core/graph" //nolint:revive,staticcheck // graph functions read like the mathematics
)

// onnxOperations are the operations that are lowered, by their types.
var onnxOperations = map[string]func(c *onnxCall) []*Node{}

func lowerOne(name string, op func(c *onnxCall) *Node) {
	onnxOperations[name] = func(c *onnxCall) []*Node { return []*Node{op(c)} }
}

func init() {
	for name, op := range map[string]func(x *Node) *Node{
		"Relu": Relu, "Sigmoid": Sigmoid, "Tanh": Tanh, "Exp": Exp, "Log": Log, "Sqrt": Sqrt, "Neg": Neg, "Abs": Abs, "Erf": Erf,
		"Floor": Floor, "Ceil": Ceil, "Sign": Sign, "Sin": Sin, "Cos": Cos, "Not": LogicalNot, "IsNaN": IsNaN, "Round": Round,
		"Identity": func(x *Node) *Node { return x }, "Dropout": func(x *Node) *Node { return x },
		"Reciprocal": func(x *Node) *Node { return Div(OnesLike(x), x) },
		"Softplus":   func(x *Node) *Node { return Add(Relu(x), Log1P(Exp(Neg(Abs(x))))) },
		"Softsign":   func(x *Node) *Node { return Div(x, AddScalar(Abs(x), 1)) },
		"HardSwish":  func(x *Node) *Node { return Mul(x, between(AddScalar(MulScalar(x, 1.0/6), 0.5), 0, 1)) },
		"Mish":       Mish.Apply,
	} {
		lowerOne(name, func(c *onnxCall) *Node { return op(c.x(0)) })
	}
	for name, op := range map[string]func(a, b *Node) *Node{
		"Add": Add, "Sub": Sub, "Mul": Mul, "Div": Div, "Mod": Mod, "And": LogicalAnd, "Or": LogicalOr, "Xor": LogicalXor,
		"Equal": Equal, "Less": LessThan, "LessOrEqual": LessOrEqual, "Greater": GreaterThan, "GreaterOrEqual": GreaterOrEqual,
		"PRelu": func(x, slope *Node) *Node { return Where(isPositive(x), x, Mul(x, slope)) },
	} {
		lowerOne(name, func(c *onnxCall) *Node { return op(alike(c.x(0), c.x(1))) })
	}
	for name, op := range map[string]func(a, b *Node) *Node{
		"Sum": Add,
		"Max": func(a, b *Node) *Node { return Where(GreaterOrEqual(a, b), a, b) },
		"Min": func(a, b *Node) *Node { return Where(LessOrEqual(a, b), a, b) },
	} {
		lowerOne(name, func(c *onnxCall) *Node {
			x := c.x(0)
			for i := 1; i < len(c.in); i++ {
				a, b := alike(x, c.x(i))
				if name != "Sum" {
					a, b = spread(a, b)
				}
				x = op(a, b)
			}
			return x
		})
	}
	lowerOne("LeakyRelu", func(c *onnxCall) *Node {
		x := c.x(0)
		return Where(isPositive(x), x, MulScalar(x, c.float("alpha", 0.01)))
	})
	lowerOne("Elu", func(c *onnxCall) *Node { return elu(c.x(0), c.float("alpha", 1)) })
	lowerOne("Selu", func(c *onnxCall) *Node {
		return MulScalar(elu(c.x(0), c.float("alpha", 1.67326319217681884765625)), c.float("gamma", 1.05070102214813232421875))
	})
	lowerOne("HardSigmoid", func(c *onnxCall) *Node {
		return between(AddScalar(MulScalar(c.x(0), c.float("alpha", 0.2)), c.float("beta", 0.5)), 0, 1)
	})
	lowerOne("Gelu", func(c *onnxCall) *Node {
		if c.text("approximate", "none") == "tanh" {
			return GELUTanh.Apply(c.x(0))
		}
		return GELU.Apply(c.x(0))
	})
	lowerOne("Clip", clip)
	lowerOne("Pow", pow)
	lowerOne("Cast", func(c *onnxCall) *Node { return ConvertDType(c.x(0), c.dtype(c.int("to", 1))) })
	lowerOne("CastLike", func(c *onnxCall) *Node { return ConvertDType(c.x(0), c.x(1).DType()) })
	lowerOne("Where", func(c *onnxCall) *Node {
		a, b := alike(c.x(1), c.x(2))
		a, b = spread(a, b)
		condition, a := alike(c.x(0), a)
		b = ExpandLeftToRank(b, a.Rank())
		d := joined(condition, a)
		return Where(BroadcastToDims(condition, d...), BroadcastToDims(a, d...), BroadcastToDims(b, d...))
	})
}

// alike gives both the rank of the larger, as NumPy does.
func alike(a, b *Node) (*Node, *Node) {
	rank := max(a.Rank(), b.Rank())
	if rank > 0 && (a.Rank() == 0 || b.Rank() == 0) { // a scalar goes with everything, but keep one rank
		return ExpandLeftToRank(a, rank), ExpandLeftToRank(b, rank)
	}
	return ExpandLeftToRank(a, rank), ExpandLeftToRank(b, rank)
}

// joined are the lengths of two nodes of one rank after broadcasting.
func joined(a, b *Node) []int {
	d := make([]int, a.Rank())
	for i := range d {
		d[i] = a.Shape().Dim(i)
		switch other := b.Shape().Dim(i); {
		case d[i] == 1:
			d[i] = other
		case other != 1 && other != d[i]:
			panic(fmt.Errorf("%s and %s do not go together", a.Shape(), b.Shape()))
		}
	}
	return d
}

// spread gives both the shape of their combination.
func spread(a, b *Node) (*Node, *Node) {
	d := joined(a, b)
	return BroadcastToDims(a, d...), BroadcastToDims(b, d...)
}

func between(x *Node, low, high float64) *Node { return below(above(x, low), high) }

func above(x *Node, bound float64) *Node {
	return Where(LessThan(x, Scalar(x.Graph(), x.DType(), bound)), Scalar(x.Graph(), x.DType(), bound), x)
}

func clip(c *onnxCall) *Node {
	x := c.x(0)
	if c.has(1) {
		x = above(x, c.number(1))
	} else if _, ok := c.attributes["min"]; ok {
		x = above(x, c.float("min", 0))
	}
	if c.has(2) {
		x = below(x, c.number(2))
	} else if _, ok := c.attributes["max"]; ok {
		x = below(x, c.float("max", 0))
	}
	return x
}

func pow(c *onnxCall) *Node {
	x := c.x(0)
	if c.has(1) && c.in[1].known != nil && c.in[1].known.Size() == 1 && x.DType().IsFloat() {
		switch c.number(1) {
		case 1:
			return x
		case 2:
			return Square(x)
		case 3:
			return Mul(x, Square(x))
		case 0.5:
			return Sqrt(x)
		}
	}
	a, b := alike(x, ConvertDType(c.x(1), x.DType()))
	return Pow(a, b)
}
