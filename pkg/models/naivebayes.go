package models

import (
	"fmt"
	"math"
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
	scores := append([]float64(nil), n.priors...)
	most := math.Inf(-1)
	for c := range scores {
		for _, id := range text {
			if id > 0 && int(id) < len(n.counts[c]) {
				scores[c] += math.Log(n.counts[c][id] / n.totals[c])
			}
		}
		most = max(most, scores[c])
	}
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
