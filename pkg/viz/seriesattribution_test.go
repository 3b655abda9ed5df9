package viz

import (
	"fmt"
	"math"
	"testing"

	"github.com/vitrine-ml/vitrine/pkg/record"
)

func TestSeriesAttribution(t *testing.T) {
	sameAsGolden(t, "seriesattribution", series(1))
	sameAsGolden(t, "seriesband", series(2))
}

func TestTheLastStepOfThePastHasATick(t *testing.T) {
	for _, c := range []struct{ past, ahead int }{{1, 0}, {4, 2}, {96, 24}, {720, 1}, {5000, 100}} {
		f := SeriesAttribution{Samples: record.Samples{Inputs: record.Array{Shape: []int{1, c.past, 1}}}}
		at := f.ticks(f.steps(c.ahead))
		now := false
		for _, i := range at {
			now = now || i == c.past-1
		}
		if !now || len(at) > 15 {
			t.Errorf("%d steps and %d ahead: ticks at %v", c.past, c.ahead, at)
		}
	}
}

// sound is one of n samples of which the middle third speaks for its class.
func sound(n int) SeriesAttribution {
	a := record.Array{Name: "sound", Axes: []string{"example", "time", "channel"}, Shape: []int{1, n, 1}}
	values := a
	for t := range n {
		in := float64(t/(n/3)%2) * math.Sin(float64(t)/5)
		a.Data, values.Data = append(a.Data, in), append(values.Data, 0.01*in*in-0.001)
	}
	s := record.Samples{Dataset: "a.wav", Inputs: a, Classes: []string{"one", "two"}, Predictions: []record.Prediction{{Class: 1, Probability: 0.9}}}
	return SeriesAttribution{Samples: s, Unit: "seconds", Step: 1. / 8000, Explanations: []*record.Explanation{{Version: record.Version, Method: "Occlusion",
		Target: record.Target{Output: "class", Asked: "predicted", Classes: []int{1}}, Values: []record.Array{values}, Output: []float64{2}, Status: []record.Status{record.OK}}}}
}

func TestSound(t *testing.T) {
	sameAsGolden(t, "seriessound", sound(1003))
	for _, n := range []int{3, 400, 401, 1003, 16_000} {
		f := sound(n)
		columns, err := f.columns()
		if err != nil {
			t.Fatal(err)
		}
		g, few := f.drawn(columns)
		names := g.steps(0)
		if got := g.Samples.Inputs.Shape[1]; got > 400 || got*max(g.together, 1) < n || len(few[0].values[0]) != got || len(names) != got || g.Samples.Inputs.Size() != got {
			t.Fatalf("%d samples are drawn as %d steps of %d", n, got, g.together)
		}
		if a, b := sum(columns[0].values[0]), sum(few[0].values[0]); math.Abs(a-b) > 1e-9*(1+math.Abs(a)) {
			t.Errorf("of %d samples the values add up to %g, drawn to %g", n, a, b)
		}
		at := g.ticks(names)
		if names[0] != "0" || at[0] != 0 || len(at) > 11 || at[len(at)-1] >= len(names) {
			t.Errorf("%d samples: ticks at %v of %d", n, at, len(names))
		}
	}
	f := sound(400)
	f.Step = math.NaN()
	if _, err := f.Draw(); err == nil {
		t.Error("steps of NaN seconds: no error")
	}
}

// TestStepsTogether: of two features and 900 steps, three are drawn as one.
func TestStepsTogether(t *testing.T) {
	f := series(2)
	f.Truth, f.Forecast, f.Naive = record.Array{}, record.Array{}, record.Array{}
	n := 900
	a := record.Array{Axes: []string{"example", "time", "feature"}, Shape: []int{1, n, 2}, Data: make([]float64, 2*n)}
	a.Data[2*4+1], a.Data[2*5+1] = 2, -3 // both in the second step of three
	f.Samples = record.Samples{Inputs: a}
	g, columns := f.drawn([]column{{values: [][]float64{a.Data}}})
	if g.together != 3 || g.Samples.Inputs.Data[3] != -3 || columns[0].values[0][3] != -1 || sum(columns[0].values[0]) != -1 {
		t.Errorf("%d together: %v, values %v", g.together, g.Samples.Inputs.Data[:8], columns[0].values[0][:8])
	}
	if names := g.steps(0); names[len(names)-1] != "0" || names[len(names)-2] != "−3" {
		t.Errorf("steps %q", names[len(names)-2:])
	}
}

func ExampleSeriesAttribution() {
	f := series(1)
	f.Rows = []int{1}
	chart, err := f.Draw()
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(chart.Alt)
	for _, row := range chart.Table.Rows {
		fmt.Println(row)
	}
	// Output:
	// 1 series of waves with 4 steps of the past, each with the values of its steps by Occlusion, IntegratedGradients; mean absolute error of the naive forecast 0.5, of the forecast 0.5; 1 of the panels are marked as not to be relied upon.
	// [9 Occlusion 4 – −3 3 3 – ok step −1: 3, step 0: −3, step −2: 2, step −3: 1]
	// [9 IntegratedGradients 4 – −3 3 3 – unconverged step −1: 3, step 0: −3, step −2: 2, step −3: 1]
}
