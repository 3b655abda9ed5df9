package viz

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/vitrine-ml/vitrine/pkg/record"
)

func TestImageAttribution(t *testing.T) {
	sameAsGolden(t, "imageattribution", figures()["imageattribution"])
}

// columnsOf is what the figure draws from, with its scales.
func columnsOf(t *testing.T, f ImageAttribution) []column {
	t.Helper()
	images, err := imagesOf(f.Samples)
	if err != nil {
		t.Fatal(err)
	}
	columns, err := f.columns(images)
	if err != nil {
		t.Fatal(err)
	}
	if err := f.setLimits(columns); err != nil {
		t.Fatal(err)
	}
	return columns
}

func TestScales(t *testing.T) {
	s := crosses(2) // ramps of 9 values a pixel: −h, −¾h … +h
	why := []*record.Explanation{explanation(s, "a", 3), explanation(s, "b", 0.02)}
	for _, c := range []struct {
		name   string
		figure ImageAttribution
		limits []float64
		beyond int // of 36 pixels
	}{
		{"one a method", ImageAttribution{}, []float64{3, 0.02}, 0},
		{"one for all", ImageAttribution{Scale: Common}, []float64{3, 3}, 0},
		{"clipped", ImageAttribution{Clip: 75}, []float64{2.25, 0.015}, 8},
	} {
		f := c.figure
		f.Samples, f.Explanations = s, why
		beyond := 0
		for i, column := range columnsOf(t, f) {
			if got, want := column.limit, c.limits[i]; math.Abs(got-want) > 1e-12 {
				t.Errorf("%s: limit of %s is %v, want %v", c.name, column.name, got, want)
			}
			beyond += column.beyond
		}
		if beyond != c.beyond {
			t.Errorf("%s: %d pixels beyond the scale, want %d", c.name, beyond, c.beyond)
		}
		title := drawn(t, f).Option["title"].(map[string]any)["subtext"].(string)
		if says := strings.Contains(title, fmt.Sprintf("%d of 36 pixels lie beyond it", c.beyond)); says != (c.beyond > 0) {
			t.Errorf("%s: the figure says %q", c.name, title)
		}
	}
}

func TestAllZeroIsWhite(t *testing.T) {
	s := crosses(1)
	c := columnsOf(t, ImageAttribution{Samples: s, Explanations: []*record.Explanation{explanation(s, "zero", 0)}})
	if got := c[0].limit; got != 1 {
		t.Errorf("limit %v, want 1", got)
	}
	if got := inked(0, 0); got != signed(0) {
		t.Errorf("zero without ink is %v", got)
	}
}

// Channels are summed with their signs, wherever their axis is.
func TestChannelsAreSummed(t *testing.T) {
	want := fmt.Sprint([]float64{1 - 2 + 4, 10 - 20 + 40})
	last := record.Array{Name: "x", Axes: []string{"example", "height", "width", "channel"}, Shape: []int{1, 1, 2, 3}, Data: []float64{1, -2, 4, 10, -20, 40}}
	first := record.Array{Name: "x", Axes: []string{"example", "channel", "height", "width"}, Shape: []int{1, 3, 1, 2}, Data: []float64{1, 10, -2, -20, 4, 40}}
	unnamed := record.Array{Name: "x", Axes: []string{"example", "y", "x", "c"}, Shape: last.Shape, Data: last.Data}
	for _, a := range []record.Array{last, first, unnamed} {
		r, err := rasterOf(a)
		if err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprint(r.sum(0)); got != want {
			t.Errorf("axes %v: sums %s, want %s", a.Axes, got, want)
		}
	}
}

func TestMapsHaveTheColoursOfTheLegend(t *testing.T) {
	s := crosses(1)
	for i := range s.Inputs.Data {
		s.Inputs.Data[i] = 0 // no ink
	}
	r, err := imagesOf(s)
	if err != nil {
		t.Fatal(err)
	}
	url, err := r.overlay(0, []float64{-2, -1, 0, 1, 2, 0, 0, 0, 3}, 2, true, 4)
	if err != nil {
		t.Fatal(err)
	}
	m := decoded(t, url)
	if got, want := m.Bounds().String(), "(0,0)-(12,12)"; got != want {
		t.Fatalf("bounds %s, want %s", got, want)
	}
	for pixel, v := range map[int]float64{0: -1, 2: 0, 4: 1, 8: 1} { // the last lies beyond the scale
		r, g, b, _ := m.At(pixel%3*4+3, pixel/3*4+3).RGBA()
		want := signed(v)
		if uint8(r>>8) != want.R || uint8(g>>8) != want.G || uint8(b>>8) != want.B {
			t.Errorf("pixel %d is %x %x %x, want %v", pixel, r>>8, g>>8, b>>8, want)
		}
	}
}

func TestTargetsThatDifferAreSaid(t *testing.T) {
	s := crosses(2)
	a, b := explanation(s, "a", 1), explanation(s, "b", 1)
	b.Target.Classes = []int{1, 1}
	b.Target.Minus = []int{0, 0}
	c := drawn(t, ImageAttribution{Samples: s, Explanations: []*record.Explanation{a, b}})
	if title := c.Option["title"].(map[string]any)["subtext"].(string); !strings.Contains(title, "explain different outputs") {
		t.Errorf("the figure says %q", title)
	}
	if got, want := c.Table.Rows[1][5], "times − plus"; got != want {
		t.Errorf("explained %q, want %q", got, want)
	}
}

func ExampleImageAttribution() {
	samples := crosses(2)
	why := explanation(samples, "IntegratedGradients", 3)
	chart, err := ImageAttribution{Samples: samples, Explanations: []*record.Explanation{why}, Scale: Common}.Draw()
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(chart.Alt)
	fmt.Println(chart.Table.Columns[8:])
	fmt.Println(chart.Table.Rows[0][8:])
	// Output:
	// 2 images of crosses, each with the values of its pixels by IntegratedGradients.
	// [Smallest value Largest value Sum of values Residual Status]
	// [−3 3 0 0 ok]
}
