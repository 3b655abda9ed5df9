package train

import (
	"context"
	"math"
	"testing"
)

func TestCosine(t *testing.T) {
	for _, c := range []struct {
		s           Cosine
		step, steps int
		want        float64
	}{
		{Cosine{}, 1, 10, 1},
		{Cosine{}, 6, 10, 0.5},
		{Cosine{}, 10, 10, (1 + math.Cos(0.9*math.Pi)) / 2},
		{Cosine{}, 1, 1, 1},
		{Cosine{Warmup: 0.3}, 1, 10, 0.25},
		{Cosine{Warmup: 0.3}, 3, 10, 0.75},
		{Cosine{Warmup: 0.3}, 4, 10, 1},
	} {
		if got := c.s.Factor(c.step, c.steps); math.Abs(got-c.want) > 1e-15 {
			t.Errorf("%+v, step %d of %d: got %v, want %v", c.s, c.step, c.steps, got, c.want)
		}
	}
	for _, w := range []float64{-0.1, 1, math.NaN()} {
		if (Cosine{Warmup: w}).Check() == nil {
			t.Errorf("Warmup %v: no error", w)
		}
	}
}

// constant is a schedule that multiplies the learning rate by itself.
type constant float64

func (c constant) Factor(_, _ int) float64 { return float64(c) }
func (c constant) Check() error            { return nil }

// A factor of one half is half the learning rate, for every optimizer.
func TestScheduleScalesTheLearningRate(t *testing.T) {
	_, set, _ := small(t)
	weights := func(o Optimizer, s Schedule) []float64 {
		net := newNet(t, linear, set, 1)
		if _, err := Fit(context.Background(), net, set, Config{Epochs: 2, BatchSize: 16, Optimizer: o, Schedule: s, Seed: 1}); err != nil {
			t.Fatal(err)
		}
		return values(t, net, "/weights")
	}
	for _, c := range []struct{ whole, half Optimizer }{
		{SGD{LearningRate: 0.2, Momentum: 0.9, WeightDecay: 0.1}, SGD{LearningRate: 0.1, Momentum: 0.9, WeightDecay: 0.1}},
		{Adam{LearningRate: 0.02}, Adam{LearningRate: 0.01}},
	} {
		got, want := weights(c.whole, constant(0.5)), weights(c.half, nil)
		for i := range want {
			if math.Abs(got[i]-want[i]) > 1e-5 {
				t.Errorf("%T: weight %d: got %v, want %v", c.whole, i, got[i], want[i])
			}
		}
	}
	net := newNet(t, linear, set, 1)
	if _, err := Fit(context.Background(), net, set, Config{Schedule: constant(math.NaN())}); err == nil {
		t.Error("a factor of NaN: no error")
	}
}
