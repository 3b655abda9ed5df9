package train

import (
	"context"
	"math"
	"reflect"
	"testing"

	"github.com/vitrine-ml/vitrine/pkg/data"
)

func TestEarlyStoppingAfter(t *testing.T) {
	for _, c := range []struct {
		s      EarlyStopping
		losses []float64
		best   int
		stop   bool
	}{
		{EarlyStopping{}, []float64{1, 2, 3}, 0, false},
		{EarlyStopping{Patience: 2}, nil, 0, false},
		{EarlyStopping{Patience: 2}, []float64{1, 1}, 1, false},
		{EarlyStopping{Patience: 2}, []float64{1, 1, 1}, 1, true},
		{EarlyStopping{Patience: 2}, []float64{1, 2, 0.5, 2}, 3, false},
		{EarlyStopping{Patience: 2}, []float64{1, 2, 0.5, 2, 0.5}, 3, true},
		{EarlyStopping{Patience: 1, MinDelta: 0.1}, []float64{1, 0.95}, 1, true},
		{EarlyStopping{Patience: 2, MinDelta: 0.1}, []float64{1, 0.95, 0.85}, 3, false},
	} {
		if best, stop := c.s.after(c.losses); best != c.best || stop != c.stop {
			t.Errorf("%+v after %v: best %d, stop %v, want %d, %v", c.s, c.losses, best, stop, c.best, c.stop)
		}
	}
}

// misled is a training whose validation loss falls and then rises: a third of the validation labels are wrong.
func misled(t *testing.T) (*data.Dataset, Config) {
	t.Helper()
	set, err := stripes(50, 8, 1, 3, 1)
	if err != nil {
		t.Fatal(err)
	}
	validation, err := stripes(45, 8, 1, 3, 2)
	if err != nil {
		t.Fatal(err)
	}
	in, target := validation.Columns()
	labels := append([]int32{}, target.IDs...)
	for i := 0; i < len(labels); i += 4 {
		labels[i] = (labels[i] + 1) % 3
	}
	target.IDs = labels
	if validation, err = data.Assemble("misleading", in, target); err != nil {
		t.Fatal(err)
	}
	return set, Config{Epochs: 60, BatchSize: 16, Optimizer: Adam{LearningRate: 0.01}, Seed: 5, Validation: validation, EarlyStopping: EarlyStopping{Patience: 3}}
}

// The weights are those that a training of as many epochs as the best one ends with, also after interruptions.
func TestEarlyStopping(t *testing.T) {
	a := linear // compiles fast; TestResume has what else there is to a resumed training
	set, c := misled(t)
	inCache(t)
	net, h, err := FitOrLoadContext(context.Background(), a, set, c)
	if err != nil {
		t.Fatal(err)
	}
	if h.Best < 2 || len(h.Epochs) != h.Best+c.EarlyStopping.Patience || len(h.Epochs) == c.Epochs || !h.Finished {
		t.Fatalf("best %d of %d epochs", h.Best, len(h.Epochs))
	}
	for _, e := range h.Epochs {
		if *e.ValidationLoss < *h.Epochs[h.Best-1].ValidationLoss {
			t.Errorf("epoch %d is better than the best, %d", e.Epoch, h.Best)
		}
	}
	want := hashOf(t, net)
	scores, err := Evaluate(context.Background(), net, c.Validation)
	if err != nil {
		t.Fatal(err)
	}
	if got := *h.Epochs[h.Best-1].ValidationLoss; math.Abs(scores.Loss-got) > 1e-12 {
		t.Errorf("validation loss %v, that of the best epoch was %v", scores.Loss, got)
	}

	short := c
	short.Epochs, short.EarlyStopping, short.Validation = h.Best, EarlyStopping{}, nil
	plain, _, err := FitOrLoadContext(context.Background(), a, set, short)
	if err != nil {
		t.Fatal(err)
	}
	if hashOf(t, plain) != want {
		t.Errorf("the weights are not those after epoch %d", h.Best)
	}

	checkpointEvery = 0
	defer func() { checkpointEvery = defaultCheckpointEvery }()
	for _, cuts := range [][]int{{5*h.Best + 4, 3}, {5 * (h.Best + 2), 1, 7}} {
		inCache(t)
		for _, n := range cuts {
			if _, _, err := FitOrLoadContext(after(n), a, set, c); err == nil {
				t.Fatalf("cut at %v: not interrupted", cuts)
			}
		}
		net, again, err := FitOrLoadContext(context.Background(), a, set, c)
		if err != nil {
			t.Fatal(err)
		}
		if hashOf(t, net) != want || !reflect.DeepEqual(timeless(again), timeless(h)) {
			t.Errorf("cut at %v: other weights or history:\n%+v\n%+v", cuts, again, h)
		}
	}
	loaded, again, err := FitOrLoadContext(context.Background(), a, set, c)
	if err != nil || hashOf(t, loaded) != want || again.Best != h.Best {
		t.Errorf("loaded: %v, best %d", err, again.Best)
	}
}
