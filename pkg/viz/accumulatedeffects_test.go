package viz

import (
	"fmt"
	"testing"
)

func TestAccumulatedEffects(t *testing.T) {
	sameAsGolden(t, "accumulatedeffects", figures()["accumulatedeffects"])
}

func TestAccumulatedEffectsOfCategoriesAreBars(t *testing.T) {
	a := accumulated()
	a.Categories, a.Edges = []string{"own", "rent", "free", "other"}, []float64{0, 1, 2, 3}
	c := drawn(t, AccumulatedEffects{Effects: a})
	s := c.Option["series"].([]any)
	if kind := s[0].(map[string]any)["type"]; kind != "bar" || len(s) != 2 {
		t.Errorf("%d series, the first of type %v: want bars and whiskers", len(s), kind)
	}
	if got, want := fmt.Sprint(s[1].(map[string]any)["data"]), "[[0 -0.26 -0.14] [1 0.03 0.07] [2 0.06 0.14] [3 -0.05 0.15]]"; got != want {
		t.Errorf("whiskers %s, want two standard errors to either side, %s", got, want)
	}
	if got, want := fmt.Sprint(c.Table.Rows[1]), "[rent 0.05 0.01 30 0.05 0.01]"; got != want {
		t.Errorf("row %s, want %s", got, want)
	}
}

func ExampleAccumulatedEffects() {
	chart, err := AccumulatedEffects{Effects: accumulated()}.Draw()
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(chart.Alt)
	for _, row := range chart.Table.Rows {
		fmt.Println(row)
	}
	// Output:
	// The accumulated effect of age, years on probability, of 45 examples in 3 bins, less its mean: the smallest is −0.2 at 20, the greatest 0.1 at 40.
	// [20 −0.2 0.03 10 0.25 0.02]
	// [30 0.05 0.01 30 0.05 0.01]
	// [40 0.1 0.02 5 −0.05 0.03]
	// [70 0.05 0.05 – – –]
}
