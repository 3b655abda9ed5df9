// Package atomicfile writes files that are either whole or absent. The state that cells share is on disk, cells are separate processes,
// and any of them may be interrupted: a reader must never meet half a file.
package atomicfile

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// Write makes the file at path from what write puts out: under a temporary name in the same folder, synced to disk, then renamed. On an
// error, of write's or of the disk's, what was at path before is untouched and the temporary file is gone. Of several writers at
// once the last to finish wins. perm is the file's mode, whatever the umask; the folder must exist.
func Write(path string, perm os.FileMode, write func(io.Writer) error) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*.tmp")
	if err != nil {
		return fmt.Errorf("atomicfile: %w", err)
	}
	done := false
	defer func() { // also where write panics
		if !done {
			_ = f.Close()
			_ = os.Remove(f.Name())
		}
	}()
	if err := write(f); err != nil {
		return fmt.Errorf("atomicfile: write %s: %w", path, err)
	}
	if err := f.Chmod(perm); err != nil {
		return fmt.Errorf("atomicfile: %w", err)
	}
	if err := f.Sync(); err != nil {
		return fmt.Errorf("atomicfile: %w", err)
	}
	if err := f.Close(); err != nil {
		return fmt.Errorf("atomicfile: %w", err)
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return fmt.Errorf("atomicfile: %w", err)
	}
	done = true
	SyncDir(filepath.Dir(path))
	return nil
}

// SyncDir makes a rename in the folder last through a power cut. Not every file system can; a rename that is lost leaves the old
// file, which is whole, so an error here is nobody's concern.
func SyncDir(folder string) {
	d, err := os.Open(folder)
	if err != nil {
		return
	}
	_ = d.Sync()
	_ = d.Close()
}
