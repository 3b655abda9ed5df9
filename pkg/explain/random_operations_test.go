package explain_test

import (
	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive,staticcheck // graph functions read like the mathematics
	"github.com/gomlx/gomlx/ml/layers/activation"
	"github.com/gomlx/gomlx/ml/layers/norm"

	"github.com/vitrine-ml/vitrine/pkg/models"
)

type operation struct {
	name string
	f    func(m *maker, x *Node) *Node
}

// anyShape are operations that keep the shape of x, whatever it is.
var anyShape = []operation{
	{"relu", func(_ *maker, x *Node) *Node { return models.Relu(x) }},
	{"relu of gomlx", func(_ *maker, x *Node) *Node { return activation.Relu(x) }},
	{"leaky relu", func(_ *maker, x *Node) *Node { return activation.LeakyRelu(x) }},
	{"gelu", func(_ *maker, x *Node) *Node { return activation.Gelu(x) }},
	{"gelu approximate", func(_ *maker, x *Node) *Node { return activation.GeluApproximate(x) }},
	{"swish", func(_ *maker, x *Node) *Node { return activation.Swish(x) }},
	{"selu", func(_ *maker, x *Node) *Node { return activation.Selu(x) }},
	{"softplus", func(_ *maker, x *Node) *Node { return Softplus(x) }},
	{"tanh", func(_ *maker, x *Node) *Node { return Tanh(x) }},
	{"sigmoid", func(_ *maker, x *Node) *Node { return Sigmoid(x) }},
	{"sin", func(_ *maker, x *Node) *Node { return Sin(x) }},
	{"cos", func(_ *maker, x *Node) *Node { return Cos(x) }},
	{"erf", func(_ *maker, x *Node) *Node { return Erf(x) }},
	{"exp", func(_ *maker, x *Node) *Node { return Exp(Tanh(x)) }},
	{"expm1", func(_ *maker, x *Node) *Node { return Expm1(Tanh(x)) }},
	{"log1p", func(_ *maker, x *Node) *Node { return Log1P(Abs(x)) }},
	{"log", func(_ *maker, x *Node) *Node { return Log(AddScalar(Square(x), 1)) }},
	{"sqrt", func(_ *maker, x *Node) *Node { return Sqrt(AddScalar(Abs(x), 0.1)) }},
	{"rsqrt", func(_ *maker, x *Node) *Node { return Rsqrt(AddScalar(Square(x), 1)) }},
	{"abs", func(_ *maker, x *Node) *Node { return Abs(x) }},
	{"square", func(_ *maker, x *Node) *Node { return Square(Tanh(x)) }},
	{"pow", func(_ *maker, x *Node) *Node { return PowScalar(AddScalar(Abs(Tanh(x)), 0.1), 1.5) }},
	{"neg", func(_ *maker, x *Node) *Node { return Neg(x) }},
	{"sign", func(_ *maker, x *Node) *Node { return Mul(Sign(x), Tanh(x)) }},
	{"floor", func(_ *maker, x *Node) *Node { return Floor(x) }},
	{"round", func(_ *maker, x *Node) *Node { return Round(x) }},
	{"clip", func(_ *maker, x *Node) *Node { return ClipScalar(x, -0.5, 0.7) }},
	{"at least", func(_ *maker, x *Node) *Node { return MaxScalar(x, 0.2) }},
	{"at most", func(_ *maker, x *Node) *Node { return MinScalar(x, 0.2) }},
	{"masked", func(_ *maker, x *Node) *Node {
		kept := LessThan(Iota(x.Graph(), x.Shape(), -1), Scalar(x.Graph(), x.DType(), 2))
		return Where(kept, x, Scalar(x.Graph(), x.DType(), 0.7))
	}},
	{"shift", func(_ *maker, x *Node) *Node { return AddScalar(x, 0.3) }},
	{"scale", func(_ *maker, x *Node) *Node { return DivScalar(MulScalar(x, 1.7), 2) }},
	{"inverse", func(_ *maker, x *Node) *Node { return Inverse(AddScalar(Square(x), 1)) }},
	{"where by itself", func(_ *maker, x *Node) *Node {
		return Where(GreaterThan(x, ScalarZero(x.Graph(), x.DType())), x, MulScalar(x, 0.1))
	}},
	{"step", func(_ *maker, x *Node) *Node {
		return ConvertDType(GreaterThan(x, ScalarZero(x.Graph(), x.DType())), x.DType())
	}},
	{"stopped", func(_ *maker, x *Node) *Node { return Add(StopGradient(Tanh(x)), x) }},
	{"custom gradient", func(_ *maker, x *Node) *Node {
		return IdentityWithCustomGradient(x, func(_, v *Node) *Node { return Neg(v) })
	}},
	{"float32", func(_ *maker, x *Node) *Node { return ConvertDType(ConvertDType(x, dtypes.Float64), x.DType()) }},
	{"reverse", func(_ *maker, x *Node) *Node { return Reverse(x, -1) }},
	{"softmax", func(_ *maker, x *Node) *Node { return Softmax(x, -1) }},
	{"log softmax", func(_ *maker, x *Node) *Node { return LogSoftmax(x, -1) }},
	{"l2 norm", func(_ *maker, x *Node) *Node { return L2Normalize(AddScalar(x, 0.5), -1) }},
	{"layer norm", func(m *maker, x *Node) *Node { return norm.LayerNorm(m.scope.In("ln%d", len(m.trail)), x, -1).Done() }},
	{"centred", func(_ *maker, x *Node) *Node { return Sub(x, ReduceAndKeep(x, ReduceMean, -1)) }},
	{"less the largest", func(_ *maker, x *Node) *Node { return Sub(x, ReduceAndKeep(x, ReduceMax, -1)) }},
	{"less the smallest", func(_ *maker, x *Node) *Node { return Sub(x, ReduceAndKeep(x, ReduceMin, -1)) }},
	{"transposed and back", func(_ *maker, x *Node) *Node { return Transpose(AddScalar(Tanh(Transpose(x, 0, 1)), 0.2), 0, 1) }},
	{"flat and back", func(_ *maker, x *Node) *Node {
		return Reshape(models.Relu(AddScalar(Reshape(x, -1, x.Shape().Dim(-1)), 0.1)), x.Shape().Dimensions...)
	}},
	{"sort", func(_ *maker, x *Node) *Node { return Sort(x, -1, true) }},
	{"one hot", func(_ *maker, x *Node) *Node { return OneHot(ArgMax(x, -1), x.Shape().Dim(-1), x.DType()) }},
	{"cumulative sum", func(_ *maker, x *Node) *Node { return CumSum(x, -1) }},
	{"while", func(_ *maker, x *Node) *Node {
		g := x.Graph()
		return While(
			NewClosure(g, func(g *Graph) []*Node {
				i := Parameter(g, "i", shapes.Make(dtypes.Int32))
				Parameter(g, "s", x.Shape())
				return []*Node{LessThan(i, Const(g, int32(2)))}
			}),
			NewClosure(g, func(g *Graph) []*Node {
				i, s := Parameter(g, "i", shapes.Make(dtypes.Int32)), Parameter(g, "s", x.Shape())
				return []*Node{Add(i, Const(g, int32(1))), Tanh(s)}
			}), Const(g, int32(0)), x)[1]
	}},
	{"top k", func(_ *maker, x *Node) *Node {
		values, _ := TopK(x, x.Shape().Dim(-1), -1)
		return values
	}},
	{"product of a row", func(_ *maker, x *Node) *Node { return Add(x, InsertAxes(ReduceMultiply(Tanh(x), -1), -1)) }},
	{"padded", func(_ *maker, x *Node) *Node {
		edge := make([]compute.PadAxis, x.Rank())
		edge[x.Rank()-1] = compute.PadAxis{Start: 1}
		return SliceAxis(Pad(x, ScalarZero(x.Graph(), x.DType()), edge...), -1, AxisRange(0, x.Shape().Dim(-1)))
	}},
}

