package record

import (
	"math"
	"strings"
	"testing"
)

func TestScoresAsScikitLearn(t *testing.T) {
	for _, c := range load(t).Classification {
		s := scoresOf(c.Labels, c.Probabilities)
		if err := s.Check(); err != nil {
			t.Error(err)
		}
		for k, r := range s.PerClass() {
			near(t, "precision", r.Precision, c.Precision[k])
			near(t, "recall", r.Recall, c.Recall[k])
			near(t, "F1", r.F1, c.F1[k])
			if r.Labelled != c.Support[k] {
				t.Errorf("%d examples of class %d, want %d", r.Labelled, k, c.Support[k])
			}
		}
		for _, average := range []struct {
			name string
			got  Retrieval
			want []float64
		}{{"macro", s.Macro(), c.Macro}, {"micro", s.Micro(), c.Micro}, {"weighted", s.Weighted(), c.Weighted}} {
			near(t, average.name+" precision", average.got.Precision, average.want[0])
			near(t, average.name+" recall", average.got.Recall, average.want[1])
			near(t, average.name+" F1", average.got.F1, average.want[2])
		}
		auc, err := s.AUC()
		if c.AUC != nil {
			near(t, "AUC", auc, *c.AUC)
		} else if err == nil || !strings.Contains(err.Error(), "0 of 20 examples are of class 3") {
			t.Errorf("a class without examples: AUC %v, error %v", auc, err)
		}
		top1, err1 := s.TopK(1)
		all, err2 := s.TopK(len(s.Confusion))
		if err1 != nil || err2 != nil || all != 1 {
			t.Errorf("%v, %v; all classes hold %v of the labels", err1, err2, all)
		}
		near(t, "top 1", top1, c.Accuracy)
		if c.Top2 != nil {
			top2, _ := s.TopK(2)
			near(t, "top 2", top2, *c.Top2)
		}
	}
}

func TestScoresRefuse(t *testing.T) {
	good := func() Scores { return scoresOf([]int{0, 1}, [][]float64{{0.75, 0.25}, {0.5, 0.5}}) }
	for _, c := range []struct {
		want  string
		spoil func(s *Scores)
	}{
		{"no probabilities", func(s *Scores) { s.Probabilities = nil }},
		{"probabilities of 1", func(s *Scores) { s.Probabilities = s.Probabilities[:1] }},
		{"probabilities of 3 classes, there are 2", func(s *Scores) { s.Probabilities[1] = []float64{0, 0, 1} }},
		{"example 1 has the probability NaN", func(s *Scores) { s.Probabilities[1][0] = math.NaN() }},
		{"example 0 has the probability 1.5", func(s *Scores) { s.Probabilities[0][1] = 1.5 }},
	} {
		s := good()
		c.spoil(&s)
		if _, err := s.AUC(); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("AUC: %v, want %q", err, c.want)
		}
		if _, err := s.TopK(1); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("TopK: %v, want %q", err, c.want)
		}
		if err := s.Check(); s.Probabilities != nil && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("Check: %v, want %q", err, c.want)
		}
	}
	for _, k := range []int{0, 3, -1} {
		if _, err := good().TopK(k); err == nil {
			t.Errorf("top %d of 2: no error", k)
		}
	}
	if _, err := good().ClassAUC(2); err == nil {
		t.Error("class 2 of 2: no error")
	}
	one := scoresOf([]int{1, 1}, [][]float64{{0.75, 0.25}, {0.5, 0.5}})
	if _, err := one.AUC(); err == nil || !strings.Contains(err.Error(), "2 of 2 examples are of class 1") {
		t.Errorf("one class: %v", err)
	}
	if _, err := (Scores{}).AUC(); err == nil {
		t.Error("nothing: no error")
	}
	for _, spoil := range []func(s *Scores){func(s *Scores) { s.Accuracy = 2 }, func(s *Scores) { s.Loss = math.NaN() }, func(s *Scores) { s.Loss = -1 }} {
		s := good()
		if spoil(&s); s.Check() == nil {
			t.Errorf("accuracy %v and loss %v: no error", s.Accuracy, s.Loss)
		}
	}
}
