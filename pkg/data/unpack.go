package data

import (
	"archive/tar"
	"archive/zip"
	"bufio"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
)

// What an archive may unpack to.
const (
	maxMembers = 1 << 20
	maxTotal   = 64 << 30 // bytes
	maxRatio   = 1 << 8   // bytes for one of the archive's: texts and pictures come to 20
	freeOfRate = 1 << 20  // bytes that no ratio is asked of
)

// Unpack puts what is in an archive, .zip or .tar.gz (.tgz), into a new folder: for [ImageFolder], [TextFolder] and [SoundFolder]. The folder is there when all of it is, and not at
// all after an error.
//
// Archives come from elsewhere, so nothing is written outside the folder. It returns an error that names the member if one's name is absolute, leads up or holds a backslash,
// is there twice, or is no plain file or folder (a link, a device), or if there are more than 1,048,576 members, more than 64 GiB, or more than 256 bytes for each
// of the archive's.
func Unpack(archive, dir string) error {
	if _, err := os.Lstat(dir); err == nil {
		return fmt.Errorf("data: unpack: %s is there already: want a folder that is not", dir)
	}
	dir = filepath.Clean(dir)
	temporary, err := os.MkdirTemp(filepath.Dir(dir), ".unpack-*")
	if err != nil {
		return fmt.Errorf("data: unpack: %w", err)
	}
	defer os.RemoveAll(temporary)
	if err := unpackInto(archive, temporary); err != nil {
		return fmt.Errorf("data: unpack %s: %w", archive, err)
	}
	if err := errors.Join(os.Chmod(temporary, 0o755), os.Rename(temporary, dir)); err != nil {
		return fmt.Errorf("data: unpack: %w", err)
	}
	return nil
}

func unpackInto(archive, dir string) error {
	f, err := os.Open(archive)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer root.Close() //nolint:errcheck // each file is closed by itself
	u := &unpacking{root: root, left: min(maxTotal, info.Size()*maxRatio+freeOfRate)}
	if name := strings.ToLower(archive); strings.HasSuffix(name, ".zip") {
		return u.zip(f, info.Size())
	} else if strings.HasSuffix(name, ".tar.gz") || strings.HasSuffix(name, ".tgz") {
		return u.tar(f)
	}
	return errors.New("want an archive called .zip, .tar.gz or .tgz")
}

// unpacking is an archive being unpacked.
type unpacking struct {
	root    *os.Root
	left    int64 // bytes that may still be written
	members int
}

func (u *unpacking) zip(r io.ReaderAt, size int64) error {
	archive, err := zip.NewReader(r, size)
	if err != nil {
		return err
	}
	for _, member := range archive.File {
		contents, err := member.Open()
		if err == nil {
			err = u.add(member.Name, member.Mode(), contents)
			contents.Close()
		}
		if err != nil {
			return fmt.Errorf("%.200q: %w", member.Name, err)
		}
	}
	return nil
}

func (u *unpacking) tar(r io.Reader) error {
	unzipped, err := gzip.NewReader(bufio.NewReaderSize(r, 1<<16))
	if err != nil {
		return err
	}
	// Headers and what is between the members count too; io.Copy would read them without end.
	limited := &io.LimitedReader{R: unzipped, N: u.left + maxMembers*1024}
	for archive := tar.NewReader(limited); ; {
		header, err := archive.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return brokenArchive(err, limited)
		}
		if header.Typeflag == tar.TypeXGlobalHeader {
			continue
		}
		mode := header.FileInfo().Mode()
		if header.Typeflag == tar.TypeLink {
			mode |= fs.ModeSymlink // a hard link is no plain file either
		}
		if err := u.add(header.Name, mode, archive); err != nil {
			return fmt.Errorf("%.200q: %w", header.Name, err)
		}
	}
	if _, err := io.Copy(io.Discard, limited); err != nil || limited.N <= 0 { // to the end, where the sum of gzip is
		return brokenArchive(err, limited)
	}
	return nil
}

// add writes one member.
func (u *unpacking) add(name string, mode fs.FileMode, contents io.Reader) error {
	if u.members++; u.members > maxMembers {
		return fmt.Errorf("more than %d members", maxMembers)
	}
	if strings.ContainsAny(name, "\\\x00") || strings.HasPrefix(name, "/") {
		return errors.New("the name is absolute or holds a backslash")
	}
	clean := strings.TrimSuffix(strings.TrimPrefix(name, "./"), "/")
	if clean == "" && mode.IsDir() {
		return nil
	}
	if !filepath.IsLocal(clean) || !fs.ValidPath(clean) {
		return errors.New("the name leads out of the folder, or is none")
	}
	switch {
	case mode.IsDir():
		return u.root.MkdirAll(clean, 0o755)
	case !mode.IsRegular():
		return fmt.Errorf("no plain file (%s)", mode.Type())
	}
	if err := u.root.MkdirAll(path.Dir(clean), 0o755); err != nil {
		return err
	}
	f, err := u.root.OpenFile(clean, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644)
	if errors.Is(err, fs.ErrExist) {
		return errors.New("it is there twice")
	}
	if err != nil {
		return err
	}
	n, err := io.Copy(f, io.LimitReader(contents, u.left+1))
	if err := errors.Join(err, f.Close()); err != nil {
		return err
	}
	if u.left -= n; u.left < 0 {
		return fmt.Errorf("it unpacks to too much: more than %d bytes for each of the archive's, or more than %d in all", maxRatio, maxTotal)
	}
	return nil
}
