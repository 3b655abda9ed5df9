package viz

import (
	"fmt"
	"testing"

	"github.com/vitrine-ml/vitrine/pkg/record"
)

func TestForce(t *testing.T) { sameAsGolden(t, "force", figures()["force"]) }

// figureless are no samples.
var figureless record.Samples

// Those that raise the output end at it, those that lower it too, the strongest nearest; together they lead from the base to the output.
func TestForcePushes(t *testing.T) {
	e := three()
	e.Values[0].Data = []float64{4, 3, -2, 0, 0, 0, 0, 0, 0}
	one, err := storyOf(e, figureless, "", 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	up, down := Force{}.pushes(one)
	if got, want := fmt.Sprint(up, down), "[{{rooms [0]} 2 6} {{garden [1]} -1 2}] [{{noise [2]} 8 6}]"; got != want {
		t.Errorf("pushes %s, want %s", got, want)
	}
}

func ExampleForce() {
	chart, err := Force{Explanation: three(), Example: 2}.Draw()
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(chart.Alt)
	// Output:
	// From the base 1 to the output −5 for price. The strongest: rooms −6; garden +1; noise −1.
}
