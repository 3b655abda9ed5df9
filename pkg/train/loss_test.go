package train

import (
	"encoding/json"
	"math"
	"strings"
	"testing"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"github.com/vitrine-ml/vitrine/internal/backend"
)

// flat is the numbers of nested lists, and their shape.
func flat(v any) (numbers []float64, shape []int) {
	list, ok := v.([]any)
	if !ok {
		return []float64{v.(float64)}, nil
	}
	for _, item := range list {
		var part []float64
		part, shape = flat(item)
		numbers = append(numbers, part...)
	}
	return numbers, append([]int{len(list)}, shape...)
}

// lossAndGradient computes a batch's loss and its gradient with respect to the output, in float64.
func lossAndGradient(t *testing.T, l Loss, output, target *tensors.Tensor) (loss float64, gradient []float64) {
	t.Helper()
	b, err := backend.Open()
	if err != nil {
		t.Fatal(err)
	}
	exec, err := graph.NewExec(b, func(output, target *graph.Node) []*graph.Node {
		losses, counts := l.Of(output, target)
		mean := graph.Div(graph.ReduceAllSum(losses), graph.ReduceAllSum(counts))
		return []*graph.Node{mean, graph.Gradient(mean, output)[0]}
	})
	if err != nil {
		t.Fatal(err)
	}
	out, err := exec.Call(output, target)
	if err != nil {
		t.Fatal(err)
	}
	return tensors.ToScalar[float64](out[0]), tensors.MustCopyFlatData[float64](out[1])
}

// The fixture is made by testdata/losses.py.
func TestLossesAsPyTorch(t *testing.T) {
	var fixture struct {
		Cases []struct {
			Name                     string
			Options                  json.RawMessage
			Output, Target, Gradient any
			Loss                     float64
		}
	}
	read(t, "testdata/losses.json", &fixture)
	if len(fixture.Cases) == 0 {
		t.Fatal("no cases")
	}
	for _, c := range fixture.Cases {
		output, outputShape := flat(c.Output)
		target, targetShape := flat(c.Target)
		in := tensors.FromFlatDataAndDimensions(target, targetShape...)
		var l Loss
		switch c.Name {
		case "SquaredError":
			l = SquaredError{}
		case "AbsoluteError":
			l = AbsoluteError{}
		case "Huber":
			l = options[Huber](t, c.Options)
		default:
			o := options[Config](t, c.Options)
			l = crossEntropy{o.LabelSmoothing, o.ClassWeights}
			labels := make([]int32, len(target))
			for i, v := range target {
				labels[i] = int32(v)
			}
			in = tensors.FromFlatDataAndDimensions(labels, targetShape...)
		}
		loss, gradient := lossAndGradient(t, l, tensors.FromFlatDataAndDimensions(output, outputShape...), in)
		if math.Abs(loss-c.Loss) > 1e-12 {
			t.Errorf("%s %s: loss %v, want %v", c.Name, c.Options, loss, c.Loss)
		}
		want, _ := flat(c.Gradient)
		compare(t, c.Name+" "+string(c.Options), [][]float64{gradient}, [][]float64{want}, 1e-12)
	}
}

// A logit of −∞ (a class that is ruled out) is not NaN in the loss of another class.
func TestCrossEntropyOfMaskedLogits(t *testing.T) {
	logits := tensors.FromValue([][]float64{{0, 0, math.Inf(-1)}})
	loss, _ := lossAndGradient(t, crossEntropy{}, logits, tensors.FromValue([][]int32{{1}}))
	if math.Abs(loss-math.Log(2)) > 1e-12 {
		t.Errorf("loss %v, want log 2", loss)
	}
}

func TestLossOfAnotherShape(t *testing.T) {
	b, err := backend.Open()
	if err != nil {
		t.Fatal(err)
	}
	exec, err := graph.NewExec(b, func(output, target *graph.Node) *graph.Node {
		losses, _ := SquaredError{}.Of(output, target)
		return losses
	})
	if err != nil {
		t.Fatal(err)
	}
	_, err = exec.Call([][]float32{{1, 2}}, []float32{1})
	if err == nil || !strings.Contains(err.Error(), "the loss wants an output of the target's shape [1], got [1 2]") {
		t.Errorf("got %v", err)
	}
}
