package record

import (
	"math"
	"slices"
	"strings"
	"testing"
)

func TestRankingCheck(t *testing.T) {
	good := func() Ranking {
		return Ranking{Name: "words", Names: []string{"good", "bad"}, Values: []float64{1, -1}, StdErr: []float64{0.1, 0}, Counts: []int{3, 1}}
	}
	if err := good().Check(); err != nil {
		t.Error(err)
	}
	for _, c := range []struct {
		want  string
		spoil func(r *Ranking)
	}{
		{`"words" of 2 names with 0 values`, func(r *Ranking) { r.Values = nil }},
		{"with 1 standard errors", func(r *Ranking) { r.StdErr = r.StdErr[1:] }},
		{"with 1 counts", func(r *Ranking) { r.Counts = r.Counts[1:] }},
		{"the value of \"bad\" is NaN", func(r *Ranking) { r.Values[1] = math.NaN() }},
		{"the standard error of \"good\" is +Inf", func(r *Ranking) { r.StdErr[0] = math.Inf(1) }},
		{`standard error of "good" is -1`, func(r *Ranking) { r.StdErr[0] = -1 }},
		{`"bad" is the mean of 0 numbers`, func(r *Ranking) { r.Counts[1] = 0 }},
	} {
		r := good()
		c.spoil(&r)
		if err := r.Check(); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("error %v, want one with %q", err, c.want)
		}
	}
}

func TestMeans(t *testing.T) {
	r := Means("lengths", "cm", map[string][]float64{"b": {1, 2, 6}, "a": {-1, -3}, "none": {}})
	if err := r.Check(); err != nil || !slices.Equal(r.Names, []string{"a", "b"}) || !slices.Equal(r.Values, []float64{-2, 3}) || !slices.Equal(r.Counts, []int{2, 3}) {
		t.Fatalf("%v, error %v", r, err)
	}
	near(t, "standard error", r.StdErr[0], 1)
	near(t, "standard error", r.StdErr[1], math.Sqrt(7)/math.Sqrt(3))
	if one := Means("lengths", "cm", map[string][]float64{"a": {1}, "b": {1, 2}}); one.Check() != nil || one.StdErr != nil {
		t.Errorf("%v", one)
	}
}
