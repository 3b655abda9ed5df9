package models

import (
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive,staticcheck // graph functions read like the mathematics
	"github.com/gomlx/gomlx/ml/model"
)

// dropout sets a share of x's numbers to zero while training and scales the others up by 1/(1 − rate), so that the mean stays.
// (Srivastava et al. 2014, jmlr.org/papers/v15/srivastava14a.html)
//
// Which ones is a hash of their place and of one random number a call: drawing a random number for each takes longer than a Transformer's
// attention.
func dropout(scope *model.Scope, x *Node, rate float64) *Node {
	g := x.Graph()
	if rate == 0 || !scope.IsTraining(g) {
		return x
	}
	seed := scope.RandomUniform(g, shapes.Make(dtypes.Float64)) // whose digits are as many as are needed
	seed = ConvertDType(MulScalar(seed, 1<<32), dtypes.Uint32)
	place := shapes.Make(dtypes.Uint32, x.Shape().Dimensions...)
	drop := LessThan(scrambled(IotaFull(g, place), seed), Scalar(g, dtypes.Uint32, uint32(rate*(1<<32))))
	return Where(drop, ZerosLike(x), MulScalar(x, 1/(1-rate)))
}

// scrambled gives every number of h another, of which none can be told from its neighbours': multiplied by an odd number and mixed with the
// seed, it goes through the last steps of MurmurHash3.
func scrambled(h, seed *Node) *Node {
	mix := func(bits int, factor uint32) {
		h = BitwiseXor(h, BitwiseShiftRightLogicalScalar(h, bits))
		h = Mul(h, Scalar(h.Graph(), h.DType(), factor))
	}
	h = BitwiseXor(Mul(h, Scalar(h.Graph(), h.DType(), uint32(0x9e3779b1))), seed)
	mix(16, 0x85ebca6b)
	mix(13, 0xc2b2ae35)
	return BitwiseXor(h, BitwiseShiftRightLogicalScalar(h, 16))
}
