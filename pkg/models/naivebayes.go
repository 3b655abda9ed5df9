package models

import (
	"fmt"
	"math"
	"slices"

	"github.com/gomlx/gomlx/core/tensors"

	"github.com/vitrine-ml/vitrine/pkg/record"
)

// NaiveBayes is the multinomial naive Bayes classifier of bags of words: the simple model that others of texts are to be held against. It
// takes the words of a text for independent of one another, and their order for nothing (McCallum and Nigam 1998, A Comparison of Event
// Models for Naive Bayes Text Classification). What a word adds to a class is a number, so it explains itself.
type NaiveBayes struct {
	counts [][]float64 // [class][id], with smoothing
	totals []float64   // [class], of these
	priors []float64   // [class], logarithms of the shares
}

// FitNaiveBayes counts ids in texts, each with a class. Id 0 is padding and counts for nothing. Every word is taken to have been seen
// smoothing times more often in every class than it was, 1 is Laplace's rule.
//
// It returns an error if there are no texts, not as many labels as texts, an id or a label is out of range, a class has no text, or
// smoothing is not positive.
func FitNaiveBayes(texts [][]int32, labels []int, classes, vocabulary int, smoothing float64) (*NaiveBayes, error) {
	fail := func(format string, args ...any) (*NaiveBayes, error) {
		return nil, fmt.Errorf("models: naive Bayes: %s", fmt.Sprintf(format, args...))
	}
	if len(texts) == 0 || len(texts) != len(labels) {
		return fail("%d texts and %d labels, want one label a text and at least one text", len(texts), len(labels))
	}
	if classes < 2 || vocabulary < 2 || !(smoothing > 0) || math.IsInf(smoothing, 0) {
		return fail("%d classes, a vocabulary of %d, smoothing %g; want at least 2, 2, and a positive number", classes, vocabulary, smoothing)
	}
	n := &NaiveBayes{counts: make([][]float64, classes), totals: make([]float64, classes), priors: make([]float64, classes)}
	for c := range n.counts {
		n.counts[c] = make([]float64, vocabulary)
		for id := 1; id < vocabulary; id++ {
			n.counts[c][id] = smoothing
		}
		n.totals[c] = smoothing * float64(vocabulary-1)
	}
	for i, text := range texts {
		c := labels[i]
		if c < 0 || c >= classes {
			return fail("text %d has label %d, want one of %d classes, counted from 0", i, c, classes)
		}
		n.priors[c]++
		for _, id := range text {
			if id < 0 || int(id) >= vocabulary {
				return fail("text %d has id %d, want one of %d, counted from 0", i, id, vocabulary)
			}
			if id > 0 {
				n.counts[c][id]++
				n.totals[c]++
			}
		}
	}
	for c, texts := range n.priors {
		if texts == 0 {
			return fail("class %d of %d has no text", c, classes)
		}
		n.priors[c] = math.Log(texts / float64(len(labels)))
	}
	return n, nil
}

// Probabilities are those of each class for a text. Ids that training did not know, and padding, count for nothing.
func (n *NaiveBayes) Probabilities(text []int32) []float64 {
	scores := n.scores(text)
	most := slices.Max(scores)
	sum := 0.0
	for c := range scores {
		scores[c] = math.Exp(scores[c] - most)
		sum += scores[c]
	}
	for c := range scores {
		scores[c] /= sum
	}
	return scores
}

// scores are the logarithms of the probabilities of each class and the text together.
func (n *NaiveBayes) scores(text []int32) []float64 {
	scores := slices.Clone(n.priors)
	for c := range scores {
		for _, id := range text {
			if id > 0 && int(id) < len(n.counts[c]) {
				scores[c] += math.Log(n.counts[c][id] / n.totals[c])
			}
		}
	}
	return scores
}

// Predict is the most probable class of a text, the first of several.
func (n *NaiveBayes) Predict(text []int32) int {
	best := 0
	p := n.Probabilities(text)
	for c := range p {
		if p[c] > p[best] {
			best = c
		}
	}
	return best
}

// LogOdds is what one more word of that id speaks for a class against all the others taken together, as a natural logarithm: with two
// classes, what it adds to the logarithm of the ratio of their probabilities. It is 0 for padding and for ids that training did not know. It
// panics if there is no such class.
func (n *NaiveBayes) LogOdds(id int32, class int) float64 {
	if id <= 0 || int(id) >= len(n.counts[class]) {
		return 0
	}
	count, total := 0.0, 0.0
	for c := range n.counts {
		if c != class {
			count += n.counts[c][id]
			total += n.totals[c]
		}
	}
	return math.Log(n.counts[class][id]/n.totals[class]) - math.Log(count/total)
}

// Explain is what each word of texts, ids [examples, positions], speaks for a class against the other of two: its [NaiveBayes.LogOdds]. They add
// up exactly to the logarithm of the ratio of the two probabilities (Output), less what it is for a text without words (Base). Nothing is
// approximated: for this model an explanation is the model.
//
// It returns an error if there are not two classes, the class is none of them, or texts are no ids of two axes.
func (n *NaiveBayes) Explain(texts *tensors.Tensor, class int) (*record.Explanation, error) {
	if len(n.priors) != 2 || class < 0 || class > 1 {
		return nil, fmt.Errorf("models: naive Bayes: class %d of %d explained, want 0 or 1 of two, which alone are a sum of what words say", class, len(n.priors))
	}
	if texts == nil || !texts.Ok() || texts.Rank() != 2 {
		return nil, fmt.Errorf("models: naive Bayes: want ids [examples, positions] to explain")
	}
	ids, err := Ints(texts)
	if err != nil {
		return nil, err
	}
	rows, length := texts.Shape().Dim(0), texts.Shape().Dim(1)
	values := record.Array{Name: "tokens", DType: "float64", Axes: []string{"example", "position"}, Shape: []int{rows, length}, Data: make([]float64, len(ids))}
	e := &record.Explanation{
		Version: record.Version, Method: "NaiveBayes", Exact: true, Baseline: "no words",
		Target: record.Target{Output: "log-odds", Asked: fmt.Sprintf("class %d − class %d", class, 1-class)},
	}
	for i := range rows {
		text, sum := make([]int32, length), 0.0
		for j := range text {
			text[j] = int32(ids[i*length+j])
			values.Data[i*length+j] = n.LogOdds(text[j], class)
			sum += values.Data[i*length+j]
		}
		scores := n.scores(text)
		output, base := scores[class]-scores[1-class], n.priors[class]-n.priors[1-class]
		e.Output, e.Base, e.Residual = append(e.Output, output), append(e.Base, base), append(e.Residual, math.Abs(sum-(output-base)))
		e.Status = append(e.Status, record.OK)
		e.Target.Classes, e.Target.Minus = append(e.Target.Classes, class), append(e.Target.Minus, 1-class)
	}
	e.Values = []record.Array{values}
	return e, e.Check()
}
