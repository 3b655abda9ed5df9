package backend

import (
	"io"
	"os"
	"strings"
	"testing"
)

func TestChoose(t *testing.T) {
	for _, c := range []struct{ env, why, config, kind, said string }{
		{"go", "", "go:parallelism=-1", "go", "GOMLX_BACKEND is set (with unbounded workers"},
		{"go:ops_sequential", "", "go:ops_sequential", "go", "GOMLX_BACKEND is set"},
		{"xla:/a/b/libpjrt_cpu.so,shared_buffers", "it was pinned", "xla:/a/b/libpjrt_cpu.so,shared_buffers", "xla:libpjrt_cpu.so", "because it was pinned"},
		{"xla:cuda", "", "xla:cuda", "xla:cuda", "GOMLX_BACKEND is set"},
	} {
		t.Setenv("GOMLX_BACKEND", c.env)
		t.Setenv("VITRINE_BACKEND_WHY", c.why)
		got := Choose()
		if got.Config != c.config || got.Kind() != c.kind || !strings.Contains(got.String(), c.said) {
			t.Errorf("GOMLX_BACKEND=%s: %s of kind %s, want %s of kind %s, with %q", c.env, got, got.Kind(), c.config, c.kind, c.said)
		}
	}
}

func TestOpenSaysWhatIsWrong(t *testing.T) {
	for config, want := range map[string]string{
		"nonsense":                   "nonsense",
		"xla:/not/there.so":          "/not/there.so",
		"go:parallelism=many":        "parallelism",
		"go:there_is_no_such_option": "there_is_no_such_option",
	} {
		if _, err := open(config); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want one with %q", config, err, want)
		}
	}
}

func TestPureGoPrintsNothing(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout := os.Stdout
	os.Stdout = w
	_, err = open(pureGo)
	os.Stdout = stdout
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if said, err := io.ReadAll(r); err != nil || len(said) > 0 {
		t.Errorf("it printed %q (%v)", said, err)
	}
}
