package data

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/vitrine-ml/vitrine/internal/cache"
)

// TestColourImages: without an archive there are tinted pictures, and nothing is asked for over a network.
func TestColourImages(t *testing.T) {
	t.Setenv(cache.EnvVar, t.TempDir())
	t.Setenv(mirrorVariable, t.TempDir())
	train, test, err := ColourImages(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if train.Len() != 6000 || test.Len() != 1000 || !slices.Equal(test.Shape(), []int{28, 28, 3}) || !strings.Contains(test.Name, "tinted") {
		t.Errorf("%s: %d, %s: %d of shape %v", train.Name, train.Len(), test.Name, test.Len(), test.Shape())
	}
}

func TestColourImagesCIFAR(t *testing.T) {
	mirrored(t, cifar, cifarSmallFile)
	train, test, err := ColourImages(context.Background())
	if err != nil || train.Len() != 10_000 || test.Len() != 2000 || !slices.Equal(test.Shape(), []int{32, 32, 3}) {
		t.Errorf("%v, %v, error %v", train, test, err)
	}
}

func TestPainted(t *testing.T) {
	d, err := New("two", []int{1, 2, 3}, []uint8{1, 2, 3, 4, 5, 6, 9, 8, 7, 6, 5, 4}, []int{0, 1}, []string{"a", "b"})
	if err != nil {
		t.Fatal(err)
	}
	if got := d.MeanColour(); !slices.Equal(got, []uint8{5, 5, 5}) {
		t.Errorf("mean colour %v", got)
	}
	p := d.Painted("right hidden", []bool{false, true}, 10, 11, 12)
	columns, _ := p.Columns()
	if want := []uint8{1, 2, 3, 10, 11, 12, 9, 8, 7, 10, 11, 12}; !slices.Equal(columns[0].Bytes, want) {
		t.Errorf("%v, want %v", columns[0].Bytes, want)
	}
	before, _ := d.Columns()
	if before[0].Bytes[3] != 4 || d.Hash() == p.Hash() || p.Name != "right hidden" || p.Label(1) != 1 {
		t.Error("the pictures themselves were changed, or the painted ones are taken for them")
	}
	defer func() {
		if recover() == nil {
			t.Error("no panic for a region of another size")
		}
	}()
	d.Painted("", []bool{true}, 1, 2, 3)
}
