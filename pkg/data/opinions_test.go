package data

import (
	"math"
	"slices"
	"testing"
)

func TestOpinions(t *testing.T) {
	train, test, err := Opinions{Seed: 1}.Sentences()
	if err != nil {
		t.Fatal(err)
	}
	if len(train.Texts) != 2000 || len(test.Texts) != 500 {
		t.Errorf("%d and %d sentences", len(train.Texts), len(test.Texts))
	}
	again, _, _ := Opinions{Seed: 1}.Sentences()
	other, _, _ := Opinions{Seed: 2}.Sentences()
	if !slices.Equal(train.Texts, again.Texts) || slices.Equal(train.Texts, other.Texts) {
		t.Error("sentences do not follow the seed")
	}
	lexicon := sure(Polarity())
	seen := map[string]bool{}
	words := sure(Words{}.Learn(train.Texts))
	positive := 0
	for _, c := range []Corpus{train, test} {
		for i, text := range c.Texts {
			if seen[text] {
				t.Errorf("%q is there twice", text)
			}
			seen[text] = true
			positive += c.Labels[i]
			// The words of the lexicon are the cues, and no others; they are tokens of their own, and their sum is the rating.
			sum := 0.0
			var cues []Span
			for _, token := range words.Encode(text) {
				if mean, ok := lexicon[text[token.Start:token.End]]; ok {
					sum += mean
					cues = append(cues, Span{token.Start, token.End})
				}
			}
			if !slices.Equal(cues, c.Cues[i]) || math.Abs(sum-c.Ratings[i]) > 1e-9 || math.Abs(sum) < 1 || (sum > 0) != (c.Labels[i] == 1) {
				t.Fatalf("%q: words at %v add up to %g; cues at %v, rating %g, class %s", text, cues, sum, c.Cues[i], c.Ratings[i], c.Classes[c.Labels[i]])
			}
		}
	}
	if positive < 1000 || positive > 1500 {
		t.Errorf("%d of 2500 are positive, want about half", positive)
	}
	for _, o := range []Opinions{{Train: -1}, {Test: -1}, {Train: 49_999, Test: 2}, {Train: 1 << 62, Test: 1 << 62}} {
		if _, _, err := o.Sentences(); err == nil {
			t.Errorf("no error for %+v", o)
		}
	}
}
