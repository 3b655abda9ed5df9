package train

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/vitrine-ml/vitrine/internal/cache"
	"github.com/vitrine-ml/vitrine/pkg/data"
	"github.com/vitrine-ml/vitrine/pkg/models"
	"github.com/vitrine-ml/vitrine/pkg/record"
)

// uninterrupted is what every resumed training must equal.
func uninterrupted(t *testing.T) (hash string, h *record.History) {
	t.Helper()
	inCache(t)
	net, h := mustFit(t)
	return hashOf(t, net), h
}

func mustFit(t *testing.T) (*models.Net, *record.History) {
	t.Helper()
	a, set, c := small(t)
	net, h, err := FitOrLoadContext(context.Background(), a, set, c)
	if err != nil {
		t.Fatal(err)
	}
	return net, h
}

// interrupt trains until the context has been asked n times.
func interrupt(t *testing.T, n int) {
	t.Helper()
	a, set, c := small(t)
	_, _, err := FitOrLoadContext(after(n), a, set, c)
	if !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), "running it again goes on from here") {
		t.Fatalf("got %v", err)
	}
}

// kept lists files in the cache's only training, the newest checkpoint last.
func kept(t *testing.T, glob string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(os.Getenv(cache.EnvVar), "nets", "*", glob))
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func TestFitOrLoad(t *testing.T) {
	hash, h := uninterrupted(t)
	if !h.Finished || h.Best == 0 || len(h.Epochs) != 6 || h.Steps != 24 || h.Epochs[5].ValidationLoss == nil {
		t.Errorf("%+v", h)
	}
	if left := kept(t, checkpointGlob); len(left) != 0 {
		t.Errorf("checkpoints are left: %v", left)
	}
	net, again := mustFit(t)
	if hashOf(t, net) != hash {
		t.Error("other weights were loaded")
	}
	if !reflect.DeepEqual(h, again) {
		t.Errorf("another history was loaded:\n%+v\n%+v", again, h)
	}
}

func TestResume(t *testing.T) {
	hash, h := uninterrupted(t)
	for _, cuts := range [][]int{{0}, {6}, {3, 9, 4}} {
		inCache(t)
		for _, n := range cuts {
			interrupt(t, n)
		}
		net, again := mustFit(t)
		if hashOf(t, net) != hash {
			t.Errorf("cut at %v: other weights", cuts)
		}
		if got, want := timeless(again), timeless(h); !reflect.DeepEqual(got, want) || again.Notes != nil {
			t.Errorf("cut at %v: another history:\n%+v\n%+v", cuts, got, want)
		}
	}
}

func TestDamagedCheckpoints(t *testing.T) {
	hash, _ := uninterrupted(t)
	checkpointEvery = 0
	defer func() { checkpointEvery = defaultCheckpointEvery }()
	for _, test := range []struct {
		name   string
		damage func(newest, other string) error
		notes  int
	}{
		{"truncated", func(newest, _ string) error { return os.Truncate(newest, 1000) }, 1},
		{"empty", func(newest, _ string) error { return os.Truncate(newest, 0) }, 1},
		{"altered", func(newest, _ string) error { return flip(newest) }, 1},
		{"missing", func(newest, _ string) error { return os.Remove(newest) }, 0},
		{"both", func(newest, other string) error { return errors.Join(flip(newest), os.Truncate(other, 7)) }, 2},
	} {
		inCache(t)
		interrupt(t, 7)
		files := kept(t, checkpointGlob)
		if len(files) != checkpointsKept {
			t.Fatalf("%s: %d checkpoints, want %d", test.name, len(files), checkpointsKept)
		}
		if err := test.damage(files[1], files[0]); err != nil {
			t.Fatal(err)
		}
		net, h := mustFit(t)
		if hashOf(t, net) != hash {
			t.Errorf("%s: other weights", test.name)
		}
		if len(h.Notes) != test.notes {
			t.Errorf("%s: notes %q, want %d", test.name, h.Notes, test.notes)
		}
		for _, note := range h.Notes {
			if !strings.Contains(note, ".safetensors") {
				t.Errorf("%s: the note does not name the file: %q", test.name, note)
			}
		}
	}
}

