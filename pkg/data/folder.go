package data

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
)

// folder is files in folders that are called as their classes.
type folder struct {
	dir     string
	root    *os.Root // what a symbolic link leads to must be in it too
	classes []string // sorted
	files   []string // below dir; those of the first class first, each class's sorted
	labels  []int    // one a file
}

// openFolder lists the folder: every folder in it is a class, every file in that or below it is one of its examples. Names that begin with a dot are
// passed over, and so are files beside the classes.
func openFolder(dir string) (*folder, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("data: %w", err)
	}
	f := &folder{dir: dir, root: root}
	if err := f.list(); err != nil {
		_ = root.Close()
		return nil, fmt.Errorf("data: %s: %w", dir, err)
	}
	return f, nil
}

func (f *folder) list() error {
	names, err := f.names(".")
	if err != nil {
		return err
	}
	for _, name := range names {
		info, err := f.root.Stat(name)
		if err != nil {
			return err
		}
		if !info.IsDir() {
			continue
		}
		before := len(f.files)
		if err := f.walk(name, 0); err != nil {
			return err
		}
		if len(f.files) == before {
			return fmt.Errorf("the folder of class %q is empty", name)
		}
		for range f.files[before:] {
			f.labels = append(f.labels, len(f.classes))
		}
		f.classes = append(f.classes, name)
	}
	if len(f.classes) == 0 {
		return errors.New("no folders in it; want one for each class, called as the class, with the class's files in it")
	}
	return nil
}

// walk adds the files of a folder and of those in it. A symbolic link could make a circle, so that there is a limit.
func (f *folder) walk(dir string, depth int) error {
	const deepest = 16
	if depth > deepest {
		return fmt.Errorf("%s: folders more than %d deep", dir, deepest)
	}
	names, err := f.names(dir)
	if err != nil {
		return err
	}
	for _, name := range names {
		at := path.Join(dir, name)
		info, err := f.root.Stat(at)
		switch {
		case err != nil:
			return err
		case info.IsDir():
			if err := f.walk(at, depth+1); err != nil {
				return err
			}
		case !info.Mode().IsRegular():
			return fmt.Errorf("%s is no plain file (%s)", at, info.Mode().Type())
		default:
			f.files = append(f.files, at)
		}
	}
	return nil
}

// names are what is in a folder, sorted, without what is hidden.
func (f *folder) names(dir string) ([]string, error) {
	entries, err := fs.ReadDir(f.root.FS(), dir)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), ".") {
			names = append(names, e.Name())
		}
	}
	slices.Sort(names)
	return names, nil
}

// read is the contents of a file, at most limit bytes.
func (f *folder) read(i int, limit int64) ([]byte, error) {
	r, err := f.root.Open(f.files[i])
	if err != nil {
		return nil, err
	}
	defer r.Close()
	b, err := readAll(r, limit)
	return b, named(f.files[i], err)
}

// keep leaves only those files.
func (f *folder) keep(index []int) {
	files, labels := make([]string, len(index)), make([]int, len(index))
	for i, at := range index {
		files[i], labels[i] = f.files[at], f.labels[at]
	}
	f.files, f.labels = files, labels
}

// sift calls use for every file, several at once. What fails goes to skip and is left out; without skip the first failure is the error.
func (f *folder) sift(skip func(file string, err error), use func(i int) error) error {
	failed := make([]error, len(f.files))
	_ = each(len(f.files), func(i int) error {
		failed[i] = use(i)
		if skip == nil {
			return failed[i]
		}
		return nil
	})
	var good []int
	for i, err := range failed {
		switch {
		case err == nil:
			good = append(good, i)
		case skip == nil:
			return fmt.Errorf("data: %s: %w", f.dir, err)
		default:
			skip(f.files[i], err)
		}
	}
	f.keep(good)
	for label, class := range f.classes {
		if !slices.Contains(f.labels, label) {
			return fmt.Errorf("data: %s: no file of class %q is left", f.dir, class)
		}
	}
	return nil
}
