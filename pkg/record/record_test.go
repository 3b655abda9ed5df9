package record

import (
	"encoding/json"
	"math"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

// small is a whole explanation of two examples of a 2×1×2 image.
func small() *Explanation {
	return &Explanation{
		Version: Version, Method: "Test", Options: json.RawMessage(`{"Steps":3}`),
		Target: Target{Output: "class", Asked: "predicted", Classes: []int{1, 0}},
		Values: []Array{{Name: "image", DType: "float32", Axes: []string{"example", "height", "width", "channel"}, Shape: []int{2, 2, 1, 2},
			Data: []float64{1, -2, 3, 0.1, 5, 6, -7, 8}}},
		Output: []float64{2.5, 12}, Base: []float64{0, 0}, Residual: []float64{0.4, 0},
		Ledger: &Ledger{Input: []float64{2.1, 12}, Taken: []Account{{By: "bias", Amount: []float64{0.4, 0}}}},
		Status: []Status{OK, Unconverged}, Evaluations: 10, Gradients: 8, Baseline: "zeros",
		Made: Provenance{Model: "CNN", Versions: map[string]string{"go": "go1.26"}},
	}
}

func TestFileRoundTrip(t *testing.T) {
	path := filepath.Join(t.TempDir(), "why.json")
	want := small()
	if err := want.WriteFile(path); err != nil {
		t.Fatal(err)
	}
	got, err := ReadExplanation(path)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("read\n%+v\nwritten\n%+v", got, want)
	}
	if got.Converged() {
		t.Error("an unconverged example went unnoticed")
	}
}

func TestCheck(t *testing.T) {
	for _, c := range []struct {
		want string
		harm func(e *Explanation)
	}{
		{"version 9", func(e *Explanation) { e.Version = 9 }},
		{"holds no values", func(e *Explanation) { e.Values = nil }},
		{"NaN at [1 0 0 1]", func(e *Explanation) { e.Values[0].Data[5] = math.NaN() }},
		{"wants 8 numbers, has 7", func(e *Explanation) { e.Values[0].Data = e.Values[0].Data[1:] }},
		{"3 axes", func(e *Explanation) { e.Values[0].Axes = e.Values[0].Axes[1:] }},
		{"length -2", func(e *Explanation) { e.Values[0].Shape[0] = -2 }},
		{"too large", func(e *Explanation) { e.Values[0].Shape = []int{1 << 30, 1 << 30, 1 << 30, 1 << 30} }},
		{"1 outputs but 2 rows", func(e *Explanation) { e.Output = e.Output[1:] }},
		{"but 1 states", func(e *Explanation) { e.Status = e.Status[1:] }},
		{"residual of example 1 is +Inf", func(e *Explanation) { e.Residual[1] = math.Inf(1) }},
		{"1 numbers of input in the ledger", func(e *Explanation) { e.Ledger.Input = e.Ledger.Input[1:] }},
		{"ledger's bias of example 1 is NaN", func(e *Explanation) { e.Ledger.Taken[0].Amount[1] = math.NaN() }},
		{"1 numbers of base", func(e *Explanation) { e.Base = e.Base[1:] }},
		{"1 target classes", func(e *Explanation) { e.Target.Classes = []int{1} }},
		{"standard errors", func(e *Explanation) { e.StdErr = []Array{e.Values[0], e.Values[0]} }},
		{"groups of", func(e *Explanation) {
			e.Groups = []Array{{Name: "g", Axes: []string{"example"}, Shape: []int{2}, Data: []float64{0, 1}}}
		}},
		{"1 ends", func(e *Explanation) { e.Ended = []End{EndAll} }},
		{"fit of example 0 is NaN", func(e *Explanation) { e.Fit = []float64{math.NaN(), 1} }},
	} {
		e := small()
		c.harm(e)
		if err := e.Check(); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("error %v, want one with %q", err, c.want)
		}
		if err := e.WriteFile(filepath.Join(t.TempDir(), "x.json")); err == nil {
			t.Errorf("%s: it was written", c.want)
		}
	}
}

func TestSamplesCheck(t *testing.T) {
	good := func() Samples {
		return Samples{Inputs: Array{Axes: []string{"example", "x"}, Shape: []int{2, 1}, Data: []float64{1, 2}}, Labels: []int{0, 1}, Classes: []string{"a", "b"}}
	}
	if err := good().Check(); err != nil {
		t.Error(err)
	}
	for want, harm := range map[string]func(s *Samples){
		"1 labels":          func(s *Samples) { s.Labels = s.Labels[1:] },
		"label 2":           func(s *Samples) { s.Labels[1] = 2 },
		"class -1":          func(s *Samples) { s.Predictions = []Prediction{{Class: -1}, {}} },
		"1 texts of tokens": func(s *Samples) { s.Tokens = [][]string{{"a"}} },
		"3 index":           func(s *Samples) { s.Index = []int{1, 2, 3} },
		"holds +Inf":        func(s *Samples) { s.Inputs.Data[0] = math.Inf(1) },
		"3 target t":        func(s *Samples) { s.TargetTokens = [][]string{{"a"}, {}, {}} },
		"1 targets":         func(s *Samples) { s.Target = &Array{Axes: []string{"example"}, Shape: []int{1}, Data: []float64{1}} },
		"holds NaN": func(s *Samples) {
			s.Target = &Array{Axes: []string{"example"}, Shape: []int{1}, Data: []float64{math.NaN()}}
		},
	} {
		s := good()
		harm(&s)
		if err := s.Check(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want one with %q", err, want)
		}
	}
}

