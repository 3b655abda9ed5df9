package train

import (
	"context"
	"encoding/json"
	"math"
	"os"
	"testing"

	"github.com/gomlx/compute/dtypes"
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
		if got := c.s.Factor(Progress{Step: c.step, Steps: c.steps}); math.Abs(got-c.want) > 1e-15 {
			t.Errorf("%+v, step %d of %d: got %v, want %v", c.s, c.step, c.steps, got, c.want)
		}
	}
	for _, w := range []float64{-0.1, 1, math.NaN()} {
		if (Cosine{Warmup: w}).Check() == nil {
			t.Errorf("Warmup %v: no error", w)
		}
	}
}

// The fixture is made by testdata/schedules.py.
func TestSchedulesAsPyTorch(t *testing.T) {
	var fixture struct {
		Start     []float64
		Gradients [][]float64
		Losses    []float64
		Cases     []struct {
			Schedule string
			Options  json.RawMessage
			PerEpoch int `json:"per_epoch"`
			Rates    []float64
			Weights  [][]float64
		}
	}
	read(t, "testdata/schedules.json", &fixture)
	if len(fixture.Cases) == 0 {
		t.Fatal("no cases")
	}
	for _, c := range fixture.Cases {
		// Plain structs, as Warmup's own JSON is not for reading.
		var s Schedule
		switch c.Schedule {
		case "Cosine":
			s = options[Cosine](t, c.Options)
		case "StepDecay":
			s = options[StepDecay](t, c.Options)
		case "OneCycle":
			s = options[OneCycle](t, c.Options)
		case "Plateau":
			s = options[Plateau](t, c.Options)
		case "Warmup":
			s = Warmup{Steps: 4}
		case "Warmup of Cosine":
			s = Warmup{Steps: 4, Then: Cosine{}}
		default:
			t.Fatalf("schedule %q", c.Schedule)
		}
		if err := s.Check(); err != nil {
			t.Fatal(err)
		}
		n := len(c.Rates)
		factors := make([]float64, n)
		for i := range factors {
			epoch := i/c.PerEpoch + 1
			factors[i] = s.Factor(Progress{Step: i + 1, Steps: n, Epoch: epoch, Epochs: n / c.PerEpoch, Validation: fixture.Losses[:epoch-1]})
			if want := c.Rates[i] / 0.1; math.Abs(factors[i]-want) > 1e-12*want {
				t.Errorf("%s %s: the factor of step %d is %v, want %v", c.Schedule, c.Options, i+1, factors[i], want)
			}
		}
		got := walkBy(t, dtypes.Float64, SGD{LearningRate: 0.1, Momentum: 0.9}, factors, fixture.Start, fixture.Gradients)
		compare(t, c.Schedule+" "+string(c.Options), got, c.Weights, 1e-12)
	}
}

func options[T any](t *testing.T, text []byte) (o T) {
	t.Helper()
	if err := json.Unmarshal(text, &o); err != nil {
		t.Fatal(err)
	}
	return o
}

func read(t *testing.T, path string, into any) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err == nil {
		err = json.Unmarshal(text, into)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// Trainings of very few steps are no reason for NaN.
func TestSchedulesOfFewSteps(t *testing.T) {
	for _, s := range []Schedule{Cosine{}, Cosine{Warmup: 0.9}, OneCycle{}, OneCycle{Rise: 0.99}, OneCycle{Rise: 0.01}, StepDecay{}, Plateau{}, Warmup{Steps: 3, Then: OneCycle{}}} {
		for steps := 1; steps < 8; steps++ {
			for step := 1; step <= steps; step++ {
				if f := s.Factor(Progress{Step: step, Steps: steps, Epoch: step, Epochs: steps}); !(f >= 0 && f <= 1) {
					t.Errorf("%#v: step %d of %d has the factor %v", s, step, steps, f)
				}
			}
		}
	}
	if f := (Warmup{Steps: 4, Then: OneCycle{}}).Factor(Progress{Step: 2, Steps: 20}); math.Abs(f-2./5/25) > 1e-15 {
		t.Errorf("a warm-up rises to what comes then: %v", f)
	}
	if !(Warmup{Then: Plateau{}}).needsValidation() || (Warmup{Then: Cosine{}}).needsValidation() || (Warmup{}).needsValidation() {
		t.Error("a warm-up needs validation if what follows does")
	}
}

// constant is a schedule that multiplies the learning rate by itself.
type constant float64

func (c constant) Factor(Progress) float64 { return float64(c) }
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
		{AdamW{LearningRate: 0.02, WeightDecay: 0.3}, AdamW{LearningRate: 0.01, WeightDecay: 0.3}},
		{RMSprop{LearningRate: 0.02, Momentum: 0.5}, RMSprop{LearningRate: 0.01, Momentum: 0.5}},
		{Lion{LearningRate: 0.02, WeightDecay: 0.3}, Lion{LearningRate: 0.01, WeightDecay: 0.3}},
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
