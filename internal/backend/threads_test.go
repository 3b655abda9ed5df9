package backend

import (
	"os"
	"testing"
)

func TestFixThreads(t *testing.T) {
	for _, c := range []struct{ set, want string }{{"", "4"}, {"PJRT_NPROC", "9"}, {"NPROC", ""}} {
		for _, name := range []string{"PJRT_NPROC", "NPROC"} {
			t.Setenv(name, "9") // so that it is put back as it was
			if name != c.set {
				if err := os.Unsetenv(name); err != nil {
					t.Fatal(err)
				}
			}
		}
		if err := fixThreads(); err != nil {
			t.Fatal(err)
		}
		if got := os.Getenv("PJRT_NPROC"); got != c.want {
			t.Errorf("with %q set by the user, PJRT_NPROC is %q, want %q", c.set, got, c.want)
		}
	}
}

func TestKindNamesThreads(t *testing.T) {
	for n, want := range map[string]string{"4": "xla:cpu.so", "16": "xla:cpu.so, 16 threads"} {
		t.Setenv("PJRT_NPROC", n)
		if got := (Choice{Config: "xla:/some/where/cpu.so,shared_buffers"}).Kind(); got != want {
			t.Errorf("with %s threads %q, want %q", n, got, want)
		}
	}
}
