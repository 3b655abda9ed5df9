package viz

import (
	"fmt"
	"math"
	"testing"
)

func TestMethodAgreement(t *testing.T) {
	sameAsGolden(t, "methodagreement", figures()["methodagreement"])
}

// The second method has the first one's order of the first example turned about, and that of the second.
func TestMethodAgreementIsTheMeanOverExamples(t *testing.T) {
	pairs, err := agreeing().pairs()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		i, j int
		want agreed
	}{{0, 1, agreed{mean: 0, low: -1, high: 1, stdErr: 1}}, {0, 2, agreed{mean: 1, low: 1, high: 1}}, {1, 2, agreed{mean: 0, low: -1, high: 1, stdErr: 1}}} {
		got := pairs[c.i][c.j]
		for _, v := range [][2]float64{{got.mean, c.want.mean}, {got.low, c.want.low}, {got.high, c.want.high}, {got.stdErr, c.want.stdErr}} {
			if math.Abs(v[0]-v[1]) > 1e-12 {
				t.Errorf("methods %d and %d have %+v in common, want %+v", c.i, c.j, got, c.want)
			}
		}
	}
}

func ExampleMethodAgreement() {
	chart, err := agreeing().Draw()
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(chart.Alt)
	for _, row := range chart.Table.Rows {
		fmt.Println(row)
	}
	// Output:
	// Rank correlation between the values of 3 methods, over 2 examples. Most alike: IntegratedGradients and Occlusion, 1. Least alike: IntegratedGradients and Saliency, 0.
	// [IntegratedGradients Saliency 0 1 −1 1 2]
	// [IntegratedGradients Occlusion 1 0 1 1 2]
	// [Saliency Occlusion 0 1 −1 1 2]
}
