package models

import (
	"fmt"
	"slices"

	. "github.com/gomlx/gomlx/core/graph" //nolint:revive,staticcheck // graph functions read like the mathematics
	"github.com/gomlx/gomlx/ml/layers"
	"github.com/gomlx/gomlx/ml/model"
)

// MLP is a multi-layer perceptron, for tables: dense layers with an activation, then a dense layer for the output. The zero value has two
// layers of 128 units with ReLU.
//
// It reads one or more inputs of numbers of any shape, laid out flat side by side. One output is logits [classes], or values of up to two
// axes: a regression.
//
// Its nodes are named dense_0, batch_norm_0, relu_0 (or whatever the activation is), …, then logits or values. A layer's variables are
// PyTorch's: dense_0/weights [in, out] is weightᵀ, dense_0/biases is bias; batch_norm_0 has scale, shift, mean and variance.
type MLP struct {
	Hidden     []int      // units of the layers; nil: 128, 128; empty: none, a linear model
	Activation Activation // "": ReLU
	BatchNorm  bool       // normalise what the activations get
	Dropout    float64    // share of each layer's units dropped while training, 0 ≤ Dropout < 1
}

// Name implements Architecture.
func (MLP) Name() string { return "MLP" }

// Forward implements Architecture.
func (m MLP) Forward(inputs, outputs []Port) (Forward, error) {
	if m.Hidden == nil {
		m.Hidden = []int{128, 128}
	}
	if m.Activation == "" {
		m.Activation = ReLU
	}
	if slices.ContainsFunc(m.Hidden, func(n int) bool { return n <= 0 }) {
		return nil, fmt.Errorf("Hidden must be positive numbers of units, got %v", m.Hidden)
	}
	if err := m.Activation.check(); err != nil {
		return nil, err
	}
	if err := checkDropout(m.Dropout); err != nil {
		return nil, err
	}
	for _, p := range inputs {
		if p.Kind != Values || !p.DType.IsFloat() || p.DType != inputs[0].DType {
			return nil, fmt.Errorf("wants inputs that hold %s, all floats of one type; got %s", Values, describe(inputs))
		}
	}
	out, err := headOf(outputs)
	if err != nil {
		return nil, err
	}
	return func(scope *model.Scope, in []*Node) []*Node {
		flat := make([]*Node, len(in))
		for i, x := range in {
			flat[i] = Reshape(x, x.Shape().Dim(0), -1)
		}
		x := flat[0]
		if len(flat) > 1 {
			x = Concatenate(flat, -1)
		}
		for i, units := range m.Hidden {
			named := func(x *Node, name string) *Node { return x.WithAlias(fmt.Sprintf("%s_%d", name, i)) }
			x = named(Dense(scope.In("dense_%d", i), x, m.Activation.takes(units)), "dense")
			if m.BatchNorm {
				x = named(BatchNorm(scope.In("batch_norm_%d", i), x), "batch_norm")
			}
			x = named(m.Activation.Apply(x), string(m.Activation))
			if m.Dropout > 0 {
				x = layers.DropoutStatic(scope.In("dropout_%d", i), x, m.Dropout)
			}
		}
		return []*Node{out.node(scope, x)}
	}, nil
}
