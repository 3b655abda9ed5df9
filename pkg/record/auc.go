package record

import "fmt"

// AUC is the area under the receiver operating characteristic: how probable it is that of two examples, one of the class and one not, the one of
// the class is given the higher probability of it; a tie counts half. Of two classes it is that of the second; of more, the mean over all
// classes, each against the rest. 0.5 is chance.
//
// It returns an error if no probabilities are kept, or a class has no example or all of them: there are then no pairs to compare.
func (s Scores) AUC() (float64, error) {
	if len(s.Confusion) <= 2 {
		return s.ClassAUC(1)
	}
	sum := 0.0
	for c := range s.Confusion {
		auc, err := s.ClassAUC(c)
		if err != nil {
			return 0, err
		}
		sum += auc
	}
	return sum / float64(len(s.Confusion)), nil
}

// ClassAUC is the area of one class against the rest.
func (s Scores) ClassAUC(class int) (float64, error) {
	if err := s.checkProbabilities(); err != nil {
		return 0, err
	}
	if class < 0 || class >= len(s.Confusion) {
		return 0, fmt.Errorf("record: class %d of %d, counted from 0", class, len(s.Confusion))
	}
	p := make([]float64, s.Examples)
	for i := range p {
		p[i] = s.Probabilities[i][class]
	}
	// Mann and Whitney's statistic: the sum of the ranks of the class's examples, less what it is at least.
	of, sum := 0, 0.0
	for i, rank := range ranks(p) { // counted from 0
		if s.Labels[i] == class {
			of++
			sum += rank
		}
	}
	if of == 0 || of == s.Examples {
		return 0, fmt.Errorf("record: %d of %d examples are of class %d: the area under the curve compares those of a class with others", of, s.Examples, class)
	}
	return (sum - float64(of)*float64(of-1)/2) / (float64(of) * float64(s.Examples-of)), nil
}
