package explain_test

import (
	"math"
	"testing"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/tensors"

	"github.com/vitrine-ml/vitrine/pkg/explain/explaintest"
	"github.com/vitrine-ml/vitrine/pkg/models"
)

// The CNN once more, in plain Go: every layer as a list of connections, so that a rule is two loops over them.

type connection struct {
	from, to int
	weight   float64
}

// stage is a layer of connections with biases, or groups whose largest is taken, or a ReLU.
type stage struct {
	connections []connection
	bias        []float64
	pools       [][]int
	convolution bool
}

type plain []stage

// plainCNN are the stages of models.CNN with 3 and 4 channels and 5 dense units on images of 6×7 pixels with 2 channels.
func plainCNN(t *testing.T, net *models.Net) plain {
	t.Helper()
	get := func(path string) []float64 {
		v, err := net.Store().GetVariable(path).Value()
		if err != nil {
			t.Fatal(err)
		}
		w, err := models.Floats(v)
		if err != nil {
			t.Fatal(err)
		}
		return w
	}
	var p plain
	h, w, in := 6, 7, 2
	for i, out := range []int{3, 4} {
		scope := []string{"/conv_0", "/conv_1"}[i]
		kernel, bias := get(scope+"/weights"), get(scope+"/biases")
		conv := stage{bias: make([]float64, h*w*out), convolution: true}
		for y := range h {
			for x := range w {
				for o := range out {
					to := (y*w+x)*out + o
					conv.bias[to] = bias[o]
					for ky := range 3 {
						for kx := range 3 {
							fy, fx := y+ky-1, x+kx-1
							for c := range in {
								if fy >= 0 && fy < h && fx >= 0 && fx < w {
									conv.connections = append(conv.connections, connection{(fy*w+fx)*in + c, to, kernel[((ky*3+kx)*in+c)*out+o]})
								}
							}
						}
					}
				}
			}
		}
		pool := stage{}
		for y := range h / 2 {
			for x := range w / 2 {
				for o := range out {
					var group []int
					for k := range 4 {
						group = append(group, ((2*y+k/2)*w+2*x+k%2)*out+o)
					}
					pool.pools = append(pool.pools, group)
				}
			}
		}
		p = append(p, conv, stage{}, pool)
		h, w, in = h/2, w/2, out
	}
	for i, out := range []int{5, 3} {
		scope := []string{"/dense", "/logits"}[i]
		weights, dense := get(scope+"/weights"), stage{bias: get(scope + "/biases")}
		for from := range len(weights) / out {
			for to := range out {
				dense.connections = append(dense.connections, connection{from, to, weights[from*out+to]})
			}
		}
		p = append(p, dense)
		if i == 0 {
			p = append(p, stage{})
		}
	}
	return p
}

// forward gives the numbers before every stage, and the result.
func (p plain) forward(x []float64) [][]float64 {
	all := [][]float64{x}
	for _, s := range p {
		y := make([]float64, len(x))
		switch {
		case s.bias != nil:
			y = append([]float64(nil), s.bias...)
			for _, c := range s.connections {
				y[c.to] += x[c.from] * c.weight
			}
		case s.pools != nil:
			y = make([]float64, len(s.pools))
			for i, group := range s.pools {
				y[i] = x[group[0]]
				for _, j := range group {
					y[i] = max(y[i], x[j])
				}
			}
		default:
			for i, v := range x {
				y[i] = max(v, 0)
			}
		}
		all = append(all, y)
		x = y
	}
	return all
}

// cnn64 is that CNN in float64, with biases that are not zero.
func cnn64(t *testing.T, native bool) *models.Net {
	t.Helper()
	net, err := models.New(models.CNN{Channels: []int{3, 4}, Dense: 5, Native: native},
		[]models.Port{{Name: "image", DType: dtypes.Float64, Shape: []int{6, 7, 2}}}, []models.Port{{Name: "class", Kind: models.Logits, Shape: []int{3}}}, 4)
	if err != nil {
		t.Fatal(err)
	}
	seed := uint64(1)
	for _, path := range []string{"/conv_0/biases", "/conv_1/biases", "/dense/biases", "/logits/biases"} {
		v := net.Store().GetVariable(path)
		if err := v.SetValue(pseudo64(seed, 0.2, v.Shape().Dimensions...)); err != nil {
			t.Fatal(err)
		}
		seed++
	}
	return net
}

// pseudo64 is explaintest.Pseudo in float64, scaled.
func pseudo64(seed uint64, scale float64, dims ...int) *tensors.Tensor {
	flat, err := models.Floats(explaintest.Pseudo(seed, dims...))
	if err != nil {
		panic(err)
	}
	for i := range flat {
		flat[i] *= scale
	}
	return tensors.FromFlatDataAndDimensions(flat, dims...)
}

func images64(seed uint64, n int) ([]*tensors.Tensor, [][]float64) {
	x := pseudo64(seed, 1, n, 6, 7, 2)
	flat, _ := models.Floats(x)
	rows := make([][]float64, n)
	for i := range rows {
		rows[i] = flat[i*84 : (i+1)*84]
	}
	return []*tensors.Tensor{x}, rows
}

func furthest(got, want []float64) (off, largest float64) {
	for i := range want {
		off, largest = max(off, math.Abs(got[i]-want[i])), max(largest, math.Abs(want[i]))
	}
	return off, largest
}
