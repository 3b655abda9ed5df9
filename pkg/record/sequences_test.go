package record

import (
	"math"
	"testing"
)

func TestExactMatch(t *testing.T) {
	got, err := ExactMatch([][]string{{"a", "b"}, {"c"}, {}, {"d"}}, [][]string{{"a", "b"}, {"c", "c"}, {}, {"e"}})
	if err != nil || got != 0.5 {
		t.Errorf("%v, %v", got, err)
	}
	if _, err := ExactMatch[string](nil, nil); err == nil {
		t.Error("nothing to compare: no error")
	}
}

func TestSequences(t *testing.T) {
	s := Sequences{Model: "LSTM", Dataset: "dates", Examples: 2, Tokens: 5, Accuracy: 0.5, Loss: math.Log(8)}
	near(t, "perplexity", s.Perplexity(), 8)
	if got := s.String(); got != "LSTM on dates: token accuracy 0.500, perplexity 8 (2 examples, 5 tokens)" || s.Check() != nil {
		t.Errorf("%q, %v", got, s.Check())
	}
	for _, bad := range []Sequences{{}, {Examples: 2, Tokens: 1}, {Examples: 1, Tokens: 1, Accuracy: 2}, {Examples: 1, Tokens: 1, Loss: math.NaN()}} {
		if bad.Check() == nil {
			t.Errorf("%+v: no error", bad)
		}
	}
}
