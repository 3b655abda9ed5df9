package viz

import (
	"fmt"
	"image/color"
	"testing"
)

func TestSuperpixelOverlay(t *testing.T) {
	sameAsGolden(t, "superpixeloverlay", figures()["superpixeloverlay"])
}

func TestTheStrongestPartsAreColoured(t *testing.T) {
	p := parts{values: []float64{0.5, -1, 0, 2, -0.25, 0.75}}
	for top, want := range map[int]string{0: "[true true false true true true]", 1: "[false true false true false false]", 2: "[false true false true true true]", 9: "[true true false true true true]"} {
		if got := fmt.Sprint(p.shown(top)); got != want {
			t.Errorf("the strongest %d: %s, want %s", top, got, want)
		}
	}
}

// The colour of each pixel's part, grey between parts, and nothing where there is no part or none that is shown.
func TestTintedParts(t *testing.T) {
	f := superpixels()
	images, err := imagesOf(f.Samples)
	if err != nil {
		t.Fatal(err)
	}
	of := ImageAttribution{Samples: f.Samples, Explanations: f.Explanations}
	columns, err := of.columns(images)
	if err != nil {
		t.Fatal(err)
	}
	all, err := of.partsOf(columns[0], images)
	if err != nil {
		t.Fatal(err)
	}
	p := all[1]
	if got, want := fmt.Sprintf("%.3f %v", p.values, p.pixels), "[0.600 -0.300 0.300] [3 2 3]"; got != want {
		t.Errorf("parts %s, want %s", got, want)
	}
	url, err := images.tinted(p, p.shown(1), 0.6, 4, 12)
	if err != nil {
		t.Fatal(err)
	}
	m := decoded(t, url)
	tinted := func(v float64) color.NRGBA {
		c := signed(v)
		return color.NRGBA{c.R, c.G, c.B, 184}
	}
	grey := color.NRGBA{0x80, 0x80, 0x80, 255}
	for _, c := range []struct {
		x, y int
		want color.NRGBA
	}{
		{0, 0, tinted(1)}, {4, 0, tinted(1)}, {3, 0, tinted(1)}, // no border within a part
		{8, 0, tinted(-8. / 15)}, {7, 0, grey}, {7, 3, grey}, // a half is rounded to one of 15 steps
		{4, 4, color.NRGBA{}}, {0, 7, grey}, // the third part is not among the strongest of its sign, and has borders
		{8, 8, color.NRGBA{}}, // in no part
	} {
		if got := at(m, c.x, c.y); got != c.want {
			t.Errorf("pixel (%d, %d) is %v, want %v", c.x, c.y, got, c.want)
		}
	}
	if got := turned(color.RGBA{borderGrey, borderGrey, borderGrey, 255}); got.R < borderGrey-4 || got.R > borderGrey+4 {
		t.Errorf("the border's grey is %v on a dark ground", got)
	}
}

func ExampleSuperpixelOverlay() {
	chart, err := superpixels().Draw()
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(chart.Alt)
	for _, row := range chart.Table.Rows {
		fmt.Println(row[4:])
	}
	// Output:
	// 2 images of crosses, each with the values of its parts by KernelSHAP: in the first 3 parts, the strongest part 0 (33 %): 0.6; 1 of the maps are marked as not to be relied upon.
	// [KernelSHAP plus 2 2 −0.3 0.6 0.6 0 ok 3 part 0 (33 %): 0.6, part 2 (33 %): 0.3, part 1 (22 %): −0.3]
	// [KernelSHAP plus 3 3 −0.3 0.6 0.6 0.5 unconverged 3 part 0 (33 %): 0.6, part 2 (33 %): 0.3, part 1 (22 %): −0.3]
}
