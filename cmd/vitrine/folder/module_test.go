package folder

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestModuleOfARelease(t *testing.T) {
	from, err := running()
	if err != nil {
		t.Fatal(err)
	}
	from.version, from.sum = "v0.1.0", "h1:abc="
	files, err := from.module()
	if err != nil {
		t.Fatal(err)
	}
	if mod := files["go.mod"]; !strings.Contains(mod, "\nrequire "+vitrine+" v0.1.0\n") || strings.Contains(mod, "replace") {
		t.Errorf("go.mod:\n%s", mod)
	}
	mod, err := os.ReadFile(filepath.Join(from.root, "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	want := "\n" + vitrine + " v0.1.0 h1:abc=\n" + vitrine + " v0.1.0/go.mod " + modSum(string(mod)) + "\n"
	if sum := files["go.sum"]; !strings.HasSuffix(sum, want) {
		t.Errorf("go.sum ends in:\n%s\nwant:\n%s", sum[len(sum)-len(want):], want)
	}
}

func TestModuleTakesEveryRequirement(t *testing.T) {
	root := t.TempDir()
	mod := "module " + vitrine + "\n\ngo 1.26.5\n\ntool x.org/t\n\nrequire x.org/a v1.0.0\n\nrequire (\n\tx.org/b v1.0.0\n\tx.org/c v1.0.0 // indirect\n)\n\nretract v0.0.1\n"
	for name, content := range map[string]string{"go.mod": mod, "go.sum": "sums\n"} {
		if err := os.WriteFile(filepath.Join(root, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	files, err := source{root: root}.module()
	if err != nil {
		t.Fatal(err)
	}
	want := "module notebooks\n\ngo 1.26.5\n\nrequire x.org/a v1.0.0\n\nrequire (\n\tx.org/b v1.0.0\n\tx.org/c v1.0.0 // indirect\n)\n\n" +
		"require " + vitrine + " v0.0.0\n\nreplace " + vitrine + " => " + root + "\n"
	if got := files["go.mod"]; got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

func TestModuleWithoutSource(t *testing.T) {
	for _, mod := range []string{"", "module example.com/other\n"} {
		root := t.TempDir()
		if mod != "" {
			for _, name := range []string{"go.mod", "go.sum"} {
				if err := os.WriteFile(filepath.Join(root, name), []byte(mod), 0o600); err != nil {
					t.Fatal(err)
				}
			}
		}
		if _, err := (source{root: root}).module(); err == nil || !strings.Contains(err.Error(), "./scripts/vitrine") {
			t.Errorf("%q: error %v, want one that says what to call", mod, err)
		}
	}
}

// TestModSum holds the checksum against one that the go command wrote, of a module that this one requires.
func TestModSum(t *testing.T) {
	cache := os.Getenv("GOMODCACHE")
	content, err := os.ReadFile(filepath.Join(cache, "cache", "download", "github.com", "janpfeifer", "must", "@v", "v0.2.0.mod"))
	if cache == "" || err != nil {
		t.Skip("needs GOMODCACHE, as in .vitrine/env.sh")
	}
	from, err := running()
	if err != nil {
		t.Fatal(err)
	}
	sums, err := os.ReadFile(filepath.Join(from.root, "go.sum"))
	if err != nil {
		t.Fatal(err)
	}
	if want := "github.com/janpfeifer/must v0.2.0/go.mod " + modSum(string(content)) + "\n"; !strings.Contains(string(sums), want) {
		t.Errorf("go.sum does not have %q", want)
	}
}
