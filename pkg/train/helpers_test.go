package train

import (
	"context"
	"math/rand/v2"
	"sync/atomic"
	"testing"

	"github.com/vitrine-ml/vitrine/internal/cache"
	"github.com/vitrine-ml/vitrine/pkg/data"
	"github.com/vitrine-ml/vitrine/pkg/models"
	"github.com/vitrine-ml/vitrine/pkg/record"
)

// stripes are n noisy images with a bright row, which row being the class.
func stripes(n, size, channels, classes int, seed uint64) (*data.Dataset, error) {
	rng := rand.New(rand.NewPCG(seed, 0))
	var values []float32
	var labels []int
	for i := range n {
		label := i % classes
		labels = append(labels, label)
		for y := range size {
			for range size * channels {
				v := 0.5 * rng.Float32()
				if y%classes == label {
					v += 0.3
				}
				values = append(values, v)
			}
		}
	}
	names := make([]string, classes)
	for i := range names {
		names[i] = string(rune('a' + i))
	}
	return data.New("stripes", []int{size, size, channels}, values, labels, names)
}

// small is a training that takes a moment and has all that can go wrong in a resume: dropout, slots, a padded batch, a schedule and best weights
// that go by the validation loss.
func small(tb testing.TB) (models.Architecture, *data.Dataset, Config) {
	tb.Helper()
	a, set, c, err := smallTraining(6)
	if err != nil {
		tb.Fatal(err)
	}
	return a, set, c
}

func smallTraining(epochs int) (models.Architecture, *data.Dataset, Config, error) {
	set, err := stripes(50, 8, 1, 3, 1)
	if err != nil {
		return nil, nil, Config{}, err
	}
	validation, err := stripes(40, 8, 1, 3, 2)
	c := Config{
		Epochs: epochs, BatchSize: 16, Optimizer: Adam{LearningRate: 0.01}, Seed: 5, Validation: validation,
		Schedule: Warmup{Steps: 3, Then: Plateau{Gamma: 0.5, Patience: 1}}, EarlyStopping: EarlyStopping{Patience: epochs},
	}
	return models.CNN{Channels: []int{4}, Dense: 8, Dropout: 0.3}, set, c, err
}

// inCache runs a test with an empty cache.
func inCache(t *testing.T) {
	t.Helper()
	t.Setenv(cache.EnvVar, t.TempDir())
}

// cut is a context that is cancelled once it has been asked n times.
type cut struct {
	context.Context
	n atomic.Int64
}

func after(n int) *cut {
	c := &cut{Context: context.Background()}
	c.n.Store(int64(n))
	return c
}

func (c *cut) Err() error {
	if c.n.Add(-1) < 0 {
		return context.Canceled
	}
	return nil
}

func hashOf(t *testing.T, net *models.Net) string {
	t.Helper()
	h, err := net.WeightsHash()
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// timeless is a history without what differs from run to run.
func timeless(h *record.History) record.History {
	c := *h
	c.Elapsed, c.Notes = 0, nil
	return c
}
