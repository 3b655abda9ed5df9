package npy

import (
	"archive/zip"
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/gomlx/gomlx/core/tensors"
)

// flat are a tensor's numbers as they print: "[0 1 2 3 4 5]".
func flat(t *testing.T, x *tensors.Tensor) string {
	t.Helper()
	text := ""
	if err := x.ConstFlatData(func(v any) { text = fmt.Sprint(v) }); err != nil {
		t.Fatal(err)
	}
	return text
}

func TestNumPysArrays(t *testing.T) {
	all, err := ReadZipFile("testdata/arrays.npz")
	if err != nil {
		t.Fatal(err)
	}
	if len(all) != 26 {
		t.Errorf("%d arrays, want 26", len(all))
	}
	for name, x := range all {
		want, dims := "[0 1 2 3 4 5]", []int{2, 3}
		switch {
		case strings.HasPrefix(name, "fortran"):
			want, dims = "[0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23]", []int{2, 3, 4}
		case name == "b1":
			want = "[false true false true false true]"
		case name == "scalar":
			want, dims = "[2.5]", nil
		case name == "row":
			want, dims = "[0 1 2 3 4]", []int{5}
		case name == "empty":
			want, dims = "[]", []int{0, 3}
		}
		if got := flat(t, x); got != want {
			t.Errorf("%s holds %s, want %s", name, got, want)
		}
		if got := x.Shape().Dimensions; len(got) != len(dims) || len(dims) > 0 && !reflect.DeepEqual(got, dims) {
			t.Errorf("%s has shape %v, want %v", name, got, dims)
		}
		if kind, _, _ := strings.Cut(name, " "); kinds[kind] != 0 && x.DType() != kinds[kind] {
			t.Errorf("%s is of type %s, want %s", name, x.DType(), kinds[kind])
		}
	}
}

// TestVersions: all three read alike, and what is written is what NumPy writes.
func TestVersions(t *testing.T) {
	for _, version := range []string{"v1", "v2", "v3"} {
		x, err := ReadFile("testdata/" + version + ".npy")
		if err != nil {
			t.Fatal(err)
		}
		if got := flat(t, x); got != "[0 1 2 3 4 5]" {
			t.Errorf("%s holds %s", version, got)
		}
		var b bytes.Buffer
		if err := Write(&b, x); err != nil {
			t.Fatal(err)
		}
		if want, _ := os.ReadFile("testdata/v1.npy"); !bytes.Equal(b.Bytes(), want) {
			t.Errorf("written %q, NumPy writes %q", b.Bytes(), want)
		}
	}
}

func TestRoundTrip(t *testing.T) {
	all, err := ReadZipFile("testdata/arrays.npz")
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "again.npz")
	if err := WriteZipFile(path, all); err != nil {
		t.Fatal(err)
	}
	again, err := ReadZipFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for name, x := range all {
		if y := again[name]; y == nil || !y.Shape().Equal(x.Shape()) || flat(t, y) != flat(t, x) {
			t.Errorf("%s comes back as %v", name, y)
		}
	}
}

func TestRefused(t *testing.T) {
	for file, want := range map[string]string{
		"objects": "Python objects", "structured": "structured array", "complex": "<c8", "texts": "<U1", "none": "no such file",
	} {
		_, err := ReadFile("testdata/" + file + ".npy")
		if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), file+".npy") {
			t.Errorf("%s: error %v, want one with %q", file, err, want)
		}
	}
	good, err := os.ReadFile("testdata/v1.npy")
	if err != nil {
		t.Fatal(err)
	}
	for i := range good {
		if _, err := Parse(good[:i]); err == nil {
			t.Errorf("truncated to %d of %d bytes: no error", i, len(good))
		}
	}
	shape := func(s string) []byte { // in the room that is left behind the header
		s += ", }"
		const was = "(2, 3), }"
		return bytes.Replace(good, []byte(was+strings.Repeat(" ", len(s)-len(was))), []byte(s), 1)
	}
	for _, c := range []struct {
		b    []byte
		want string
	}{
		{append(good, 0), "truncated or altered"},
		{shape("(2,-3)"), "want a length"},
		{shape("(2, 4)"), "wants 32 bytes"},
		{shape("(66666)"), "comma"},
		{bytes.Replace(good, []byte("False"), []byte("Maybe"), 1), "True or False"},
		{bytes.Replace(good, []byte("descr"), []byte("shape"), 1), "want a shape"},
		{shape("(99, 999999999999)"), "wants 395999999999604 bytes"},
		{shape("(999999999, 999999999, 999999)"), "too large"},
		{append([]byte(magic), 4, 0, 1, 0, ' ', ' '), "version 4.0"},
	} {
		if _, err := Parse(c.b); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q: error %v, want one with %q", c.b, err, c.want)
		}
	}
}

// TestHostileArchives: a member that is no array, one that is there twice, and one that would fill the memory.
func TestHostileArchives(t *testing.T) {
	archive := func(names ...string) []byte {
		var b bytes.Buffer
		w := zip.NewWriter(&b)
		for _, name := range names {
			m, err := w.Create(name)
			if err != nil {
				t.Fatal(err)
			}
			if name == "bomb.npy" {
				for range 300 {
					_, _ = m.Write(make([]byte, 1<<20))
				}
				continue
			}
			if err := Write(m, tensors.FromValue([]float32{1})); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	for _, c := range []struct {
		names []string
		want  string
	}{{[]string{"x.txt"}, "no array"}, {[]string{"x.npy", "x.npy"}, "twice"}, {[]string{"bomb.npy"}, "times as many"}} {
		b := archive(c.names...)
		if _, err := ReadZip(bytes.NewReader(b), int64(len(b))); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q: error %v, want one with %q", c.names, err, c.want)
		}
	}
}

func FuzzParse(f *testing.F) {
	files, _ := filepath.Glob("testdata/*.npy")
	for _, path := range files {
		b, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		x, err := Parse(b)
		if err != nil {
			return
		}
		var again bytes.Buffer
		if err := Write(&again, x); err != nil {
			t.Fatal(err)
		}
		if y, err := Parse(again.Bytes()); err != nil || !y.Shape().Equal(x.Shape()) {
			t.Fatalf("written again: %v", err)
		}
	})
}

func FuzzReadZip(f *testing.F) {
	for _, path := range []string{"testdata/plain.npz", "testdata/arrays.npz"} {
		b, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Fuzz(func(_ *testing.T, b []byte) { _, _ = ReadZip(bytes.NewReader(b), int64(len(b))) })
}
