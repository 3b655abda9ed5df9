package viz

import (
	"fmt"
	"testing"
)

func TestConfusionMatrix(t *testing.T) {
	sameAsGolden(t, "confusionmatrix", figures()["confusionmatrix"])
}

// A class that is never predicted, or that no example has, has no precision or recall.
func TestConfusionMatrixOfAClassWithoutExamples(t *testing.T) {
	c := drawn(t, ConfusionMatrix{Scores: scores("CNN", 1, 1)})
	if got, want := fmt.Sprint(c.Table.Rows), "[[plus 1 1 100 % 100 % –] [times 1 0 0 % – star (1)] [star 0 0 – 0 % –]]"; got != want {
		t.Errorf("table %s, want %s", got, want)
	}
}

func ExampleConfusionMatrix() {
	chart, err := ConfusionMatrix{Scores: scores("CNN", 40, 10)}.Draw()
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(chart.Alt)
	for _, row := range chart.Table.Rows {
		fmt.Println(row)
	}
	// Output:
	// How often each of 3 classes is predicted as each: 40 of 50 examples on the diagonal.
	// [plus 14 14 100 % 100 % –]
	// [times 23 13 57 % 100 % star (10)]
	// [star 13 13 100 % 57 % –]
}
