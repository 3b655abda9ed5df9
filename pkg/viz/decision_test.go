package viz

import (
	"fmt"
	"testing"
)

func TestDecision(t *testing.T) {
	for _, name := range []string{"decision", "decisioncounted"} {
		t.Run(name, func(t *testing.T) { sameAsGolden(t, name, figures()[name]) })
	}
}

func TestDecisionPaths(t *testing.T) {
	p, err := Decision{Explanation: three(), Top: 1}.paths()
	if err != nil {
		t.Fatal(err)
	}
	if got, want := fmt.Sprint(p.at), "[[1 2 6] [1 -1 1] [1 1 -5]]"; got != want { // the base, with the two others, with rooms
		t.Errorf("paths %s, want %s", got, want)
	}
	got := drawn(t, Decision{Explanation: three(), Top: 1}).Table.Rows
	if want := "[[rooms −5 −2 1 3.5 6 4] [2 other features −1 0 1 1.5 2 1] [the base 1 1 1 1 1 –]]"; fmt.Sprint(got) != want {
		t.Errorf("table %s, want %s", got, want)
	}
}

// However the lines are counted, none is lost at any height.
func TestDecisionCountsAll(t *testing.T) {
	e, s := loans(700, 0)
	counts := map[float64]float64{}
	for _, p := range points(drawn(t, Decision{Explanation: e, Samples: s})) {
		counts[p[1].(float64)] += p[3].(float64)
	}
	if len(counts) != 6 {
		t.Errorf("%d heights, want those of 5 rows and the base", len(counts))
	}
	for y, n := range counts {
		if n != 700 {
			t.Errorf("%v of 700 lines at height %v", n, y)
		}
	}
}

func ExampleDecision() {
	chart, err := Decision{Explanation: three()}.Draw()
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(chart.Alt)
	// Output:
	// How 3 lines lead from the base to outputs from −5 to 6. The features that move them most: rooms, noise, garden.
}
