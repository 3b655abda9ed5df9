package data

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
)

var (
	animals = []string{"cat", "dog", "owl"}
	nan     = float32(math.NaN())
	inf     = float32(math.Inf(1))
)

// small is five examples of shape [2, 3, 1] held as bytes, tiny the first three of them held as floats.
func small(t testing.TB) *Dataset {
	pixels := make([]uint8, 30)
	for i := range pixels {
		pixels[i] = uint8(i * 37)
	}
	return must(t)(New("small", []int{2, 3, 1}, pixels, []int{2, 0, 1, 1, 0}, animals))
}

func tiny(t testing.TB) *Dataset {
	values := make([]float32, 18)
	for i := range values {
		values[i] = float32(i) - 7.5
	}
	return must(t)(New("tiny", []int{2, 3, 1}, values, []int{2, 0, 1}, animals))
}

func must(t testing.TB) func(d *Dataset, err error) *Dataset {
	return func(d *Dataset, err error) *Dataset {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
}

func TestNewRefuses(t *testing.T) {
	for _, test := range []struct {
		name   string
		make   func() (*Dataset, error)
		reason string
	}{
		{"nothing", func() (*Dataset, error) { return New[uint8]("x", []int{1}, nil, nil, animals) }, "no examples"},
		{"too few values", func() (*Dataset, error) { return New("x", []int{2, 2}, make([]uint8, 7), []int{0, 1}, animals) }, "want 2 × 4 values, got 7"},
		{"too many values", func() (*Dataset, error) { return New("x", []int{2, 2}, make([]uint8, 12), []int{0, 1}, animals) }, "got 12"},
		{"empty axis", func() (*Dataset, error) { return New("x", []int{2, 0}, []uint8{}, []int{0}, animals) }, "length of 0"},
		{"negative axis", func() (*Dataset, error) { return New("x", []int{-2, -2}, make([]uint8, 4), []int{0}, animals) }, "length of -2"},
		{"overflow", func() (*Dataset, error) { return New("x", []int{1 << 31, 1 << 33}, []uint8{1}, []int{0}, animals) }, "too large"},
		{"label above", func() (*Dataset, error) { return New("x", []int{1}, []uint8{1, 2}, []int{0, 3}, animals) }, "example 1 has label 3"},
		{"label below", func() (*Dataset, error) { return New("x", []int{1}, []uint8{1, 2}, []int{-1, 0}, animals) }, "example 0 has label -1"},
		{"no classes", func() (*Dataset, error) { return New("x", []int{1}, []uint8{1}, []int{0}, nil) }, "one of 0 classes"},
		{"NaN", func() (*Dataset, error) {
			return New("x", []int{2}, []float32{0, 1, 2, nan}, []int{0, 1}, animals)
		}, "example 1 holds NaN at position 1 of 2"},
		{"infinity", func() (*Dataset, error) { return New("x", []int{1}, []float32{-inf}, []int{0}, animals) }, "holds -Inf"},
	} {
		t.Run(test.name, func(t *testing.T) {
			d, err := test.make()
			if d != nil || err == nil || !strings.Contains(err.Error(), test.reason) || !strings.Contains(err.Error(), `"x"`) {
				t.Errorf("%v, error %v; want none and one with %q", d, err, test.reason)
			}
		})
	}
}

func TestNewCopies(t *testing.T) {
	shape, values, labels, classes := []int{2}, []float32{1, 2, 3, 4}, []int{0, 1}, []string{"a", "b"}
	d := must(t)(New("x", shape, values, labels, classes))
	want := fmt.Sprint(d.Samples(0, 2))
	shape[0], values[0], labels[0], classes[0] = 7, nan, 1, "z"
	d.Shape()[0] = 9
	if got := fmt.Sprint(d.Samples(0, 2)); got != want {
		t.Errorf("samples are %v after the caller's slices changed, want %v", got, want)
	}
}

func TestSelect(t *testing.T) {
	for _, d := range []*Dataset{small(t), tiny(t)} {
		index := []int{2, 0, 2, 1}
		s := d.Select(index...)
		if s.Len() != len(index) || s.Name != d.Name || !slices.Equal(s.Classes, d.Classes) || !slices.Equal(s.Shape(), d.Shape()) {
			t.Errorf("selected %v of %v", s, d)
		}
		for to, from := range index {
			got, want := s.Samples(to, to+1), d.Samples(from, from+1)
			if fmt.Sprint(got) != fmt.Sprint(want) || s.Label(to) != d.Label(from) {
				t.Errorf("%s: selected example %d is %v, want %v", d.Name, to, got, want)
			}
		}
		if got, want := s.Select(3, 0).Index, []int{1, 2}; !slices.Equal(got, want) {
			t.Errorf("%s: index of a selection of a selection is %v, want %v", d.Name, got, want)
		}
		if n := d.Select().Len(); n != 0 {
			t.Errorf("nothing selected, but %d examples", n)
		}
	}
}

func TestOutOfRange(t *testing.T) {
	d := small(t)
	for name, call := range map[string]func(){
		`examples [0:6] of "small", want 0 ≤ from ≤ to ≤ 5`:                 func() { d.Inputs(0, 6) },
		`examples [-1:2] of "small", want 0 ≤ from ≤ to ≤ 5`:                func() { d.Labels(-1, 2) },
		`examples [3:2] of "small", want 0 ≤ from ≤ to ≤ 5`:                 func() { d.Samples(3, 2) },
		`example 5 of "small", which has 5 examples, counted from 0`:        func() { d.Select(0, 5) },
		`example -1 of "small", which has 5 examples, counted from 0`:       func() { d.Batch([]int{-1}) },
		`example 1000000 of "small", which has 5 examples, counted from 0`:  func() { d.Label(1_000_000) },
		`example -1000000 of "small", which has 5 examples, counted from 0`: func() { d.Batch([]int{0, -1_000_000}) },
	} {
		func() {
			defer func() {
				if got, want := fmt.Sprint(recover()), "data: "+name; got != want {
					t.Errorf("panic %q, want %q", got, want)
				}
			}()
			call()
		}()
	}
}
