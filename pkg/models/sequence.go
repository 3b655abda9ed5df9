package models

import (
	"fmt"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive,staticcheck // graph functions read like the mathematics
	"github.com/gomlx/gomlx/ml/model"
)

// sequence is the input of a network that reads one: vectors, or ids that are looked up, and which of them count.
type sequence struct {
	at, mask   int // among the inputs; mask −1: none
	vocabulary int // 0: vectors
	width      int // of an id's embedding
}

// sequenceOf finds a sequence among the ports: one input of numbers [steps, features] or of ids [steps], and at most one mask [steps].
// An id is looked up as width numbers; 0: 100.
func sequenceOf(inputs []Port, width int) (s sequence, err error) {
	if width < 0 {
		return s, fmt.Errorf("Embedding must be positive, got %d", width)
	}
	s = sequence{at: -1, mask: -1, width: width}
	if s.width == 0 {
		s.width = 100
	}
	for i, p := range inputs {
		switch {
		case p.Kind == Mask && s.mask < 0:
			s.mask = i
		case (p.Kind == Values && len(p.Shape) == 2 || p.Kind == IDs && len(p.Shape) == 1) && s.at < 0:
			s.at = i
		default:
			s.at = -2 // one too many, or of another shape
		}
	}
	if s.at < 0 {
		return s, fmt.Errorf("wants one input of shape [steps, features] that holds %s, or of shape [steps] that holds %s, and perhaps a %s [steps]; got %s",
			Values, IDs, Mask, describe(inputs))
	}
	p := inputs[s.at]
	if p.Kind == Values && !p.DType.IsFloat() {
		return s, fmt.Errorf("input %q holds values of type %s, they must be floats", p.Name, p.DType)
	}
	if s.mask >= 0 {
		if m := inputs[s.mask]; len(m.Shape) != 1 || m.Shape[0] != p.Shape[0] || m.DType != dtypes.Bool {
			return s, fmt.Errorf("the mask %q must be of type %s and say of each of the %d steps whether it counts, got %s %v", m.Name, dtypes.Bool, p.Shape[0], m.DType, m.Shape)
		}
	}
	if p.Kind == IDs {
		s.vocabulary, err = vocabulary(p)
	}
	return s, err
}

// nodes are the sequence [examples, steps, features] and the mask [examples, steps], nil where every step counts. Without a mask among the
// inputs, the ids that count are those that are not [Padding].
func (s sequence) nodes(scope *model.Scope, inputs []*Node) (x, mask *Node) {
	x = inputs[s.at]
	if s.mask >= 0 {
		mask = inputs[s.mask]
	}
	if s.vocabulary == 0 {
		return x, mask
	}
	if mask == nil {
		mask = NotEqual(x, Scalar(x.Graph(), x.DType(), Padding))
	}
	return Embedding(scope.In("embedding"), x, s.vocabulary, s.width).WithAlias("embedding"), mask
}

// describe is ports in words, for errors.
func describe(ports []Port) (words string) {
	for i, p := range ports {
		if i > 0 {
			words += ", "
		}
		words += fmt.Sprintf("%q %s %v", p.Name, p.Kind, p.Shape)
	}
	if words == "" {
		return "none"
	}
	return words
}

// Pool says how the vectors of a sequence become one.
type Pool string

// The kinds of pooling. Steps that a mask leaves out take no part; of a sequence without any that counts, all of them make zeros.
const (
	PoolLast Pool = "last" // the last step's; of a backward layer its last, which is the sequence's first
	PoolMean Pool = "mean" // the mean of all
	PoolMax  Pool = "max"  // of each number the largest; if several steps have it, they share its gradient

	PoolFirst Pool = "first" // the first step's, of a Transformer: a token put there for it
)

// meanOverTime is the mean over the steps of x [examples, steps, features] that count.
func meanOverTime(x, mask *Node) *Node {
	if mask == nil {
		return ReduceMean(x, 1)
	}
	count := steps(mask, x.DType())
	return Div(ReduceSum(Where(mask, x, ZerosLike(x)), 1), InsertAxes(Max(count, OnesLike(count)), 1))
}

// maxOverTime is the largest over the steps of x [examples, steps, features] that count, all of which are at least lowest. Where several
// share it, they share the gradient, as in [MaxPool2D].
func maxOverTime(x, mask *Node, lowest float64) *Node {
	if mask != nil {
		x = Where(mask, x, BroadcastToShape(Scalar(x.Graph(), x.DType(), lowest), x.Shape()))
	}
	top := ReduceMax(IdentityWithCustomGradient(x, func(x, v *Node) *Node {
		winners := NonNegativeIndicator(Sub(x, ReduceAndKeep(x, ReduceMax, 1)))
		count := ReduceAndKeep(winners, ReduceSum, 1)
		return Mul(winners, Div(v, BroadcastToShape(Max(count, OnesLike(count)), x.Shape())))
	}), 1)
	if mask == nil || lowest == 0 {
		return top
	}
	return Where(GreaterThan(steps(mask, x.DType()), Zeros(x.Graph(), shapes.Make(x.DType(), x.Shape().Dim(0)))), top, ZerosLike(top))
}

// steps is how many count in each example.
func steps(mask *Node, dtype dtypes.DType) *Node { return ReduceSum(ConvertDType(mask, dtype), 1) }

// head is the output of a network: a dense layer, named logits for classes and values for a regression or forecast.
type head struct {
	name string
	dims []int // of one example
}

// headOf checks the output port: logits [classes], or values of up to two axes, which may be a horizon and numbers for each of its steps.
func headOf(outputs []Port) (head, error) {
	if len(outputs) == 1 {
		switch p := outputs[0]; {
		case p.Kind == Logits && len(p.Shape) == 1:
			return head{"logits", p.Shape}, nil
		case (p.Kind == Values || p.Kind == "") && len(p.Shape) <= 2:
			return head{"values", p.Shape}, nil
		}
	}
	return head{}, fmt.Errorf("wants one output, %s of shape [classes] or %s of up to two axes, got %s", Logits, Values, describe(outputs))
}

// node is the output for vectors x [examples, features].
func (h head) node(scope *model.Scope, x *Node) *Node {
	size := 1
	for _, d := range h.dims {
		size *= d
	}
	y := Dense(scope.In("%s", h.name), x, size)
	if len(h.dims) != 1 {
		y = Reshape(y, append([]int{x.Shape().Dim(0)}, h.dims...)...)
	}
	return y.WithAlias(h.name)
}
