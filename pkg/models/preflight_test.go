package models

import (
	"errors"
	"math"
	"strings"
	"testing"

	. "github.com/gomlx/gomlx/core/graph" //nolint:revive,staticcheck // graph functions read like the mathematics
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
)

// TestPreflight walks graphs on the host, which is pure Go.
func TestPreflight(t *testing.T) {
	constant := func(x *Node, v float32) *Function {
		return NewClosure(x.Graph(), func(g *Graph) []*Node { return []*Node{Const(g, v)} })
	}
	sum := func(x *Node) *Node { return ReduceAndKeep(x, ReduceSum, 1) }
	for _, c := range []struct {
		name string
		f    func(x *Node) *Node
		want string // "": passes
	}{
		{"product", func(x *Node) *Node { return sum(Mul(x, x)) }, ""},
		{"if", func(x *Node) *Node {
			return Add(sum(x), If(GreaterThan(ReduceAllSum(x), ScalarZero(x.Graph(), x.DType())), constant(x, 1), constant(x, 2))[0].WithAlias("branch"))
		}, `the gradient of If "branch" of shape (Float32) is refused: GoMLX gives 0`},
		{"if whose branches alone depend on the input", func(x *Node) *Node {
			g, one := x.Graph(), AddScalar(ScalarZero(x.Graph(), x.DType()), 1)
			branch := func(n *Node) *Function { return NewClosure(g, func(*Graph) []*Node { return []*Node{n} }) }
			return If(GreaterThan(one, ScalarZero(g, x.DType())), branch(sum(x)), branch(sum(Neg(x))))[0]
		}, "of shape (Float32)[24, 1] is refused: GoMLX gives 0"},
		{"if that is not used", func(x *Node) *Node {
			If(GreaterThan(ReduceAllSum(x), ScalarZero(x.Graph(), x.DType())), constant(x, 1), constant(x, 2))
			return sum(x)
		}, ""},
		{"cumulative sum", func(x *Node) *Node { return sum(CumSum(x, 1)) }, "ReduceWindow of shape (Float32)[24, 6] is refused: on the pure-Go backend"},
		{"padded mean-pooling", func(x *Node) *Node {
			return sum(Reshape(MeanPool(Reshape(x, -1, 2, 3, 1)).Window(2).Strides(1).PadSame().Done(), -1, 6))
		}, "sum over a padded window"},
		{"mean-pooling", func(x *Node) *Node { return Reshape(MeanPool(Reshape(x, -1, 2, 3, 1)).Window(2).Done(), -1, 1) }, ""},
		{"padded max-pooling", func(x *Node) *Node {
			return sum(Reshape(MaxPool(Reshape(x, -1, 2, 3, 1)).Window(2).Strides(1).PadSame().Done(), -1, 6))
		}, ""},
		{"sort", func(x *Node) *Node { return sum(Sort(x, 1, true)) }, "Sort of shape (Float32)[24, 6] is refused: GoMLX has none"},
		{"top", func(x *Node) *Node { v, _ := TopK(x, 2, 1); return sum(v) }, "is refused: GoMLX has none"},
		{"floor", func(x *Node) *Node { return sum(Floor(x)) }, "Floor of shape"},
		{"floor, stopped", func(x *Node) *Node { return sum(Mul(x, StopGradient(Floor(x)))) }, ""},
		{"identity with a gradient", func(x *Node) *Node {
			return sum(IdentityWithCustomGradient(x, func(_, v *Node) *Node { return v }))
		}, ""},
		{"floor of a constant", func(x *Node) *Node { return sum(Mul(x, Floor(AddScalar(OnesLike(x), .5)))) }, ""},
		{"index", func(x *Node) *Node { return sum(Mul(x, OneHot(ArgMax(x, 1), 6, x.DType()))) }, ""},
		{"softmax", func(x *Node) *Node { return Slice(Softmax(x, -1), AxisRange(), AxisElem(0)) }, ""},
	} {
		n, err := New(Custom{Build: func(_ *model.Scope, in []*Node) []*Node { return []*Node{c.f(in[0])} }},
			[]Port{{Name: "x", Shape: []int{6}}}, []Port{{Name: "y", Shape: []int{1}}}, 1)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		err = n.Look(func(scope *model.Scope, in []*Node) error {
			y := n.Apply(scope, in)[0]
			err := Preflight(y, in...)
			if err == nil {
				Gradient(ReduceAllSum(y), in...) // what passes has a gradient
			}
			return err
		})
		var refusal *Refusal
		if c.want == "" && err != nil || c.want != "" && (err == nil || !errors.As(err, &refusal) || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s: error %v, want %q", c.name, err, c.want)
		}
	}
}

func TestCheckWeights(t *testing.T) {
	n := cnn(t, CNN{Channels: []int{2}, Dense: 3}, 1)
	if err := n.CheckWeights(); err != nil {
		t.Fatal(err)
	}
	set := func(v float32) {
		if err := n.Store().GetVariable("/dense/biases").SetValue(tensors.FromValue([]float32{0, v, 1})); err != nil {
			t.Fatal(err)
		}
	}
	for _, v := range []float64{math.NaN(), math.Inf(-1)} {
		set(float32(v))
		if err := n.CheckWeights(); err == nil || !strings.Contains(err.Error(), "variable /dense/biases of CNN") || !strings.Contains(err.Error(), "position 1") {
			t.Errorf("error %v, want the variable and the position", err)
		}
	}
}
