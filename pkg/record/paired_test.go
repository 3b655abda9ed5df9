package record

import (
	"math"
	"slices"
	"strings"
	"testing"
)

// scored are scores of two classes of which all labels are 0, from what is right.
func scored(right ...bool) Scores {
	s := Scores{Model: "m", Dataset: "d", Examples: len(right), Confusion: [][]int{{0, 0}, {0, 0}}}
	for _, ok := range right {
		class := 1
		if ok {
			class = 0
		}
		s.Labels, s.Predicted = append(s.Labels, 0), append(s.Predicted, class)
		s.Confusion[0][class]++
	}
	return s
}

func TestGain(t *testing.T) {
	a, b := scored(true, true, true, false, true, false, true, true), scored(true, false, true, true, false, false, false, true)
	gain, margin, err := a.Gain(b)
	if err != nil {
		t.Fatal(err)
	}
	// The mean of the differences 0, 1, 0, −1, 1, 0, 1, 0, and 1.96 standard errors of it.
	mean, square := 0., 0.
	for _, d := range []float64{0, 1, 0, -1, 1, 0, 1, 0} {
		mean, square = mean+d/8, square+d*d/8
	}
	if want := 1.959963984540054 * math.Sqrt((square-mean*mean)/8); math.Abs(gain-mean) > 1e-12 || math.Abs(margin-want) > 1e-12 {
		t.Errorf("%g ± %g, want %g ± %g", gain, margin, mean, want)
	}
	if gain, margin, err := a.Gain(a); gain != 0 || margin != 0 || err != nil {
		t.Errorf("against itself %g ± %g, %v", gain, margin, err)
	}
}

func TestDivided(t *testing.T) {
	together, divided, err := Divided(scored(true, true, false, false), scored(true, false, true, false), scored(true, true, true, false))
	if err != nil || !slices.Equal(together, []int{0}) || !slices.Equal(divided, []int{1, 2}) {
		t.Errorf("%v, %v, %v", together, divided, err)
	}
}

func TestPairedRefuses(t *testing.T) {
	other := scored(true, false)
	other.Dataset = "another"
	for _, wrong := range []Scores{scored(true), other, {}} {
		if _, _, err := scored(true, false).Gain(wrong); err == nil || !strings.Contains(err.Error(), "only the same") {
			t.Errorf("error %v", err)
		}
	}
	if _, _, err := Divided(); err == nil {
		t.Error("no error without scores")
	}
}