// twoNodes are operations on two nodes of one shape.
var twoNodes = []struct {
	name string
	f    func(m *maker, x, y *Node) *Node
}{
	{"add", func(_ *maker, x, y *Node) *Node { return Add(x, y) }},
	{"sub", func(_ *maker, x, y *Node) *Node { return Sub(x, y) }},
	{"mul", func(_ *maker, x, y *Node) *Node { return Mul(x, Tanh(y)) }},
	{"gate", func(_ *maker, x, y *Node) *Node { return Mul(x, Sigmoid(y)) }},
	{"div", func(_ *maker, x, y *Node) *Node { return Div(x, AddScalar(Square(y), 1)) }},
	{"max", func(_ *maker, x, y *Node) *Node { return Max(x, y) }},
	{"min", func(_ *maker, x, y *Node) *Node { return Min(x, y) }},
	{"where one is larger", func(_ *maker, x, y *Node) *Node { return Where(GreaterThan(x, y), Tanh(x), y) }},
	{"half of each", func(_ *maker, x, y *Node) *Node {
		n := x.Shape().Dim(-1) / 2
		return Concatenate([]*Node{SliceAxis(x, -1, AxisRange(0, n)), SliceAxis(y, -1, AxisRangeToEnd(n))}, -1)
	}},
	{"with constants", func(_ *maker, x, y *Node) *Node {
		n := x.Shape().Dim(-1) / 2
		return Add(y, Concatenate([]*Node{SliceAxis(x, -1, AxisRange(0, n)), MulScalar(OnesLike(SliceAxis(y, -1, AxisRangeToEnd(n))), 0.4)}, -1))
	}},
}

