package record

import (
	"math"
	"slices"
	"strings"
	"testing"
)

// smallDependence is whole: two examples, three points.
func smallDependence() *Dependence {
	return &Dependence{
		Version: Version, Target: Target{Output: "y", Asked: "class 0", Classes: []int{0, 0}}, Output: []float64{1, 2},
		Varied: []Varied{{Name: "age", Unit: "years", Points: []float64{20, 40, 60}, Observed: []float64{33, 55}}},
		Curves: Array{Name: "y", Axes: []string{"example", "age"}, Shape: []int{2, 3}, Data: []float64{1, 2, 4, 3, 2, 8}}, Evaluations: 8,
	}
}

func TestDependenceMean(t *testing.T) {
	d := smallDependence()
	mean, stdErr := d.Mean()
	if !slices.Equal(mean, []float64{2, 2, 6}) || !slices.Equal(stdErr, []float64{1, 0, 2}) {
		t.Errorf("%v ± %v", mean, stdErr)
	}
	c, err := d.Centred(1)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(c.Curves.Data, []float64{-1, 0, 2, 1, 0, 6}) || d.Curves.Data[0] != 1 {
		t.Errorf("centred %v, from %v", c.Curves.Data, d.Curves.Data)
	}
	for _, at := range []int{-1, 3} {
		if _, err := d.Centred(at); err == nil {
			t.Errorf("centred at %d", at)
		}
	}
	d.Curves.Shape, d.Curves.Data = []int{1, 3}, d.Curves.Data[:3]
	if _, stdErr := d.Mean(); stdErr != nil {
		t.Errorf("one example has the standard error %v", stdErr)
	}
}

func TestDependenceCheck(t *testing.T) {
	if err := smallDependence().Check(); err != nil {
		t.Fatal(err)
	}
	for want, harm := range map[string]func(d *Dependence){
		"version 2":                         func(d *Dependence) { d.Version = 2 },
		"on 0 features":                     func(d *Dependence) { d.Varied = nil },
		"1 have a value":                    func(d *Dependence) { d.Varied[0].Observed = d.Varied[0].Observed[1:] },
		`"age" of example 1 is NaN`:         func(d *Dependence) { d.Varied[0].Observed[1] = math.NaN() },
		"no points":                         func(d *Dependence) { d.Varied[0].Points = nil },
		"in ascending order":                func(d *Dependence) { d.Varied[0].Points[2] = 40 },
		"which is none of 2 categories":     func(d *Dependence) { d.Varied[0].Categories = []string{"a", "b"} },
		"the examples and points are [2 3]": func(d *Dependence) { d.Curves.Shape = []int{3, 2} },
		"output of example 0 is +Inf":       func(d *Dependence) { d.Output[0] = math.Inf(1) },
		"holds NaN at [1 0]":                func(d *Dependence) { d.Curves.Data[3] = math.NaN() },
	} {
		d := smallDependence()
		harm(d)
		if err := d.Check(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want one with %q", err, want)
		}
	}
}

func FuzzParseDependence(f *testing.F) { fuzzParse(f, smallDependence(), ParseDependence) }

// smallEffects is whole: two bins.
func smallEffects() *AccumulatedEffects {
	return &AccumulatedEffects{
		Version: Version, Target: Target{Output: "y", Asked: "class 0"}, Name: "age", Edges: []float64{20, 40, 60},
		Effects: []float64{-1, 0, 2}, StdErr: []float64{0.1, 0.2, 0.1}, Counts: []int{3, 2}, Local: []float64{1, 2}, LocalStdErr: []float64{0.1, 0.2}, Examples: 5,
	}
}

func TestAccumulatedEffectsCheck(t *testing.T) {
	if err := smallEffects().Check(); err != nil {
		t.Fatal(err)
	}
	for want, harm := range map[string]func(a *AccumulatedEffects){
		"version 0":       func(a *AccumulatedEffects) { a.Version = 0 },
		"no points":       func(a *AccumulatedEffects) { a.Edges = nil },
		"ascending order": func(a *AccumulatedEffects) { a.Edges[0] = 50 },
		"2 effects":       func(a *AccumulatedEffects) { a.Effects = a.Effects[1:] },
		"standard errors of local effects of \"age\" is NaN": func(a *AccumulatedEffects) { a.LocalStdErr[0] = math.NaN() },
		"is -1":                 func(a *AccumulatedEffects) { a.StdErr[0] = -1 },
		"counts of 1 bins":      func(a *AccumulatedEffects) { a.Counts = a.Counts[1:] },
		"holds 7 of 5 examples": func(a *AccumulatedEffects) { a.Counts[1] = 7 },
	} {
		a := smallEffects()
		harm(a)
		if err := a.Check(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want one with %q", err, want)
		}
	}
}

func FuzzParseAccumulatedEffects(f *testing.F) {
	fuzzParse(f, smallEffects(), ParseAccumulatedEffects)
}
