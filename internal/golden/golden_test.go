package golden

import (
	"fmt"
	"testing"
)

func TestDifference(t *testing.T) {
	for _, c := range []struct {
		got, want string
		line      int
	}{{"a\nb", "a\nb", 0}, {"a\nb", "a\nc", 2}, {"a", "a\nb", 2}, {"a\n", "a", 2}, {"", "a", 1}} {
		if line, g, w := difference([]byte(c.got), []byte(c.want)); line != c.line {
			t.Errorf("%q and %q differ in line %d (%s, %s), want %d", c.got, c.want, line, g, w, c.line)
		}
	}
}

// recorder is a test whose failure is expected.
type recorder struct {
	testing.TB
	said string
}

func (*recorder) Helper()                          {}
func (*recorder) Name() string                     { return "TestX" }
func (r *recorder) Errorf(format string, a ...any) { r.said += fmt.Sprintf(format, a...) }
func (r *recorder) Fatalf(format string, a ...any) { r.Errorf(format, a...) }
func (r *recorder) Fatal(a ...any)                 { r.said += fmt.Sprint(a...) }

func TestEqual(t *testing.T) {
	t.Chdir(t.TempDir())
	*update = true
	Equal(t, "folder/file.txt", []byte("a\n"))
	*update = false
	Equal(t, "folder/file.txt", []byte("a\n"))
	r := &recorder{TB: t}
	Equal(r, "folder/file.txt", []byte("b\n"))
	if r.said == "" {
		t.Error("a difference was not noticed")
	}
}
