package viz

import (
	"fmt"
	"math"
	"testing"
)

func TestAlignment(t *testing.T) { sameAsGolden(t, "alignment", figures()["alignment"]) }

func TestAlignmentScales(t *testing.T) {
	f := alignments()
	if got, want := fmt.Sprint(f.limits()), "[1 3]"; got != want {
		t.Errorf("limits %s, want %s", got, want)
	}
	f.Scale = Common
	if got, want := fmt.Sprint(f.limits()), "[3 3]"; got != want {
		t.Errorf("common limits %s, want %s", got, want)
	}
	a := f.Alignments[0]
	if share, known := a.Within(); !known || math.Abs(share-0.5) > 1e-15 { // 0.5 of 1, of the first token only
		t.Errorf("%v of the magnitudes are where it is known, %v; want 0.5", share, known)
	}
	if _, known := f.Alignments[1].Within(); known {
		t.Error("a share where nothing is known")
	}
}

func ExampleAlignment() {
	chart, err := alignments().Draw()
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(chart.Alt)
	for _, row := range chart.Table.Rows {
		fmt.Println(row)
	}
	// Output:
	// 2 alignments of tokens made with tokens read: head 1, IntegratedGradients; the first of 2 with 3, 50 % of its magnitudes where it is known to belong.
	// [head 1 la the 0.5, old 0.25, house 0.25 1 the]
	// [head 1 maison house 1 1 –]
	// [IntegratedGradients la the 2, old −1 1 –]
	// [IntegratedGradients maison house 3, the 0.5, old 0.25 3.75 –]
}
