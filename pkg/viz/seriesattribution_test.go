package viz

import (
	"fmt"
	"testing"
)

func TestSeriesAttribution(t *testing.T) {
	sameAsGolden(t, "seriesattribution", series(1))
	sameAsGolden(t, "seriesband", series(2))
}

func TestTheLastStepOfThePastHasATick(t *testing.T) {
	for _, c := range []struct{ past, ahead int }{{1, 0}, {4, 2}, {96, 24}, {720, 1}, {5000, 100}} {
		at := ticks(steps(c.past, c.ahead))
		now := false
		for _, i := range at {
			now = now || i == c.past-1
		}
		if !now || len(at) > 15 {
			t.Errorf("%d steps and %d ahead: ticks at %v", c.past, c.ahead, at)
		}
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
