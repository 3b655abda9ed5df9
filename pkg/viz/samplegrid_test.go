package viz

import (
	"fmt"
	"testing"
)

func TestSampleGrid(t *testing.T) { sameAsGolden(t, "samplegrid", figures()["samplegrid"]) }

func TestSampleGridWithoutLabels(t *testing.T) {
	s := crosses(3)
	s.Labels, s.Predictions = nil, nil
	c := drawn(t, SampleGrid{Samples: s, Columns: 2})
	if got, want := c.Alt, "3 images of crosses."; got != want {
		t.Errorf("alternative text %q, want %q", got, want)
	}
	if got, want := fmt.Sprint(c.Table.Rows[0]), "[10    ]"; got != want {
		t.Errorf("row %q, want %q", got, want)
	}
}

func TestSampleGridInColour(t *testing.T) {
	s := crosses(1)
	s.Inputs.Shape = []int{1, 1, 3, 3}
	s.Inputs.Data = []float64{1, 0, 0, 0, 1, 0, 0, 0, 1}
	r, err := imagesOf(s)
	if err != nil {
		t.Fatal(err)
	}
	url, err := r.picture(0, 2)
	if err != nil {
		t.Fatal(err)
	}
	m := decoded(t, url)
	if got, want := m.Bounds().String(), "(0,0)-(6,2)"; got != want {
		t.Fatalf("bounds %s, want %s", got, want)
	}
	for x := range 6 {
		want := [4]uint32{}
		want[x/2], want[3] = 0xffff, 0xffff
		r, g, b, a := m.At(x, 1).RGBA()
		if got := [4]uint32{r, g, b, a}; got != want {
			t.Errorf("pixel %d is %v, want %v", x, got, want)
		}
	}
}

func ExampleSampleGrid() {
	chart, err := SampleGrid{Samples: crosses(2)}.Draw()
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(chart.Alt)
	for _, row := range chart.Table.Rows {
		fmt.Println(row)
	}
	// Output:
	// 2 images of crosses, 1 of them predicted wrongly.
	// [10 plus plus 90 % yes]
	// [11 times plus 70 % no]
}
