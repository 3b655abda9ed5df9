package viz

import (
	"fmt"
	"image"
	"image/color"
	"testing"

	"github.com/vitrine-ml/vitrine/pkg/record"
)

func TestAttentionHeads(t *testing.T) {
	sameAsGolden(t, "attentionheads", figures()["attentionheads"])
}

func TestEntropyOfAttention(t *testing.T) {
	of := func(values ...float64) string {
		n := len(values) / 2
		return entropyOf(record.Alignment{Target: []string{"a", "b"}, Source: make([]string, n), Values: record.Array{Shape: []int{2, n}, Data: values}})
	}
	for _, c := range []struct{ got, want string }{
		{of(1, 0, 0, 1), "0"}, {of(0.5, 0.5, 0.5, 0.5), "1"}, {of(1, 0, 0.5, 0.5), "0.5"}, {of(0.25, 0.25, 0.25, 0.25, 3, 0, 0, 0), "1"}, {of(0, 0, 0, -2), "0"}, {of(0, 0, 0, 0), "–"},
	} {
		if c.got != c.want {
			t.Errorf("entropy %s, want %s", c.got, c.want)
		}
	}
}

// at is a pixel of a picture.
func at(m image.Image, x, y int) color.NRGBA {
	return color.NRGBAModel.Convert(m.At(x, y)).(color.NRGBA)
}

func TestHeatImage(t *testing.T) {
	url, err := heatImage([]float64{0, 2, -2, 1, 0, 0}, 3, 2, 2)
	if err != nil {
		t.Fatal(err)
	}
	m := decoded(t, url)
	for i, v := range []float64{0, 1, -1, 8. / 15, 0, 0} { // half of the scale is rounded to one of its 15 steps
		want := signed(v)
		if got := at(m, i%3*2+1, i/3*2); got != (color.NRGBA{want.R, want.G, want.B, 255}) {
			t.Errorf("value %d is %v, want %v", i, got, want)
		}
	}
}

func ExampleAttentionHeads() {
	chart, err := heads(2, 2).Draw()
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(chart.Alt)
	for _, row := range chart.Table.Rows {
		fmt.Println(row)
	}
	// Output:
	// What 4 heads of 2 layers attend to, of 5 tokens 5. Layer 1, head 1 is large: its strongest is [CLS] ← a 0.6, its entropy 1.77 bits.
	// [0 0 [CLS] ← [CLS] 0.3 1.77]
	// [0 1 [CLS] ← a 0.3 1.77]
	// [1 0 [CLS] ← [CLS] 0.6 1.77]
	// [1 1 [CLS] ← a 0.6 1.77]
}
