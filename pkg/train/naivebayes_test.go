package train

import (
	"strings"
	"testing"

	"github.com/vitrine-ml/vitrine/pkg/data"
)

func TestNaiveBayes(t *testing.T) {
	learn, examine, err := data.Opinions{Train: 600, Test: 200, Seed: 3}.Sentences()
	if err != nil {
		t.Fatal(err)
	}
	words, err := data.Words{}.Learn(learn.Texts)
	if err != nil {
		t.Fatal(err)
	}
	trainSet, _, err := learn.Dataset(words, 40)
	if err != nil {
		t.Fatal(err)
	}
	testSet, _, err := examine.Dataset(words, 40)
	if err != nil {
		t.Fatal(err)
	}
	bayes, err := FitNaiveBayes(trainSet, 1)
	if err != nil {
		t.Fatal(err)
	}
	scores, err := EvaluateNaiveBayes(bayes, testSet)
	if err != nil {
		t.Fatal(err)
	}
	if err := scores.Check(); err != nil {
		t.Error(err)
	}
	if scores.Examples != 200 || scores.Accuracy < 0.9 || scores.Loss > 0.4 {
		t.Errorf("%s, want at least 0.9 of 200 right", scores)
	}
	for i, text := range examine.Texts[:50] { // the same from the text itself
		var ids []int32
		for _, token := range words.Encode(text) {
			ids = append(ids, token.ID)
		}
		if got, want := scores.Predicted[i], bayes.Predict(ids); got != want || scores.Labels[i] != examine.Labels[i] {
			t.Errorf("text %d: class %d, want %d", i, got, want)
		}
	}
	pictures, _, err := data.FashionMNIST()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := FitNaiveBayes(pictures, 1); err == nil || !strings.Contains(err.Error(), "wants one input of ids") {
		t.Errorf("error %v for pictures", err)
	}
	if _, err := EvaluateNaiveBayes(bayes, nil); err == nil {
		t.Error("no error without a dataset")
	}
}
