// Package golden compares what a test made with a file that a person has looked at.
//
//	go test ./pkg/viz -update
//
// writes the files anew; look at the difference before it is committed.
package golden

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"testing"
)

var update = flag.Bool("update", false, "write the golden files anew")

// Equal fails the test unless got is the content of testdata/name, byte for byte.
func Equal(t testing.TB, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", filepath.FromSlash(name))
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v; write it with: go test -run '^%s$' -update", err, t.Name())
	}
	if bytes.Equal(got, want) {
		return
	}
	line, g, w := difference(got, want)
	t.Errorf("%s: first difference in line %d:\n got %s\nwant %s\nif it is meant: go test -run '^%s$' -update", path, line, g, w, t.Name())
}

// difference finds the first line that differs.
func difference(got, want []byte) (line int, g, w []byte) {
	a, b := bytes.Split(got, []byte("\n")), bytes.Split(want, []byte("\n"))
	for i := range max(len(a), len(b)) {
		g, w = at(a, i), at(b, i)
		if !bytes.Equal(g, w) || (i >= len(a)) != (i >= len(b)) {
			return i + 1, g, w
		}
	}
	return 0, nil, nil
}

func at(lines [][]byte, i int) []byte {
	if i < len(lines) {
		return lines[i]
	}
	return []byte("(end of file)")
}
