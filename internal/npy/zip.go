package npy

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/gomlx/gomlx/core/tensors"

	"github.com/vitrine-ml/vitrine/internal/atomicfile"
)

// What an archive may be. Deflate packs a thousand zeros into one byte, and honest arrays may be all zeros: only where much would be
// unpacked does the ratio count.
const (
	maxMembers  = 100_000
	maxName     = 1 << 10
	maxUnpacked = 8 << 30
	freely      = 256 << 20 // so many bytes are unpacked whatever the ratio
	maxRatio    = 200
)

// ReadZipFile reads the arrays of a .npz file by their names, without the ending ".npy". Its errors name the file.
func ReadZipFile(path string) (map[string]*tensors.Tensor, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("npy: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, fmt.Errorf("npy: %w", err)
	}
	all, err := ReadZip(f, info.Size())
	if err != nil {
		return nil, fmt.Errorf("npy: %s: %w", path, err)
	}
	return all, nil
}

// ReadZip reads an archive of size bytes. Every member is an array; a name may be there only once.
func ReadZip(r io.ReaderAt, size int64) (map[string]*tensors.Tensor, error) {
	archive, err := zip.NewReader(r, size)
	if err != nil {
		return nil, fmt.Errorf("not a .npz file: %w", err)
	}
	if len(archive.File) > maxMembers {
		return nil, fmt.Errorf("%d arrays, at most %d are read", len(archive.File), maxMembers)
	}
	var unpacked uint64
	for _, f := range archive.File {
		if f.UncompressedSize64 > maxUnpacked-unpacked {
			return nil, fmt.Errorf("it unpacks to more than %d bytes", int64(maxUnpacked))
		}
		unpacked += f.UncompressedSize64
	}
	if unpacked > freely && unpacked/maxRatio > uint64(size) {
		return nil, fmt.Errorf("its %d bytes unpack to %d, more than %d times as many: this is not data", size, unpacked, maxRatio)
	}
	all := map[string]*tensors.Tensor{}
	for _, f := range archive.File {
		name, ok := strings.CutSuffix(f.Name, ".npy")
		if !ok || len(name) > maxName {
			return nil, fmt.Errorf("the member %.80q is no array: their names end with .npy", f.Name)
		}
		if all[name] != nil {
			return nil, fmt.Errorf("the array %.80q is there twice", name)
		}
		b, err := member(f)
		if err != nil {
			return nil, fmt.Errorf("%.80q: %w", name, err)
		}
		if all[name], err = Parse(b); err != nil {
			return nil, fmt.Errorf("%.80q: %w", name, err)
		}
	}
	return all, nil
}

// member unpacks a member, not more of it than it says. Its checksum is checked at the end.
func member(f *zip.File) ([]byte, error) {
	r, err := f.Open()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	var b bytes.Buffer
	if _, err := io.Copy(&b, io.LimitReader(r, int64(f.UncompressedSize64)+1)); err != nil {
		return nil, err
	}
	if uint64(b.Len()) != f.UncompressedSize64 {
		return nil, fmt.Errorf("unpacks to other than the %d bytes that it says", f.UncompressedSize64)
	}
	return b.Bytes(), nil
}

// WriteZip writes named tensors as the contents of a .npz file, not compressed, in the order of their names.
func WriteZip(w io.Writer, all map[string]*tensors.Tensor) error {
	archive := zip.NewWriter(w)
	for _, name := range slices.Sorted(maps.Keys(all)) {
		m, err := archive.CreateHeader(&zip.FileHeader{Name: name + ".npy", Method: zip.Store})
		if err != nil {
			return fmt.Errorf("npy: %w", err)
		}
		if err := Write(m, all[name]); err != nil {
			return fmt.Errorf("%w (in %q)", err, name)
		}
	}
	if err := archive.Close(); err != nil {
		return fmt.Errorf("npy: %w", err)
	}
	return nil
}

// WriteZipFile writes a .npz file, whole or not at all.
func WriteZipFile(path string, all map[string]*tensors.Tensor) error {
	return atomicfile.Write(path, 0o644, func(w io.Writer) error { return WriteZip(w, all) })
}
