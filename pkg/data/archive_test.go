package data

import (
	"archive/tar"
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/vitrine-ml/vitrine/internal/cache"
)

// entry is a member of an archive to be made.
type entry struct {
	name     string
	kind     byte // 0: a plain file
	contents []byte
}

// tarred is an archive as those who publish datasets make them: tar in gzip.
func tarred(entries ...entry) []byte {
	var out bytes.Buffer
	w := tar.NewWriter(&out)
	for _, e := range entries {
		h := &tar.Header{Name: e.name, Typeflag: e.kind, Mode: 0o644, Size: int64(len(e.contents))}
		switch e.kind {
		case 0:
			h.Typeflag = tar.TypeReg
		case tar.TypeSymlink:
			h.Linkname = "/etc/passwd"
		}
		if err := w.WriteHeader(h); err != nil {
			panic(err)
		}
		if _, err := w.Write(e.contents); err != nil {
			panic(err)
		}
	}
	if err := w.Close(); err != nil {
		panic(err)
	}
	return zipped(out.Bytes())
}

var smallArchive = tarred(
	entry{name: "set/", kind: tar.TypeDir}, entry{name: "set/a", contents: []byte("alpha")},
	entry{name: "../../evil", contents: []byte("outside")}, entry{name: "set/b", contents: []byte("beta")},
)

func TestUntar(t *testing.T) {
	got, err := untar(bytes.NewReader(smallArchive), members{"set/a": 5, "set/b": 100}, maxContents)
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != 2 || string(got["set/a"]) != "alpha" || string(got["set/b"]) != "beta" {
		t.Errorf("got %q", got)
	}
}

func TestUntarRefuses(t *testing.T) {
	want := members{"set/a": 100}
	bomb := tarred(entry{name: "other", contents: make([]byte, 5_000_000)}, entry{name: "set/a", contents: []byte("alpha")})
	for _, test := range []struct {
		name    string
		archive []byte
		want    members
		reason  string
	}{
		{"empty", nil, want, "not an archive compressed with gzip"},
		{"not gzip", w404, want, "not an archive compressed with gzip"},
		{"not tar", zipped([]byte(strings.Repeat("<html>", 200))), want, "broken archive"},
		{"truncated", smallArchive[:len(smallArchive)-20], want, "broken archive"},
		{"without its sum", smallArchive[:len(smallArchive)-8], want, "broken archive"},
		{"tampered", tamper(bytes.Clone(smallArchive)), want, "gzip: invalid checksum"},
		{"ends within a member", zipped(unzipped(smallArchive)[:512+512+2]), want, "set/a"},
		{"missing", smallArchive, members{"set/c": 100}, "set/c is not in it"},
		{"too large", smallArchive, members{"set/a": 4}, "set/a in it has 5 bytes, want at most 4"},
		{"bomb", bomb, want, "unpacks to more than 1000000 bytes"},
		{"twice", tarred(entry{name: "set/a"}, entry{name: "set/a"}), want, "set/a is in it twice"},
		{"a link", tarred(entry{name: "set/a", kind: tar.TypeSymlink}), want, "not a plain file"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := untar(bytes.NewReader(test.archive), test.want, 1_000_000)
			if got != nil || err == nil || !strings.Contains(err.Error(), test.reason) {
				t.Errorf("%q, error %v; want none and one with %q", got, err, test.reason)
			}
		})
	}
}

func unzipped(b []byte) []byte {
	b, err := unpack(bytes.NewReader(b), 0, maxContents)
	if err != nil {
		panic(err)
	}
	return b
}

