package viz

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// WriteFile draws a figure into a file: a picture (.svg, or .png where a Chromium is installed: [Chart.PNG]), a page that needs nothing else
// (.html) or data (.json). The file is there whole or not at all.
func WriteFile(f Figure, path string) error {
	var render func(*Chart) ([]byte, error)
	switch ending := strings.ToLower(filepath.Ext(path)); ending {
	case ".svg":
		render = (*Chart).SVG
	case ".png":
		render = (*Chart).PNG
	case ".html":
		render = (*Chart).HTML
	case ".json":
		render = (*Chart).JSON
	default:
		return fmt.Errorf("viz: cannot write %s: its ending is %q, and figures are written as .svg, .png, .html or .json", path, ending)
	}
	c, err := f.Draw()
	if err != nil {
		return err
	}
	b, err := render(c)
	if err != nil {
		return err
	}
	if err := writeWhole(path, b); err != nil {
		return fmt.Errorf("viz: %w", err)
	}
	return nil
}

// writeWhole writes beside the file and then puts it in its place.
func writeWhole(path string, b []byte) (err error) {
	tmp, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			os.Remove(tmp.Name())
		}
	}()
	_, err = tmp.Write(b)
	if err == nil {
		err = tmp.Chmod(0o644)
	}
	if closed := tmp.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = os.Rename(tmp.Name(), path)
	}
	return err
}
