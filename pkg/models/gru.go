package models

import (
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive,staticcheck // graph functions read like the mathematics
)

// GRU is a network of gated recurrent units (Cho et al. 2014, arXiv 1406.1078) in PyTorch's variant, whose reset gate comes after the
// recurrent product: the state after step t is
//
//	r, z = σ(W x_t + b + U h_{t−1} + b')        each with weights and biases of its own
//	n    = tanh(W x_t + b + r (U h_{t−1} + b'))
//	h_t  = (1 − z) n + z h_{t−1}                h_{−1} = 0
//
// What is said of [LSTM] about ports, masks, names and the two forms holds for it too; its layers are named gru_0, …, and of step 3 there
// are gru_0/h_3, gru_0/r_3, gru_0/z_3, gru_0/n_3, and gru_0/u_3 for U h_{t−1} + b' of n.
//
// A layer's variables are PyTorch's transposed: "weights" [features, 3·hidden] is weight_ihᵀ, "recurrent_weights" [hidden, 3·hidden] is
// weight_hhᵀ, "biases" [3·hidden] is bias_ih, "recurrent_biases" [3·hidden] is bias_hh; the columns are r, z, n.
type GRU struct {
	Hidden        int     // units of a layer in each direction; 0: 256
	Layers        int     // 0: 2
	Bidirectional bool    // every layer reads the sequence backwards too
	Dropout       float64 // share of a layer's states that the next one does not get while training, 0 ≤ Dropout < 1
	Pool          Pool    // of the last layer's states; "": PoolLast
	Embedding     int     // numbers that an id is looked up as; 0: 100
}

// Name implements Architecture.
func (GRU) Name() string { return "GRU" }

// Forward implements Architecture: as [LSTM]'s.
func (l GRU) Forward(inputs, outputs []Port) (Forward, error) {
	return recurrent(l).forward("gru", gruCell{}, inputs, outputs)
}

type gruCell struct{}

func (gruCell) gates() int       { return 3 }
func (gruCell) apart() bool      { return true }
func (gruCell) states() []string { return []string{"h"} }
func (gruCell) parts() []string  { return []string{"r", "z", "n", "u"} }
func (gruCell) lowest() float64  { return -1 }

func (gruCell) step(in, rec *Node, before []*Node) (after, parts []*Node) {
	x, u := gatesOf(in, 3), gatesOf(rec, 3)
	r, z := Sigmoid(Add(x[0], u[0])), Sigmoid(Add(x[1], u[1]))
	n := Tanh(Add(x[2], Mul(r, u[2])))
	return []*Node{Add(n, Mul(z, Sub(before[0], n)))}, []*Node{r, z, n, u[2]}
}

// factors of dh for r, z and n; of what n gets for the state's part of it; of dh for that of the step before.
func (gruCell) factors(parts, before, _ []*Node) []*Node {
	r, z, n, u := parts[0], parts[1], parts[2], parts[3]
	dn := Mul(oneMinus(z), oneMinus(Square(n)))
	return []*Node{Mul(Mul(dn, u), Mul(r, oneMinus(r))), Mul(Sub(before[0], n), Mul(z, oneMinus(z))), dn, r, z}
}

func (gruCell) back(factors, d []*Node) (in, rec *Node, past []*Node) {
	r, z, n := Mul(d[0], factors[0]), Mul(d[0], factors[1]), Mul(d[0], factors[2])
	return Concatenate([]*Node{r, z, n}, 1), Concatenate([]*Node{r, z, Mul(n, factors[3])}, 1), []*Node{Mul(d[0], factors[4])}
}
