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

// Names of a net's programs.
const (
	program           = "train"
	validationProgram = "validation"
)

// step builds the graph of one training step. Its arguments are the net's inputs, the targets, a weight for every row (0 for the
// rows that pad a batch to its shape), the step's number and the schedule's factor; it returns what sums does.
func step(net *models.Net, c Config) models.Forward {
	loss := c.loss(net.Outputs[0], false)
	return func(scope *model.Scope, args []*Node) []*Node {
		n := len(net.Inputs)
		inputs, target, weight, count, factor := args[:n], args[n], args[n+1], args[n+2], args[n+3]
		g := weight.Graph()
		scope.Store().SetTraining(g, true)
		models.WeighRows(weight)
		all := sums(net, loss, scope, inputs, target, weight)

		used := usedWeights(scope.Store(), g)
		weights := make([]*Node, len(used))
		for i, v := range used {
			weights[i] = v.NodeValue(g)
		}
		if err := models.Preflight(all[0], weights...); err != nil {
			panic(fmt.Errorf("%s cannot be trained: %w", net.Name, err))
		}
		gradients := scope.BuildTrainableVariablesGradientsGraph(Div(all[0], all[1]))
		if c.ClipNorm > 0 {
			gradients = clipped(gradients, c.ClipNorm)
		}
		for i, v := range used {
			update(scope.Store(), v, c, count, factor, gradients[i])
		}
		return []*Node{Stack(all, 0)}
	}
}

// validation builds the graph of the sums of a chunk. Its arguments are the net's inputs, the targets and the rows' weights.
func validation(net *models.Net, loss Loss) models.Forward {
	return func(scope *model.Scope, args []*Node) []*Node {
		n := len(net.Inputs)
		return []*Node{Stack(sums(net, loss, scope, args[:n], args[n], args[n+1]), 0)}
	}
}

// sums are those of the rows' losses, of what they count for, and of the rows whose class was predicted rightly (0 where no class is
// predicted). The loss is the first by the second.
func sums(net *models.Net, loss Loss, scope *model.Scope, inputs []*Node, target, weight *Node) []*Node {
	out := net.Apply(scope, inputs)[0]
	out = ConvertDType(out, weight.DType()) // a sum of losses in bfloat16 would say little
	losses, counts := loss.Of(out, target)
	right := ZerosLike(weight)
	if classifies(net) {
		right = ConvertDType(Equal(ArgMax(out, -1, dtypes.Int32), Squeeze(target, 1)), weight.DType())
	}
	all := []*Node{losses, counts, right}
	for i, rows := range all {
		if err := rows.Shape().CheckDims(weight.Shape().Dim(0)); err != nil {
			panic(fmt.Errorf("%T gives losses of shape %v, want one an example: %w", loss, rows.Shape(), err))
		}
		all[i] = ReduceAllSum(Mul(rows, weight))
	}
	return all
}

// classifies says whether a net's first output is a class, and not a sequence of them or values.
func classifies(net *models.Net) bool {
	out := net.Outputs[0]
	return out.Kind != models.Values && len(out.Shape) == 1
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
