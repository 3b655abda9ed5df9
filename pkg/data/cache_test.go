package data

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/vitrine-ml/vitrine/internal/cache"
	"github.com/vitrine-ml/vitrine/internal/fetch"
)

func sum(b []byte) string {
	h := sha256.Sum256(b)
	return hex.EncodeToString(h[:])
}

// world is the places of a small source, all in temporary folders, with a server for the official address.
type world struct {
	source                source
	files                 fashionFiles
	system, mirror, cache string // folders
	official              map[string][]byte
	requests              *atomic.Int32
}

func newWorld(t *testing.T) *world {
	w := &world{
		system: t.TempDir(), mirror: t.TempDir(), cache: t.TempDir(),
		official: map[string][]byte{"images.gz": zipped(idxImages), "labels.gz": zipped(idxLabels)},
		requests: new(atomic.Int32),
	}
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		w.requests.Add(1)
		b, ok := w.official[strings.TrimPrefix(r.URL.Path, "/")]
		if !ok {
			http.NotFound(rw, r)
			return
		}
		http.ServeContent(rw, r, "", time.Time{}, bytes.NewReader(b))
	}))
	t.Cleanup(server.Close)
	t.Setenv(mirrorVariable, w.mirror)
	t.Setenv(cache.EnvVar, w.cache)
	w.source = source{
		set: "small", system: w.system, url: server.URL + "/", advice: "Do this or that",
		client: fetch.Client{Pause: time.Millisecond, Stall: 5 * time.Second},
	}
	w.files = fashionFiles{
		images: file{"images.gz", sum(w.official["images.gz"]), sum(idxImages), len(idxImages)},
		labels: file{"labels.gz", sum(w.official["labels.gz"]), sum(idxLabels), len(idxLabels)},
	}
	return w
}

func (w *world) load(ctx context.Context) (*Dataset, error) {
	return w.source.mnist(ctx, "small", w.files, animals)
}

func put(t *testing.T, path string, b []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, b, 0o644); err != nil {
		t.Fatal(err)
	}
}

func (w *world) want(t *testing.T, d *Dataset, err error) {
	t.Helper()
	want := must(t)(New("small", []int{2, 3, 1}, idxImages[16:], []int{2, 0}, animals))
	if got := must(t)(d, err); got.Hash() != want.Hash() {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestPlaces(t *testing.T) {
	for _, test := range []struct {
		name   string
		folder func(w *world) string
	}{
		{"system", func(w *world) string { return w.system }},
		{"mirror", func(w *world) string { return w.mirror }},
		{"folder in mirror", func(w *world) string { return filepath.Join(w.mirror, "small") }},
		{"cache", func(w *world) string { return filepath.Join(w.cache, "data", "small") }},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t)
			put(t, filepath.Join(test.folder(w), "images.gz"), idxImages) // not compressed at all: the contents count
			put(t, filepath.Join(test.folder(w), "labels.gz"), w.official["labels.gz"])
			d, err := w.load(t.Context())
			w.want(t, d, err)
			if n := w.requests.Load(); n != 0 {
				t.Errorf("%d requests for files that are on disk", n)
			}
		})
	}
}

// A mirror may hold a file compressed that its publisher has not compressed.
func TestMirrorMayCompress(t *testing.T) {
	w := newWorld(t)
	w.files.images.name = "images"
	put(t, filepath.Join(w.mirror, "images.gz"), zipped(idxImages))
	put(t, filepath.Join(w.mirror, "labels.gz"), w.official["labels.gz"])
	d, err := w.load(t.Context())
	w.want(t, d, err)
}

func TestDownload(t *testing.T) {
	w := newWorld(t)
	var mu sync.Mutex
	seen := map[string]int64{}
	ctx := WithProgress(t.Context(), func(file string, done, total int64) {
		mu.Lock()
		defer mu.Unlock()
		seen[file] = done
		if total != int64(len(w.official[file])) {
			t.Errorf("%s: total %d", file, total)
		}
	})
	var all sync.WaitGroup
	for range 3 {
		all.Go(func() {
			d, err := w.load(ctx)
			w.want(t, d, err)
		})
	}
	all.Wait()
	if n := w.requests.Load(); n != 2 {
		t.Errorf("%d requests, want one a file", n)
	}
	for name, b := range w.official {
		if seen[name] != int64(len(b)) {
			t.Errorf("%s: progress ended at %d of %d", name, seen[name], len(b))
		}
		if got, err := os.ReadFile(filepath.Join(w.cache, "data", "small", name)); err != nil || !bytes.Equal(got, b) {
			t.Errorf("%s in the cache: %d bytes, error %v", name, len(got), err)
		}
	}
}

