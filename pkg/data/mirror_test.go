package data

import (
	"os"
	"testing"

	"github.com/vitrine-ml/vitrine/internal/cache"
)

// mirrored skips the test unless VITRINE_MIRROR names a folder with that file, for tests use no network; nor is the cache looked into.
func mirrored(t testing.TB, s source, f file) {
	t.Helper()
	if os.Getenv(mirrorVariable) == "" {
		t.Skipf("%s is not set: it can name a folder with %s", mirrorVariable, f.name)
	}
	t.Setenv(cache.EnvVar, t.TempDir())
	if !s.onDisk(f) {
		t.Skipf("no %s in the folder that %s names", f.name, mirrorVariable)
	}
}
