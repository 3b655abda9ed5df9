package models

import (
	"fmt"
	"testing"

	. "github.com/gomlx/gomlx/core/graph" //nolint:revive,staticcheck // graph functions read like the mathematics
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
)

// plainConv2D is the definition: y[i,j,o] = b[o] + Σ w[a,b,c,o]·x[i+a−r, j+b−r, c], zero outside, and its gradients, each output's times v.
func plainConv2D(x, w, b, v []float64, examples, height, width, in, out, size int) (y, dx, dw, db []float64) {
	y, dx, dw, db = make([]float64, len(v)), make([]float64, len(x)), make([]float64, len(w)), make([]float64, len(b))
	for at := range v {
		o, j, i, e := at%out, at/out%width, at/out/width%height, at/out/width/height
		y[at] = b[o]
		db[o] += v[at]
		for k := range size * size * in {
			c, jj, ii := k%in, j+k/in%size-size/2, i+k/in/size-size/2
			if ii < 0 || jj < 0 || ii >= height || jj >= width {
				continue
			}
			from, by := ((e*height+ii)*width+jj)*in+c, k*out+o
			y[at] += w[by] * x[from]
			dx[from] += w[by] * v[at]
			dw[by] += x[from] * v[at]
		}
	}
	return y, dx, dw, db
}

// TestConv2D compares all forms, and their gradients, with the definition: for numbers of channels and kernels of every kind.
func TestConv2D(t *testing.T) {
	const examples, height, width, out = 3, 5, 4, 3
	spelled := func(s *model.Scope, x *Node, out, size int) *Node {
		Unroll(s, x.Graph())
		return Conv2D(s, x, out, size)
	}
	forms := map[string]func(*model.Scope, *Node, int, int) *Node{"Conv2D": Conv2D, "spelled out": spelled, "NativeConv2D": NativeConv2D}
	for _, c := range []struct{ in, size int }{{1, 3}, {2, 3}, {3, 3}, {5, 1}, {6, 5}} {
		x, w, b := numbers(examples*height*width*c.in, 0), numbers(c.size*c.size*c.in*out, 5), numbers(out, 9)
		v := numbers(examples*height*width*out, 11)
		y, dx, dw, db := plainConv2D(x, w, b, v, examples, height, width, c.in, out, c.size)
		for name, conv := range forms {
			n := layerNet(t, []int{height, width, c.in}, []int{height, width, out},
				func(s *model.Scope, x *Node) *Node { return conv(s, x, out, c.size) })
			set(t, n, "/weights", w)
			set(t, n, "/biases", b)
			got, err := n.Run("gradients", func(s *model.Scope, in []*Node) []*Node {
				y := n.Apply(s, in[:1])[0]
				variable := func(path string) *Node { return s.Store().GetVariable(path).NodeValue(y.Graph()) }
				return append([]*Node{y}, Gradient(ReduceAllSum(Mul(y, in[1])), in[0], variable("/weights"), variable("/biases"))...)
			}, tensors.FromFlatDataAndDimensions(x, examples, height, width, c.in), tensors.FromFlatDataAndDimensions(v, examples, height, width, out))
			if err != nil {
				t.Fatal(err)
			}
			for i, want := range [][]float64{y, dx, dw, db} {
				what := fmt.Sprintf("%s, %d channels, size %d, %s", name, c.in, c.size, [...]string{"output", "for x", "for the weights", "for the biases"}[i])
				closeTo(t, what, tensors.MustCopyFlatData[float64](got[i]), want)
			}
		}
	}
}
