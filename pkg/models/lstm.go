package models

import (
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive,staticcheck // graph functions read like the mathematics
)

// LSTM is a network of long short-term memory (Hochreiter and Schmidhuber 1997, doi 10.1162/neco.1997.9.8.1735; with the forget gate of
// Gers et al. 2000; PyTorch's LSTM): layers, then a pooling and a dense layer. In a layer, the state after step t is
//
//	i, f, o = σ(W x_t + U h_{t−1} + b)     three gates
//	g       = tanh(W x_t + U h_{t−1} + b)  each with weights of its own
//	c_t     = f c_{t−1} + i g
//	h_t     = o tanh(c_t)                  h_{−1} = c_{−1} = 0
//
// It reads one input of numbers [steps, features], or of ids [steps], which are looked up in a table. A second input of kind Mask [steps]
// says which steps count; without one, all do, and of ids those that are not [Padding]. At a step that does not count the state stays what
// it was, in both directions: for sequences that are padded at their ends this is what PyTorch computes for packed sequences. If no step
// counts, the state is zero to the end. One output is logits [classes], or values of up to two axes: a regression or forecast.
//
// A layer's variables are PyTorch's transposed: "weights" [features, 4·hidden] is weight_ihᵀ, "recurrent_weights" [hidden, 4·hidden] is
// weight_hhᵀ, "biases" [4·hidden] is bias_ih + bias_hh; the columns are i, f, g, o. Layers are named lstm_0, …, those that read backwards
// lstm_0_reverse, ….
//
// There are two forms over the same variables, which agree to within rounding: a loop, where the backend has these, and one that is spelled
// out for explanations that look inside ([Unroll]). There, the state after step 3 of the first layer is named lstm_0/h_3, the cell's
// lstm_0/c_3, the gates lstm_0/i_3, lstm_0/f_3, lstm_0/g_3 and lstm_0/o_3. In both, lstm_0 is all h of the layer (in both directions), last,
// mean or max what the pooling makes of the last layer, then logits or values.
type LSTM struct {
	Hidden        int     // units of a layer in each direction; 0: 256
	Layers        int     // 0: 2
	Bidirectional bool    // every layer reads the sequence backwards too
	Dropout       float64 // share of a layer's states that the next one does not get while training, 0 ≤ Dropout < 1
	Pool          Pool    // of the last layer's states; "": PoolLast
	Embedding     int     // numbers that an id is looked up as; 0: 100
}

// Name implements Architecture.
func (LSTM) Name() string { return "LSTM" }

// Forward implements Architecture: one input of numbers [steps, features] or ids [steps], perhaps a mask [steps]; one output.
func (l LSTM) Forward(inputs, outputs []Port) (Forward, error) {
	return recurrent(l).forward("lstm", lstmCell{}, inputs, outputs)
}

type lstmCell struct{}

func (lstmCell) gates() int       { return 4 }
func (lstmCell) apart() bool      { return false }
func (lstmCell) states() []string { return []string{"h", "c"} }
func (lstmCell) parts() []string  { return []string{"i", "f", "g", "o"} }
func (lstmCell) lowest() float64  { return -1 }

func (lstmCell) step(in, _ *Node, before []*Node) (after, parts []*Node) {
	z := gatesOf(in, 4)
	i, f, g, o := Sigmoid(z[0]), Sigmoid(z[1]), Tanh(z[2]), Sigmoid(z[3])
	c := Add(Mul(f, before[1]), Mul(i, g))
	return []*Node{Mul(o, Tanh(c)), c}, []*Node{i, f, g, o}
}

// factors: of dc for i, f and g and of dh for o; of dh for dc; of dc for that of the step before.
func (lstmCell) factors(parts, before, after []*Node) []*Node {
	i, f, g, o := parts[0], parts[1], parts[2], parts[3]
	bounded := Tanh(after[1])
	return []*Node{
		Mul(g, Mul(i, oneMinus(i))), Mul(before[1], Mul(f, oneMinus(f))), Mul(i, oneMinus(Square(g))), Mul(bounded, Mul(o, oneMinus(o))),
		Mul(o, oneMinus(Square(bounded))), f,
	}
}

func (lstmCell) back(factors, d []*Node) (in, rec *Node, past []*Node) {
	h, c := d[0], Add(d[1], Mul(d[0], factors[4]))
	in = Concatenate([]*Node{Mul(c, factors[0]), Mul(c, factors[1]), Mul(c, factors[2]), Mul(h, factors[3])}, 1)
	return in, nil, []*Node{nil, Mul(c, factors[5])}
}
