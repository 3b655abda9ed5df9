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
