package viz

import (
	"fmt"
	"math"
	"testing"

	"github.com/vitrine-ml/vitrine/pkg/record"
)

func TestModelComparison(t *testing.T) {
	sameAsGolden(t, "modelcomparison", figures()["modelcomparison"])
}

// The ends of the interval are the shares from which what was seen is z standard deviations away.
func TestWilson(t *testing.T) {
	for _, c := range []struct{ right, of int }{{0, 1}, {1, 1}, {81, 263}, {15, 148}, {999, 1000}} {
		low, high := wilson(c.right, c.of)
		seen := float64(c.right) / float64(c.of)
		for _, end := range []float64{low, high} {
			z := math.Abs(seen-end) / math.Sqrt(end*(1-end)/float64(c.of))
			if end > 1e-12 && end < 1-1e-12 && math.Abs(z-1.959964) > 1e-6 {
				t.Errorf("%d of %d: %v is %v standard deviations away", c.right, c.of, end, z)
			}
		}
		if low > seen || high < seen || low < 0 || high > 1 {
			t.Errorf("%d of %d: [%v, %v]", c.right, c.of, low, high)
		}
	}
	// Newcombe, "Two-sided confidence intervals for the single proportion" (1998), table I.
	if low, high := wilson(81, 263); fmt.Sprintf("%.4f %.4f", low, high) != "0.2553 0.3662" {
		t.Errorf("81 of 263: %.4f to %.4f, want 0.2553 to 0.3662", low, high)
	}
}

func ExampleModelComparison() {
	chart, err := ModelComparison{Scores: []record.Scores{scores("CNN", 40, 10), scores("RNN", 3, 2)}}.Draw()
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(chart.Alt)
	// Output:
	// The accuracy of 2 models with its 95 % interval; the highest is CNN's, 80.0 % (67.0–88.8) of 50.
}
