package explain_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive,staticcheck // graph functions read like the mathematics
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/layers/activation"
	"github.com/gomlx/gomlx/ml/model"

	"github.com/vitrine-ml/vitrine/pkg/explain"
	"github.com/vitrine-ml/vitrine/pkg/explain/explaintest"
	"github.com/vitrine-ml/vitrine/pkg/models"
)

// operations are functions of a float32 matrix [rows, 4], of as many kinds as there are.
var operations = map[string]func(x *Node) *Node{
	"arithmetic":   func(x *Node) *Node { return Div(Sub(Mul(x, x), AddScalar(x, 3)), AddScalar(Square(x), 1)) },
	"powers":       func(x *Node) *Node { return Add(PowScalar(AddScalar(Abs(x), .1), 1.5), Sqrt(AddScalar(Abs(x), 1))) },
	"exponentials": func(x *Node) *Node { return Add(Add(Exp(x), Expm1(x)), Add(Log1p(Abs(x)), Log(AddScalar(Abs(x), 1)))) },
	"waves":        func(x *Node) *Node { return Add(Add(Sin(x), Cos(x)), Add(Erf(x), Add(Tanh(x), Sigmoid(x)))) },
	"steps":        func(x *Node) *Node { return Add(Add(Floor(x), Ceil(x)), Add(Round(x), Sign(x))) },
	"signs":        func(x *Node) *Node { return Add(Neg(x), Rsqrt(AddScalar(Square(x), 1))) },
	"relu":         models.Relu,
	"leaky relu":   activation.LeakyRelu,
	"gelu":         activation.Gelu,
	"swish":        activation.Swish,
	"selu":         activation.Selu,
	"softplus":     Softplus,
	"softmax":      func(x *Node) *Node { return Softmax(x, -1) },
	"log softmax":  func(x *Node) *Node { return LogSoftmax(x, -1) },
	"normalise":    func(x *Node) *Node { return L2Normalize(x, -1) },
	"clip":         func(x *Node) *Node { return ClipScalar(x, -1, 1) },
	"where": func(x *Node) *Node {
		return Where(GreaterThan(x, ScalarZero(x.Graph(), x.DType())), x, MulScalar(x, .1))
	},
	"logic": func(x *Node) *Node {
		small := LessThan(Abs(x), Scalar(x.Graph(), x.DType(), .5))
		return ConvertDType(LogicalOr(LogicalAnd(small, GreaterThan(x, ZerosLike(x))), LogicalNot(LogicalOr(small, GreaterThan(x, ZerosLike(x))))), x.DType())
	},
	"shape": func(x *Node) *Node {
		return Transpose(Reshape(BroadcastToDims(InsertAxes(x, 0), 3, x.Shape().Dim(0), 4), -1, 2), 0, 1)
	},
	"slices":  func(x *Node) *Node { return Slice(Concatenate([]*Node{x, Neg(x)}, 1), AxisRange(), AxisRange(2, 6)) },
	"reverse": func(x *Node) *Node { return Reverse(x, 1) },
	"pad": func(x *Node) *Node {
		return Pad(x, ScalarZero(x.Graph(), x.DType()), compute.PadAxis{}, compute.PadAxis{Start: 1})
	},
	"reductions": func(x *Node) *Node {
		return Add(Add(ReduceSum(x, 1), ReduceMax(x, 1)), Add(ReduceMin(x, 1), ReduceMultiply(x, 1)))
	},
	"matmul":       func(x *Node) *Node { return Dot(x, Iota(x.Graph(), shapes.Make(x.DType(), 4, 3), 0)).MatMul() },
	"einsum":       func(x *Node) *Node { return Einsum("ij,kj->ik", x, x) },
	"gather":       func(x *Node) *Node { return Gather(x, Const(x.Graph(), [][]int32{{1}, {0}, {1}})) },
	"one-hot":      func(x *Node) *Node { return OneHot(ArgMax(x, -1), 4, x.DType()) },
	"cumulative":   func(x *Node) *Node { return CumSum(x, 1) },
	"sort":         func(x *Node) *Node { return Sort(x, -1, true) },
	"top":          func(x *Node) *Node { v, _ := TopK(x, 2, -1); return v },
	"stop":         func(x *Node) *Node { return Mul(x, StopGradient(x)) },
	"own gradient": func(x *Node) *Node { return IdentityWithCustomGradient(x, func(_, v *Node) *Node { return Neg(v) }) },
	"convolution": func(x *Node) *Node {
		return Convolve(Reshape(x, -1, 4, 1), Ones(x.Graph(), shapes.Make(x.DType(), 3, 1, 2))).PadSame().Done()
	},
	"max-pool":  func(x *Node) *Node { return MaxPool(Reshape(x, -1, 2, 2, 1)).Window(2).Done() },
	"mean-pool": func(x *Node) *Node { return MeanPool(Reshape(x, -1, 2, 2, 1)).Window(2).Done() },
	"our pool": func(x *Node) *Node {
		return models.MaxPool2D(model.NewStore().RootScope(), Reshape(x, -1, 2, 2, 1))
	},
	"interpolate": func(x *Node) *Node { return Interpolate(Reshape(x, -1, 2, 2, 1), -1, 4, 4, -1).Bilinear().Done() },
	"loop": func(x *Node) *Node {
		g := x.Graph()
		state := func(g *Graph) (i, s *Node) {
			return Parameter(g, "i", shapes.Make(dtypes.Int32)), Parameter(g, "s", x.Shape())
		}
		until := NewClosure(g, func(g *Graph) []*Node { i, _ := state(g); return []*Node{LessThan(i, Const(g, int32(3)))} })
		body := NewClosure(g, func(g *Graph) []*Node { i, s := state(g); return []*Node{Add(i, Const(g, int32(1))), Mul(s, s)} })
		return While(until, body, Const(g, int32(0)), x)[1]
	},
	"random": func(x *Node) *Node {
		_, u := RandomUniform(Const(x.Graph(), []uint64{1, 2, 3}), x.Shape())
		return Mul(x, u)
	},
}

