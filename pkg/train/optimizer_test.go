package train

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"github.com/vitrine-ml/vitrine/internal/backend"
)

// walk gives the weights after each of the gradients, computed by the optimizer's graph in that type.
func walk(t *testing.T, dtype dtypes.DType, o Optimizer, clip float64, start []float64, gradients [][]float64) [][]float64 {
	t.Helper()
	return walked(t, dtype, o, clip, nil, start, gradients)
}

// walkBy is walk with a schedule's factors.
func walkBy(t *testing.T, dtype dtypes.DType, o Optimizer, factors, start []float64, gradients [][]float64) [][]float64 {
	t.Helper()
	return walked(t, dtype, o, 0, factors, start, gradients)
}

func walked(t *testing.T, dtype dtypes.DType, o Optimizer, clip float64, factors, start []float64, gradients [][]float64) [][]float64 {
	t.Helper()
	b, err := backend.Open()
	if err != nil {
		t.Fatal(err)
	}
	if err := o.Check(); err != nil {
		t.Fatal(err)
	}
	// Weights and slots go in and come out as float64, and are of the type in between.
	exec, err := graph.NewExec(b, func(in []*graph.Node) []*graph.Node {
		typed := make([]*graph.Node, len(in))
		for i, x := range in {
			typed[i] = graph.ConvertDType(x, dtype)
		}
		gradient := typed[2]
		if clip > 0 {
			gradient = clipped([]*graph.Node{gradient}, clip)[0]
		}
		w, slots := o.Update(in[0], typed[1], gradient, typed[4:])
		if factors != nil {
			w = scheduled(typed[1], w, in[3])
		}
		out := append([]*graph.Node{w}, slots...)
		for i, x := range out {
			out[i] = graph.ConvertDType(x, dtypes.Float64)
		}
		return out
	})
	if err != nil {
		t.Fatal(err)
	}
	state := []*tensors.Tensor{tensors.FromValue(start)}
	for range o.Slots() {
		state = append(state, tensors.FromValue(make([]float64, len(start))))
	}
	var weights [][]float64
	for i, gradient := range gradients {
		factor := 1.0
		if factors != nil {
			factor = factors[i]
		}
		args := []any{float64(i + 1), state[0], gradient, factor}
		for _, s := range state[1:] {
			args = append(args, s)
		}
		if state, err = exec.Call(args...); err != nil {
			t.Fatal(err)
		}
		w, err := tensors.CopyFlatData[float64](state[0])
		if err != nil {
			t.Fatal(err)
		}
		weights = append(weights, w)
	}
	return weights
}

func compare(t *testing.T, name string, got, want [][]float64, tolerance float64) {
	t.Helper()
	for i := range want {
		for j, w := range want[i] {
			if d := math.Abs(got[i][j] - w); !(d <= tolerance*math.Max(1, math.Abs(w))) {
				t.Errorf("%s: step %d, weight %d: got %v, want %v", name, i+1, j, got[i][j], w)
			}
		}
	}
}

// decoded is the optimizer of that name with options from JSON.
func decoded(t *testing.T, name string, options []byte) Optimizer {
	t.Helper()
	for _, o := range []Optimizer{&SGD{}, &Adam{}, &AdamW{}, &RMSprop{}} {
		if fmt.Sprintf("%T", o) != "*train."+name {
			continue
		}
		if err := json.Unmarshal(options, o); err != nil {
			t.Fatal(err)
		}
		return o
	}
	t.Fatalf("optimizer %q", name)
	return nil
}

