package models

import (
	"fmt"

	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive,staticcheck // graph functions read like the mathematics
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/model/initializer"
)

// The layers are graph functions: they take and return nodes, keep their variables in the scope and panic if something does not fit.

// Dense is x·W + b for every vector along the last axis of x [examples, …, in]; W is [in, out]. Variables "weights" (He's initialisation)
// and "biases" (zeros).
//
// It is one matrix product, whose rows are all the vectors.
func Dense(scope *model.Scope, x *Node, out int) *Node {
	return dense(scope, x, out, initializer.HeFn(scope), true)
}

// linear is Dense with Xavier's initialisation, for layers that no ReLU follows.
func linear(scope *model.Scope, x *Node, out int) *Node {
	return dense(scope, x, out, initializer.XavierUniformFn(scope), true)
}

// unbiased is linear without biases.
func unbiased(scope *model.Scope, x *Node, out int) *Node {
	return dense(scope, x, out, initializer.XavierUniformFn(scope), false)
}

func dense(scope *model.Scope, x *Node, out int, initial model.VariableInitializer, bias bool) *Node {
	if x.Rank() < 2 {
		panic(fmt.Errorf("Dense wants [examples, …, features], got %s: reshape first", x.Shape()))
	}
	d := x.Shape().Clone().Dimensions
	in := d[len(d)-1]
	w := scope.WithInitializer(initial).VariableWithShape("weights", shapes.Make(x.DType(), in, out)).NodeValue(x.Graph())
	rows := x
	if len(d) > 2 {
		rows = Reshape(x, -1, in)
	}
	y := Dot(rows, w).MatMul()
	if bias {
		y = Add(y, InsertAxes(biases(scope, x, out), 0))
	}
	if len(d) > 2 {
		d[len(d)-1] = out
		y = Reshape(y, d...)
	}
	return y
}

// Relu is max(0, x) with gradient 0 at x = 0, as in PyTorch. (GoMLX's is 1 there.)
func Relu(x *Node) *Node { return Max(ZerosLike(x), x) }

func weights(scope *model.Scope, x *Node, dims ...int) *Node {
	scope = scope.WithInitializer(initializer.HeFn(scope))
	return scope.VariableWithShape("weights", shapes.Make(x.DType(), dims...)).NodeValue(x.Graph())
}

func biases(scope *model.Scope, x *Node, n int) *Node {
	scope = scope.WithInitializer(initializer.Zero)
	return scope.VariableWithShape("biases", shapes.Make(x.DType(), n)).NodeValue(x.Graph())
}
