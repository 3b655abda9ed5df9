package models

import (
	"fmt"
	"slices"

	. "github.com/gomlx/gomlx/core/graph" //nolint:revive,staticcheck // graph functions read like the mathematics
)

// maxPatch is how many places a window may have: each becomes a node.
const maxPatch = 1024

func init() {
	lowerOne("Conv", convONNX)
	onnxOperations["MaxPool"] = func(c *onnxCall) []*Node {
		if len(c.outputs) > 1 && c.outputs[1] != "" {
			panic(fmt.Errorf("%s gives indices too, which is not supported", c))
		}
		patches, _ := c.windows(c.x(0), c.ints("kernel_shape"), -1e30)
		return []*Node{maxOfLast(Stack(patches, -1))}
	}
	lowerOne("AveragePool", func(c *onnxCall) *Node {
		x, kernel := c.x(0), c.ints("kernel_shape")
		patches, padded := c.windows(x, kernel, 0)
		sum := ReduceSum(Stack(patches, -1), -1)
		if !padded || c.int("count_include_pad", 0) == 1 {
			return DivScalar(sum, float64(len(patches)))
		}
		ones, _ := c.windows(OnesLike(x), kernel, 0)
		return Div(sum, StopGradient(ReduceSum(Stack(ones, -1), -1)))
	})
	lowerOne("GlobalAveragePool", func(c *onnxCall) *Node { return ReduceAndKeep(c.x(0), ReduceMean, space(c.x(0))...) })
	lowerOne("GlobalMaxPool", func(c *onnxCall) *Node {
		x := c.x(0)
		d := slices.Clone(x.Shape().Dimensions)
		for _, axis := range space(x) {
			d[axis] = 1
		}
		return Reshape(maxOfLast(Reshape(x, d[0], d[1], -1)), d...)
	})
}

// space are the axes after examples and channels.
func space(x *Node) (axes []int) {
	if x.Rank() < 3 {
		panic(fmt.Errorf("%s has no axes of space after examples and channels", x.Shape()))
	}
	for i := 2; i < x.Rank(); i++ {
		axes = append(axes, i)
	}
	return axes
}

// maxOfLast is the largest along the last axis. Where several share it, the gradient is divided, as in [MaxPool2D].
func maxOfLast(x *Node) *Node {
	x = IdentityWithCustomGradient(x, func(x, v *Node) *Node {
		winners := ReduceAndKeep(NonNegativeIndicator(Sub(x, ReduceAndKeep(x, ReduceMax, -1))), ReduceSum, -1)
		return Div(v, Max(winners, OnesLike(winners)))
	})
	return ReduceMax(x, -1)
}

