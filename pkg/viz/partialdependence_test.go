package viz

import (
	"fmt"
	"math"
	"strings"
	"testing"
)

func TestPartialDependence(t *testing.T) {
	for _, name := range []string{"partialdependence", "partialcentred", "partialcategories", "partialsurface"} {
		sameAsGolden(t, name, figures()[name])
	}
}

// series finds the series of a chart by their name.
func seriesNamed(c *Chart, name string) (found []map[string]any) {
	for _, s := range c.Option["series"].([]any) {
		if s := s.(map[string]any); s["name"] == name {
			found = append(found, s)
		}
	}
	return found
}

// The mean and two standard errors of it to either side, by hand: at 20 years the examples are 0.9, 0.8, 0.7 and 0.6.
func TestPartialDependenceDrawsMeanBandAndExamples(t *testing.T) {
	c := drawn(t, PartialDependence{Dependence: dependenceOnOne()})
	mean := seriesNamed(c, "mean")[0]["data"].([]any)[0].(map[string]any)["value"].([]any)
	if mean[0] != 20. || mean[1] != 0.75 {
		t.Errorf("the mean begins at %v, want [20 0.75]", mean)
	}
	band := seriesNamed(c, bandName)
	low := band[0]["data"].([]any)[0].([]any)[1].(float64)
	between := band[1]["data"].([]any)[0].([]any)[1].(float64)
	stdErr := math.Sqrt((0.15*0.15 + 0.05*0.05) * 2 / 3 / 4)
	if math.Abs(low-(0.75-2*stdErr)) > 1e-5 || math.Abs(between-4*stdErr) > 1e-5 {
		t.Errorf("the band begins at %v and is %v high, want %v and %v", low, between, 0.75-2*stdErr, 4*stdErr)
	}
	if got, want := len(seriesNamed(c, "single examples")[0]["data"].([]any)), 4*(4+1); got != want {
		t.Errorf("%d points of single examples with their gaps, want %d", got, want)
	}
	if text := c.Option["title"].(map[string]any)["subtext"].(string); !strings.Contains(strings.ReplaceAll(text, "\n", " "), "the values of 3 of 4, 1 lie outside") {
		t.Errorf("it does not say that an example lies outside: %q", text)
	}
	few := drawn(t, PartialDependence{Dependence: dependenceOnOne(), Lines: 2, Centred: true})
	data := seriesNamed(few, "single examples")[0]["data"].([]any)
	if len(data) != 10 || data[0].([]any)[1] != 0. || data[5].([]any)[1] != 0. || data[8].([]any)[1] != -0.24 {
		t.Errorf("centred, the first and the last example are %v", data)
	}
	if none := drawn(t, PartialDependence{Dependence: dependenceOnOne(), Lines: -1}); seriesNamed(none, "single examples") != nil {
		t.Error("examples, though none are asked for")
	}
}

func TestRugStandsAsTheDataDo(t *testing.T) {
	e := effect{points: []float64{0, 1000}}
	var observed []float64
	for i := range 1000 {
		observed = append(observed, float64((i*37)%1000)) // in no order
	}
	shown, outside := e.rug(append(observed, -1, 1001), 5)
	if got, want := fmt.Sprint(shown, outside), "[0 249 499 749 999] 2"; got != want {
		t.Errorf("rug %s, want %s", got, want)
	}
}

func ExamplePartialDependence() {
	chart, err := PartialDependence{Dependence: dependenceOnOne()}.Draw()
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(chart.Alt)
	fmt.Println(chart.Table.Columns)
	for _, row := range chart.Table.Rows {
		fmt.Println(row)
	}
	// Output:
	// What probability, class good is in the mean of 4 examples at 4 values of age, years: the smallest is 0.63 at 60, the greatest 0.75 at 20.
	// [age, years Mean Standard error Smallest Largest]
	// [20 0.75 0.06455 0.6 0.9]
	// [30 0.72 0.07746 0.54 0.9]
	// [40 0.69 0.09037 0.48 0.9]
	// [60 0.63 0.1162 0.36 0.9]
}