func flip(path string) error {
	b, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	b[len(b)/2] ^= 4
	return os.WriteFile(path, b, 0o600)
}

func TestDamagedNet(t *testing.T) {
	hash, _ := uninterrupted(t)
	files := kept(t, "net.safetensors")
	if len(files) != 1 {
		t.Fatalf("%v", files)
	}
	if err := flip(files[0]); err != nil {
		t.Fatal(err)
	}
	net, h := mustFit(t)
	if hashOf(t, net) != hash || len(h.Notes) != 1 || !strings.Contains(h.Notes[0], "trained anew") {
		t.Errorf("notes %q", h.Notes)
	}
}

// A file of another training, put in this one's place, is not taken.
func TestFileOfAnother(t *testing.T) {
	inCache(t)
	a, set, c := small(t)
	c.Epochs = 1
	if _, _, err := FitOrLoadContext(context.Background(), a, set, c); err != nil {
		t.Fatal(err)
	}
	one := kept(t, "net.safetensors")[0]
	c.Seed++
	if _, _, err := FitOrLoadContext(context.Background(), a, set, c); err != nil {
		t.Fatal(err)
	}
	for _, other := range kept(t, "net.safetensors") {
		if other == one {
			continue
		}
		if err := os.Rename(one, other); err != nil {
			t.Fatal(err)
		}
	}
	_, h, err := FitOrLoadContext(context.Background(), a, set, c)
	if err != nil || len(h.Notes) != 1 || !strings.Contains(h.Notes[0], "not of this training") {
		t.Errorf("notes %q, %v", h.Notes, err)
	}
}

func TestKey(t *testing.T) {
	a, set, c := small(t)
	seen := map[string]string{}
	add := func(what string, a models.Architecture, set *data.Dataset, c Config) {
		t.Helper()
		c, err := c.withDefaults()
		if err != nil {
			t.Fatal(err)
		}
		k, err := key(newNet(t, a, set, c.Seed), set, c)
		if err != nil {
			t.Fatal(err)
		}
		if other, taken := seen[k]; taken {
			t.Errorf("%s has the key of %s", what, other)
		}
		seen[k] = what
	}
	add("the first", a, set, c)
	add("another model", models.CNN{Channels: []int{4}, Dense: 8}, set, c)
	add("other data", a, c.Validation, c)
	for what, change := range map[string]func(*Config){
		"epochs":        func(c *Config) { c.Epochs++ },
		"batch size":    func(c *Config) { c.BatchSize++ },
		"learning rate": func(c *Config) { c.Optimizer = Adam{LearningRate: 0.02} },
		"optimizer":     func(c *Config) { c.Optimizer = SGD{LearningRate: 0.01} },
		"seed":          func(c *Config) { c.Seed++ },
		"clipping":      func(c *Config) { c.ClipNorm = 1 },
		"schedule":      func(c *Config) { c.Schedule = Cosine{} },
		"what follows":  func(c *Config) { c.Schedule = Warmup{Steps: 3, Then: StepDecay{}} },
		"how it goes":   func(c *Config) { c.Schedule = Warmup{Steps: 3, Then: StepDecay{Gamma: 0.5}} },
		"validation":    func(c *Config) { c.Validation = set },
		"loss":          func(c *Config) { c.Loss = SquaredError{} },
		"other loss":    func(c *Config) { c.Loss = AbsoluteError{} },
		"smoothing":     func(c *Config) { c.LabelSmoothing = 0.1 },
		"class weights": func(c *Config) { c.ClassWeights = []float64{1, 2, 3} },
		"patience":      func(c *Config) { c.EarlyStopping = EarlyStopping{Patience: 2} },
	} {
		other := c
		change(&other)
		add("another "+what, a, set, other)
	}
	t.Setenv("GOMLX_BACKEND", "xla:/somewhere/another.so")
	add("another backend", a, set, c)
}
