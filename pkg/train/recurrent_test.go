package train

import (
	"context"
	"math/rand/v2"
	"testing"

	"github.com/vitrine-ml/vitrine/pkg/data"
	"github.com/vitrine-ml/vitrine/pkg/models"
)

// TestFitRecurrent: a net that must remember the first of six steps learns to, with the same bits each time.
func TestFitRecurrent(t *testing.T) {
	const n, steps = 128, 6
	rng := rand.New(rand.NewPCG(3, 0))
	values, labels := make([]float32, n*steps), make([]int, n)
	for i := range values {
		values[i] = float32(rng.NormFloat64())
	}
	for i := range labels {
		if values[i*steps] > 0 {
			labels[i] = 1
		}
	}
	set, err := data.New("memory", []int{steps, 1}, values, labels, []string{"negative", "positive"})
	if err != nil {
		t.Fatal(err)
	}
	inputs, outputs := Ports(set)
	var hashes [2]string
	for i := range hashes {
		net, err := models.New(models.LSTM{Hidden: 8, Layers: 2, Dropout: 0.1}, inputs, outputs, 1)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := Fit(context.Background(), net, set, Config{Epochs: 40, BatchSize: 32, Optimizer: Adam{LearningRate: 0.02}, Seed: 1}); err != nil {
			t.Fatal(err)
		}
		if hashes[i], err = net.WeightsHash(); err != nil {
			t.Fatal(err)
		}
		if i > 0 {
			continue
		}
		scores, err := Evaluate(context.Background(), net, set)
		if err != nil {
			t.Fatal(err)
		}
		if scores.Accuracy < 0.95 {
			t.Errorf("right for %.3f of the sequences", scores.Accuracy)
		}
	}
	if hashes[0] != hashes[1] {
		t.Error("two trainings gave other bits")
	}
}
