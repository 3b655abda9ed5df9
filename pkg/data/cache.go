package data

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/vitrine-ml/vitrine/internal/cache"
	"github.com/vitrine-ml/vitrine/internal/fetch"
)

// mirrorVariable names the environment variable for a folder of official files, there or in a folder named after the set: under their
// names, or compressed with gzip and with .gz after that.
const mirrorVariable = "VITRINE_MIRROR"

// source is a published set of files and the places where they may be.
type source struct {
	set    string // the folder's name in mirror and cache
	system string // where a package of the operating system puts the files
	url    string // the official address, with a slash at the end
	advice string // what a user can do who has none of these, as a sentence
	client fetch.Client
}

// file is one of a source's files. Others may compress it otherwise than its publisher, so the sum that counts is that of the contents;
// that of the official file guards the download. Of an archive the file itself is checked, and contents is empty.
type file struct {
	name     string
	official string // SHA-256 of the file at the official address
	contents string // SHA-256 of what it unpacks to
	size     int    // bytes it unpacks to; of an archive, as many as the file may have
}

type progressKey struct{}

// WithProgress has the functions of this package that download report to f how far they are: the file, the bytes that are here and the
// bytes in all, -1 if the server does not say. f is called from the goroutine that downloads.
func WithProgress(ctx context.Context, f func(file string, done, total int64)) context.Context {
	return context.WithValue(ctx, progressKey{}, f)
}

// read is the contents of the file, from the first place that has it; see find.
func (s source) read(ctx context.Context, f file) (contents []byte, err error) {
	err = s.find(ctx, f, func(p place) error {
		contents, err = f.verified(p.path, p.remedy)
		return err
	})
	return contents, err
}

// find calls use for the first place that has the file: the system's folder, the mirror, the cache, the cache once more after a download
// from the official address. use returns fs.ErrNotExist if the place does not have it. A file that is not what it should be is an error,
// wherever it is: to pass over it in silence would hide that something is broken.
func (s source) find(ctx context.Context, f file, use func(place) error) error {
	places, cached := s.places(f)
	var looked []string
	for _, p := range places {
		if p.path == "" {
			looked = append(looked, p.why)
			continue
		}
		if err := use(p); !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		looked = append(looked, p.path+" (not there)")
	}
	missing := func(err error) error {
		return fmt.Errorf("data: %s of %s is missing; looked in: %s; %w. %s", f.name, s.set, strings.Join(looked, "; "), err, s.advice)
	}
	if cached == "" {
		return missing(fmt.Errorf("%s (not asked: there is no folder to download to)", s.url))
	}
	client := s.client
	if report, ok := ctx.Value(progressKey{}).(func(string, int64, int64)); ok {
		client.Progress = func(done, total int64) { report(f.name, done, total) }
	}
	// Compressing makes a file smaller, or larger by very little.
	err := client.Get(ctx, fetch.File{URL: s.url + f.name, Path: cached, SHA256: f.official, Limit: int64(f.size) + 1<<16})
	if err != nil && ctx.Err() != nil {
		return fmt.Errorf("data: %s of %s: %w", f.name, s.set, err)
	}
	if err != nil {
		return missing(err)
	}
	return use(place{path: cached, remedy: "delete it"})
}

// place is a path where a file may be and what to do if it is there but wrong; without a path, why there is none.
type place struct{ path, remedy, why string }

// places are those on disk, in order, and which of them is the cache.
func (s source) places(f file) (places []place, cached string) {
	if s.system != "" {
		places = append(places, place{path: filepath.Join(s.system, f.name), remedy: "install the package that it belongs to again"})
	}
	if mirror := os.Getenv(mirrorVariable); mirror != "" {
		const remedy = "put the official file in its place"
		names := []string{f.name}
		if f.contents != "" && !strings.HasSuffix(f.name, ".gz") {
			names = append(names, f.name+".gz")
		}
		for _, name := range names {
			places = append(places,
				place{path: filepath.Join(mirror, s.set, name), remedy: remedy},
				place{path: filepath.Join(mirror, name), remedy: remedy})
		}
	} else {
		places = append(places, place{why: "the folder named by " + mirrorVariable + " (not set)"})
	}
	cached, err := cache.Path("data", s.set, f.name)
	if err != nil {
		return append(places, place{why: fmt.Sprintf("the cache (%v)", err)}), ""
	}
	return append(places, place{path: cached, remedy: "delete it"}), cached
}

// onDisk says whether there is such a file, right or wrong, without a download.
func (s source) onDisk(f file) bool {
	places, _ := s.places(f)
	return slices.ContainsFunc(places, func(p place) bool {
		_, err := os.Stat(p.path)
		return p.path != "" && err == nil
	})
}

// verified reads and unpacks the file at path. Unless all of it is there and its sum is right, it returns an error and no contents.
func (f file) verified(path, remedy string) ([]byte, error) {
	r, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("data: %w", err)
	}
	defer r.Close() //nolint:errcheck // only read
	contents, err := unpack(r, f.size, int64(f.size))
	if got := sha256.Sum256(contents); err != nil || hex.EncodeToString(got[:]) != f.contents {
		sum := &fetch.SumError{Path: path, Want: f.contents, Got: hex.EncodeToString(got[:])}
		if err != nil {
			return nil, fmt.Errorf("data: cannot be read to its end (%w), and of what can: %w: %s", err, sum, remedy)
		}
		return nil, fmt.Errorf("data: contents of %w: %s", sum, remedy)
	}
	return contents, nil
}
