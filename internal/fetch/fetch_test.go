package fetch

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

var content = func() []byte {
	b := make([]byte, 300_000)
	for i := range b {
		b[i] = byte(i*i>>3 + i)
	}
	return b
}()

func sumOf(b []byte) string {
	h := sha256.Sum256(b)
	return hex.EncodeToString(h[:])
}

// server answers on loopback and remembers the Range header of each request.
type server struct {
	*httptest.Server
	mu     sync.Mutex
	ranges []string
}

func serve(t *testing.T, handle http.HandlerFunc) *server {
	s := &server{}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		s.ranges = append(s.ranges, r.Header.Get("Range"))
		s.mu.Unlock()
		handle(w, r)
	}))
	t.Cleanup(s.Close)
	return s
}

func (s *server) asked() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.ranges
}

// whole serves the content, with ranges.
func whole(w http.ResponseWriter, r *http.Request) {
	http.ServeContent(w, r, "a", time.Time{}, bytes.NewReader(content))
}

// cut sends the header for all of the content but only the first n bytes of it.
func cut(w http.ResponseWriter, n int) {
	w.Header().Set("Content-Length", fmt.Sprint(len(content)))
	_, _ = w.Write(content[:n])
	_ = http.NewResponseController(w).Flush()
	panic(http.ErrAbortHandler)
}

func fileOf(t *testing.T, s *server) File {
	return File{URL: s.URL + "/a", Path: filepath.Join(t.TempDir(), "new", "a"), SHA256: sumOf(content), Limit: int64(len(content))}
}

var quick = Client{Pause: time.Millisecond, Stall: 5 * time.Second}

// arrived fails unless the file is there, right, and nothing but its lock beside it.
func arrived(t *testing.T, f File) {
	t.Helper()
	got, err := os.ReadFile(f.Path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, content) {
		t.Errorf("file has %d bytes, want the %d of the content", len(got), len(content))
	}
	if _, err := os.Stat(f.Path + ".part"); err == nil {
		t.Error("the part file is still there")
	}
}

// absent fails if there is a file.
func absent(t *testing.T, f File) {
	t.Helper()
	if _, err := os.Stat(f.Path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("there is a file at its path: %v", err)
	}
}

func TestGet(t *testing.T) {
	s := serve(t, whole)
	f := fileOf(t, s)
	var last, calls int64
	c := quick
	c.Progress = func(done, total int64) {
		if done < last || total != int64(len(content)) {
			t.Errorf("progress %d of %d after %d", done, total, last)
		}
		last = done
		calls++
	}
	for range 2 { // the second time it is there
		if err := c.Get(t.Context(), f); err != nil {
			t.Fatal(err)
		}
		arrived(t, f)
	}
	if last != int64(len(content)) || calls == 0 {
		t.Errorf("progress ended at %d of %d", last, len(content))
	}
	if got := s.asked(); len(got) != 1 {
		t.Errorf("%d requests, want 1", len(got))
	}
}

func TestResumeAfterCut(t *testing.T) {
	var n atomic.Int32
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if n.Add(1) == 1 {
			cut(w, 200_000)
		}
		whole(w, r)
	})
	f := fileOf(t, s)
	if err := quick.Get(t.Context(), f); err != nil {
		t.Fatal(err)
	}
	arrived(t, f)
	asked := s.asked()
	if len(asked) != 2 || asked[0] != "" || !strings.HasPrefix(asked[1], "bytes=") {
		t.Errorf("asked for ranges %q, want all of it, then the rest", asked)
	}
}

// An interrupted program leaves a part file; the next goes on from there.
func TestResumeInNextProcess(t *testing.T) {
	s := serve(t, whole)
	f := fileOf(t, s)
	leavePart(t, f, content[:123_456])
	if err := quick.Get(t.Context(), f); err != nil {
		t.Fatal(err)
	}
	arrived(t, f)
	if got := s.asked(); len(got) != 1 || got[0] != "bytes=123456-" {
		t.Errorf("asked for ranges %q, want bytes=123456-", got)
	}
}

