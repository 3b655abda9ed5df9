package record

// Retrieval says how well a class, or several, are found.
type Retrieval struct {
	Precision float64 // of the examples predicted as the class, the share that are of it; 0 if none is predicted
	Recall    float64 // of the examples of the class, the share that are predicted as it; 0 if there are none
	F1        float64 // the harmonic mean of the two, 2·right/(predicted + labelled)
	Labelled  int     // examples of the class
	Predicted int     // examples predicted as the class
}

// retrieval is that of so many right predictions.
func retrieval(right, labelled, predicted int) Retrieval {
	return Retrieval{
		Precision: ratio(right, predicted), Recall: ratio(right, labelled), F1: ratio(2*right, predicted+labelled),
		Labelled: labelled, Predicted: predicted,
	}
}

func ratio(a, b int) float64 {
	if b == 0 {
		return 0
	}
	return float64(a) / float64(b)
}

// PerClass is how well each class is found, in the order of the confusion matrix.
func (s Scores) PerClass() []Retrieval {
	all := make([]Retrieval, len(s.Confusion))
	for c := range all {
		labelled, predicted := 0, 0
		for other := range s.Confusion {
			labelled += s.Confusion[c][other]
			predicted += s.Confusion[other][c]
		}
		all[c] = retrieval(s.Confusion[c][c], labelled, predicted)
	}
	return all
}

// Macro is the mean over the classes, each counting the same. Classes that are neither label nor prediction of any example do not count,
// as in scikit-learn.
func (s Scores) Macro() Retrieval {
	return mean(s.PerClass(), func(r Retrieval) float64 {
		if r.Labelled+r.Predicted == 0 {
			return 0
		}
		return 1
	})
}

// Weighted is the mean over the classes, each counting as often as it is a label.
func (s Scores) Weighted() Retrieval {
	return mean(s.PerClass(), func(r Retrieval) float64 { return float64(r.Labelled) })
}

// Micro counts all examples together. With one label an example, precision, recall and F1 are then all the accuracy.
func (s Scores) Micro() Retrieval {
	right := 0
	for c := range s.Confusion {
		right += s.Confusion[c][c]
	}
	return retrieval(right, s.Examples, s.Examples)
}

// mean is the weighted one.
func mean(all []Retrieval, weight func(Retrieval) float64) (m Retrieval) {
	sum := 0.0
	for _, r := range all {
		w := weight(r)
		sum += w
		m.Precision += w * r.Precision
		m.Recall += w * r.Recall
		m.F1 += w * r.F1
		m.Labelled += r.Labelled
		m.Predicted += r.Predicted
	}
	if sum > 0 {
		m.Precision /= sum
		m.Recall /= sum
		m.F1 /= sum
	}
	return m
}
