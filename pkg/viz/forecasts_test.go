package viz

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/vitrine-ml/vitrine/pkg/record"
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

func TestForecastTimes(t *testing.T) {
	day := func(month time.Month, day, hour int) time.Time {
		return time.Date(1990, month, day, hour, 0, 0, 0, time.UTC)
	}
	for want, times := range map[string][]time.Time{
		"1990 1990": {day(1, 1, 0), day(1, 1, 0)}, "1990-01-01 1990-02-01": {day(1, 1, 0), day(2, 1, 0)},
		"1990-01-02 00:00 1990-01-02 05:00": {day(1, 2, 0), day(1, 2, 5)},
	} {
		f := Forecasts{Truth: record.Array{Data: []float64{1, 2}}, Times: times}
		if got := strings.Join(f.steps(), " "); got != want {
			t.Errorf("steps %q, want %q", got, want)
		}
	}
}
