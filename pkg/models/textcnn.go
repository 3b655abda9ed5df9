package models

import (
	"fmt"
	"slices"

	. "github.com/gomlx/gomlx/core/graph" //nolint:revive,staticcheck // graph functions read like the mathematics
	"github.com/gomlx/gomlx/ml/layers"
	"github.com/gomlx/gomlx/ml/model"
)

// TextCNN is a convolutional network for sequences (Kim 2014, arXiv 1408.5882): for each width, filters that look at so many steps at once,
// ReLU and of each filter the largest value over time; all of them together go through a dense layer. The zero value has 100 filters of each
// of the widths 3, 4 and 5.
//
// Its ports are those of [LSTM]. A filter is at work from every step that counts; steps that do not, and those beyond the end, are zeros to
// it. So the output does not depend on how far a sequence is padded, and one that is shorter than a filter is no special case. If no step
// counts, what is pooled is zero.
//
// Its nodes are named embedding (of ids), conv_3, relu_3, max_3 for the filters of width 3, …, pooled for all together, then logits or
// values. The filters' variables are conv_3/weights [3·features, filters], step by step (PyTorch's Conv1d weight [filters, features, 3]
// with its axes reversed), and conv_3/biases.
type TextCNN struct {
	Widths    []int   // of the filters, in steps, each once; nil: 3, 4, 5
	Filters   int     // of each width; 0: 100
	Dropout   float64 // share of the pooled values dropped while training, 0 ≤ Dropout < 1
	Embedding int     // numbers that an id is looked up as; 0: 100
}

// Name implements Architecture.
func (TextCNN) Name() string { return "TextCNN" }

// Forward implements Architecture: one input of numbers [steps, features] or ids [steps], perhaps a mask [steps]; one output.
func (c TextCNN) Forward(inputs, outputs []Port) (Forward, error) {
	if c.Widths == nil {
		c.Widths = []int{3, 4, 5}
	}
	if c.Filters == 0 {
		c.Filters = 100
	}
	if sorted := slices.Sorted(slices.Values(c.Widths)); c.Filters < 0 || len(sorted) == 0 || sorted[0] <= 0 || len(slices.Compact(sorted)) < len(c.Widths) {
		return nil, fmt.Errorf("Filters and Widths must be positive, and no width named twice; got %d and %v", c.Filters, c.Widths)
	}
	if err := checkDropout(c.Dropout); err != nil {
		return nil, err
	}
	in, err := sequenceOf(inputs, c.Embedding)
	if err != nil {
		return nil, err
	}
	out, err := headOf(outputs)
	if err != nil {
		return nil, err
	}
	return func(scope *model.Scope, nodes []*Node) []*Node {
		x, mask := in.nodes(scope, nodes)
		if mask != nil {
			x = Where(mask, x, ZerosLike(x))
		}
		pooled := make([]*Node, len(c.Widths))
		for i, width := range c.Widths {
			named := func(x *Node, name string) *Node { return x.WithAlias(fmt.Sprintf("%s_%d", name, width)) }
			y := named(convolveTime(scope.In("conv_%d", width), x, width, c.Filters), "conv")
			y = named(Relu(y), "relu")
			pooled[i] = named(maxOverTime(y, mask, 0), "max")
		}
		y := Concatenate(pooled, -1).WithAlias("pooled")
		if c.Dropout > 0 {
			y = layers.DropoutStatic(scope.In("dropout"), y, c.Dropout)
		}
		return []*Node{out.node(scope, y)}
	}, nil
}

// convolveTime gives for each step of x [examples, steps, features] the filters' values on it and the width − 1 steps after it, zeros beyond
// the end. As [Conv2D], it is one matrix product over patches.
func convolveTime(scope *model.Scope, x *Node, width, filters int) *Node {
	d := x.Shape().Dimensions
	padded := x
	if width > 1 {
		beyond := x.Shape().Clone()
		beyond.Dimensions[1] = width - 1
		padded = Concatenate([]*Node{x, Zeros(x.Graph(), beyond)}, 1)
	}
	patches := make([]*Node, width)
	for i := range patches {
		patches[i] = Slice(padded, AxisRange(), AxisRange(i, i+d[1]), AxisRange())
	}
	columns := Reshape(Concatenate(patches, -1), d[0]*d[1], width*d[2])
	return Reshape(Dense(scope, columns, filters), d[0], d[1], filters)
}
