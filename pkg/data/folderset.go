package data

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"sync"
)

// maxFile is what a file of an image or a sound may have, in bytes.
const maxFile = 256 << 20

// dataset makes the files examples of one input. If their numbers, of so many bytes each, need more memory than that, each is decoded when it is asked
// for, and before that only checked.
func (f *folder) dataset(input Column, width, memory int, skip func(string, error), decode func([]byte) (Column, error), check func([]byte) error) (*Dataset, error) {
	size := input.size()
	rows := folderRows{f, size, decode}
	var err error
	if len(f.files) <= memory/size/width {
		decoded := make([]Column, len(f.files))
		err = f.sift(skip, func(i int) (err error) {
			decoded[i], err = rows.example(i)
			return err
		})
		for _, c := range decoded {
			input.Bytes, input.Floats = append(input.Bytes, c.Bytes...), append(input.Floats, c.Floats...)
		}
		_ = f.root.Close()
	} else {
		err = f.sift(skip, func(i int) error {
			b, err := f.read(i, maxFile)
			if err == nil {
				err = named(f.files[i], check(b))
			}
			return err
		})
		input.Rows = rows
	}
	if err != nil {
		return nil, err
	}
	target := Column{Kind: Classes, Names: f.classes}
	for _, label := range f.labels {
		target.IDs = append(target.IDs, int32(label))
	}
	return Assemble(filepath.Base(f.dir), []Column{input}, target)
}

// folderRows are files that are decoded when they are asked for.
type folderRows struct {
	f      *folder
	size   int // numbers of an example
	decode func([]byte) (Column, error)
}

func (r folderRows) example(i int) (Column, error) {
	b, err := r.f.read(i, maxFile)
	if err != nil {
		return Column{}, err
	}
	c, err := r.decode(b)
	return c, named(r.f.files[i], err)
}

// Len is the number of files.
func (r folderRows) Len() int { return len(r.f.files) }

// Read decodes files, several at once.
func (r folderRows) Read(index []int) (Column, error) {
	decoded := make([]Column, len(index))
	err := each(len(index), func(i int) (err error) {
		decoded[i], err = r.example(index[i])
		return err
	})
	var all Column
	for _, c := range decoded {
		all.Bytes, all.Floats = append(all.Bytes, c.Bytes...), append(all.Floats, c.Floats...)
	}
	return all, err
}

// named is the error with the file's name before it.
func named(file string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", file, err)
}

// readFile is the contents of one file.
func readFile(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("data: %w", err)
	}
	defer f.Close()
	b, err := readAll(f, maxFile)
	if err != nil {
		return nil, fmt.Errorf("data: %s: %w", path, err)
	}
	return b, nil
}

// readAll reads to the end, if that comes before the limit.
func readAll(r io.Reader, limit int64) ([]byte, error) {
	b, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err == nil && int64(len(b)) > limit {
		err = fmt.Errorf("more than %d bytes", limit)
	}
	return b, err
}

// each calls use for 0 to n − 1, on all processors, until one fails. It returns the error of the first in order of those that have failed.
func each(n int, use func(i int) error) error {
	workers := min(n, runtime.GOMAXPROCS(0))
	var (
		wait   sync.WaitGroup
		lock   sync.Mutex
		next   int
		first  error
		failed = n
	)
	for range workers {
		wait.Go(func() {
			for {
				lock.Lock()
				i := next
				next++
				stop := i >= failed
				lock.Unlock()
				if stop {
					return
				}
				if err := use(i); err != nil {
					lock.Lock()
					if i < failed {
						failed, first = i, err
					}
					lock.Unlock()
				}
			}
		})
	}
	wait.Wait()
	return first
}