func TestPartIsWhole(t *testing.T) {
	s := serve(t, func(http.ResponseWriter, *http.Request) { t.Error("a request for nothing") })
	f := fileOf(t, s)
	leavePart(t, f, content)
	if err := quick.Get(t.Context(), f); err != nil {
		t.Fatal(err)
	}
	arrived(t, f)
}

// Whatever is wrong with the part file or the server's ranges, the file is right in the end.
func TestFromTheStart(t *testing.T) {
	other := bytes.Repeat([]byte{7}, 100_000)
	for _, test := range []struct {
		name   string
		part   []byte
		handle http.HandlerFunc
	}{
		{"part of another file", other, whole},
		{"part longer than the file", append(bytes.Clone(content), 1, 2, 3), whole},
		{"server without ranges", content[:100_000], func(w http.ResponseWriter, r *http.Request) {
			_, _ = w.Write(content)
		}},
		{"wrong range", content[:100_000], func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("Range") != "" {
				r.Header.Set("Range", "bytes=5-")
			}
			whole(w, r)
		}},
		{"no content range", content[:100_000], func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("Range") == "" {
				whole(w, r)
				return
			}
			w.WriteHeader(http.StatusPartialContent)
			_, _ = w.Write(content[100_000:])
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			f := fileOf(t, serve(t, test.handle))
			leavePart(t, f, test.part)
			if err := quick.Get(t.Context(), f); err != nil {
				t.Fatal(err)
			}
			arrived(t, f)
		})
	}
}

func leavePart(t *testing.T, f File, b []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(f.Path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(f.Path+".part", b, 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestWrongContent(t *testing.T) {
	tampered := bytes.Clone(content)
	tampered[1234] ^= 1
	s := serve(t, func(w http.ResponseWriter, r *http.Request) { _, _ = w.Write(tampered) })
	f := fileOf(t, s)
	err := quick.Get(t.Context(), f)
	var sum *SumError
	if !errors.As(err, &sum) || sum.Got != sumOf(tampered) || sum.Want != sumOf(content) || sum.Path != f.URL {
		t.Errorf("error %v, want a SumError with both sums", err)
	}
	absent(t, f)
	if got := s.asked(); len(got) != 1 {
		t.Errorf("%d requests, want 1: asking again would not help", len(got))
	}
}

func TestWrongFileAtPath(t *testing.T) {
	f := fileOf(t, serve(t, whole))
	if err := os.MkdirAll(filepath.Dir(f.Path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(f.Path, content[:1000], 0o644); err != nil {
		t.Fatal(err)
	}
	err := quick.Get(t.Context(), f)
	var sum *SumError
	if !errors.As(err, &sum) || sum.Got != sumOf(content[:1000]) || sum.Path != f.Path {
		t.Errorf("error %v, want a SumError for what is there", err)
	}
}

func TestTooLarge(t *testing.T) {
	for name, handle := range map[string]http.HandlerFunc{
		"said beforehand": whole,
		"unsaid": func(w http.ResponseWriter, r *http.Request) {
			_ = http.NewResponseController(w).Flush()
			_, _ = w.Write(content)
		},
	} {
		t.Run(name, func(t *testing.T) {
			f := fileOf(t, serve(t, handle))
			f.Limit = 1000
			if err := quick.Get(t.Context(), f); err == nil || !strings.Contains(err.Error(), "more than 1000 bytes") {
				t.Errorf("error %v, want one about 1000 bytes", err)
			}
			absent(t, f)
			if info, err := os.Stat(f.Path + ".part"); err == nil && info.Size() > 1000 {
				t.Errorf("part file has %d bytes", info.Size())
			}
		})
	}
}

func TestStatus(t *testing.T) {
	for _, test := range []struct{ code, requests int }{
		{http.StatusNotFound, 1}, {http.StatusForbidden, 1}, {http.StatusServiceUnavailable, 3}, {http.StatusTooManyRequests, 3},
	} {
		t.Run(fmt.Sprint(test.code), func(t *testing.T) {
			s := serve(t, func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(test.code) })
			f := fileOf(t, s)
			c := quick
			c.Attempts = 3
			if err := c.Get(t.Context(), f); err == nil || !strings.Contains(err.Error(), fmt.Sprint(test.code)) {
				t.Errorf("error %v, want one with %d", err, test.code)
			}
			if got, want := len(s.asked()), test.requests; got != want {
				t.Errorf("%d requests, want %d", got, want)
			}
			absent(t, f)
		})
	}
}

func TestStall(t *testing.T) {
	release := make(chan struct{})
	var n atomic.Int32
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if n.Add(1) == 1 {
			_, _ = w.Write(content[:1000])
			_ = http.NewResponseController(w).Flush()
		}
		<-release
	})
	defer close(release)
	f := fileOf(t, s)
	c := Client{Stall: 50 * time.Millisecond, Attempts: 2, Pause: time.Millisecond}
	start := time.Now()
	err := c.Get(t.Context(), f)
	if err == nil || !strings.Contains(err.Error(), "nothing came for 50ms") {
		t.Errorf("error %v, want one about a stall", err)
	}
	if took := time.Since(start); took > 5*time.Second {
		t.Errorf("took %v", took)
	}
	if part, err := os.ReadFile(f.Path + ".part"); err != nil || !bytes.Equal(part, content[:1000]) {
		t.Errorf("part file has %d bytes (%v), want the 1000 that came", len(part), err)
	}
	absent(t, f)
}

func TestCancel(t *testing.T) {
	release := make(chan struct{})
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = w.Write(content[:1000])
		_ = http.NewResponseController(w).Flush()
		<-release
	})
	defer close(release)
	ctx, cancel := context.WithCancel(t.Context())
	c := quick
	c.Progress = func(done, total int64) { cancel() }
	f := fileOf(t, s)
	if err := c.Get(ctx, f); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want %v", err, context.Canceled)
	}
	absent(t, f)

	t.Run("while it pauses", func(t *testing.T) {
		s := serve(t, func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusBadGateway) })
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer cancel()
		if err := (Client{Pause: time.Hour}).Get(ctx, fileOf(t, s)); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("error %v, want %v", err, context.DeadlineExceeded)
		}
	})
}

