// Package fetch downloads files whose SHA-256 is known beforehand. A file is whole and right, or it is not there: what has arrived so far
// waits under the name with ".part", from which an interrupted download goes on, in this process or the next.
//
// It prints nothing. Several processes may ask for the same file: one downloads, the others wait for it.
package fetch

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"
)

// File is what to download and how to know it.
type File struct {
	URL    string
	Path   string // where it goes; the folder is made if need be
	SHA256 string // hexadecimal, lower case
	Limit  int64  // bytes; a server that sends more is cut off
}

// Client downloads. The zero value is ready for use.
type Client struct {
	Progress func(done, total int64) // called with bytes from time to time; total is -1 where the server does not say. May be nil
	Stall    time.Duration           // without a byte for so long, an attempt fails; 30 s if zero
	Attempts int                     // in all; 4 if zero
	Pause    time.Duration           // after the first failed attempt, then twice as long each time; 500 ms if zero
}

// SumError says that a file is not the one it should be.
type SumError struct {
	Path      string // or address
	Want, Got string // SHA-256
}

func (e *SumError) Error() string {
	return fmt.Sprintf("%s: SHA-256 is %s, want %s", e.Path, e.Got, e.Want)
}

// Get makes the file be at its path, and returns at once if it is. Attempts that fail for a reason that may pass are repeated. It
// returns a [SumError] if what is at the path, or what the server sends, is another file; the context's error if that ends.
func (c Client) Get(ctx context.Context, f File) error {
	if err := c.get(ctx, f); err != nil {
		return fmt.Errorf("fetch: %w", err)
	}
	return nil
}

func (c Client) get(ctx context.Context, f File) error {
	if err := os.MkdirAll(filepath.Dir(f.Path), 0o755); err != nil {
		return err
	}
	lock := flock.New(f.Path + ".lock") // stays behind: to remove it would take it from under those who wait
	if _, err := lock.TryLockContext(ctx, 50*time.Millisecond); err != nil {
		return fmt.Errorf("wait for another download of %s: %w", f.Path, err)
	}
	defer lock.Unlock() //nolint:errcheck // the end of the process unlocks as well

	if got, err := Sum(f.Path); !errors.Is(err, fs.ErrNotExist) {
		if err == nil && got != f.SHA256 {
			err = &SumError{Path: f.Path, Want: f.SHA256, Got: got}
		}
		return err
	}
	attempts, pause := max(c.Attempts, 0), c.Pause
	if attempts == 0 {
		attempts = 4
	}
	if pause == 0 {
		pause = 500 * time.Millisecond
	}
	for n := 1; ; n++ {
		err := c.attempt(ctx, f)
		var p *passing
		switch {
		case err == nil:
			return nil
		case ctx.Err() != nil:
			return fmt.Errorf("%s: %w", f.URL, context.Cause(ctx))
		case !errors.As(err, &p):
			return err
		case n == attempts:
			return fmt.Errorf("%w, at the last of %d attempts", err, attempts)
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%s: %w", f.URL, context.Cause(ctx))
		case <-time.After(pause << (n - 1)):
		}
	}
}

// passing is an error that may be gone at the next attempt.
type passing struct{ error }

func (p *passing) Unwrap() error { return p.error }

// attempt carries the part file on to the end once.
func (c Client) attempt(ctx context.Context, f File) (err error) {
	part, err := openPart(f.Path + ".part")
	if err != nil {
		return err
	}
	defer part.Close() //nolint:errcheck // finish closes with a check
	if part.sum() == f.SHA256 {
		return part.finish(f.Path)
	}
	resumed, err := c.receive(ctx, f, part)
	if err != nil {
		return err
	}
	if got := part.sum(); got != f.SHA256 {
		if err := part.reset(); err != nil {
			return err
		}
		err := error(&SumError{Path: f.URL, Want: f.SHA256, Got: got})
		if resumed { // the beginning may be of another version of the file: once more, from the start
			err = &passing{err}
		}
		return err
	}
	return part.finish(f.Path)
}

