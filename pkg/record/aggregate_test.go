package record

import (
	"encoding/json"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// smallAggregate is whole: two examples of two features, and a cohort of one.
func smallAggregate() *Aggregate {
	array := func(v ...float64) Array {
		return Array{Name: "row", DType: "float64", Axes: []string{"feature"}, Shape: []int{2}, Data: v}
	}
	all := Spread{Mean: array(1, -2), MeanAbs: array(1, 2), Deviation: array(0.5, 0), DeviationAbs: array(0.5, 1), Counts: []int{2, 2}, Sampled: array(0.1, 0)}
	all.Mean.Features = []string{"age", "sum"}
	one := Spread{Mean: array(1.5, -2), MeanAbs: array(1.5, 2), Deviation: array(0, 0), DeviationAbs: array(0, 0), Counts: []int{1, 1}}
	return &Aggregate{Version: Version, Method: "Test", Options: json.RawMessage(`{}`), Target: Target{Output: "y", Asked: "class 0"},
		Cohorts: []Cohort{{"", 2, []Spread{all}}, {"old", 1, []Spread{one}}}, Evaluations: 4}
}

func TestAggregateCheck(t *testing.T) {
	a := smallAggregate()
	if err := a.Check(); err != nil {
		t.Fatal(err)
	}
	mean, abs := a.Cohorts[0].Values[0].StdErr()
	if !slices.Equal(mean, []float64{0.5 / math.Sqrt2, 0}) && math.Abs(mean[0]-0.5/math.Sqrt2) > 1e-15 || math.Abs(abs[1]-1/math.Sqrt2) > 1e-15 {
		t.Errorf("standard errors %v and %v", mean, abs)
	}
	if mean, _ := a.Cohorts[1].Values[0].StdErr(); !math.IsNaN(mean[0]) {
		t.Errorf("the standard error of one value is %v", mean)
	}
	if r := a.Cohorts[0].Values[0].Ranking(true, 2); r.Check() != nil || !slices.Equal(r.Names, []string{"age", "sum"}) || !slices.Equal(r.Values, []float64{1, 2}) {
		t.Errorf("%+v", r)
	}
	if r := a.Cohorts[1].Values[0].Ranking(false, 2); len(r.Names) != 0 {
		t.Errorf("of features that came twice there are %v", r.Names)
	}
	if r := a.Cohorts[1].Values[0].Ranking(false, 0); r.Check() != nil || r.Names[1] != "row [1]" || r.StdErr != nil {
		t.Errorf("%+v", r)
	}
	for want, harm := range map[string]func(a *Aggregate){
		"version 0":                  func(a *Aggregate) { a.Version = 0 },
		"a cohort without a name":    func(a *Aggregate) { a.Cohorts = a.Cohorts[1:] },
		"values of 0 inputs":         func(a *Aggregate) { a.Cohorts[1].Values = nil },
		`cohort "old" of 3 examples`: func(a *Aggregate) { a.Cohorts[1].Examples = 3 },
		"holds NaN at [1]":           func(a *Aggregate) { a.Cohorts[0].Values[0].Mean.Data[1] = math.NaN() },
		"cannot be negative":         func(a *Aggregate) { a.Cohorts[0].Values[0].Sampled.Data[1] = -1 },
		"2 numbers for 3 features":   func(a *Aggregate) { a.Cohorts[1].Values[0].Counts = []int{1, 1, 1} },
		"-1 values of a feature":     func(a *Aggregate) { a.Cohorts[1].Values[0].Counts[0] = -1 },
	} {
		a := smallAggregate()
		harm(a)
		if err := a.Check(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want one with %q", err, want)
		}
	}
}

func FuzzParseAggregate(f *testing.F) { fuzzParse(f, smallAggregate(), ParseAggregate) }

// fuzzParse asks that a parser does not crash, and that what it takes can be written and read again.
func fuzzParse[T any, P interface {
	*T
	checked
}](f *testing.F, seed *T, parse func([]byte) (*T, error)) {
	f.Helper()
	whole, err := json.Marshal(seed)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(whole)
	f.Add([]byte(`{"version":1}`))
	f.Add([]byte(`[]`))
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := parse(data)
		if err != nil {
			return
		}
		again, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		if back, err := parse(again); err != nil || P(back).Check() != nil {
			t.Errorf("what was read is not read again: %v", err)
		}
	})
}

// TestFilesOfGlobalRecords: what is written is read, and nothing else.
func TestFilesOfGlobalRecords(t *testing.T) {
	dir := t.TempDir()
	a, d, e := smallAggregate(), smallDependence(), smallEffects()
	for _, c := range []struct {
		name  string
		write func(path string) error
		read  func(path string) (any, error)
		want  any
	}{
		{"aggregate", a.WriteFile, func(p string) (any, error) { return ReadAggregate(p) }, a},
		{"dependence", d.WriteFile, func(p string) (any, error) { return ReadDependence(p) }, d},
		{"accumulated", e.WriteFile, func(p string) (any, error) { return ReadAccumulatedEffects(p) }, e},
	} {
		path := dir + "/" + c.name + ".json"
		if err := c.write(path); err != nil {
			t.Fatal(err)
		}
		if got, err := c.read(path); err != nil || !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: read %+v, %v; written %+v", c.name, got, err, c.want)
		}
		if _, err := c.read(dir + "/none"); err == nil {
			t.Errorf("%s: read from nothing", c.name)
		}
	}
	if _, err := ReadDependence(dir + "/aggregate.json"); err == nil || !strings.Contains(err.Error(), "not a dependence") {
		t.Errorf("an aggregate as a dependence: %v", err)
	}
}
