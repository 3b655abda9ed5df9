package train

import (
	"fmt"
	"math"

	"github.com/vitrine-ml/vitrine/pkg/data"
	"github.com/vitrine-ml/vitrine/pkg/models"
	"github.com/vitrine-ml/vitrine/pkg/record"
)

// FitNaiveBayes is [models.FitNaiveBayes] of a dataset of ids with classes: the simple model to hold a net against. It takes milliseconds.
func FitNaiveBayes(set *data.Dataset, smoothing float64) (*models.NaiveBayes, error) {
	texts, names, err := textsOf(set)
	if err != nil {
		return nil, err
	}
	labels := make([]int, set.Len())
	for i := range labels {
		labels[i] = set.Label(i)
	}
	return models.FitNaiveBayes(texts, labels, len(set.Classes), names, smoothing)
}

// EvaluateNaiveBayes says how well it classifies a dataset, as Evaluate does of a net.
func EvaluateNaiveBayes(bayes *models.NaiveBayes, set *data.Dataset) (record.Scores, error) {
	var none record.Scores
	texts, _, err := textsOf(set)
	if err != nil {
		return none, err
	}
	s := record.Scores{Model: "naive Bayes", Dataset: set.Name, Examples: set.Len(), Classes: set.Classes, Confusion: make([][]int, len(set.Classes))}
	for c := range s.Confusion {
		s.Confusion[c] = make([]int, len(set.Classes))
	}
	for i, text := range texts {
		p, label, predicted := bayes.Probabilities(text), set.Label(i), bayes.Predict(text)
		if len(p) != len(set.Classes) {
			return none, fmt.Errorf("train: naive Bayes of %d classes, but %q has %d", len(p), set.Name, len(set.Classes))
		}
		s.Loss -= math.Log(max(p[label], math.SmallestNonzeroFloat64)) / float64(set.Len())
		s.Labels, s.Predicted, s.Probabilities = append(s.Labels, label), append(s.Predicted, predicted), append(s.Probabilities, p)
		s.Confusion[label][predicted]++
	}
	s.Accuracy = float64(len(s.Right())) / float64(s.Examples)
	return s, nil
}

// textsOf are the ids of each example, and how many there are to choose from.
func textsOf(set *data.Dataset) (texts [][]int32, vocabulary int, err error) {
	defer data.Catch(&err)
	if set == nil {
		return nil, 0, fmt.Errorf("train: no dataset")
	}
	inputs, target := set.Columns()
	if len(inputs) != 1 || inputs[0].Kind != data.IDs || len(inputs[0].Shape) != 1 || target.Kind != data.Classes {
		return nil, 0, fmt.Errorf("train: naive Bayes wants one input of ids and classes; %q has others", set.Name)
	}
	length, ids := inputs[0].Shape[0], inputs[0].Span(0, set.Len()).IDs
	for i := range set.Len() {
		texts = append(texts, ids[i*length:(i+1)*length])
	}
	return texts, len(inputs[0].Names), nil
}