// image, sequence and vector are operations on nodes of that rank.
var image = []operation{
	{"conv", func(m *maker, x *Node) *Node { return models.Conv2D(m.scope.At("conv"), x, 2, 3) }},
	{"native conv", func(m *maker, x *Node) *Node { return models.NativeConv2D(m.scope.At("conv"), x, 2, 3) }},
	{"max pool and back", func(m *maker, x *Node) *Node {
		return Add(x, Reshape(ReduceMax(models.MaxPool2D(m.scope, x), 1, 2), -1, 1, 1, 2))
	}},
	{"native max pool", func(_ *maker, x *Node) *Node {
		return Add(x, ReduceAndKeep(MaxPool(x).Window(2).Done(), ReduceSum, 1, 2))
	}},
	{"mean pool", func(_ *maker, x *Node) *Node {
		return Add(x, ReduceAndKeep(MeanPool(x).Window(2).Done(), ReduceMax, 1, 2))
	}},
	{"batch norm of gomlx", func(m *maker, x *Node) *Node {
		return norm.BatchNorm(m.scope.In("bn%d", len(m.trail)), x, -1).UseBackendInference(false).Done()
	}},
	{"batch norm", func(_ *maker, x *Node) *Node {
		c := func(v float64) *Node { return Const(x.Graph(), [][][][]float64{{{{v, 1.3 * v}}}}) }
		return Add(Mul(Div(Sub(x, c(0.3)), Sqrt(AddScalar(c(0.9), 1e-3))), c(1.1)), c(0.2))
	}},
}

var sequence = []operation{
	{"attention", func(m *maker, x *Node) *Node {
		w := func(name string) *Node { return Einsum("ntc,cd->ntd", x, m.variable(name, 8, 8)) }
		return Einsum("nst,ntd->nsd", Softmax(MulScalar(Einsum("nsd,ntd->nst", w("q"), w("k")), 0.3), -1), w("v"))
	}},
	{"time first", func(m *maker, x *Node) *Node {
		byTime := TransposeAllDims(x, 1, 0, 2)
		first, rest := SliceAxis(byTime, 0, AxisRange(0, 1)), SliceAxis(byTime, 0, AxisRange(1, 4))
		return TransposeAllDims(Tanh(AddScalar(Concatenate([]*Node{rest, first}, 0), 0.1)), 1, 0, 2)
	}},
	{"gathered", func(_ *maker, x *Node) *Node {
		rows := x.Shape().Dim(0)
		flat := Reshape(x, rows*4, 8)
		index := make([][]int32, rows*4)
		for i := range index {
			index[i] = []int32{int32(i ^ 1)}
		}
		return Reshape(Gather(flat, Const(x.Graph(), index)), rows, 4, 8)
	}},
	{"recurrent", func(m *maker, x *Node) *Node {
		h, w := ZerosLike(Reshape(SliceAxis(x, 1, AxisElem(0)), -1, 8)), m.variable("recurrent", 8, 8)
		all := make([]*Node, 4)
		for i := range all {
			h = Tanh(Add(Dot(h, w).MatMul(), Reshape(SliceAxis(x, 1, AxisElem(i)), -1, 8)))
			all[i] = InsertAxes(h, 1)
		}
		return Concatenate(all, 1)
	}},
}

var vector = []operation{
	{"dense", func(m *maker, x *Node) *Node { return models.Dense(m.scope.At("dense"), x, 6) }},
	{"residual", func(m *maker, x *Node) *Node { return Add(x, models.Dense(m.scope.At("dense"), models.Relu(x), 6)) }},
	{"product of all pairs", func(_ *maker, x *Node) *Node { return Reshape(Einsum("na,nb->nab", x, Tanh(x)), -1, 36) }},
}
