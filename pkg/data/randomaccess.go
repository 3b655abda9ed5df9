package data

import (
	"io"
	"os"
)

// randomAccess is an open file that is read here and there.
type randomAccess struct {
	io.ReaderAt
	io.Closer
	size int64
}

// openAt opens a file to be read here and there.
func openAt(path string) (randomAccess, error) {
	f, err := os.Open(path)
	if err != nil {
		return randomAccess{}, err
	}
	info, err := f.Stat()
	if err != nil {
		f.Close() //nolint:errcheck // only read
		return randomAccess{}, err
	}
	return randomAccess{f, f, info.Size()}, nil
}
