package data

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
)

// idx writes an array of bytes as an IDX file.
func idx(data []byte, lengths ...uint32) []byte {
	b := []byte{0, 0, idxBytes, byte(len(lengths))}
	for _, length := range lengths {
		b = binary.BigEndian.AppendUint32(b, length)
	}
	return append(b, data...)
}

func zipped(b []byte) []byte {
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	_, _ = z.Write(b)
	_ = z.Close()
	return out.Bytes()
}

var (
	idxImages = idx([]byte{0, 51, 102, 153, 204, 255, 1, 2, 3, 4, 5, 6}, 2, 2, 3)
	idxLabels = idx([]byte{2, 0}, 2)
)

func TestReadIDX(t *testing.T) {
	for name, files := range map[string][2][]byte{
		"plain":  {idxImages, idxLabels},
		"zipped": {zipped(idxImages), zipped(idxLabels)},
		"mixed":  {zipped(idxImages), idxLabels},
	} {
		d, err := ReadIDX("x", bytes.NewReader(files[0]), bytes.NewReader(files[1]), animals)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		want := must(t)(New("x", []int{2, 3, 1}, idxImages[16:], []int{2, 0}, animals))
		if d.Hash() != want.Hash() || d.Len() != 2 {
			t.Errorf("%s: %v, want %v", name, d, want)
		}
	}
}

func TestReadIDXRefuses(t *testing.T) {
	huge := idx(nil, 0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF)
	for _, test := range []struct {
		name           string
		images, labels []byte
		reason         string
	}{
		{"empty", nil, idxLabels, "images: 0 bytes"},
		{"half a header", idxImages[:3], idxLabels, "images: 3 bytes"},
		{"not idx", []byte("<html>not found</html>"), idxLabels, "not an idx file"},
		{"other type", append([]byte{0, 0, 0x0D, 3}, idxImages[4:]...), idxLabels, "type 0x0d"},
		{"int32 images", append([]byte{0, 0, idxInt32s, 1, 0, 0, 0, 1}, 0, 0, 0, 1), idxLabels, "type 0x0c with 1 axes, want type 0x08 with 3"},
		{"half the lengths", idxImages[:10], idxLabels, "6 bytes of lengths, want 12"},
		{"truncated", idxImages[:len(idxImages)-1], idxLabels, "11 bytes of elements, want 12"},
		{"longer", append(bytes.Clone(idxImages), 0), idxLabels, "1 bytes after the end"},
		{"no images", idx(nil, 0, 28, 28), idxLabels, "axis 0 of 3 has length 0"},
		{"empty images", idx(nil, 2, 0, 28), idxLabels, "axis 1 of 3 has length 0"},
		{"hostile lengths", huge, idxLabels, "too large"},
		{"hostile product", idx(nil, 1<<16, 1<<16, 1<<16), idxLabels, "too large"},
		{"hostile but allowed", idx(nil, 1<<10, 1<<10, 1<<10), idxLabels, "0 bytes of elements, want 1073741824"},
		{"255 axes", append([]byte{0, 0, idxBytes, 255}, make([]byte, 100)...), idxLabels, "want 1020 for 255 axes"},
		{"no axes", []byte{0, 0, idxBytes, 0, 7}, idxLabels, "0 axes"},
		{"labels for images", idxLabels, idxLabels, "with 1 axes"},
		{"images for labels", idxImages, idxImages, "labels: type 0x08 with 3 axes"},
		{"more labels", idxImages, idx([]byte{1, 1, 1}, 3), "2 images but 3 labels"},
		{"unknown label", idxImages, idx([]byte{1, 3}, 2), "label 3"},
		{"truncated gzip", zipped(idxImages)[:30], idxLabels, "unexpected EOF"},
		{"half a gzip header", zipped(idxImages)[:5], idxLabels, "unexpected EOF"},
		{"gzip without its sum", zipped(idxImages)[:len(zipped(idxImages))-8], idxLabels, "unexpected EOF"},
		{"tampered gzip", tamper(zipped(idxImages)), idxLabels, "gzip"},
	} {
		t.Run(test.name, func(t *testing.T) {
			d, err := ReadIDX("x", bytes.NewReader(test.images), bytes.NewReader(test.labels), animals)
			if d != nil || err == nil || !strings.Contains(err.Error(), test.reason) {
				t.Errorf("%v, error %v; want none and one with %q", d, err, test.reason)
			}
		})
	}
}

// tamper changes the sum at the end of a gzip file.
func tamper(b []byte) []byte {
	b[len(b)-8] ^= 1
	return b
}

func TestReadIDXPassesErrorsOn(t *testing.T) {
	broken := errors.New("broken")
	r := io.MultiReader(bytes.NewReader(idxImages[:20]), failing{broken})
	if _, err := ReadIDX("x", r, bytes.NewReader(idxLabels), animals); !errors.Is(err, broken) {
		t.Errorf("error %v, want %v", err, broken)
	}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

// What unpacks to more than the limit is not unpacked.
func TestUnpackLimit(t *testing.T) {
	bomb := zipped(make([]byte, 10_000_000))
	for limit, ok := range map[int64]bool{1000: false, 9_999_999: false, 10_000_000: true} {
		contents, err := unpack(bytes.NewReader(bomb), 0, limit)
		if (err == nil) != ok || int64(len(contents)) > limit+1 {
			t.Errorf("limit %d: %d bytes, error %v", limit, len(contents), err)
		}
	}
}

func TestParseInt32s(t *testing.T) {
	b := []byte{0, 0, idxInt32s, 1, 0, 0, 0, 3, 0, 0, 0, 7, 0, 1, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF, 42}
	a, rest, err := parseIDX(b)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := a.numbers(), []int{7, 65536, -1}; !slices.Equal(got, want) || !slices.Equal(a.shape, []int{3}) {
		t.Errorf("numbers %v of shape %v, want %v", got, a.shape, want)
	}
	if !bytes.Equal(rest, []byte{42}) {
		t.Errorf("rest %v, want [42]", rest)
	}
}

func FuzzReadIDX(f *testing.F) {
	f.Add(idxImages, idxLabels)
	f.Add(zipped(idxImages), zipped(idxLabels))
	f.Add(idx(nil, 0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF), idx(nil, 0xFFFFFFFF))
	f.Add([]byte{0, 0, idxInt32s, 1, 0, 0, 0, 1, 0, 0, 0, 1}, []byte{0, 0, 8, 0})
	f.Add(zipped(idxImages)[:20], []byte(nil))
	f.Fuzz(func(t *testing.T, images, labels []byte) {
		d, err := ReadIDX("fuzz", bytes.NewReader(images), bytes.NewReader(labels), animals)
		if err != nil {
			if d != nil {
				t.Fatal("a dataset and an error")
			}
			return
		}
		if err := d.Samples(0, d.Len()).Check(); err != nil {
			t.Fatal(err)
		}
		if n, size := d.Len(), d.inputs[0].size(); n == 0 || n*size != len(d.inputs[0].Bytes) {
			t.Fatalf("%d examples of %v from %d pixels", n, d.Shape(), len(d.inputs[0].Bytes))
		}
	})
}