func TestAgreement(t *testing.T) {
	of := func(values ...float64) *Explanation {
		return &Explanation{Version: Version, Method: "Test", Output: []float64{0}, Status: []Status{OK},
			Values: []Array{{Axes: []string{"example", "x"}, Shape: []int{1, len(values)}, Data: values}}}
	}
	for _, c := range []struct {
		a, b *Explanation
		want float64
	}{
		{of(1, 2, 3, 4), of(10, 20, 30, 400), 1},
		{of(1, 2, 3, 4), of(-10, -20, -30, -400), 1}, // magnitudes
		{of(1, 2, 3, 4), of(4, 3, 2, 1), -1},
		{of(1, 2, 3, 4), of(5, 5, 5, 5), 0},
		{of(1, 2, 3, 4, 5), of(2, 1, 4, 3, 5), 0.8}, // 1 − 6·4/(5·24)
		{of(1, 1, 2, 3), of(1, 2, 3, 3), 8. / 9},
	} {
		got, err := Agreement(c.a, c.b)
		if err != nil {
			t.Fatal(err)
		}
		if math.Abs(got[0]-c.want) > 1e-12 {
			t.Errorf("%v and %v agree to %g, want %g", c.a.Values[0].Data, c.b.Values[0].Data, got[0], c.want)
		}
	}
	if _, err := Agreement(of(1, 2), of(1, 2, 3)); err == nil {
		t.Error("values of other shapes were compared")
	}
	if got := magnitudes(small(), 0); !reflect.DeepEqual(got, []float64{1, 3.1}) {
		t.Errorf("channels add up to %v, want [1 3.1]", got)
	}
}

func TestSelect(t *testing.T) {
	e := small()
	e.Ledger = &Ledger{Input: []float64{1, 2}, Taken: []Account{{By: "bias", Amount: []float64{3, 4}}}}
	s := e.Select(1, 0, 1)
	if err := s.Check(); err != nil {
		t.Fatal(err)
	}
	if got, want := s.Values[0].Data, []float64{5, 6, -7, 8, 1, -2, 3, 0.1, 5, 6, -7, 8}; !reflect.DeepEqual(got, want) {
		t.Errorf("values %v, want %v", got, want)
	}
	if s.Status[0] != Unconverged || s.Output[1] != 2.5 || s.Target.Classes[2] != 0 || s.Ledger.Taken[0].Amount[0] != 4 {
		t.Errorf("selected %+v", s)
	}
	if whole := small(); !reflect.DeepEqual(e.Values, whole.Values) {
		t.Error("selecting changed the whole")
	}
	if back := e.Select(0, 1); !reflect.DeepEqual(back, e) {
		t.Errorf("all examples are\n%+v\nof\n%+v", back, e)
	}
	defer func() {
		if recover() == nil {
			t.Error("no panic for an example that is not there")
		}
	}()
	e.Select(2)
}

func TestWithin(t *testing.T) {
	e := small() // rows 1, −2, 3, 0.1 and 5, 6, −7, 8
	got, err := Within(e, []bool{true, true, false, false})
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []float64{3 / 6.1, 11. / 26} {
		if math.Abs(got[i]-want) > 1e-15 {
			t.Errorf("share of example %d is %g, want %g", i, got[i], want)
		}
	}
	if _, err := Within(e, []bool{true}); err == nil || !strings.Contains(err.Error(), "region of 1 numbers") {
		t.Errorf("a region that does not fit: error %v", err)
	}
}

func FuzzParseExplanation(f *testing.F) {
	good, err := json.Marshal(small())
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add([]byte(`{"version":1,"values":[{"axes":["example"],"shape":[-1],"data":[]}]}`))
	f.Add([]byte(`{"version":1,"values":[{"axes":["a","b","c"],"shape":[0,9223372036854775807,2],"data":[]}],"output":[],"status":[]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		e, err := ParseExplanation(data)
		if err != nil {
			return
		}
		for i := range e.Rows() { // what is accepted can be used
			for _, a := range e.Values {
				_ = a.Row(i)
			}
		}
		if _, err := Agreement(e, e); err != nil {
			t.Fatal(err)
		}
	})
}
