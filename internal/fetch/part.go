package fetch

import (
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"io"
	"os"
	"path/filepath"

	"github.com/vitrine-ml/vitrine/internal/atomicfile"
)

// part is the file that a download has arrived in so far, with its running hash.
type part struct {
	file *os.File
	hash hash.Hash
	size int64
}

// openPart opens the part file, new or to be appended to.
func openPart(path string) (*part, error) {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return nil, err
	}
	p := &part{file: file, hash: sha256.New()}
	if p.size, err = io.Copy(p.hash, file); err != nil {
		_ = file.Close()
		return nil, err
	}
	return p, nil
}

func (p *part) append(b []byte) error {
	if _, err := p.file.Write(b); err != nil {
		return err
	}
	p.hash.Write(b)
	p.size += int64(len(b))
	return nil
}

// reset starts anew from nothing.
func (p *part) reset() error {
	p.hash.Reset()
	p.size = 0
	if err := p.file.Truncate(0); err != nil {
		return err
	}
	_, err := p.file.Seek(0, io.SeekStart)
	return err
}

func (p *part) sum() string { return hex.EncodeToString(p.hash.Sum(nil)) }

// finish gives the file its name.
func (p *part) finish(path string) error {
	if err := p.file.Sync(); err != nil {
		return err
	}
	if err := p.file.Close(); err != nil {
		return err
	}
	if err := os.Rename(p.file.Name(), path); err != nil {
		return err
	}
	atomicfile.SyncDir(filepath.Dir(path))
	return nil
}

// Close closes the file, which may have been renamed.
func (p *part) Close() error { return p.file.Close() }
