package train

import (
	"context"
	"fmt"
	"math"

	"github.com/vitrine-ml/vitrine/pkg/data"
	"github.com/vitrine-ml/vitrine/pkg/models"
	"github.com/vitrine-ml/vitrine/pkg/record"
)

// Evaluate says how well a net classifies a dataset, by its first output.
func Evaluate(ctx context.Context, net *models.Net, set *data.Dataset) (record.Scores, error) {
	var none record.Scores
	if err := checkSet(net, set); err != nil {
		return none, err
	}
	out := net.Outputs[0]
	if out.Kind != models.Logits && out.Kind != models.Probabilities {
		return none, fmt.Errorf("train: output %q of %s holds %s; only logits and probabilities can be scored", out.Name, net.Name, out.Kind)
	}
	classes := out.Shape[0]
	s := record.Scores{Model: net.Name, Dataset: set.Name, Examples: set.Len(), Classes: out.Classes, Confusion: make([][]int, classes)}
	for i := range s.Confusion {
		s.Confusion[i] = make([]int, classes)
	}
	right := 0
	for from := 0; from < set.Len(); from += piece {
		if err := ctx.Err(); err != nil {
			return none, fmt.Errorf("train: evaluation interrupted at example %d of %d: %w", from, set.Len(), err)
		}
		outs, err := net.Compute(set.Inputs(from, min(from+piece, set.Len())))
		if err != nil {
			return none, fmt.Errorf("train: examples from %d on: %w", from, err)
		}
		values, err := models.Floats(outs[0])
		if err != nil {
			return none, err
		}
		for at := 0; at < len(values); at += classes {
			i := from + at/classes
			row := values[at : at+classes]
			loss, predicted := lossOf(row, out.Kind, set.Label(i))
			if math.IsNaN(loss) {
				return none, fmt.Errorf("train: %s gives %v for example %d of %q", net.Name, row, i, set.Name)
			}
			s.Loss += loss
			s.Labels, s.Predicted = append(s.Labels, set.Label(i)), append(s.Predicted, predicted)
			s.Confusion[set.Label(i)][predicted]++
			if predicted == set.Label(i) {
				right++
			}
		}
	}
	s.Loss /= float64(s.Examples)
	s.Accuracy = float64(right) / float64(s.Examples)
	return s, nil
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