// receive asks for what the part file lacks and appends it; resumed is false if that began at the start. There is no If-Range: the
// SHA-256 at the end finds a file that has changed in between, and every other mistake.
func (c Client) receive(ctx context.Context, f File, part *part) (resumed bool, err error) {
	stall := c.Stall
	if stall == 0 {
		stall = 30 * time.Second
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	stalled := time.AfterFunc(stall, func() { cancel(fmt.Errorf("nothing came for %v", stall)) })
	defer stalled.Stop()
	later := func(err error) error {
		if cause := context.Cause(ctx); cause != nil {
			err = cause
		}
		return &passing{fmt.Errorf("%s: %w", f.URL, err)}
	}

	request, err := http.NewRequestWithContext(ctx, http.MethodGet, f.URL, nil)
	if err != nil {
		return false, err
	}
	request.Header.Set("Accept-Encoding", "identity") // or a server's label makes net/http unpack the file
	if part.size > 0 {
		request.Header.Set("Range", fmt.Sprintf("bytes=%d-", part.size))
	}
	response, err := client.Do(request)
	if err != nil {
		var u *url.Error
		if errors.As(err, &u) { // which names the address once more
			err = u.Err
		}
		var dns *net.DNSError
		if errors.As(err, &dns) && dns.IsNotFound { // without a network, this is the usual answer: no use in waiting
			return false, fmt.Errorf("%s: %w", f.URL, err)
		}
		return false, later(err)
	}
	defer response.Body.Close() //nolint:errcheck // only read

	switch code := response.StatusCode; {
	case code == http.StatusPartialContent && part.size > 0 && startsAt(response, part.size):
		resumed = true
	case code == http.StatusOK: // a server without ranges, or nothing to resume
		if err := part.reset(); err != nil {
			return false, err
		}
	case code == http.StatusRequestedRangeNotSatisfiable, code == http.StatusPartialContent:
		if err := part.reset(); err != nil {
			return false, err
		}
		return false, later(fmt.Errorf("the server cannot go on from here: %s", response.Status))
	case code == http.StatusRequestTimeout, code == http.StatusTooManyRequests, code >= 500:
		return false, later(errors.New(response.Status))
	default:
		return false, fmt.Errorf("%s: %s", f.URL, response.Status)
	}

	total := int64(-1)
	if response.ContentLength >= 0 {
		total = part.size + response.ContentLength
	}
	tooLarge := func() error {
		return fmt.Errorf("%s: more than %d bytes: not the file that was asked for", f.URL, f.Limit)
	}
	if total > f.Limit {
		return resumed, tooLarge()
	}
	for buffer := make([]byte, 1<<16); ; {
		n, readErr := response.Body.Read(buffer)
		stalled.Reset(stall)
		if n > 0 {
			if part.size+int64(n) > f.Limit {
				return resumed, errors.Join(tooLarge(), part.reset())
			}
			if err := part.append(buffer[:n]); err != nil {
				return resumed, err
			}
			if c.Progress != nil {
				c.Progress(part.size, total)
			}
		}
		if readErr == io.EOF {
			return resumed, nil
		}
		if readErr != nil {
			return resumed, later(readErr)
		}
	}
}

// startsAt says whether the response's content begins at that byte of the file.
func startsAt(r *http.Response, offset int64) bool {
	var first int64
	_, err := fmt.Sscanf(r.Header.Get("Content-Range"), "bytes %d-", &first)
	return err == nil && first == offset
}

var client = func() *http.Client {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.DialContext = (&net.Dialer{Timeout: 10 * time.Second}).DialContext
	t.TLSHandshakeTimeout = 10 * time.Second
	return &http.Client{Transport: t}
}()

// Sum is the SHA-256, in hexadecimal, of the file at path.
func Sum(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close() //nolint:errcheck // only read
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}
