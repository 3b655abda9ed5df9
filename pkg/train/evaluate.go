package train

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/vitrine-ml/vitrine/pkg/data"
	"github.com/vitrine-ml/vitrine/pkg/models"
	"github.com/vitrine-ml/vitrine/pkg/record"
)

// Evaluate says how well a net classifies a dataset, by its first output. [EvaluateForecast] and [EvaluateSequences] are for nets that predict
// values and sequences.
func Evaluate(ctx context.Context, net *models.Net, set *data.Dataset) (_ record.Scores, err error) {
	defer data.Catch(&err)
	var none record.Scores
	if err := checkEvaluation(net, set, data.Classes, models.Logits, models.Probabilities); err != nil {
		return none, err
	}
	out := net.Outputs[0]
	classes := out.Shape[0]
	s := record.Scores{Model: net.Name, Dataset: set.Name, Examples: set.Len(), Classes: out.Classes, Confusion: make([][]int, classes)}
	for i := range s.Confusion {
		s.Confusion[i] = make([]int, classes)
	}
	right := 0
	err = eachOutput(ctx, net, set, func(i int, row []float64) error {
		label := set.Label(i)
		loss, predicted := lossOf(row, out.Kind, label)
		if math.IsNaN(loss) {
			return fmt.Errorf("train: %s gives %v for example %d of %q", net.Name, row, i, set.Name)
		}
		s.Loss += loss
		s.Labels, s.Predicted = append(s.Labels, label), append(s.Predicted, predicted)
		s.Probabilities = append(s.Probabilities, probabilities(row, out.Kind))
		s.Confusion[label][predicted]++
		if predicted == label {
			right++
		}
		return nil
	})
	if err != nil {
		return none, err
	}
	s.Loss /= float64(s.Examples)
	s.Accuracy = float64(right) / float64(s.Examples)
	return s, nil
}

// checkEvaluation says whether the net's first output is of one of the kinds and predicts what the dataset has as its target.
func checkEvaluation(net *models.Net, set *data.Dataset, target data.Kind, kinds ...models.Kind) error {
	if err := checkSet(net, set); err != nil {
		return err
	}
	if _, has := set.Columns(); has.Kind != target {
		by := map[data.Kind]string{data.Classes: "Evaluate", data.Values: "EvaluateForecast", data.IDs: "EvaluateSequences"}
		return fmt.Errorf("train: the target of %q is of kind %s, which %s evaluates", set.Name, has.Kind, by[has.Kind])
	}
	if out := net.Outputs[0]; !slices.Contains(kinds, out.Kind) {
		return fmt.Errorf("train: output %q of %s holds %s; only %v can be scored for a target of %s", out.Name, net.Name, out.Kind, kinds, target)
	}
	return nil
}

// eachOutput gives the numbers of the first output for every example in turn.
func eachOutput(ctx context.Context, net *models.Net, set *data.Dataset, look func(i int, row []float64) error) error {
	for from := 0; from < set.Len(); from += piece {
		if err := ctx.Err(); err != nil {
			return fmt.Errorf("train: evaluation interrupted at example %d of %d: %w", from, set.Len(), err)
		}
		to := min(from+piece, set.Len())
		outs, err := net.Compute(set.Inputs(from, to))
		if err != nil {
			return fmt.Errorf("train: examples from %d on: %w", from, err)
		}
		values, err := models.Floats(outs[0])
		if err != nil {
			return err
		}
		size := len(values) / (to - from)
		for i := from; i < to; i++ {
			if err := look(i, values[(i-from)*size:][:size]); err != nil {
				return err
			}
		}
	}
	return nil
}

// lossOf is −log of the label's probability, and the most probable class (the first of equals).
func lossOf(row []float64, kind models.Kind, label int) (loss float64, predicted int) {
	for c, v := range row {
		if v > row[predicted] {
			predicted = c
		}
	}
	if kind == models.Probabilities {
		return -math.Log(row[label]), predicted
	}
	sum := 0.0
	for _, v := range row {
		sum += math.Exp(v - row[predicted])
	}
	return math.Log(sum) + row[predicted] - row[label], predicted
}

// probabilities are those of a row of an output.
func probabilities(row []float64, kind models.Kind) []float64 {
	p := slices.Clone(row)
	if kind == models.Probabilities {
		return p
	}
	top, sum := slices.Max(row), 0.0
	for c, v := range row {
		p[c] = math.Exp(v - top)
		sum += p[c]
	}
	for c := range p {
		p[c] /= sum
	}
	return p
}