// An archive comes from the places that other files come from, is checked by its own sum, and leaves nothing else on disk.
func TestArchive(t *testing.T) {
	for name, spoil := range map[string]func([]byte) []byte{
		"right": nil, "tampered": tamper, "truncated": func(b []byte) []byte { return b[:50] },
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			f := file{name: "set.tar.gz", official: sum(smallArchive), size: len(smallArchive)}
			archive := bytes.Clone(smallArchive)
			if spoil != nil {
				archive = spoil(archive)
			}
			path := filepath.Join(w.mirror, "set.tar.gz")
			put(t, path, archive)
			if !w.source.onDisk(f) {
				t.Error("it is not on disk")
			}
			got, err := w.source.archive(t.Context(), f, members{"set/a": 5})
			if spoil == nil {
				if err != nil || string(got["set/a"]) != "alpha" {
					t.Errorf("got %q, error %v", got, err)
				}
			} else if err == nil || !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), sum(archive)) {
				t.Errorf("error %v, want one that names %s and its sum", err, path)
			}
			if entries, _ := os.ReadDir(w.mirror); len(entries) != 1 || w.requests.Load() != 0 {
				t.Errorf("%v in the mirror, %d requests", entries, w.requests.Load())
			}
		})
	}
	t.Run("download", func(t *testing.T) {
		w := newWorld(t)
		w.official["set.tar.gz"] = smallArchive
		f := file{name: "set.tar.gz", official: sum(smallArchive), size: len(smallArchive)}
		for range 2 {
			if got, err := w.source.archive(t.Context(), f, members{"set/a": 5}); err != nil || string(got["set/a"]) != "alpha" {
				t.Errorf("got %q, error %v", got, err)
			}
		}
		if w.requests.Load() != 1 {
			t.Errorf("%d requests, want 1", w.requests.Load())
		}
	})
}

// The second time the members come from the cache, unless what was kept there is broken.
func TestArchiveKeepsMembers(t *testing.T) {
	w := newWorld(t)
	f := file{name: "set.tar.gz", official: sum(smallArchive), size: len(smallArchive)}
	archive := filepath.Join(w.mirror, "set.tar.gz")
	want := members{"set/a": 5, "set/b": 4}
	load := func() (map[string][]byte, error) { return w.source.archive(t.Context(), f, want) }
	put(t, archive, smallArchive)
	if _, err := load(); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(archive); err != nil {
		t.Fatal(err)
	}
	if got, err := load(); err != nil || string(got["set/a"]) != "alpha" || string(got["set/b"]) != "beta" {
		t.Errorf("without the archive: %q, error %v", got, err)
	}
	path, err := w.source.keptPath(f, "set/b")
	if err != nil {
		t.Fatal(err)
	}
	good, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for name, broken := range map[string][]byte{
		"changed": append([]byte{good[0] ^ 1}, good[1:]...), "truncated": good[:len(good)-1], "empty": {}, "longer": append(bytes.Clone(good), 0),
	} {
		put(t, path, broken)
		if got, err := load(); got != nil || err == nil || !strings.Contains(err.Error(), "set.tar.gz of small is missing") {
			t.Errorf("%s: %q, error %v; want the archive to be looked for", name, got, err)
		}
		put(t, archive, smallArchive)
		if got, err := load(); err != nil || string(got["set/b"]) != "beta" {
			t.Errorf("%s, with the archive: %q, error %v", name, got, err)
		}
		if err := os.Remove(archive); err != nil {
			t.Fatal(err)
		}
		if got, err := load(); err != nil || string(got["set/b"]) != "beta" {
			t.Errorf("%s, unpacked again: %q, error %v", name, got, err)
		}
	}
	put(t, archive, smallArchive)
	t.Setenv(cache.EnvVar, archive) // no folder: nothing can be kept
	if got, err := load(); err != nil || string(got["set/a"]) != "alpha" {
		t.Errorf("without a cache: %q, error %v", got, err)
	}
}

func FuzzUntar(f *testing.F) {
	f.Add(smallArchive)
	f.Add(zipped(unzipped(smallArchive)[:1500]))
	f.Add(tarred(entry{name: "set/a", kind: tar.TypeSymlink}))
	f.Fuzz(func(t *testing.T, b []byte) {
		got, err := untar(bytes.NewReader(b), members{"set/a": 5}, 1<<20)
		if (err == nil) != (got != nil) || len(got["set/a"]) > 5 {
			t.Fatalf("%q, error %v", got, err)
		}
	})
}
