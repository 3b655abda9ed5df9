package train

import (
	"context"
	"fmt"
	"math"

	"github.com/vitrine-ml/vitrine/pkg/data"
	"github.com/vitrine-ml/vitrine/pkg/models"
	"github.com/vitrine-ml/vitrine/pkg/record"
)

// EvaluateSequences says how well a net predicts sequences of ids, by its first output: at every position, with the inputs that the dataset has
// there. Padding does not count.
func EvaluateSequences(ctx context.Context, net *models.Net, set *data.Dataset) (_ record.Sequences, err error) {
	defer data.Catch(&err)
	var none record.Sequences
	if err := checkEvaluation(net, set, data.IDs, models.Logits, models.Probabilities); err != nil {
		return none, err
	}
	_, target := set.Columns()
	positions, out := target.Shape[0], net.Outputs[0]
	ids := out.Shape[1]
	s := record.Sequences{Model: net.Name, Dataset: set.Name, Examples: set.Len()}
	right := 0
	err = eachOutput(ctx, net, set, func(i int, row []float64) error {
		for at := range positions {
			id := int(target.IDs[i*positions+at])
			if id == 0 {
				continue
			}
			loss, predicted := lossOf(row[at*ids:(at+1)*ids], out.Kind, id)
			if math.IsNaN(loss) {
				return fmt.Errorf("train: %s gives no finite numbers at position %d of example %d of %q", net.Name, at, i, set.Name)
			}
			s.Tokens++
			s.Loss += loss
			if predicted == id {
				right++
			}
		}
		return nil
	})
	if err != nil {
		return none, err
	}
	s.Loss /= float64(s.Tokens)
	s.Accuracy = float64(right) / float64(s.Tokens)
	return s, nil
}