func TestSeveralAtOnce(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		time.Sleep(20 * time.Millisecond)
		whole(w, r)
	})
	f := fileOf(t, s)
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			if err := quick.Get(t.Context(), f); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	arrived(t, f)
	if got := len(s.asked()); got != 1 {
		t.Errorf("%d requests, want 1", got)
	}
}

// The test program starts itself as two other processes that want the same file.
func TestProcessesAtOnce(t *testing.T) {
	if url := os.Getenv("VITRINE_TEST_FETCH_URL"); url != "" {
		f := File{URL: url, Path: os.Getenv("VITRINE_TEST_FETCH_PATH"), SHA256: sumOf(content), Limit: int64(len(content))}
		if err := quick.Get(t.Context(), f); err != nil {
			t.Fatal(err)
		}
		return
	}
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		time.Sleep(100 * time.Millisecond)
		whole(w, r)
	})
	f := fileOf(t, s)
	var all sync.WaitGroup
	for range 2 {
		all.Go(func() {
			cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestProcessesAtOnce$")
			cmd.Env = append(os.Environ(), "VITRINE_TEST_FETCH_URL="+f.URL, "VITRINE_TEST_FETCH_PATH="+f.Path)
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Errorf("%v\n%s", err, out)
			}
		})
	}
	all.Wait()
	arrived(t, f)
	if got := len(s.asked()); got != 1 {
		t.Errorf("%d requests, want 1", got)
	}
}

func TestUnreachable(t *testing.T) {
	s := serve(t, whole)
	f := fileOf(t, s)
	s.Close()
	c := quick
	c.Attempts = 2
	if err := c.Get(t.Context(), f); err == nil || !strings.Contains(err.Error(), "last of 2 attempts") {
		t.Errorf("error %v, want one after 2 attempts", err)
	}
	absent(t, f)
}