// The fixture is made by testdata/optimizers.py.
func TestOptimizersAsPyTorch(t *testing.T) {
	var fixture struct {
		Start     []float64
		Gradients [][]float64
		Cases     []struct {
			Optimizer string
			Options   json.RawMessage
			Weights   [][]float64
		}
		Clipped struct {
			Limit        float64
			LearningRate float64 `json:"learning_rate"`
			Weights      [][]float64
		}
	}
	read(t, "testdata/optimizers.json", &fixture)
	if len(fixture.Cases) == 0 {
		t.Fatal("no cases")
	}
	for _, precision := range []struct {
		dtype     dtypes.DType
		tolerance float64
	}{{dtypes.Float64, 1e-13}, {dtypes.Float32, 1e-6}} {
		for _, c := range fixture.Cases {
			o := decoded(t, c.Optimizer, c.Options)
			got := walk(t, precision.dtype, o, 0, fixture.Start, fixture.Gradients)
			compare(t, precision.dtype.String()+" "+c.Optimizer+" "+string(c.Options), got, c.Weights, precision.tolerance)
		}
	}
	// The norm is summed in float32 whatever the weights' type.
	clip := fixture.Clipped
	got := walk(t, dtypes.Float64, SGD{LearningRate: clip.LearningRate}, clip.Limit, fixture.Start, fixture.Gradients)
	compare(t, "clipped", got, clip.Weights, 1e-6)
}

// The same by the definitions, in plain Go.
func TestOptimizersAsDefined(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	random := func() []float64 {
		v := make([]float64, 7)
		for i := range v {
			v[i] = rng.NormFloat64()
		}
		return v
	}
	start := random()
	gradients := [][]float64{random(), random(), random(), random(), random()}

	plain := func(step func(i, t int, w, g float64) float64) (weights [][]float64) {
		w := append([]float64{}, start...)
		for t, gradient := range gradients {
			for i := range w {
				w[i] = step(i, t+1, w[i], gradient[i])
			}
			weights = append(weights, append([]float64{}, w...))
		}
		return weights
	}

	sgd := SGD{LearningRate: 0.03, Momentum: 0.7, WeightDecay: 0.2}
	v := make([]float64, len(start))
	compare(t, "SGD", walk(t, dtypes.Float64, sgd, 0, start, gradients), plain(func(i, t int, w, g float64) float64 {
		g += 0.2 * w
		if v[i] = 0.7*v[i] + g; t == 1 {
			v[i] = g
		}
		return w - 0.03*v[i]
	}), 1e-14)

	adam := Adam{LearningRate: 0.03, Beta1: 0.6, Beta2: 0.7, Epsilon: 1e-3}
	m, s := make([]float64, len(start)), make([]float64, len(start))
	compare(t, "Adam", walk(t, dtypes.Float64, adam, 0, start, gradients), plain(func(i, t int, w, g float64) float64 {
		m[i], s[i] = 0.6*m[i]+0.4*g, 0.7*s[i]+0.3*g*g
		mean, square := m[i]/(1-math.Pow(0.6, float64(t))), s[i]/(1-math.Pow(0.7, float64(t)))
		return w - 0.03*mean/(math.Sqrt(square)+1e-3)
	}), 1e-14)

	// Algorithm 2 of the paper. PyTorch has no Lion.
	lion := Lion{LearningRate: 0.03, Beta1: 0.6, Beta2: 0.7, WeightDecay: 0.2}
	clear(m)
	compare(t, "Lion", walk(t, dtypes.Float64, lion, 0, start, gradients), plain(func(i, _ int, w, g float64) float64 {
		c := 0.6*m[i] + 0.4*g
		m[i] = 0.7*m[i] + 0.3*g
		return w - 0.03*(math.Copysign(1, c)+0.2*w)
	}), 1e-14)
	clear(m)
	compare(t, "Lion by default", walk(t, dtypes.Float64, Lion{}, 0, start, gradients), plain(func(i, _ int, w, g float64) float64 {
		c := 0.9*m[i] + 0.1*g
		m[i] = 0.99*m[i] + 0.01*g
		return w - 1e-4*math.Copysign(1, c)
	}), 1e-14)
	if got := walk(t, dtypes.Float32, Lion{}, 0, []float64{3}, [][]float64{{0}}); got[0][0] != 3 {
		t.Errorf("Lion without a gradient moves to %v: the sign of 0 is 0", got)
	}
}

// A variance that rounding makes negative is no variance, and not NaN.
func TestCenteredOfConstantGradients(t *testing.T) {
	gradients := make([][]float64, 300)
	for i := range gradients {
		gradients[i] = []float64{0.1, 1e-20, 7e3}
	}
	for _, w := range walk(t, dtypes.Float32, RMSprop{Alpha: 0.5, Centered: true, LearningRate: 1e-9}, 0, []float64{1, 1, 1}, gradients) {
		for _, v := range w {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				t.Fatalf("weights %v", w)
			}
		}
	}
}

