package models

import (
	"fmt"
	"slices"

	. "github.com/gomlx/gomlx/core/graph" //nolint:revive,staticcheck // graph functions read like the mathematics
	"github.com/gomlx/gomlx/ml/layers"
	"github.com/gomlx/gomlx/ml/model"
)

// CNN is a convolutional network for images: per entry of Channels a 3×3 convolution, ReLU and 2×2 max-pooling, then a dense layer with
// ReLU and one logit a class. The zero value has 32 and 64 channels and 128 dense units.
//
// Its nodes are named conv_0, relu_0, pool_0, …, dense, relu, logits.
type CNN struct {
	Channels []int   // of the convolutions; nil: 32, 64
	Dense    int     // units of the dense layer; 0: 128
	Dropout  float64 // share of the dense layer's units dropped while training, 0 ≤ Dropout < 1
	Native   bool    // use the backend's convolution rather than a matrix product over patches
}

// Name implements Architecture.
func (CNN) Name() string { return "CNN" }

// Forward implements Architecture: one input of shape [height, width, channels], one output with a logit a class.
func (c CNN) Forward(inputs, outputs []Port) (Forward, error) {
	if c.Channels == nil {
		c.Channels = []int{32, 64}
	}
	if c.Dense == 0 {
		c.Dense = 128
	}
	if c.Dense < 0 || slices.ContainsFunc(c.Channels, func(n int) bool { return n <= 0 }) {
		return nil, fmt.Errorf("Channels and Dense must be positive, got %v and %d", c.Channels, c.Dense)
	}
	if c.Dropout < 0 || c.Dropout >= 1 {
		return nil, fmt.Errorf("Dropout must be at least 0 and below 1, got %g", c.Dropout)
	}
	if len(inputs) != 1 || len(inputs[0].Shape) != 3 {
		return nil, fmt.Errorf("wants one input of shape [height, width, channels], got %v", portShapes(inputs))
	}
	if len(outputs) != 1 || len(outputs[0].Shape) != 1 {
		return nil, fmt.Errorf("wants one output of shape [classes], got %v", portShapes(outputs))
	}
	if smallest := 1 << len(c.Channels); inputs[0].Shape[0] < smallest || inputs[0].Shape[1] < smallest {
		return nil, fmt.Errorf("%d poolings need images of at least %d×%d pixels, got %v", len(c.Channels), smallest, smallest, inputs[0].Shape)
	}
	classes := outputs[0].Shape[0]
	conv := Conv2D
	if c.Native {
		conv = NativeConv2D
	}
	return func(scope *model.Scope, in []*Node) []*Node {
		x := in[0]
		for i, channels := range c.Channels {
			x = conv(scope.In("conv_%d", i), x, channels, 3).WithAlias(fmt.Sprintf("conv_%d", i))
			x = Relu(x).WithAlias(fmt.Sprintf("relu_%d", i))
			x = MaxPool2D(scope, x).WithAlias(fmt.Sprintf("pool_%d", i))
		}
		x = Reshape(x, x.Shape().Dim(0), -1)
		x = Dense(scope.In("dense"), x, c.Dense).WithAlias("dense")
		x = Relu(x).WithAlias("relu")
		if c.Dropout > 0 {
			x = layers.DropoutStatic(scope.In("dropout"), x, c.Dropout)
		}
		return []*Node{Dense(scope.In("logits"), x, classes).WithAlias("logits")}
	}, nil
}

func portShapes(ports []Port) (shapes [][]int) {
	for _, p := range ports {
		shapes = append(shapes, p.Shape)
	}
	return shapes
}
