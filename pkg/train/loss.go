package train

import (
	"cmp"
	"fmt"

	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive,staticcheck // graph functions read like the mathematics

	"github.com/vitrine-ml/vitrine/pkg/models"
)

// Loss says how wrong an output is. Its fields belong to what a training is kept under: it must be plain data. It is called with the
// output of a batch, in float32, and the targets as [data.Dataset.Labels] gives them.
type Loss interface {
	// Of gives for every example, as shape [examples], the sum of its losses and what they count for: the loss of many examples is the sum of
	// all losses by the sum of all counts. It may panic, as graph functions do.
	Of(output, target *Node) (losses, counts *Node)
	// Check says which option cannot be.
	Check() error
}

// SquaredError is the mean squared error: (output − target)², the mean over all numbers of an example, and over the examples.
type SquaredError struct{}

// Of implements Loss.
func (SquaredError) Of(output, target *Node) (losses, counts *Node) {
	return meanOf(Square(difference(output, target)))
}

// Check implements Loss.
func (SquaredError) Check() error { return nil }

// AbsoluteError is the mean absolute error, |output − target|: what is far off counts for less than with SquaredError, and the best constant
// is the median.
type AbsoluteError struct{}

// Of implements Loss.
func (AbsoluteError) Of(output, target *Node) (losses, counts *Node) {
	return meanOf(Abs(difference(output, target)))
}

// Check implements Loss.
func (AbsoluteError) Check() error { return nil }

// Huber is half the squared error where a difference is at most Delta, and a line beyond, as PyTorch's HuberLoss has it (Huber, "Robust
// estimation of a location parameter", 1964):
//
//	½·d² for |d| ≤ Delta, else Delta·(|d| − ½·Delta)
type Huber struct {
	Delta float64 // 0: 1
}

// Of implements Loss.
func (l Huber) Of(output, target *Node) (losses, counts *Node) {
	d := Abs(difference(output, target))
	near := MinScalar(d, cmp.Or(l.Delta, 1))
	return meanOf(Mul(near, Sub(d, MulScalar(near, 0.5))))
}

// Check implements Loss.
func (l Huber) Check() error { return notNegative("Delta", l.Delta) }

// difference is output − target of two nodes of one shape.
func difference(output, target *Node) *Node {
	if !output.Shape().EqualDimensions(target.Shape()) {
		panic(fmt.Errorf("the loss wants an output of the target's shape %v, got %v", target.Shape().Dimensions, output.Shape().Dimensions))
	}
	return Sub(output, ConvertDType(target, output.DType()))
}

// meanOf is the mean of each example's losses, and a count of one.
func meanOf(losses *Node) (mean, counts *Node) {
	for losses.Rank() > 1 {
		losses = ReduceMean(losses, -1)
	}
	return losses, OnesLike(losses)
}

// crossEntropy is −log softmax(logits)[label], for logits [examples, classes] and labels [examples, 1]; for logits [examples, positions,
// classes] and labels [examples, positions] that of every position whose label is not 0, which is padding.
type crossEntropy struct {
	smoothing float64   // ε: the label counts 1 − ε, and every class ε/classes more
	weights   []float64 // of the classes; nil: 1
}

func (l crossEntropy) Check() error { return nil } // Config does

func (l crossEntropy) Of(logits, labels *Node) (losses, counts *Node) {
	classes := logits.Shape().Dim(-1)
	sequence := logits.Rank() == 3
	if !sequence {
		labels = Squeeze(labels, -1)
	}
	label := OneHot(labels, classes, dtypes.Bool)
	logp := LogSoftmax(logits)
	chosen := func(of *Node) *Node { return ReduceSum(Where(label, of, ZerosLike(of)), -1) } // not a product: 0·∞ is NaN

	losses = Neg(chosen(logp))
	counts = OnesLike(losses)
	if l.weights != nil {
		w := BroadcastToDims(Reshape(ConvertDType(Const(logits.Graph(), l.weights), logits.DType()), ones(logits.Rank(), classes)...), logits.Shape().Dimensions...)
		counts = chosen(w)
		logp = Mul(logp, w)
		losses = Neg(chosen(logp))
	}
	if l.smoothing > 0 {
		even := MulScalar(ReduceSum(logp, -1), -l.smoothing/float64(classes))
		losses = Add(MulScalar(losses, 1-l.smoothing), even)
	}
	if sequence {
		counted := NotEqual(labels, ZerosLike(labels))
		losses = ReduceSum(Where(counted, losses, ZerosLike(losses)), -1)
		counts = ReduceSum(Where(counted, counts, ZerosLike(counts)), -1)
	}
	return losses, counts
}

// ones is the shape [1, …, 1, last] of that rank.
func ones(rank, last int) []int {
	dims := make([]int, rank)
	for i := range dims {
		dims[i] = 1
	}
	dims[rank-1] = last
	return dims
}

// loss is what training makes small for an output, without what belongs to training alone where plain is true.
func (c Config) loss(out models.Port, plain bool) Loss {
	switch {
	case c.Loss != nil:
		return c.Loss
	case out.Kind == models.Values:
		return SquaredError{}
	case plain:
		return crossEntropy{}
	}
	return crossEntropy{c.LabelSmoothing, c.ClassWeights}
}
