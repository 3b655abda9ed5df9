package folder

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestCreate(t *testing.T) {
	dir, err := Create(filepath.Join(t.TempDir(), "my notebooks")) // a space, as people have them
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	there, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range there {
		names = append(names, entry.Name())
		content, err := os.ReadFile(filepath.Join(dir, entry.Name()))
		if err != nil || len(content) == 0 || strings.Contains(string(content), "{{") {
			t.Errorf("%s: %v, %q", entry.Name(), err, content)
		}
	}
	if want := []string{".gitignore", "README.md", "go.mod", "go.sum", "hello.ipynb", "imports.go"}; !slices.Equal(names, want) {
		t.Errorf("got %v, want %v", names, want)
	}
	// Everything that the notebooks import compiles, and nothing has to be looked up or written for it.
	build := exec.Command("go", "build", "-mod=readonly", "./...")
	build.Dir = dir
	build.Env = append(os.Environ(), "GOPROXY=off", "GOWORK=off")
	if said, err := build.CombinedOutput(); err != nil {
		t.Errorf("go build: %v\n%s", err, said)
	}
}

func TestCreateRefuses(t *testing.T) {
	full := t.TempDir()
	mine := filepath.Join(full, "README.md")
	if err := os.WriteFile(mine, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	for dir, why := range map[string]string{
		full:                             "holds README.md",
		mine:                             "not a directory",
		filepath.Join(full, "a,b"):       "comma",
		filepath.Join(full, "new", "c:"): "colon",
	} {
		if _, err := Create(dir); err == nil || !strings.Contains(err.Error(), why) {
			t.Errorf("%s: error %v, want one with %q", dir, err, why)
		}
	}
	there, err := os.ReadDir(full)
	if err != nil || len(there) != 1 {
		t.Errorf("something was written: %v, %v", there, err)
	}
	if content, err := os.ReadFile(mine); err != nil || string(content) != "mine" {
		t.Errorf("a file was changed: %q, %v", content, err)
	}
}

func TestNothingIsOverwritten(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x")
	if err := write(path, "first"); err != nil {
		t.Fatal(err)
	}
	if err := write(path, "second"); err == nil {
		t.Error("a file that was there is overwritten")
	}
}
