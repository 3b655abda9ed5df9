package record

import (
	"encoding/json"
	"math"
	"os"
	"testing"
)

// scoresOf are the scores of labels and probabilities.
func scoresOf(labels []int, probabilities [][]float64) Scores {
	classes := len(probabilities[0])
	s := Scores{Examples: len(labels), Labels: labels, Probabilities: probabilities, Confusion: make([][]int, classes)}
	for c := range s.Confusion {
		s.Confusion[c] = make([]int, classes)
	}
	for i, p := range probabilities {
		best := 0
		for c, v := range p {
			if v > p[best] {
				best = c
			}
		}
		s.Predicted = append(s.Predicted, best)
		s.Confusion[labels[i]][best]++
		s.Loss -= math.Log(p[labels[i]]+1e-9) / float64(len(labels))
		if best == labels[i] {
			s.Accuracy += 1 / float64(len(labels))
		}
	}
	s.Accuracy = min(s.Accuracy, 1)
	return s
}

type fixture struct {
	Classification []struct {
		Labels                 []int
		Probabilities          [][]float64
		Accuracy               float64
		Precision, Recall, F1  []float64
		Support                []int
		Macro, Micro, Weighted []float64
		AUC                    *float64
		Top2                   *float64
	}
	BLEU []struct {
		References, Written [][]string
		Score, Brevity      float64
		Precisions          []float64
		Lengths             []int
		Text                string
	}
}

// The fixture is made by testdata/make_scores.py.
func load(t *testing.T) (f fixture) {
	t.Helper()
	text, err := os.ReadFile("testdata/scores.json")
	if err == nil {
		err = json.Unmarshal(text, &f)
	}
	if err != nil || len(f.Classification) == 0 || len(f.BLEU) == 0 {
		t.Fatalf("%v: %+v", err, f)
	}
	return f
}

func near(t *testing.T, what string, got, want float64) {
	t.Helper()
	if !(math.Abs(got-want) <= 1e-12*math.Max(1, math.Abs(want))) {
		t.Errorf("%s is %v, want %v", what, got, want)
	}
}