func TestOptionsThatCannotBe(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	for _, c := range []Config{
		{Epochs: -1}, {BatchSize: -1}, {ClipNorm: -1}, {ClipNorm: nan},
		{Optimizer: SGD{LearningRate: -1}}, {Optimizer: SGD{LearningRate: nan}}, {Optimizer: SGD{LearningRate: inf}},
		{Optimizer: SGD{Momentum: 1}}, {Optimizer: SGD{Momentum: nan}}, {Optimizer: SGD{WeightDecay: -1}}, {Optimizer: SGD{Nesterov: true}},
		{Optimizer: Adam{LearningRate: -1}}, {Optimizer: Adam{Beta1: 1}}, {Optimizer: Adam{Beta2: -0.1}}, {Optimizer: Adam{Epsilon: nan}},
		{Optimizer: Adam{WeightDecay: inf}},
		{Optimizer: AdamW{LearningRate: nan}}, {Optimizer: AdamW{WeightDecay: -1}}, {Optimizer: AdamW{Beta2: 1}},
		{Optimizer: RMSprop{Alpha: 1}}, {Optimizer: RMSprop{Momentum: -1}}, {Optimizer: RMSprop{Epsilon: inf}}, {Optimizer: RMSprop{WeightDecay: nan}},
		{Optimizer: Lion{LearningRate: -1}}, {Optimizer: Lion{Beta1: 1}}, {Optimizer: Lion{Beta2: nan}}, {Optimizer: Lion{WeightDecay: -1}},
		{Schedule: Cosine{Warmup: 1}}, {Schedule: StepDecay{Epochs: -1}}, {Schedule: StepDecay{Gamma: 2}}, {Schedule: StepDecay{Gamma: nan}},
		{Schedule: OneCycle{Rise: 1}}, {Schedule: OneCycle{Start: 0.5}}, {Schedule: OneCycle{End: inf}}, {Schedule: OneCycle{End: nan}},
		{Schedule: Warmup{Steps: -1}}, {Schedule: Warmup{Steps: 1, Then: Cosine{Warmup: 2}}},
		{Schedule: Plateau{}}, {Schedule: Warmup{Then: Plateau{}}}, // without validation
		{EarlyStopping: EarlyStopping{Patience: 3}},
		{EarlyStopping: EarlyStopping{Patience: -1}}, {EarlyStopping: EarlyStopping{MinDelta: 1}}, {EarlyStopping: EarlyStopping{Patience: 1, MinDelta: nan}},
		{LabelSmoothing: 1}, {LabelSmoothing: nan}, {ClassWeights: []float64{1, 0}}, {ClassWeights: []float64{inf}}, {ClassWeights: []float64{1, nan}},
		{Loss: Huber{Delta: -1}}, {Loss: SquaredError{}, LabelSmoothing: 0.1}, {Loss: Huber{}, ClassWeights: []float64{1, 2}},
	} {
		if _, err := c.withDefaults(); err == nil {
			t.Errorf("%+v: no error", c)
		}
	}
	_, set, _ := small(t)
	for _, s := range []Plateau{{Patience: -1}, {Cooldown: -1}, {Gamma: -1}, {Threshold: 1}, {Lowest: nan}} {
		if _, err := (Config{Schedule: s, Validation: set}).withDefaults(); err == nil {
			t.Errorf("%+v: no error", s)
		}
	}
	for _, c := range []Config{{EarlyStopping: EarlyStopping{Patience: 3}}, {Schedule: Warmup{Then: Plateau{}}}} {
		if _, err := c.withDefaults(); !strings.Contains(err.Error(), "goes by the validation loss: set Config.Validation") {
			t.Errorf("without validation: %v", err)
		}
		c.Validation = set
		if _, err := c.withDefaults(); err != nil {
			t.Error(err)
		}
	}
	c, err := Config{}.withDefaults()
	if want := (Config{Epochs: 10, BatchSize: 64, Optimizer: SGD{LearningRate: 0.001, Momentum: 0.9}}); err != nil || !reflect.DeepEqual(c, want) {
		t.Errorf("got %+v, %v, want %+v", c, err, want)
	}
}
