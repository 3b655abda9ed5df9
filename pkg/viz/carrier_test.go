package viz

import (
	"os"
	"path/filepath"
	"testing"
)

// Every step is a process of its own, in a session with one temporary folder.
func TestCarrier(t *testing.T) {
	dir := t.TempDir()
	run := func(id, code string) bool {
		t.Helper()
		program := "package main\n\nvar x = 1\n\nfunc main() {\n" + code + "\n}\n\nfunc other() {}\n"
		if err := os.WriteFile(filepath.Join(dir, "main.go"), []byte(program), 0o600); err != nil {
			t.Fatal(err)
		}
		shown.Store(false)
		return carries(dir, id)
	}
	for _, c := range []struct {
		what, id, code string
		want           bool
	}{
		{"the first chart", "a", "\tshow(a)", true},
		{"a second cell", "b", "\tshow(b)", false},
		{"the first cell again", "a", "\tshow(a)", true},
		{"the first cell again, of other data", "a2", "\tshow(a)", true},
		{"the first chart in a cell that was edited", "a", "\tshow( a )", true},
		{"a third cell", "c", "\tshow(c)", false},
	} {
		if got := run(c.id, c.code); got != c.want {
			t.Errorf("%s: carries the library %v, want %v", c.what, got, c.want)
		}
	}
	if carries(dir, "a") {
		t.Error("a second chart of one process carries the library")
	}
	shown.Store(false)
	if !carries(t.TempDir(), "c") {
		t.Error("in a new session, the first chart does not carry the library")
	}
	shown.Store(false)
	if !carries("", "a") || carries("", "a") {
		t.Error("without a session, the library is sent once a process")
	}
}
