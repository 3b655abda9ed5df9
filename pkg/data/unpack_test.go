package data

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// inside are the files in a folder.
func inside(t testing.TB, dir string) (names []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			name, _ := filepath.Rel(dir, path)
			names = append(names, filepath.ToSlash(name))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

func asZip(t testing.TB, files ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for i := 0; i < len(files); i += 2 {
		f, err := w.Create(files[i])
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write([]byte(files[i+1])); err != nil {
			t.Fatal(err)
		}
	}
	_ = w.Close()
	return b.Bytes()
}

// linked is a tar file with a link and, behind it, a file that would go where it leads.
func linked(t testing.TB, kind byte) []byte {
	t.Helper()
	var b bytes.Buffer
	gz := gzip.NewWriter(&b)
	w := tar.NewWriter(gz)
	for _, h := range []*tar.Header{{Name: "a", Typeflag: kind, Linkname: "../.."}, {Name: "a/x", Typeflag: tar.TypeReg, Mode: 0o644}} {
		if err := w.WriteHeader(h); err != nil {
			t.Fatal(err)
		}
	}
	_ = w.Close()
	_ = gz.Close()
	return b.Bytes()
}

func TestUnpack(t *testing.T) {
	for name, b := range map[string][]byte{
		"x.zip": asZip(t, "cat/1.txt", "meow", "dog/", "", "dog/1.txt", "woof"), "x.tar.gz": archived(t, "./", "", "./cat/1.txt", "meow", "dog/1.txt", "woof"),
	} {
		dir := t.TempDir()
		path, to := filepath.Join(dir, name), filepath.Join(dir, "to")
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := Unpack(path, to); err != nil {
			t.Fatal(err)
		}
		if got := inside(t, to); !slices.Equal(got, []string{"cat/1.txt", "dog/1.txt"}) {
			t.Errorf("%s: %q", name, got)
		}
		c, err := TextFolder(to)
		if err != nil || !slices.Equal(c.Texts, []string{"meow", "woof"}) {
			t.Errorf("%q, %v", c.Texts, err)
		}
		if err := Unpack(path, to); err == nil || !strings.Contains(err.Error(), "there already") {
			t.Errorf("error %v", err)
		}
	}
}

// hostile archives, by what is said of each.
func hostile(t testing.TB) map[string][]byte {
	zeros := strings.Repeat("\x00", 8<<20)
	return map[string][]byte{
		`.zip "../x": the name leads out`:        asZip(t, "a", "x", "../x", "x"),
		`.zip "a/../../x": the name leads out`:   asZip(t, "a/../../x", "x"),
		`.zip "/x": the name is absolute`:        asZip(t, "/x", "x"),
		`.zip "..\\x": the name is absolute`:     asZip(t, `..\x`, "x"),
		`.zip "a": it is there twice`:            asZip(t, "a", "x", "a", "y"),
		`.zip "a": it unpacks to too much`:       asZip(t, "a", zeros),
		`.zip zip: not a valid zip file`:         []byte("PK"),
		`.tar.gz "../x": the name leads out`:     archived(t, "../x", "x"),
		`.tar.gz "a": no plain file`:             linked(t, tar.TypeSymlink),
		`.tgz "a": no plain file`:                linked(t, tar.TypeLink),
		`.tar.gz "a": no plain file (Dc`:         linked(t, tar.TypeChar),
		`.tar.gz "a": it unpacks to too much`:    archived(t, "a", zeros),
		`.tar.gz "a": it is there twice`:         archived(t, "a", "x", "a", "y"),
		`.tar.gz broken archive: unexpected EOF`: archived(t, "a", "x")[:40],
		`.rar want an archive called`:            []byte("Rar!"),
	}
}

func TestUnpackErrors(t *testing.T) {
	for want, b := range hostile(t) {
		ending, want, _ := strings.Cut(want, " ")
		dir := t.TempDir()
		path := filepath.Join(dir, "deep", "archive"+ending)
		if err := os.Mkdir(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := Unpack(path, filepath.Join(dir, "deep", "to")); err == nil || !strings.Contains(strings.ReplaceAll(err.Error(), "Dcrw", "Dc"), want) {
			t.Errorf("error %v, want one with %q", err, want)
		}
		if left := inside(t, dir); len(left) != 1 {
			t.Errorf("%s: left behind: %q", want, left)
		}
	}
}

func FuzzUnpack(f *testing.F) {
	for want, b := range hostile(f) {
		if len(b) < 1<<12 {
			f.Add(b, strings.HasPrefix(want, ".zip"))
		}
	}
	f.Add(asZip(f, "cat/1.txt", "meow"), true)
	f.Add(archived(f, "cat/1.txt", "meow"), false)
	f.Fuzz(func(t *testing.T, b []byte, isZip bool) {
		dir := t.TempDir()
		path := filepath.Join(dir, "x.tgz")
		if isZip {
			path = filepath.Join(dir, "x.zip")
		}
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		err := Unpack(path, filepath.Join(dir, "to"))
		for _, name := range inside(t, dir) {
			if name != filepath.Base(path) && (err != nil || !strings.HasPrefix(name, "to/")) {
				t.Fatalf("%q is there (%v)", name, err)
			}
		}
	})
}
