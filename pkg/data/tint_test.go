package data

import (
	"math"
	"strings"
	"testing"
)

func TestHue(t *testing.T) {
	for turn, want := range map[float64][3]uint8{
		0: {255, 0, 0}, 1. / 6: {255, 255, 0}, 1. / 3: {0, 255, 0}, 0.5: {0, 255, 255}, 2. / 3: {0, 0, 255}, 5. / 6: {255, 0, 255}, 1. / 12: {255, 128, 0},
	} {
		if got := hue(turn); got != want {
			t.Errorf("hue %g is %v, want %v", turn, got, want)
		}
	}
}

func TestTint(t *testing.T) {
	_, grey, err := FashionMNIST()
	if err != nil {
		t.Fatal(err)
	}
	tint := Tint{Size: 5, Misleading: 0.25, Seed: 3}
	d, err := tint.Apply(grey)
	if err != nil {
		t.Fatal(err)
	}
	again, err := tint.Apply(grey)
	if err != nil {
		t.Fatal(err)
	}
	if d.Hash() != again.Hash() {
		t.Error("the same seed gives other images")
	}
	cue, misled := tint.Cue(d.Shape()), 0
	for i := range d.Len() {
		honest := hue(float64(d.Label(i)) / 10)
		row := d.inputs[0].Bytes[i*28*28*3 : (i+1)*28*28*3]
		if [3]uint8(row[:3]) != honest {
			misled++
		}
		for at, v := range row {
			pixel := at / 3
			inside := pixel/28 < 5 && pixel%28 < 5
			if cue[at] != inside {
				t.Fatalf("cue at %d is %v", at, cue[at])
			}
			if inside && v != row[at%3] || !inside && v != grey.inputs[0].Bytes[i*28*28+pixel] {
				t.Fatalf("image %d has %d at pixel %d", i, v, pixel)
			}
		}
	}
	if share := float64(misled) / float64(d.Len()); math.Abs(share-0.25) > 0.05 {
		t.Errorf("%.3f of the colours mislead, want 0.25", share)
	}
	for want, broken := range map[string]Tint{"does not fit": {Size: 29}, "want a share": {Misleading: 1.5}} {
		if _, err := broken.Apply(grey); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: error %v, want one with %q", broken, err, want)
		}
	}
	if _, err := tint.Apply(d); err == nil || !strings.Contains(err.Error(), "[28 28 3]") {
		t.Errorf("a coloured dataset: error %v", err)
	}
}
