package main

import (
	"bytes"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// The committed files come out of this program again, byte for byte.
func TestMakesTheCommittedFiles(t *testing.T) {
	if testing.Short() {
		t.Skip("compressing takes some seconds")
	}
	const official = "/usr/share/datasets/fashion-mnist"
	if _, err := os.Stat(official); err != nil {
		t.Skipf("no %s here: apt-get install dataset-fashion-mnist puts it there on Debian", official)
	}
	for _, set := range sets {
		made := filepath.Join(t.TempDir(), set.name)
		if err := write(official, set.prefix, made, set.perClass); err != nil {
			t.Fatal(err)
		}
		read := os.ReadFile
		if !strings.HasPrefix(runtime.Version(), "go1.26") {
			read = unzip // another version of compress/flate may choose other bytes for the same contents
		}
		got, err := read(made)
		if err != nil {
			t.Fatal(err)
		}
		want, err := read(filepath.Join("..", "..", set.name))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%s: %d bytes, not the %d that are committed", set.name, len(got), len(want))
		}
	}
}
