// Package folder makes a folder for notebooks of the user's own. It is a Go module of its own, so that cells compile without a network
// against the versions that it names, and `go get` in it adds any other Go package.
package folder

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

//go:embed template
var template embed.FS

// Create makes dir a folder for notebooks, which need not be there and must be empty, and returns its absolute path.
func Create(dir string) (string, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	if strings.ContainsAny(dir, ",:\n") {
		return "", fmt.Errorf("the path %q has a comma, a colon or a line break, which the kernel cannot take: choose another folder", dir)
	}
	from, err := running()
	if err != nil {
		return "", err
	}
	files, err := from.module()
	if err != nil {
		return "", err
	}
	if err := addTemplate(files, from.checkout()); err != nil {
		return "", err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", err
	}
	there, err := os.ReadDir(dir)
	if err != nil {
		return "", err
	}
	if len(there) > 0 {
		return "", fmt.Errorf("expected an empty folder or none at %s, it holds %s: choose another folder, nothing was changed", dir, there[0].Name())
	}
	for name, content := range files {
		if err := write(filepath.Join(dir, name), content); err != nil {
			return "", err
		}
	}
	return dir, nil
}

// addTemplate adds the files that are the same for everyone but for where the checkout is.
func addTemplate(files map[string]string, checkout string) error {
	return fs.WalkDir(template, "template", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := template.ReadFile(path)
		if err != nil {
			return err
		}
		// Names that Go's or git's own tools would take for theirs end in .txt here.
		name := strings.TrimSuffix(strings.Replace(entry.Name(), "dot-", ".", 1), ".txt")
		files[name] = strings.ReplaceAll(string(content), "{{checkout}}", checkout)
		return nil
	})
}

// write makes a file, and never overwrites one that came there meanwhile.
func write(path, content string) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	_, err = f.WriteString(content)
	return errors.Join(err, f.Close())
}
