package models

import (
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive,staticcheck // graph functions read like the mathematics
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/model/initializer"
)

// normEpsilon is PyTorch's for layer and batch normalisation.
const normEpsilon = 1e-5

// LayerNorm is (x − mean)/√(variance + 1e-5)·scale + shift, with the mean and variance of each vector along x's last axis.
// Variables "scale" (ones) and "shift" (zeros). (Ba et al. 2016, arXiv 1607.06450; PyTorch's LayerNorm.)
func LayerNorm(scope *model.Scope, x *Node) *Node { return layerNorm(scope, x, normEpsilon) }

// layerNorm is LayerNorm with another number in the place of 1e-5.
func layerNorm(scope *model.Scope, x *Node, epsilon float64) *Node {
	d := Sub(x, ReduceAndKeep(x, ReduceMean, -1))
	d = Div(d, Sqrt(AddScalar(ReduceAndKeep(Square(d), ReduceMean, -1), epsilon)))
	return Add(Mul(d, perFeature(scope, x, "scale", initializer.One)), perFeature(scope, x, "shift", initializer.Zero))
}

// RMSNorm is x/√(mean of x² + ε)·scale along x's last axis, where ε is the distance from 1 to the next larger number of x's type.
// Variable "scale" (ones). (Zhang and Sennrich 2019, arXiv 1910.07467; PyTorch's RMSNorm.)
func RMSNorm(scope *model.Scope, x *Node) *Node {
	epsilon := 0x1p-23
	if x.DType() == dtypes.Float64 {
		epsilon = 0x1p-52
	}
	rms := Sqrt(AddScalar(ReduceAndKeep(Square(x), ReduceMean, -1), epsilon))
	return Mul(Div(x, rms), perFeature(scope, x, "scale", initializer.One))
}

// BatchNorm is (x − mean)/√(variance + 1e-5)·scale + shift for each feature of x [examples, …, features]. (Ioffe and Szegedy 2015,
// arXiv 1502.03167; PyTorch's BatchNorm with momentum 0.1.)
//
// While training, mean and variance are the batch's, over all axes but the last, and the gradient passes through them; the running ones move
// a tenth of the way to them, to the unbiased variance. Otherwise they are the running ones. A single number a feature has no variance: it
// becomes 0 and leaves the running ones alone. (PyTorch refuses it.)
//
// Rows that only pad a batch to its shape do not count, if the training step names them ([WeighRows]), as package train's does.
//
// Variables "scale" (ones) and "shift" (zeros); "mean" (zeros) and "variance" (ones), which are not trainable.
func BatchNorm(scope *model.Scope, x *Node) *Node {
	mean, variance := running(scope, x, "mean", initializer.Zero), running(scope, x, "variance", initializer.One)
	center, spread := along(mean.NodeValue(x.Graph()), x), along(variance.NodeValue(x.Graph()), x)
	if scope.IsTraining(x.Graph()) {
		center, spread = batchStatistics(x, mean, variance)
	}
	d := Div(Sub(x, center), Sqrt(AddScalar(spread, normEpsilon)))
	return Add(Mul(d, perFeature(scope, x, "scale", initializer.One)), perFeature(scope, x, "shift", initializer.Zero))
}

// batchStatistics are the mean and variance of each feature over the rows that count. They move the running ones.
func batchStatistics(x *Node, mean, variance *model.Variable) (center, spread *Node) {
	axes := make([]int, x.Rank()-1)
	for i := range axes {
		axes[i] = i
	}
	weights := rowWeights(x)
	count := MulScalar(ReduceAllSum(weights), float64(x.Shape().Size()/(x.Shape().Dim(0)*x.Shape().Dim(-1))))
	weights = BroadcastToShape(ExpandAxes(weights, axes[1:]...), x.Shape())
	center = Div(ReduceAndKeep(Mul(x, weights), ReduceSum, axes...), count)
	spread = Div(ReduceAndKeep(Mul(Square(Sub(x, center)), weights), ReduceSum, axes...), count)

	several := GreaterThan(count, OnesLike(count))
	unbiased := Mul(spread, Div(count, Where(several, AddScalar(count, -1), count)))
	move := func(v *model.Variable, to *Node) {
		was := v.NodeValue(x.Graph())
		now := Add(MulScalar(was, 0.9), MulScalar(StopGradient(Reshape(to, was.Shape().Dimensions...)), 0.1))
		v.SetNodeValue(Where(BroadcastToShape(several, was.Shape()), now, was))
	}
	move(mean, center)
	move(variance, unbiased)
	return center, spread
}

// weightsOfRows is the name of the graph's parameter that WeighRows sets.
const weightsOfRows = "row_weights"

// WeighRows says how much each row of a batch counts in the statistics of its graph: weights [examples], 0 for a row that only pads.
func WeighRows(weights *Node) { model.SetGraphParam(weights.Graph(), "/"+weightsOfRows, weights) }

// rowWeights are those, or ones.
func rowWeights(x *Node) *Node {
	rows := shapes.Make(x.DType(), x.Shape().Dim(0))
	if w, set := model.GetGraphParam(x.Graph(), "/"+weightsOfRows); set {
		return ConvertDType(w.(*Node), x.DType())
	}
	return Ones(x.Graph(), rows)
}

// running is a variable [features] that training moves but has no gradient.
func running(scope *model.Scope, x *Node, name string, initial model.VariableInitializer) *model.Variable {
	return scope.WithInitializer(initial).VariableWithShape(name, shapes.Make(x.DType(), x.Shape().Dim(-1))).SetTrainable(false)
}

// perFeature is a variable [features], to be combined with x [examples, …, features].
func perFeature(scope *model.Scope, x *Node, name string, initial model.VariableInitializer) *Node {
	return along(scope.WithInitializer(initial).VariableWithShape(name, shapes.Make(x.DType(), x.Shape().Dim(-1))).NodeValue(x.Graph()), x)
}

// along gives a vector the rank of x, whose last axis it is along.
func along(v, x *Node) *Node {
	d := make([]int, x.Rank())
	for i := range d {
		d[i] = 1
	}
	d[len(d)-1] = v.Shape().Dim(0)
	return Reshape(v, d...)
}
