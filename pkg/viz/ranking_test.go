package viz

import (
	"fmt"
	"testing"
)

func TestRanking(t *testing.T) { sameAsGolden(t, "ranking", figures()["ranking"]) }

func TestRankingTop(t *testing.T) {
	c := drawn(t, Ranking{Ranking: ranking(), Top: 2})
	if got, want := fmt.Sprint(c.Table.Rows), "[[great 1.5 0 1] [bad −2 0.5 7]]"; got != want {
		t.Errorf("table %s, want %s", got, want)
	}
}

func ExampleRanking() {
	chart, err := Ranking{Ranking: ranking(), Top: 3}.Draw()
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(chart.Alt)
	// Output:
	// words: mean attribution of the 3 strongest of 4; ± and whiskers: two standard errors; in brackets, how many the value is the mean of. The greatest is 1.5 ± 0 (1) of great, the smallest −2 ± 1 (7) of bad.
}
