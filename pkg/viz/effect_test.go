package viz

import (
	"math"
	"testing"

	"github.com/vitrine-ml/vitrine/pkg/record"
)

// The axis says what a person would, whatever 32 bits made of it, and keeps apart what is apart, however far from zero.
func TestEffectAt(t *testing.T) {
	for _, c := range []struct {
		points []float64
		x      float64
		want   float64
	}{
		{[]float64{4.000000383824361, 59.999999871}, 4.000000383824361, 4},
		{[]float64{4.000000383824361, 59.999999871}, 59.999999871, 60},
		{[]float64{0.1, 0.35}, float64(float32(0.3)), 0.3},
		{[]float64{1_700_000_000, 1_700_000_060}, 1_700_000_030.5, 1_700_000_030.5},
		{[]float64{-1e9, 1e9}, 12_345, 12_345},
		{[]float64{1e-9, 3e-9}, 2.5e-9, 2.5e-9},
	} {
		if got := (effect{points: c.points}).at(c.x); math.Abs(got-c.want) > 1e-15*math.Abs(c.want) {
			t.Errorf("%v of points from %v to %v is at %v, want %v", c.x, c.points[0], c.points[1], got, c.want)
		}
	}
}

func TestEffectsNameTheClasses(t *testing.T) {
	d, a := dependenceOnOne(), accumulated()
	for _, target := range []*record.Target{&d.Target, &a.Target} {
		target.Asked, target.Classes, target.Minus = "class 0 − class 1", make([]int, 4), []int{1, 1, 1, 1}
	}
	for _, c := range []struct {
		figure Figure
		want   string
	}{
		{PartialDependence{Dependence: d, Classes: []string{"bad", "good"}}, "How bad − good depends on age"},
		{PartialDependence{Dependence: d}, "How class 0 − class 1 depends on age"},
		{AccumulatedEffects{Effects: a, Classes: []string{"bad", "good"}}, "How bad − good changes with age"},
	} {
		if got := drawn(t, c.figure).Title; got != c.want {
			t.Errorf("title %q, want %q", got, c.want)
		}
	}
}
