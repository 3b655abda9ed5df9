package data

import (
	"math"
	"slices"
	"strings"
	"testing"
)

func numbered(t testing.TB, n int) *Dataset {
	values, labels := make([]float32, n), make([]int, n)
	for i := range values {
		values[i] = float32(i)
	}
	return must(t)(New("numbered", nil, values, labels, animals))
}

func TestSplit(t *testing.T) {
	d := numbered(t, 103)
	a, b, err := d.Split(0.8, 7)
	if err != nil {
		t.Fatal(err)
	}
	if a.Len() != 82 || b.Len() != 21 || a.Name == b.Name {
		t.Errorf("%q has %d and %q %d examples", a.Name, a.Len(), b.Name, b.Len())
	}
	all := slices.Concat(a.Index, b.Index)
	if slices.IsSorted(all) {
		t.Error("not dealt at random")
	}
	slices.Sort(all)
	if !slices.Equal(all, d.Index) {
		t.Error("an example is in both parts or in none")
	}
	again, _, err := d.Split(0.8, 7)
	if err != nil || again.Hash() != a.Hash() {
		t.Errorf("the same seed, other parts: %v", err)
	}
	if other, _, err := d.Split(0.8, 8); err != nil || other.Hash() == a.Hash() {
		t.Errorf("another seed, the same parts: %v", err)
	}
	for share, want := range map[float64]string{0: "the share is 0", 1: "the share is 1", -2: "the share is -2", math.NaN(): "NaN", 0.001: "one part empty", 0.999: "one part empty"} {
		if _, _, err := d.Split(share, 1); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("share %v: error %v, want one with %q", share, err, want)
		}
	}
}

func TestShuffle(t *testing.T) {
	d := numbered(t, 50)
	a := d.Shuffle(1)
	if a.Hash() != d.Shuffle(1).Hash() || a.Hash() == d.Shuffle(2).Hash() || a.Hash() == d.Hash() {
		t.Error("the order must follow the seed")
	}
	slices.Sort(a.Index)
	if !slices.Equal(a.Index, d.Index) {
		t.Error("a shuffle must keep every example")
	}
}
