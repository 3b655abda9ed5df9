package data

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"testing"
)

func TestFashionMNIST(t *testing.T) {
	train, test, err := FashionMNIST()
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []struct {
		d                *Dataset
		name             string
		n, official      int
		file, sum, dhash string
	}{
		{train, "Fashion-MNIST train subset", 6000, 60_000, fashionTrain,
			"49ae1e0a42aa8ea3bc5009c0910bd776749e8e55c1ec6564a2575838757c5741",
			"c8868a5a67e4ead2601915bda94b0924eacf59f64fe4c545f1217b4b764c56a5",
		},
		{test, "Fashion-MNIST test subset", 1000, 10_000, fashionTest,
			"a0d3ec651e133c413ca49b1376a404fa4f0f2e5742ec0d7da29ac7a657eac40d",
			"b4d23a21e273146eb93d856e5385a57743124235b72f7da3608d899be7ed8654",
		},
	} {
		d := want.d
		if d.Name != want.name || d.Len() != want.n || !slices.Equal(d.Shape(), []int{28, 28, 1}) {
			t.Errorf("%q: %d examples of shape %v, want %q: %d", d.Name, d.Len(), d.Shape(), want.name, want.n)
		}
		if got := sha256.Sum256([]byte(want.file)); hex.EncodeToString(got[:]) != want.sum {
			t.Errorf("%s: embedded file has SHA-256 %x, want %s", d.Name, got, want.sum)
		}
		if len(want.file) > 3_000*1024 {
			t.Errorf("%s: embedded file has %d bytes", d.Name, len(want.file))
		}
		if got := d.Hash(); got != want.dhash {
			t.Errorf("%s: hash %s, want %s", d.Name, got, want.dhash)
		}
		perClass := make([]int, 10)
		for i := range d.Len() {
			perClass[d.Label(i)]++
		}
		for class, n := range perClass {
			if n != want.n/10 {
				t.Errorf("%s: %d of class %s, want %d", d.Name, n, d.Classes[class], want.n/10)
			}
		}
		if !slices.IsSorted(d.Index) || d.Index[0] != 0 || d.Index[d.Len()-1] >= want.official {
			t.Errorf("%s: positions %d to %d are not in official order", d.Name, d.Index[0], d.Index[d.Len()-1])
		}
	}
}

func TestEmbeddedRefuses(t *testing.T) {
	images, labels := string(idx(make([]byte, 2*28*28), 2, 28, 28)), string(idxLabels)
	index := string([]byte{0, 0, idxInt32s, 1, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 1})
	if _, err := embedded("x", images+labels+index, 2, animals); err != nil {
		t.Error(err)
	}
	for name, file := range map[string]string{
		"empty": "", "no labels": images, "no positions": images + labels, "wrong order": labels + images + index,
		"one position":   images + labels + string([]byte{0, 0, idxInt32s, 1, 0, 0, 0, 1, 0, 0, 0, 0}),
		"broken gzip":    fashionTest[:1000],
		"more after it":  images + labels + index + "x",
		"unknown labels": images + string(idx([]byte{9, 9}, 2)) + index,
	} {
		if d, err := embedded("x", file, 2, animals); d != nil || err == nil || !strings.Contains(err.Error(), `"x"`) {
			t.Errorf("%s: %v, error %v", name, d, err)
		}
	}
}

// What every cell of a notebook does anew.
func BenchmarkFashionMNIST(b *testing.B) {
	for b.Loop() {
		if _, err := loadFashion(); err != nil {
			b.Fatal(err)
		}
	}
}