// weighted is the operation's result as [rows, 1]: every number counts with another weight.
func weighted(f func(x *Node) *Node) models.Forward {
	return func(_ *model.Scope, in []*Node) []*Node {
		y := f(in[0])
		w := AddScalar(IotaFull(y.Graph(), shapes.Make(in[0].DType(), y.Shape().Dimensions...)), 1)
		return []*Node{BroadcastToDims(ReduceAllSum(Mul(y, w)), in[0].Shape().Dim(0), 1)}
	}
}

// TestReplay compares, for every operation, the replay of f(x) at x' with f(x'): to the last bit.
func TestReplay(t *testing.T) {
	x, other := explaintest.Pseudo(1, 2, 4), explaintest.Pseudo(2, 2, 4)
	for name, f := range operations {
		net, err := models.New(models.Custom{Title: name, Build: weighted(f)},
			[]models.Port{{Name: "x", Shape: []int{4}}}, []models.Port{{Name: "y", Shape: []int{1}}}, 1)
		if err != nil {
			t.Fatal(err)
		}
		out, err := net.Run("replay", func(scope *model.Scope, in []*Node) []*Node {
			a, b := explain.NewTrace(net, scope, in[:1]), explain.NewTrace(net, scope, in[1:])
			r := a.Replay(map[*Node]*Node{a.Node("x"): in[1]})
			same := a.Replay(map[*Node]*Node{a.Node("x"): in[0]})
			if got := r.Names(); !slices.Equal(got, a.Names()) || r.Node("x") != in[1] {
				t.Errorf("%s: the replay has other names: %v", name, got)
			}
			return []*Node{r.Outputs[0], b.Outputs[0], a.Outputs[0], same.Outputs[0]}
		}, x, other)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		v := make([]float32, len(out))
		for i := range out {
			v[i] = tensors.MustCopyFlatData[float32](out[i])[0]
		}
		if v[0] != v[1] || v[2] != v[3] || v[0] == v[2] && name != "one-hot" {
			t.Errorf("%s: replayed %v, computed %v; at the same input %v and %v", name, v[0], v[1], v[3], v[2])
		}
	}
}

