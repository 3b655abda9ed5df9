package viz

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestWriteFile(t *testing.T) {
	dir := t.TempDir()
	f := figures()["samplegrid"]
	for name, begins := range map[string]string{"a.svg": "<svg ", "a.html": "<!DOCTYPE html>", "a.json": "{\n", "B.SVG": "<svg "} {
		path := filepath.Join(dir, name)
		for range 2 { // a second time it takes the first one's place
			if err := WriteFile(f, path); err != nil {
				t.Fatal(err)
			}
		}
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.HasPrefix(b, []byte(begins)) {
			t.Errorf("%s begins with %.20q, want %q", name, b, begins)
		}
	}
	for path, want := range map[string]string{"a.gif": `its ending is ".gif", and figures are written as .svg, .png, .html or .json`, "a": `its ending is ""`,
		"none/a.svg": "no such file or directory"} {
		if err := WriteFile(f, filepath.Join(dir, path)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want one with %q", path, err, want)
		}
	}
	if err := WriteFile(SampleGrid{}, filepath.Join(dir, "bad.svg")); err == nil {
		t.Error("no error of a figure without data")
	}
	left, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(left) != 4 {
		t.Errorf("%d files are left, want 4: %v", len(left), left)
	}
}
