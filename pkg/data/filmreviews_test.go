package data

import (
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/vitrine-ml/vitrine/internal/cache"
)

// TestFilmReviewsMade: without the sentences of others there are some that are made here, soon, and nobody is asked twice.
func TestFilmReviewsMade(t *testing.T) {
	folder := t.TempDir()
	t.Setenv(cache.EnvVar, folder)
	t.Setenv(mirrorVariable, filepath.Join(folder, "none"))
	var asked atomic.Int32
	done := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		select { // never answers
		case <-r.Context().Done():
		case <-done:
		}
	}))
	defer server.Close()
	defer close(done)
	from := vader
	from.url = server.URL + "/"
	for range 2 {
		begin := time.Now()
		train, test, err := filmReviews(context.Background(), from, 100*time.Millisecond)
		if err != nil {
			t.Fatal(err)
		}
		if len(train.Texts) != 4000 || len(test.Texts) != 1000 || len(test.Cues) != 1000 || !strings.Contains(test.Name, "opinions") {
			t.Errorf("%s with %d, %s with %d", train.Name, len(train.Texts), test.Name, len(test.Texts))
		}
		if took := time.Since(begin); took > 5*time.Second {
			t.Errorf("took %v", took)
		}
	}
	if n := asked.Load(); n != 1 {
		t.Errorf("asked %d times, want once", n)
	}
	note, err := cache.Path("data", from.set, "not-to-be-had")
	if err != nil {
		t.Fatal(err)
	}
	if why, err := os.ReadFile(note); err != nil || !strings.Contains(string(why), "no more time") {
		t.Errorf("the note says %q, error %v", why, err)
	}
	old := time.Now().Add(-2 * aDay)
	if err := os.Chtimes(note, old, old); err != nil {
		t.Fatal(err)
	}
	if _, _, err := filmReviews(context.Background(), from, 100*time.Millisecond); err != nil || asked.Load() != 2 {
		t.Errorf("a note of long ago: asked %d times, error %v", asked.Load(), err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := os.Remove(note); err != nil {
		t.Fatal(err)
	}
	if _, _, err := filmReviews(ctx, from, time.Second); err == nil {
		t.Error("no error from a context that has ended")
	}
}

// TestFilmReviewsWrong: a file that is not the official one is not passed over.
func TestFilmReviewsWrong(t *testing.T) {
	folder := t.TempDir()
	t.Setenv(cache.EnvVar, filepath.Join(folder, "cache"))
	t.Setenv(mirrorVariable, folder)
	if err := os.WriteFile(filepath.Join(folder, vaderFile.name), []byte("no archive"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, _, err := FilmReviews(context.Background()); err == nil || !strings.Contains(err.Error(), "SHA-256") {
		t.Errorf("error %v", err)
	}
}

func TestFilmReviews(t *testing.T) {
	mirrored(t, vader, vaderFile)
	train, test, err := FilmReviews(context.Background())
	if err != nil || len(train.Texts) != 7991 || len(test.Texts) != 2081 || test.Cues != nil {
		t.Errorf("%d and %d texts, error %v", len(train.Texts), len(test.Texts), err)
	}
}
