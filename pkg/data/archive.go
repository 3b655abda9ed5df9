package data

import (
	"archive/tar"
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/vitrine-ml/vitrine/internal/atomicfile"
	"github.com/vitrine-ml/vitrine/internal/cache"
	"github.com/vitrine-ml/vitrine/internal/fetch"
)

// members are the files in an archive that a dataset is made of, by the names that they have there, and the bytes that each may have.
type members map[string]int

// archive is the contents of some members of an archive, a tar file compressed with gzip, from the first place that has it; see find.
//
// Unpacking takes most of the time, and every cell of a notebook asks anew: so the members are kept in the cache, each with its sum.
func (s source) archive(ctx context.Context, f file, want members) (contents map[string][]byte, err error) {
	if contents := s.kept(f, want); contents != nil {
		return contents, nil
	}
	err = s.find(ctx, f, func(p place) error {
		contents, err = f.untarred(p, want)
		return err
	})
	if err == nil {
		s.keep(f, contents)
	}
	return contents, err
}

// keptPath is where a member is kept, under the sum of its archive.
func (s source) keptPath(f file, member string) (string, error) {
	return cache.Path("data", s.set, "unpacked-"+f.official, strings.ReplaceAll(member, "/", "-"))
}

// kept is the members that were kept, if all of them are there and right: contents, then their SHA-256. What is broken is unpacked again.
func (s source) kept(f file, want members) map[string][]byte {
	contents := map[string][]byte{}
	for member, most := range want {
		path, err := s.keptPath(f, member)
		if err != nil {
			return nil
		}
		info, err := os.Stat(path)
		if err != nil || info.Size() < sha256.Size || info.Size() > int64(most)+sha256.Size {
			return nil
		}
		b, err := os.ReadFile(path)
		if err != nil || len(b) < sha256.Size {
			return nil
		}
		of, end := b[:len(b)-sha256.Size:len(b)-sha256.Size], b[len(b)-sha256.Size:]
		if got := sha256.Sum256(of); !bytes.Equal(got[:], end) {
			return nil
		}
		contents[member] = of
	}
	return contents
}

// keep keeps the members. A cache that cannot be written to costs time the next time, and nothing else.
func (s source) keep(f file, contents map[string][]byte) {
	for member, of := range contents {
		path, err := s.keptPath(f, member)
		if err != nil || os.MkdirAll(filepath.Dir(path), 0o755) != nil {
			return
		}
		_ = atomicfile.Write(path, 0o644, func(w io.Writer) error {
			end := sha256.Sum256(of)
			_, err := w.Write(of)
			if err == nil {
				_, err = w.Write(end[:])
			}
			return err
		})
	}
}

// untarred takes the members out of the archive at that place, once its sum is known to be right.
func (f file) untarred(p place, want members) (map[string][]byte, error) {
	got, err := fetch.Sum(p.path)
	if err != nil {
		return nil, fmt.Errorf("data: %w", err)
	}
	if got != f.official {
		return nil, fmt.Errorf("data: %w: %s", &fetch.SumError{Path: p.path, Want: f.official, Got: got}, p.remedy)
	}
	r, err := os.Open(p.path)
	if err != nil {
		return nil, fmt.Errorf("data: %w", err)
	}
	defer r.Close() //nolint:errcheck // only read
	contents, err := untar(r, want, maxContents)
	if err != nil {
		return nil, fmt.Errorf("data: %s: %w", p.path, err)
	}
	return contents, nil
}

// untar reads the members that are wanted from a tar file compressed with gzip. It returns an error if the archive is broken anywhere, a
// member is missing, is there twice, is not a plain file or is larger than it may be, or the archive unpacks to more than limit bytes.
// Names are only compared: where a member would like to be written plays no part.
func untar(r io.Reader, want members, limit int64) (map[string][]byte, error) {
	unzipped, err := gzip.NewReader(bufio.NewReaderSize(r, 1<<16))
	if err != nil {
		return nil, fmt.Errorf("not an archive compressed with gzip: %w", err)
	}
	limited := &io.LimitedReader{R: unzipped, N: limit + 1}
	broken := func(err error) error {
		if limited.N <= 0 {
			return fmt.Errorf("unpacks to more than %d bytes", limit)
		}
		if errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF
		}
		return fmt.Errorf("broken archive: %w", err)
	}
	contents := map[string][]byte{}
	for archive := tar.NewReader(limited); ; {
		header, err := archive.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, broken(err)
		}
		most, wanted := want[header.Name]
		if !wanted {
			continue
		}
		switch _, twice := contents[header.Name]; {
		case twice:
			return nil, fmt.Errorf("%s is in it twice", header.Name)
		case header.Typeflag != tar.TypeReg:
			return nil, fmt.Errorf("%s in it is not a plain file (type %q)", header.Name, header.Typeflag)
		case header.Size > int64(most):
			return nil, fmt.Errorf("%s in it has %d bytes, want at most %d", header.Name, header.Size, most)
		}
		member, err := io.ReadAll(archive)
		if err != nil {
			return nil, broken(fmt.Errorf("%s: %w", header.Name, err))
		}
		contents[header.Name] = member
	}
	if _, err := io.Copy(io.Discard, limited); err != nil || limited.N <= 0 { // to the end, where the sum of gzip is
		return nil, broken(err)
	}
	for _, name := range slices.Sorted(maps.Keys(want)) {
		if _, ok := contents[name]; !ok {
			return nil, fmt.Errorf("%s is not in it", name)
		}
	}
	return contents, nil
}
