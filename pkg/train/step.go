package train

import (
	"errors"
	"fmt"

	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive,staticcheck // graph functions read like the mathematics
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"

	"github.com/vitrine-ml/vitrine/pkg/models"
)

// program names the training step among a net's programs.
const program = "train"

// step builds the graph of one training step. Its arguments are the net's inputs, the labels [rows, 1], a weight for every row (0 for the
// rows that pad a batch to its shape), the step's number and the schedule's factor; it returns the sum of the rows' losses and the number of rows that
// were predicted rightly.
//
// The loss is cross-entropy, the mean over the real rows of −log softmax(logits)[label].
func step(net *models.Net, c Config) models.Forward {
	return func(scope *model.Scope, args []*Node) []*Node {
		n := len(net.Inputs)
		inputs, labels, weight, count, factor := args[:n], Squeeze(args[n], 1), args[n+1], args[n+2], args[n+3]
		g := weight.Graph()
		scope.Store().SetTraining(g, true)
		models.WeighRows(weight)

		logits := net.Apply(scope, inputs)[0]
		logits = ConvertDType(logits, weight.DType()) // a sum of losses in bfloat16 would say little
		losses := crossEntropy(logits, labels)
		sum := ReduceAllSum(Mul(losses, weight))
		right := ConvertDType(Equal(ArgMax(logits, -1, dtypes.Int32), ConvertDType(labels, dtypes.Int32)), weight.DType())

		used := usedWeights(scope.Store(), g)
		weights := make([]*Node, len(used))
		for i, v := range used {
			weights[i] = v.NodeValue(g)
		}
		if err := models.Preflight(sum, weights...); err != nil {
			panic(fmt.Errorf("%s cannot be trained: %w", net.Name, err))
		}
		gradients := scope.BuildTrainableVariablesGradientsGraph(Div(sum, ReduceAllSum(weight)))
		if c.ClipNorm > 0 {
			gradients = clipped(gradients, c.ClipNorm)
		}
		for i, v := range used {
			update(scope.Store(), v, c, count, factor, gradients[i])
		}
		return []*Node{Stack([]*Node{sum, ReduceAllSum(Mul(right, weight))}, 0)}
	}
}

// crossEntropy is −log softmax(logits)[label] for every row.
func crossEntropy(logits, labels *Node) *Node {
	classes := logits.Shape().Dim(-1)
	label := OneHot(labels, classes, dtypes.Bool)
	logp := LogSoftmax(logits)
	return Neg(ReduceSum(Where(label, logp, ZerosLike(logp)), -1)) // not a product: 0·∞ is NaN
}

// usedWeights are the variables that BuildTrainableVariablesGradientsGraph gives gradients for, in its order.
func usedWeights(store *model.Store, g *Graph) (used []*model.Variable) {
	for v := range store.IterVariables() {
		if v.Trainable && v.InUseByGraph(g) {
			used = append(used, v)
		}
	}
	return used
}

// clipped scales the gradients so that their norm, taken over all of them, is at most limit
// (Pascanu, Mikolov and Bengio 2013, https://arxiv.org/abs/1211.5063).
func clipped(gradients []*Node, limit float64) []*Node {
	var sum *Node
	for _, d := range gradients {
		if s := ConvertDType(ReduceAllSum(Square(d)), dtypes.Float32); sum == nil {
			sum = s
		} else {
			sum = Add(sum, s)
		}
	}
	scale := MinScalar(Div(Scalar(sum.Graph(), sum.DType(), limit), AddScalar(Sqrt(sum), 1e-6)), 1.0)
	out := make([]*Node, len(gradients))
	for i, d := range gradients {
		out[i] = Mul(d, ConvertDType(scale, d.DType()))
	}
	return out
}

// slotScope is where an optimizer's slots are among a net's variables, while it is trained.
const slotScope = "/optimizer"

func slotPath(v *model.Variable, slot string) string { return slotScope + v.Path() + "/" + slot }

// update gives a variable and its slots their new values.
func update(store *model.Store, v *model.Variable, c Config, count, factor, gradient *Node) {
	names := c.Optimizer.Slots()
	slots := make([]*Node, len(names))
	for i, name := range names {
		slots[i] = store.GetVariable(slotPath(v, name)).NodeValue(count)
	}
	w := v.NodeValue(count)
	next, nextSlots := c.Optimizer.Update(count, w, gradient, slots)
	if c.Schedule != nil {
		next = scheduled(w, next, factor)
	}
	v.SetNodeValue(next)
	for i, name := range names {
		store.GetVariable(slotPath(v, name)).SetNodeValue(nextSlots[i])
	}
}

// toHost takes the variables' values back from the device, so that any backend can take them up: a net that was trained is then as one that
// was loaded.
func toHost(store *model.Store) error {
	var errs []error
	for v := range store.IterVariables() {
		if value, err := v.Value(); err == nil {
			errs = append(errs, value.ToLocal())
		}
	}
	return errors.Join(errs...)
}

// addSlots gives every trainable variable its slots, as zeros.
func addSlots(store *model.Store, o Optimizer) error {
	var weights []*model.Variable
	for v := range store.IterVariables() {
		if v.Trainable {
			weights = append(weights, v)
		}
	}
	for _, v := range weights {
		for _, name := range o.Slots() {
			slot, err := store.CreateVariable(slotPath(v, name), tensors.FromShape(v.Shape()))
			if err != nil {
				return err
			}
			slot.SetTrainable(false)
		}
	}
	return nil
}
