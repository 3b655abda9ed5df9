package viz

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/vitrine-ml/vitrine/pkg/record"
)

func TestExplanationHeatmap(t *testing.T) {
	sameAsGolden(t, "explanationheatmap", figures()["explanationheatmap"])
}

// cells are a chart's values, by row and column.
func cells(c *Chart) (all [][]float64) {
	for _, series := range c.Option["series"].([]any) {
		if s := series.(map[string]any); s["type"] == "heatmap" {
			for _, item := range s["data"].([]any) {
				v := item.([]any)
				for len(all) <= int(v[1].(float64)) {
					all = append(all, nil)
				}
				all[int(v[1].(float64))] = append(all[int(v[1].(float64))], v[2].(float64))
			}
		}
	}
	return all
}

func TestExplanationHeatmapCells(t *testing.T) {
	e := three() // outputs 6, 1, −5
	for order, want := range map[Order]string{ByOutput: "[[-6 2 4] [-1 -2 0] [1 0 1]]", AsGiven: "[[4 2 -6] [0 -2 -1] [1 0 1]]", BySimilarity: "[[4 2 -6] [0 -2 -1] [1 0 1]]"} {
		if got := fmt.Sprint(cells(drawn(t, ExplanationHeatmap{Explanation: e, Order: order}))); got != want {
			t.Errorf("order %d: %s, want %s", order, got, want)
		}
	}
	if _, err := (ExplanationHeatmap{Explanation: func() *record.Explanation { e, _ := loans(2001, 0); return e }(), Order: BySimilarity}).Draw(); err == nil {
		t.Error("all pairs of 2001 examples are compared")
	}
	// of 450 examples, three share each of 150 columns
	big, _ := loans(450, 0)
	got := cells(drawn(t, ExplanationHeatmap{Explanation: big, Order: AsGiven}))
	if len(got[0]) != 150 {
		t.Fatalf("%d columns, want 150", len(got[0]))
	}
	v := big.Values[0]
	want := (v.Row(6)[0] + v.Row(7)[0] + v.Row(8)[0]) / 3 // age is the strongest
	if math.Abs(got[0][2]-want) > 1e-4 {
		t.Errorf("the third column is %v, want %v", got[0][2], want)
	}
}

// similar against the slow plain form: join the two groups whose farthest members are nearest, over and over.
func TestSimilar(t *testing.T) {
	chance := rand.New(rand.NewPCG(3, 3))
	for n := 1; n < 14; n++ {
		rows := make([][]float64, n)
		for i := range rows {
			rows[i] = []float64{chance.NormFloat64(), chance.NormFloat64()}
		}
		groups := make([][]int, n)
		for i := range groups {
			groups[i] = []int{i}
		}
		for len(groups) > 1 {
			a, b, nearest := 0, 0, math.Inf(1)
			for i := range groups {
				for j := range i {
					far := 0.0
					for _, k := range groups[i] {
						for _, l := range groups[j] {
							far = max(far, math.Hypot(rows[k][0]-rows[l][0], rows[k][1]-rows[l][1]))
						}
					}
					if far < nearest {
						a, b, nearest = j, i, far
					}
				}
			}
			groups[a] = append(groups[a], groups[b]...)
			groups = slices.Delete(groups, b, b+1)
		}
		if got := similar(rows); !slices.Equal(got, groups[0]) {
			t.Errorf("%d rows: %v, want %v", n, got, groups[0])
		}
	}
	same := make([][]float64, 50) // equally near, all of them
	for i := range same {
		same[i] = []float64{1}
	}
	if got := similar(same); len(got) != 50 {
		t.Errorf("%d of 50 equal rows", len(got))
	}
}

func ExampleExplanationHeatmap() {
	chart, err := ExplanationHeatmap{Explanation: three()}.Draw()
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(chart.Alt)
	// Output:
	// The values of 3 features in 3 examples, in the order of their outputs. The strongest features: rooms, noise, garden.
}