// windows are, for each place in a window, the numbers that are there in all the windows: [examples, channels, windows…]. padded says
// whether some of them are v, which is around x.
func (c *onnxCall) windows(x *Node, kernel []int, v float64) (patches []*Node, padded bool) {
	axes := space(x)
	spatial := len(axes)
	strides, dilations, pads := c.ints("strides"), c.ints("dilations"), c.ints("pads")
	for _, list := range []*[]int{&strides, &dilations} {
		if *list == nil {
			*list = slices.Repeat([]int{1}, spatial)
		}
	}
	if pads == nil {
		pads = make([]int, 2*spatial)
	}
	if len(kernel) != spatial || len(strides) != spatial || len(dilations) != spatial || len(pads) != 2*spatial {
		panic(fmt.Errorf("%s has a window %v, strides %v, dilations %v and paddings %v for %d axes", c, kernel, strides, dilations, pads, spatial))
	}
	places, d := 1, make([]int, spatial)
	for i, axis := range axes {
		k, s, stretch, length := kernel[i], strides[i], dilations[i], x.Shape().Dim(axis)
		if k < 1 || s < 1 || stretch < 1 || k > maxPatch || stretch > maxNumbers || pads[i] < 0 || pads[spatial+i] < 0 {
			panic(fmt.Errorf("%s has a window %v, strides %v, dilations %v, paddings %v", c, kernel, strides, dilations, pads))
		}
		if places *= k; places > maxPatch {
			panic(fmt.Errorf("%s has a window %v; at most %d places are supported", c, kernel, maxPatch))
		}
		span := (k-1)*stretch + 1
		before, after := pads[i], pads[spatial+i]
		d[i] = (length+before+after-span)/s + 1
		switch mode := c.text("auto_pad", "NOTSET"); mode {
		case "NOTSET", "":
			if c.int("ceil_mode", 0) == 1 && (length+before+after-span)%s != 0 && d[i]*s < length+before {
				after += s - (length+before+after-span)%s
				d[i]++
			}
		case "VALID":
			before, after = 0, 0
			d[i] = (length-span)/s + 1
		case "SAME_UPPER", "SAME_LOWER":
			d[i] = (length + s - 1) / s
			all := max(0, (d[i]-1)*s+span-length)
			before, after = all/2, all-all/2
			if mode == "SAME_LOWER" {
				before, after = after, before
			}
		default:
			panic(fmt.Errorf("%s pads by %q, which is not known", c, mode))
		}
		if length+before+after < span || d[i] < 1 {
			panic(fmt.Errorf("%s has a window %v that is larger than %s", c, kernel, x.Shape()))
		}
		padded = padded || before+after > 0
		x = c.padAxis(x, axis, before, after, v)
	}
	for p := range places {
		where, at := []SliceAxisSpec{AxisRange(), AxisRange()}, make([]int, spatial)
		for i := spatial - 1; i >= 0; i-- {
			at[i], p = p%kernel[i], p/kernel[i]
		}
		for i := range spatial {
			from := at[i] * dilations[i]
			where = append(where, AxisRange(from, from+(d[i]-1)*strides[i]+1).Stride(strides[i]))
		}
		patches = append(patches, Slice(x, where...))
	}
	return patches, padded
}

// convONNX is a matrix product over patches, as [Conv2D] is: it is fast on pure Go, and GoMLX cannot differentiate one of several groups.
func convONNX(c *onnxCall) *Node {
	x, w := c.x(0), c.x(1)
	groups, dw := c.int("group", 1), w.Shape().Dimensions
	if x.Rank() < 3 || w.Rank() != x.Rank() || groups < 1 || dw[0]%groups != 0 || x.Shape().Dim(1) != dw[1]*groups {
		panic(fmt.Errorf("%s has %s for weights %s in %d groups", c, x.Shape(), w.Shape(), groups))
	}
	patches, _ := c.windows(x, dw[2:], 0)
	d := patches[0].Shape().Dimensions // [examples, channels, windows…]
	rows, channels, windows, places := d[0], dw[1], product(d[2:]), len(patches)
	each := dw[0] / groups
	// Columns [examples·windows, places·channels], for each group; the weights in the same order.
	order := []int{0}
	for i := 2; i < len(d); i++ {
		order = append(order, i)
	}
	for i := range patches {
		patches[i] = TransposeAllAxes(patches[i], append(slices.Clone(order), 1)...)
	}
	w = TransposeAllAxes(Reshape(w, groups, each, channels, places), 0, 3, 2, 1) // [groups, places, channels, each]
	var y *Node
	if groups == 1 {
		columns := Reshape(Concatenate(patches, -1), rows*windows, places*channels)
		y = Dot(columns, Reshape(w, places*channels, each)).MatMul()
	} else {
		columns := Reshape(Stack(patches, -2), rows*windows, places, groups, channels)
		y = Einsum("rpgc,gpce->rge", columns, w)
		y = Reshape(y, rows*windows, dw[0])
	}
	if c.has(2) {
		y = Add(y, InsertAxes(c.x(2), 0))
	}
	shape := append(append([]int{rows}, d[2:]...), dw[0])
	back := []int{0, len(d) - 1}
	for i := 1; i < len(d)-1; i++ {
		back = append(back, i)
	}
	return TransposeAllAxes(Reshape(y, shape...), back...)
}
