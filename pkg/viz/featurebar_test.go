package viz

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/vitrine-ml/vitrine/pkg/record"
)

func TestFeatureBar(t *testing.T) {
	for _, name := range []string{"featurebar", "featurebarlocal", "featurebarcohorts"} {
		t.Run(name, func(t *testing.T) { sameAsGolden(t, name, figures()[name]) })
	}
}

// three examples of three features.
func three() *record.Explanation {
	return &record.Explanation{Version: record.Version, Method: "SHAP", Target: record.Target{Output: "price"}, Output: []float64{6, 1, -5}, Base: []float64{1, 1, 1},
		Status: []record.Status{record.OK, record.OK, record.OK}, Values: []record.Array{{Name: "row", Axes: []string{"example", "feature"}, Shape: []int{3, 3},
			Features: []string{"rooms", "garden", "noise"}, Data: []float64{4, 1, 0, 2, 0, -2, -6, 1, -1}}}}
}

func TestFeatureBarNumbers(t *testing.T) {
	e := three()
	c := drawn(t, FeatureBar{Explanations: []*record.Explanation{e}, Top: 1})
	// mean |value| 4, 2/3 and 1, the others added up example by example: 1, 2, 2
	if got, want := fmt.Sprint(c.Table.Rows), fmt.Sprintf("[[rooms – SHAP 4 %s 3] [2 other features – SHAP 1.667 %s 3]]", number(2/math.Sqrt(3)), number(1.0/3)); got != want {
		t.Errorf("table %s, want %s", got, want)
	}
	c = drawn(t, FeatureBar{Explanations: []*record.Explanation{e}, Local: true, Example: 2})
	if got, want := fmt.Sprint(c.Table.Rows), "[[rooms – SHAP −6 – 1] [garden – SHAP 1 – 1] [noise – SHAP −1 – 1]]"; got != want {
		t.Errorf("table %s, want %s", got, want)
	}
	// two cohorts, each with the same weight in the order: noise 0 and 3, garden 1 and 1
	other := three()
	other.Values[0].Data = []float64{0, 1, 3, 0, 1, 3, 0, 1, 3}
	c = drawn(t, FeatureBar{Explanations: []*record.Explanation{e, other}, Names: []string{"here", "there"}})
	var got []string
	for _, row := range c.Table.Rows {
		got = append(got, row[0]+" "+row[2]+" "+row[3]+" "+row[4])
	}
	// equal strengths stay in their order
	if want := []string{"rooms here 4 1.155", "rooms there 0 0", "noise here 1 0.5774", "noise there 3 0", "garden here 0.6667 0.3333", "garden there 1 0"}; !slices.Equal(got, want) {
		t.Errorf("table %q, want %q", got, want)
	}
}

// What was not finished is neither shown nor counted.
func TestUnfinishedIsLeftOut(t *testing.T) {
	e := three()
	e.Status[2] = record.Unfinished
	for _, f := range []Figure{FeatureBar{Explanations: []*record.Explanation{e}}, Beeswarm{Explanation: e}, Decision{Explanation: e}, ExplanationHeatmap{Explanation: e}} {
		c := drawn(t, f)
		title := c.Option["title"].(map[string]any)["subtext"].(string)
		if text := strings.ReplaceAll(title, "\n", " "); !strings.Contains(text, "1 unfinished example left out") {
			t.Errorf("%T: %q does not say what is left out", f, text)
		}
	}
	if got := drawn(t, FeatureBar{Explanations: []*record.Explanation{e}}).Table.Rows[0]; got[3] != "3" || got[5] != "2" {
		t.Errorf("%q, want a mean of 3 over 2 examples", got)
	}
}

// Two features and 2,000, few examples and many, narrow and wide: all are drawn, and soon.
func TestFeatureFiguresOfAnySize(t *testing.T) {
	for _, size := range []struct{ examples, features int }{{1, 1}, {1, 2000}, {40, 2000}, {20000, 5}} {
		e, s := loans(size.examples, max(0, size.features-5))
		if size.features < 5 {
			e.Values[0].Shape[1], e.StdErr = size.features, nil
			e.Values[0].Data, e.Values[0].Features, s.Columns = e.Values[0].Data[:size.features*size.examples], e.Values[0].Features[:size.features], s.Columns[:size.features]
			s.Columns[0].Missing = nil
		}
		one := []*record.Explanation{e}
		for _, width := range []int{400, 820} {
			for _, f := range []Figure{FeatureBar{Explanations: one, Width: width}, FeatureBar{Explanations: one, Samples: s, Local: true, Width: width}, Beeswarm{Explanation: e, Samples: s, Width: width},
				Waterfall{Explanation: e, Samples: s, Width: width}, Force{Explanation: e, Samples: s, Width: width}, Decision{Explanation: e, Samples: s, Width: width},
				ExplanationHeatmap{Explanation: e, Samples: s, Width: width}, DependenceScatter{Explanation: e, Samples: s, Feature: s.Columns[0].Name, NoColor: size.features > 100, Width: width}} {
				c, err := f.Draw()
				if err != nil {
					t.Errorf("%v, %T: %v", size, f, err)
					continue
				}
				b, err := c.JSON()
				if err != nil {
					t.Errorf("%v, %T: %v", size, f, err)
				}
				if len(b) > 1_000_000 || c.Width != width {
					t.Errorf("%v, %T: %d bytes, %d pixels wide", size, f, len(b), c.Width)
				}
				if size.features > 100 {
					if _, scatter := f.(DependenceScatter); !scatter && !strings.Contains(fmt.Sprint(c.Table), "1990 other features") {
						t.Errorf("%v, %T does not add up the others: %v", size, f, c.Table)
					}
				}
			}
		}
	}
}

func ExampleFeatureBar() {
	chart, err := FeatureBar{Explanations: []*record.Explanation{three()}}.Draw()
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(chart.Alt)
	// Output:
	// Which features count: mean |value| of 3 features. SHAP: rooms 4 ± 2.3, noise 1 ± 1.2, garden 0.667 ± 0.67.
}
