package models

import (
	"fmt"

	. "github.com/gomlx/gomlx/core/graph" //nolint:revive,staticcheck // graph functions read like the mathematics
)

// RNN is the simple recurrent network of Elman (1990, doi 10.1207/s15516709cog1402_1): the state after step t is
//
//	h_t = f(W x_t + U h_{t−1} + b), h_{−1} = 0
//
// with f = tanh or ReLU. What is said of [LSTM] about ports, masks, names and the two forms holds for it too; its layers are named rnn_0, ….
//
// A layer's variables are PyTorch's transposed: "weights" [features, hidden] is weight_ihᵀ, "recurrent_weights" [hidden, hidden] is
// weight_hhᵀ, "biases" [hidden] is bias_ih + bias_hh.
type RNN struct {
	Hidden        int        // units of a layer in each direction; 0: 256
	Layers        int        // 0: 2
	Activation    Activation // f: TanH or ReLU; "": TanH
	Bidirectional bool       // every layer reads the sequence backwards too
	Dropout       float64    // share of a layer's states that the next one does not get while training, 0 ≤ Dropout < 1
	Pool          Pool       // of the last layer's states; "": PoolLast
	Embedding     int        // numbers that an id is looked up as; 0: 100
}

// Name implements Architecture.
func (RNN) Name() string { return "RNN" }

// Forward implements Architecture: as [LSTM]'s.
func (r RNN) Forward(inputs, outputs []Port) (Forward, error) {
	if r.Activation == "" {
		r.Activation = TanH
	}
	if r.Activation != TanH && r.Activation != ReLU {
		return nil, fmt.Errorf("Activation must be %q or %q, got %q", TanH, ReLU, r.Activation)
	}
	shared := recurrent{r.Hidden, r.Layers, r.Bidirectional, r.Dropout, r.Pool, r.Embedding}
	return shared.forward("rnn", rnnCell{r.Activation == ReLU}, inputs, outputs)
}

type rnnCell struct{ relu bool }

func (rnnCell) gates() int       { return 1 }
func (rnnCell) apart() bool      { return false }
func (rnnCell) states() []string { return []string{"h"} }
func (rnnCell) parts() []string  { return nil }

func (c rnnCell) lowest() float64 {
	if c.relu {
		return 0
	}
	return -1
}

func (c rnnCell) step(in, _ *Node, _ []*Node) (after, parts []*Node) {
	if c.relu {
		return []*Node{Max(number(in, 0), in)}, nil // in this order the gradient at 0 is 0
	}
	return []*Node{Tanh(in)}, nil
}

func (c rnnCell) factors(_, _, after []*Node) []*Node {
	h := after[0]
	if c.relu {
		return []*Node{ConvertDType(GreaterThan(h, number(h, 0)), h.DType())}
	}
	return []*Node{oneMinus(Square(h))}
}

func (rnnCell) back(factors, d []*Node) (in, rec *Node, past []*Node) {
	return Mul(d[0], factors[0]), nil, []*Node{nil}
}

// oneMinus is 1 − x, in a loop too.
func oneMinus(x *Node) *Node { return Sub(number(x, 1), x) }