// A broken file is an error wherever it is, though another place may have a good one.
func TestBrokenFiles(t *testing.T) {
	good := zipped(idxImages)
	tampered := bytes.Clone(idxImages)
	tampered[20] ^= 1
	for _, test := range []struct {
		name string
		file []byte
		got  string // sum of what can be read
	}{
		{"tampered", zipped(tampered), sum(tampered)},
		{"truncated", idxImages[:20], sum(idxImages[:20])},
		{"truncated gzip", good[:len(good)-8], sum(idxImages)},
		{"empty", nil, sum(nil)},
		{"longer", zipped(append(bytes.Clone(idxImages), 0)), sum(append(bytes.Clone(idxImages), 0))},
		{"another file", w404, sum(w404)},
	} {
		for place, remedy := range map[string]string{"system": "again", "mirror": "in its place", "cache": "delete it"} {
			t.Run(test.name+" in "+place, func(t *testing.T) {
				w := newWorld(t)
				path := filepath.Join(map[string]string{
					"system": w.system, "mirror": w.mirror, "cache": filepath.Join(w.cache, "data", "small"),
				}[place], "images.gz")
				put(t, path, test.file)
				d, err := w.load(t.Context())
				if d != nil || err == nil {
					t.Fatalf("%v, error %v; want none and one", d, err)
				}
				for _, part := range []string{path, test.got, sum(idxImages), remedy} {
					if !strings.Contains(err.Error(), part) {
						t.Errorf("error %q does not say %q", err, part)
					}
				}
			})
		}
	}
}

var w404 = []byte("<html>not found</html>")

func TestWrongDownload(t *testing.T) {
	w := newWorld(t)
	want := sum(w.official["labels.gz"])
	w.official["labels.gz"] = tamper(zipped(idxLabels))
	d, err := w.load(t.Context())
	var wrong *fetch.SumError
	if d != nil || !errors.As(err, &wrong) || wrong.Want != want || wrong.Got != sum(w.official["labels.gz"]) {
		t.Errorf("%v, error %v; want none and a SumError", d, err)
	}
	if _, err := os.Stat(filepath.Join(w.cache, "data", "small", "labels.gz")); err == nil {
		t.Error("the wrong file is in the cache")
	}
}

func TestMissing(t *testing.T) {
	w := newWorld(t)
	delete(w.official, "images.gz")
	_, err := w.load(t.Context())
	if err == nil {
		t.Fatal("no error")
	}
	for _, part := range []string{
		"images.gz of small is missing", filepath.Join(w.system, "images.gz") + " (not there)",
		filepath.Join(w.mirror, "images.gz") + " (not there)", filepath.Join(w.cache, "data", "small", "images.gz") + " (not there)",
		w.source.url + "images.gz: 404", "Do this or that",
	} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("error %q does not say %q", err, part)
		}
	}
	if d, err := w.load(t.Context()); d != nil || err == nil {
		t.Errorf("a second time: %v, error %v", d, err)
	}
}

func TestNoMirrorNoCache(t *testing.T) {
	w := newWorld(t)
	for _, name := range []string{mirrorVariable, cache.EnvVar, "HOME", "XDG_CACHE_HOME", "LocalAppData"} {
		t.Setenv(name, "")
	}
	_, err := w.load(t.Context())
	if err == nil {
		t.Fatal("no error")
	}
	for _, part := range []string{"VITRINE_MIRROR (not set)", "VITRINE_CACHE can name one", "not asked"} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("error %q does not say %q", err, part)
		}
	}
	if n := w.requests.Load(); n != 0 {
		t.Errorf("%d requests", n)
	}
}

func TestLoadCancelled(t *testing.T) {
	w := newWorld(t)
	ctx, cancel := context.WithCancel(t.Context())
	ctx = WithProgress(ctx, func(file string, done, total int64) { cancel() }) // while the first file arrives, or just after
	if d, err := w.load(ctx); d != nil || !errors.Is(err, context.Canceled) {
		t.Errorf("%v, error %v; want none and %v", d, err, context.Canceled)
	}
}
