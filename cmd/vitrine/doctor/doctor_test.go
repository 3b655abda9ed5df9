package doctor

import (
	"errors"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/core/tensors"

	"github.com/vitrine-ml/vitrine/internal/backend"
	"github.com/vitrine-ml/vitrine/internal/cache"
)

func text(t *testing.T, r Report) string {
	t.Helper()
	var b strings.Builder
	if err := r.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestNothingIsWrong(t *testing.T) {
	t.Setenv(cache.EnvVar, t.TempDir())
	r := Examine()
	said := text(t, r)
	if r.Wrong() != 0 || !strings.HasSuffix(said, "Nothing is wrong.\n") {
		t.Errorf("%d wrong:\n%s", r.Wrong(), said)
	}
	for _, want := range []string{"github.com/gomlx/gomlx", "GOEXPERIMENT", "writable", backend.Choose().Config, "ok     matrix product", "Checks of go"} {
		if !strings.Contains(said, want) {
			t.Errorf("the report lacks %q:\n%s", want, said)
		}
	}
}

// broken is a backend that computes 1 - x as 1, and so gives tanh the gradient 1.
type (
	broken         struct{ compute.Backend }
	brokenBuilder  struct{ compute.Builder }
	brokenFunction struct{ compute.Function }
)

func (b broken) Builder(name string) compute.Builder { return brokenBuilder{b.Backend.Builder(name)} }
func (b brokenBuilder) Main() compute.Function       { return brokenFunction{b.Builder.Main()} }
func (f brokenFunction) Sub(x, y compute.Value) (compute.Value, error) {
	zero, err := f.Function.Sub(y, y)
	if err != nil {
		return nil, err
	}
	return f.Function.Sub(x, zero)
}

func TestWrongGradient(t *testing.T) {
	b, err := backend.Host()
	if err != nil {
		t.Fatal(err)
	}
	r := Report{checks("broken", func() (compute.Backend, error) { return broken{b}, nil })}
	said := text(t, r)
	if r.Wrong() == 0 || !strings.Contains(said, "WRONG  gradient of Σ c·tanh(Wx+b)         expected ") || !strings.Contains(said, "to mend: ") {
		t.Errorf("a wrong gradient went unseen:\n%s", said)
	}
	if !strings.Contains(said, "ok     matrix product") {
		t.Errorf("what is right should be said to be:\n%s", said)
	}
}

func TestNoBackend(t *testing.T) {
	r := Report{checks("none", func() (compute.Backend, error) { return nil, errors.New("no plugin at /x.so") })}
	if said := text(t, r); r.Wrong() != 1 || !strings.Contains(said, "no plugin at /x.so") || !strings.Contains(said, "1 thing is WRONG.") {
		t.Errorf("got:\n%s", said)
	}
}

func TestPanicIsAFinding(t *testing.T) {
	c := check{"odd", func(compute.Backend) (string, error) { panic("no such op") }, "do this"}
	if got := c.on(nil); got.State != Wrong || !strings.Contains(got.Said, "no such op") || got.Mend != "do this" {
		t.Errorf("got %+v", got)
	}
}

func TestNear(t *testing.T) {
	for _, c := range []struct {
		want, got, tolerance float64
		right                bool
	}{{1, 1, 0, true}, {1, 1.5, 0.5, true}, {1, 1.5, 0.1, false}, {1, math.NaN(), 0.1, false}, {1, math.Inf(1), 0.1, false}} {
		_, err := near([]string{"x"}, [][]float64{{c.want}}, c.tolerance, tensor(c.got))
		if (err == nil) != c.right {
			t.Errorf("%v: %v", c, err)
		}
	}
	if _, err := near([]string{"x"}, [][]float64{{1, 2}}, 0, tensor(1)); err == nil {
		t.Error("a value too few went unseen")
	}
}

func TestCacheThatCannotBe(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv(cache.EnvVar, file)
	if got := cacheFolder(); got.State != Wrong || !strings.Contains(got.Mend, cache.EnvVar) {
		t.Errorf("got %+v", got)
	}
}

func TestKernel(t *testing.T) {
	home, jupyter := t.TempDir(), t.TempDir()
	t.Chdir(home)
	t.Setenv("HOME", home)
	t.Setenv("VITRINE_ROOT", "")
	t.Setenv("PATH", home)
	t.Setenv("JUPYTER_PATH", jupyter)
	if got := kernel(); got.State != None || got.Mend == "" {
		t.Errorf("without a kernel: %+v", got)
	}
	if got := gonb(); got.State != None {
		t.Errorf("without gonb: %+v", got)
	}
	spec := filepath.Join(jupyter, "kernels", "vitrine", "kernel.json")
	if err := os.MkdirAll(filepath.Dir(spec), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(spec, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if got := kernel(); got.State != OK || got.Said != spec {
		t.Errorf("got %+v", got)
	}
}

func tensor(v float64) *tensors.Tensor { return tensors.FromValue([]float64{v}) }
