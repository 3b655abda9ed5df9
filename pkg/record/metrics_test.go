package record

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"os"
	"strings"
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

// The area is the share of the pairs that are in order.
func TestAUCAgainstSlow(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	for range 20 {
		labels, p := []int{0, 1}, [][]float64{{0.5, 0.5}, {0.5, 0.5}}
		for range 30 {
			v := float64(rng.IntN(8)) / 7 // many ties
			labels, p = append(labels, rng.IntN(2)), append(p, []float64{1 - v, v})
		}
		s := scoresOf(labels, p)
		ordered, pairs := 0.0, 0.0
		for i := range labels {
			for j := range labels {
				if labels[i] != 1 || labels[j] != 0 {
					continue
				}
				pairs++
				switch a, b := p[i][1], p[j][1]; {
				case a > b:
					ordered++
				case a == b:
					ordered += 0.5
				}
			}
		}
		got, err := s.AUC()
		if err != nil {
			t.Fatal(err)
		}
		near(t, "AUC", got, ordered/pairs)
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

func TestBLEUAsSacreBLEU(t *testing.T) {
	for _, c := range load(t).BLEU {
		b, err := CorpusBLEU(c.References, c.Written)
		if err != nil {
			t.Fatal(err)
		}
		if err := b.Check(); err != nil {
			t.Error(err)
		}
		near(t, "BLEU", b.Score, c.Score)
		near(t, "brevity", b.Brevity, c.Brevity)
		for n, want := range c.Precisions {
			near(t, "precision", b.Precisions[n], want)
		}
		if b.Written != c.Lengths[0] || b.Reference != c.Lengths[1] || b.String() != c.Text {
			t.Errorf("%s, want %s", b, c.Text)
		}
	}
	same := [][]int32{{4, 5, 6, 7, 8}}
	if b, err := CorpusBLEU(same, same); err != nil || math.Abs(b.Score-100) > 1e-9 {
		t.Errorf("the same ids: %s, %v", b, err)
	}
	if b, err := CorpusBLEU(same, [][]int32{{}}); err != nil || b.Score != 0 || b.Brevity != 0 || b.Check() != nil {
		t.Errorf("nothing written: %s, %v", b, err)
	}
	if _, err := CorpusBLEU(same, nil); err == nil || !strings.Contains(err.Error(), "0 sequences to be compared with 1") {
		t.Errorf("got %v", err)
	}
	if (BLEU{Score: math.NaN()}).Check() == nil || (BLEU{Score: 101}).Check() == nil || (BLEU{Written: -1}).Check() == nil {
		t.Error("a BLEU score that cannot be: no error")
	}
}

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

func values(axes []string, shape []int, data ...float64) Array {
	return Array{Name: "next", Axes: axes, Shape: shape, Data: data}
}

func TestForecast(t *testing.T) {
	axes := []string{"example", "time", "feature"}
	actual := values(axes, []int{2, 2, 2}, 1, 10, 2, 20, 3, 30, 4, 40)
	predicted := values(axes, []int{2, 2, 2}, 2, 10, 2, 24, 3, 32, 1, 40)
	f, err := NewForecast("LSTM", "series", actual, predicted)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "MAE", f.MAE, (1+4+2+3)/8.)
	near(t, "RMSE", f.RMSE, math.Sqrt((1+16+4+9)/8.))
	mae, rmse := f.Step(1)
	near(t, "MAE of the second step", mae, (4+3)/4.)
	near(t, "RMSE of the second step", rmse, math.Sqrt((16+9)/4.))
	mase, err := f.MASE(0.5, 3)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "MASE of two features", mase, (1./0.5+1.5/3)/2)
	if mase, err = f.MASE(2.5); err != nil {
		t.Fatal(err)
	}
	near(t, "MASE", mase, 1.25/2.5)
	if got := f.String(); got != "LSTM on series: MAE 1.25, RMSE 1.936 (2 examples)" {
		t.Error(got)
	}
	for _, naive := range [][]float64{nil, {1, 2, 3}, {0}, {math.NaN()}, {-1}, {1, math.Inf(1)}} {
		if _, err := f.MASE(naive...); err == nil {
			t.Errorf("naive errors %v: no error", naive)
		}
	}
	for want, change := range map[string]func(a, p *Array){
		"holds NaN":       func(_, p *Array) { p.Data[3] = math.NaN() },
		"holds +Inf":      func(a, _ *Array) { a.Data[0] = math.Inf(1) },
		"predictions of":  func(_, p *Array) { p.Shape = []int{2, 4, 1} },
		"wants 8 numbers": func(a, _ *Array) { a.Data = a.Data[:7] },
		"of 0 examples":   func(a, p *Array) { a.Shape, a.Data, p.Shape, p.Data = []int{0, 2, 2}, nil, []int{0, 2, 2}, nil },
	} {
		a, p := actual, predicted
		a.Data, p.Data = append([]float64{}, a.Data...), append([]float64{}, p.Data...)
		change(&a, &p)
		if _, err := NewForecast("m", "d", a, p); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want one with %q", err, want)
		}
	}
	if f.MAE = 1; f.Check() == nil {
		t.Error("another MAE than that of the predictions: no error")
	}
}

func TestNaiveError(t *testing.T) {
	series := []float64{1, 4, 2, 5, 3, 9}
	for season, want := range map[int]float64{1: (3 + 2 + 3 + 2 + 6) / 5., 2: (1 + 1 + 1 + 4) / 4., 5: 8} {
		got, err := NaiveError(series, season)
		if err != nil {
			t.Fatal(err)
		}
		near(t, "naive error", got, want)
	}
	for _, season := range []int{0, -1, 6} {
		if _, err := NaiveError(series, season); err == nil {
			t.Errorf("season %d: no error", season)
		}
	}
	if _, err := NaiveError([]float64{1, math.NaN()}, 1); err == nil {
		t.Error("NaN: no error")
	}
}

// Files of before there were other tasks are histories of classes.
func TestHistoryOfBefore(t *testing.T) {
	var h History
	if err := json.Unmarshal([]byte(`{"model":"CNN","dataset":"d","epochs":[{"epoch":1,"loss":0.5,"accuracy":0.75}],"steps":3,"elapsed":5,"finished":true}`), &h); err != nil {
		t.Fatal(err)
	}
	if !h.Classifies() || h.Epochs[0].Accuracy != 0.75 || h.Best != 0 {
		t.Errorf("%+v", h)
	}
	if h.Learns = "values"; h.Classifies() {
		t.Error("values have no accuracy")
	}
}