// TestReplayInside replaces a node in the middle of a net: the gradient there is that of the rest, and nothing before it is cloned.
func TestReplayInside(t *testing.T) {
	net := explaintest.Net(t, "inside", 2, 1, func(_ *model.Scope, x *Node) *Node {
		h := Mul(x, x).WithAlias("square")
		return ReduceAndKeep(Mul(Mul(h, h), x), ReduceSum, 1) // h²·x
	})
	out, err := net.Run("replay", func(scope *model.Scope, in []*Node) []*Node {
		a := explain.NewTrace(net, scope, in[:1])
		before := len(a.Inputs[0].Graph().Nodes())
		r := a.Replay(map[*Node]*Node{a.Node("square"): in[1]})
		if cloned := len(in[0].Graph().Nodes()) - before; cloned > 4 {
			t.Errorf("%d nodes cloned, 4 follow", cloned)
		}
		return append(r.Outputs, r.Derive(0, OnesLike(r.Outputs[0]), in[1])...)
	}, explaintest.Rows([]float64{2, 3})[0], explaintest.Rows([]float64{5, 7})[0])
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range [][]float64{{25*2 + 49*3}, {2 * 5 * 2, 2 * 7 * 3}} {
		if got := tensors.MustCopyFlatData[float64](out[i]); !slices.Equal(got, want) {
			t.Errorf("result %d is %v, want %v", i, got, want)
		}
	}
}

// TestReplayRefuses what it cannot follow, by the node's name.
func TestReplayRefuses(t *testing.T) {
	branch := explaintest.Net(t, "branch", 2, 1, func(_ *model.Scope, x *Node) *Node {
		g, h := x.Graph(), Tanh(x).WithAlias("hidden")
		number := func(v float64) *Function {
			return NewClosure(g, func(g *Graph) []*Node { return []*Node{Const(g, v)} })
		}
		chosen := If(GreaterThan(ReduceAllSum(h), ScalarZero(g, dtypes.Float64)), number(1), number(2))[0].WithAlias("chosen")
		return Add(ReduceAndKeep(h, ReduceSum, 1), chosen)
	})
	held := explaintest.Net(t, "held", 2, 1, func(_ *model.Scope, x *Node) *Node {
		h := Tanh(x).WithAlias("hidden")
		squared := Square(h).WithAlias("squared")
		y := IdentityWithCustomGradient(squared, func(_, v *Node) *Node { return Mul(v, squared) }).WithAlias("held")
		return ReduceAndKeep(y, ReduceSum, 1)
	})
	for _, c := range []struct {
		net  *models.Net
		want []string
	}{
		{branch, []string{`"chosen" is an If`, "Where"}},
		{held, []string{`value of node "squared"`, "custom gradients (held)"}},
	} {
		_, err := explain.LayerIntegratedGradients{Layer: "hidden"}.Explain(t.Context(), c.net, explaintest.Rows([]float64{1, 2}), explain.Target{})
		for _, want := range c.want {
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%s: error %v, want one with %q", c.net.Name, err, want)
			}
		}
	}
	net := explaintest.BML(t)
	_, err := net.Run("shape", func(scope *model.Scope, in []*Node) []*Node {
		a := explain.NewTrace(net, scope, in)
		return a.Replay(map[*Node]*Node{in[0]: Slice(in[0], AxisRange(), AxisRange(0, 2))}).Outputs
	}, explaintest.Rows([]float64{1, 2, 3})[0])
	if err == nil || !strings.Contains(err.Error(), `node "x" has shape`) {
		t.Errorf("another shape: error %v", err)
	}
}
