package data

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/vitrine-ml/vitrine/internal/cache"
	"github.com/vitrine-ml/vitrine/internal/fetch"
)

// TestPretrainedFolder: it is found where it is whole and right; what is missing says how to get it, what is altered is named.
func TestPretrainedFolder(t *testing.T) {
	home := t.TempDir()
	t.Setenv(mirrorVariable, filepath.Join(home, "mirror"))
	t.Setenv(cache.EnvVar, filepath.Join(home, "cache"))
	if _, err := MiniLM(); !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), "./scripts/run") {
		t.Errorf("nothing there: %v", err)
	}
	sum := sha256.Sum256([]byte("{}"))
	files := []file{{name: "config.json", contents: hex.EncodeToString(sum[:]), size: 2}}
	for _, place := range []string{"cache/data/minilm", "mirror/minilm"} {
		folder := filepath.Join(home, filepath.FromSlash(place))
		if err := os.MkdirAll(folder, 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(folder, "config.json"), []byte("{}"), 0o600); err != nil {
			t.Fatal(err)
		}
		if got, err := miniLM.folder(files); err != nil || got != folder {
			t.Errorf("got %q, %v, want %q", got, err, folder)
		}
	}
	if err := os.WriteFile(filepath.Join(home, "mirror", "minilm", "config.json"), []byte("{} "), 0o600); err != nil {
		t.Fatal(err)
	}
	var wrong *fetch.SumError
	if _, err := miniLM.folder(files); !errors.As(err, &wrong) {
		t.Errorf("an altered file: %v", err)
	}
}
