package data

import (
	"bytes"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// cifarImage is an image in the binary format, whose bytes follow from its class, channel, row and column.
func cifarImage(class byte) []byte {
	b := []byte{class}
	for channel := range 3 {
		for row := range cifarSide {
			for column := range cifarSide {
				b = append(b, cifarByte(class, channel, row, column))
			}
		}
	}
	return b
}

func cifarByte(class byte, channel, row, column int) byte {
	return byte(int(class)*50 + channel*70 + row*7 + column)
}

func TestReadCIFAR10(t *testing.T) {
	file := slices.Concat(cifarImage(3), cifarImage(9), cifarImage(0))
	for name, b := range map[string][]byte{"plain": file, "zipped": zipped(file)} {
		d, err := ReadCIFAR10("photographs", bytes.NewReader(b))
		if err != nil {
			t.Fatal(err)
		}
		if d.Len() != 3 || !slices.Equal(d.Shape(), []int{32, 32, 3}) || d.Classes[d.Label(1)] != "truck" {
			t.Errorf("%s: %d examples of %v, the second is a %s", name, d.Len(), d.Shape(), d.Classes[d.Label(1)])
		}
		values := d.Samples(0, 3).Inputs.Data
		for i, class := range []byte{3, 9, 0} {
			for row := range 32 {
				for column := range 32 {
					for channel := range 3 {
						got, want := values[((i*32+row)*32+column)*3+channel], fraction[cifarByte(class, channel, row, column)]
						if got != float64(want) {
							t.Fatalf("%s: image %d, row %d, column %d, channel %d: %g, want %g", name, i, row, column, channel, got, want)
						}
					}
				}
			}
		}
	}
}

func TestReadCIFAR10Refuses(t *testing.T) {
	for _, test := range []struct {
		name   string
		file   []byte
		reason string
	}{
		{"empty", nil, "0 bytes, want a positive multiple of 3073"},
		{"truncated", cifarImage(1)[:3072], "3072 bytes"},
		{"longer", append(cifarImage(1), 0), "3074 bytes"},
		{"another file", w404, "another format"},
		{"no such class", slices.Concat(cifarImage(1), cifarImage(10)), "image 1 has class 10, want 0 to 9"},
		{"truncated gzip", zipped(cifarImage(1))[:100], "unexpected EOF"},
	} {
		d, err := ReadCIFAR10("x", bytes.NewReader(test.file))
		if d != nil || err == nil || !strings.Contains(err.Error(), test.reason) {
			t.Errorf("%s: %v, error %v; want none and one with %q", test.name, d, err, test.reason)
		}
	}
}

// The official archive is taken where it is on disk or can be had; the small one where only that is on disk.
func TestWhichCIFAR10(t *testing.T) {
	var all []entry
	for i, name := range slices.Concat(cifarTrain, cifarTest) {
		all = append(all, entry{name: name, contents: slices.Concat(cifarImage(byte(i)), cifarImage(9))})
	}
	official, small := tarred(all...), tarred(all[0], all[5])
	f := file{name: "official.tar.gz", official: sum(official), size: len(official)}
	smallFile := file{name: "small.tar.gz", official: sum(small), size: len(small)}
	for _, test := range []struct {
		name                 string
		mirror, address      [2]bool // the official archive, the small one
		train, test, request int
		reason               string
	}{
		{"both in the mirror", [2]bool{true, true}, [2]bool{true, true}, 10, 2, 0, ""},
		{"only the small one in the mirror", [2]bool{false, true}, [2]bool{true, true}, 2, 2, 0, ""},
		{"nothing in the mirror", [2]bool{}, [2]bool{true, true}, 10, 2, 1, ""},
		{"nothing anywhere", [2]bool{}, [2]bool{false, true}, 0, 0, 1, "official.tar.gz of small is missing"},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t)
			for i, archive := range [][]byte{official, small} {
				name := []string{f.name, smallFile.name}[i]
				if test.mirror[i] {
					put(t, filepath.Join(w.mirror, name), archive)
				}
				if test.address[i] {
					w.official[name] = archive
				}
			}
			train, half, err := w.source.cifar10(t.Context(), f, smallFile)
			if n := int(w.requests.Load()); n != test.request {
				t.Errorf("%d requests, want %d", n, test.request)
			}
			if test.reason != "" {
				if train != nil || err == nil || !strings.Contains(err.Error(), test.reason) {
					t.Errorf("%v, error %v; want none and one with %q", train, err, test.reason)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if isSmall := strings.Contains(train.Name, "small"); train.Len() != test.train || half.Len() != test.test || isSmall != (test.train == 2) {
				t.Errorf("%s has %d images, %s %d", train.Name, train.Len(), half.Name, half.Len())
			}
			if train.Label(train.Len()-2) != train.Len()/2-1 || half.Label(0) != 5 {
				t.Errorf("batches are in the wrong order")
			}
		})
	}
	w := newWorld(t)
	short := tarred(all[0])
	put(t, filepath.Join(w.mirror, "small.tar.gz"), short)
	smallFile.official = sum(short)
	if _, _, err := w.source.cifar10(t.Context(), f, smallFile); err == nil || !strings.Contains(err.Error(), "small.tar.gz: cifar-10-batches-bin/test_batch.bin is not in it") {
		t.Errorf("error %v", err)
	}
}

// The small archive of a mirror has the layout of the official one, in which every class is there equally often.
func TestCIFAR10(t *testing.T) {
	mirrored(t, cifar, cifarSmallFile)
	if cifar.onDisk(cifarFile) {
		t.Skip("the official archive is here, and is taken")
	}
	train, test, err := CIFAR10(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, half := range []struct {
		d *Dataset
		n int
	}{{train, 10_000}, {test, 2_000}} {
		var n [10]int
		for i := range half.d.Len() {
			n[half.d.Label(i)]++
		}
		t.Logf("%s: %v images a class", half.d.Name, n)
		if half.d.Len() != half.n || !strings.HasPrefix(half.d.Name, "CIFAR-10 small") || slices.Min(n[:]) < half.n/10*9/10 {
			t.Errorf("%s has %d images, %v a class", half.d.Name, half.d.Len(), n)
		}
	}
}

func BenchmarkCIFAR10(b *testing.B) {
	mirrored(b, cifar, cifarSmallFile)
	for b.Loop() {
		if _, _, err := CIFAR10(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
}

func FuzzReadCIFAR10(f *testing.F) {
	f.Add(cifarImage(3))
	f.Add(zipped(cifarImage(3)))
	f.Add(cifarImage(200))
	f.Add(cifarImage(1)[:100])
	f.Fuzz(func(t *testing.T, b []byte) {
		d, err := ReadCIFAR10("fuzz", bytes.NewReader(b))
		if (err == nil) != (d != nil) {
			t.Fatalf("%v, error %v", d, err)
		}
		if err == nil && (d.Len() == 0 || d.Samples(0, d.Len()).Check() != nil) {
			t.Fatalf("%d examples", d.Len())
		}
	})
}
