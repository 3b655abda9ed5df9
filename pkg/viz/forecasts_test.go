package viz

import (
	"fmt"
	"testing"
)

func TestForecasts(t *testing.T) { sameAsGolden(t, "forecasts", figures()["forecasts"]) }

func ExampleForecasts() {
	chart, err := forecasts(12).Draw()
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(chart.Alt)
	for _, row := range chart.Table.Rows {
		fmt.Println(row)
	}
	// Output:
	// height, m over 12 steps with 2 forecasts. Mean absolute error: LSTM 0.5, an hour ago 1.667.
	// [truth 12 0 5 2.5 – –]
	// [LSTM 12 0.5 5.5 3 0.5 0.5]
	// [an hour ago 12 0 5 2.5 1.667 2.236]
}
