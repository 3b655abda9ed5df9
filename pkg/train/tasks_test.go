package train

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"

	"github.com/vitrine-ml/vitrine/pkg/data"
	"github.com/vitrine-ml/vitrine/pkg/models"
)

const (
	sourceLength, targetLength = 3, 4
	ids                        = 6 // of which 0 is padding
)

// reversed are n random sequences of ids with their reverse, and an end, as targets.
func reversed(tb testing.TB, n int, seed uint64) *data.Dataset {
	tb.Helper()
	rng := rand.New(rand.NewPCG(seed, 1))
	var source, target []int32
	for range n {
		words := make([]int32, 1+rng.IntN(sourceLength))
		for i := range words {
			words[i] = int32(2 + rng.IntN(ids-2))
		}
		source = append(append(source, words...), make([]int32, sourceLength-len(words))...)
		slices.Reverse(words)
		target = append(append(target, append(words, 1)...), make([]int32, targetLength-len(words)-1)...)
	}
	names := []string{"<pad>", "<eos>", "a", "b", "c", "d"}
	set, err := data.Assemble("reversed", []data.Column{{Name: "source", Kind: data.IDs, Shape: []int{sourceLength}, IDs: source, Names: names}},
		data.Column{Kind: data.IDs, Shape: []int{targetLength}, IDs: target, Names: names})
	if err != nil {
		tb.Fatal(err)
	}
	return set
}

// tokens predicts every target's id linearly from all of the source.
var tokens = models.Custom{Title: "tokens", Build: func(scope *model.Scope, in []*graph.Node) []*graph.Node {
	x := graph.OneHot(in[0], ids, dtypes.Float32)
	y := models.Dense(scope, graph.Reshape(x, x.Shape().Dim(0), -1), targetLength*ids)
	return []*graph.Node{graph.Reshape(y, -1, targetLength, ids)}
}}

// plane is n examples of y = (x₀ − 2x₁, ½x₂) + noise.
func plane(tb testing.TB, n int, seed uint64) *data.Dataset {
	tb.Helper()
	rng := rand.New(rand.NewPCG(seed, 2))
	var x, y []float32
	for range n {
		v := []float32{rng.Float32(), rng.Float32(), rng.Float32()}
		x = append(x, v...)
		y = append(y, v[0]-2*v[1]+0.1*rng.Float32(), v[2]/2+0.1*rng.Float32())
	}
	set, err := data.Assemble("plane", []data.Column{{Shape: []int{3}, Floats: x}}, data.Column{Name: "position", Shape: []int{2}, Floats: y})
	if err != nil {
		tb.Fatal(err)
	}
	return set
}

// counts are examples of ids with a mask, whose class is how many of the first word are not masked.
func counts(tb testing.TB, n int, seed uint64) *data.Dataset {
	tb.Helper()
	rng := rand.New(rand.NewPCG(seed, 3))
	x := data.Column{Name: "words", Kind: data.IDs, Shape: []int{4}, Names: []string{"<pad>", "a", "b"}}
	mask := data.Column{Name: "read", Kind: data.Mask, Shape: []int{4}}
	y := data.Column{Kind: data.Classes, Names: []string{"0", "1", "2", "3", "4"}}
	for range n {
		count := int32(0)
		for range 4 {
			id, read := int32(1+rng.IntN(2)), rng.IntN(2) == 0
			if x.IDs, mask.Mask = append(x.IDs, id), append(mask.Mask, read); id == 1 && read {
				count++
			}
		}
		y.IDs = append(y.IDs, count)
	}
	set, err := data.Assemble("counts", []data.Column{x, mask}, y)
	if err != nil {
		tb.Fatal(err)
	}
	return set
}

// counting has two inputs.
var counting = models.Custom{Title: "counting", Build: func(scope *model.Scope, in []*graph.Node) []*graph.Node {
	read := graph.ConvertDType(in[1], dtypes.Float32)
	x := graph.Mul(graph.OneHot(in[0], 3, dtypes.Float32), graph.InsertAxes(read, -1))
	return []*graph.Node{models.Dense(scope, graph.ReduceSum(x, 1), 5)}
}}

// regression is linear.
var regression = models.Custom{Title: "regression", Build: func(scope *model.Scope, in []*graph.Node) []*graph.Node {
	return []*graph.Node{models.Dense(scope, in[0], 2)}
}}

// plainly trains a linear net in plain Go: on x [features], outputs that gradient turns into a loss, what it counts for and its derivative
// with respect to the outputs. It gives the loss of each epoch.
func plainly(set *data.Dataset, c Config, rate float64, w, b []float64, x func(i int) []float64,
	gradient func(i int, out []float64) (loss, count float64, d []float64),
) (losses []float64) {
	for epoch := range c.Epochs {
		sum, counted := 0.0, 0.0
		for rows := range slices.Chunk(order(c.Seed, epoch, set.Len()), c.BatchSize) {
			gw, gb, count := make([]float64, len(w)), make([]float64, len(b)), 0.0
			for _, row := range rows {
				in, out := x(row), slices.Clone(b)
				for i, v := range in {
					for k := range out {
						out[k] += v * w[i*len(b)+k]
					}
				}
				loss, n, d := gradient(row, out)
				sum, count = sum+loss, count+n
				for k := range d {
					gb[k] += d[k]
					for i, v := range in {
						gw[i*len(b)+k] += v * d[k]
					}
				}
			}
			for i := range w {
				w[i] -= rate * gw[i] / count
			}
			for i := range b {
				b[i] -= rate * gb[i] / count
			}
			counted += count
		}
		losses = append(losses, sum/counted)
	}
	return losses
}

func wantTrained(t *testing.T, net *models.Net, w, b []float64) {
	t.Helper()
	for path, want := range map[string][]float64{"/weights": w, "/biases": b} {
		for i, v := range values(t, net, path) {
			if math.Abs(v-want[i]) > 1e-5*math.Max(1, math.Abs(want[i])) {
				t.Errorf("%s[%d]: got %v, want %v", path, i, v, want[i])
			}
		}
	}
}

func TestFitOfValuesAsDefined(t *testing.T) {
	set, validation := plane(t, 11, 1), plane(t, 7, 2)
	in, target := set.Columns()
	c := Config{Epochs: 3, BatchSize: 4, Optimizer: SGD{LearningRate: 0.1}, Seed: 3, Validation: validation}
	net := newNet(t, regression, set, 1)
	w, b := values(t, net, "/weights"), values(t, net, "/biases")
	h, err := Fit(context.Background(), net, set, c)
	if err != nil {
		t.Fatal(err)
	}
	losses := plainly(set, c, 0.1, w, b, func(i int) []float64 {
		x := make([]float64, 3)
		for k := range x {
			x[k] = float64(in[0].Floats[i*3+k])
		}
		return x
	}, func(i int, out []float64) (loss, count float64, d []float64) {
		for k, v := range out {
			e := v - float64(target.Floats[i*2+k])
			loss += e * e / 2
			d = append(d, e)
		}
		return loss, 1, d
	})
	wantTrained(t, net, w, b)
	for i, want := range losses {
		if e := h.Epochs[i]; math.Abs(e.Loss-want) > 1e-6 || e.Accuracy != 0 || e.ValidationAccuracy != nil {
			t.Errorf("epoch %d: %+v, want loss %v", i+1, e, want)
		}
	}
	if h.Classifies() || h.Learns != "values" {
		t.Errorf("%+v", h)
	}

	// The loss after the last epoch is what Evaluate says of the net.
	f, err := EvaluateForecast(context.Background(), net, validation)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := *h.Epochs[2].ValidationLoss, f.RMSE*f.RMSE; math.Abs(got-want) > 1e-6*want {
		t.Errorf("validation loss %v, want %v", got, want)
	}
	if f.Examples != 7 || f.Model != "regression" || f.Dataset != "plane" || f.Actual.Name != "position" || f.Check() != nil {
		t.Errorf("%+v", f)
	}
	for loss, want := range map[Loss]float64{AbsoluteError{}: f.MAE, SquaredError{}: f.RMSE * f.RMSE} {
		c.Loss, c.Epochs, c.Optimizer = loss, 1, still
		if h, err = Fit(context.Background(), net, set, c); err != nil {
			t.Fatal(err)
		}
		if got := *h.Epochs[0].ValidationLoss; math.Abs(got-want) > 1e-6*want {
			t.Errorf("%T: validation loss %v, want %v", loss, got, want)
		}
	}
}

func TestFitOfSequencesAsDefined(t *testing.T) {
	set, validation := reversed(t, 11, 1), reversed(t, 60, 2)
	in, target := set.Columns()
	c := Config{Epochs: 3, BatchSize: 4, Optimizer: SGD{LearningRate: 0.5}, Seed: 3, Validation: validation}
	net := newNet(t, tokens, set, 1)
	w, b := values(t, net, "/weights"), values(t, net, "/biases")
	h, err := Fit(context.Background(), net, set, c)
	if err != nil {
		t.Fatal(err)
	}
	losses := plainly(set, c, 0.5, w, b, func(i int) []float64 {
		x := make([]float64, sourceLength*ids)
		for at, id := range in[0].IDs[i*sourceLength:][:sourceLength] {
			x[at*ids+int(id)] = 1
		}
		return x
	}, func(i int, out []float64) (loss, count float64, d []float64) {
		d = make([]float64, len(out))
		for at, id := range target.IDs[i*targetLength:][:targetLength] {
			if id == 0 {
				continue
			}
			sum := 0.0
			for _, v := range out[at*ids:][:ids] {
				sum += math.Exp(v)
			}
			loss += math.Log(sum) - out[at*ids+int(id)]
			count++
			for k := range ids {
				d[at*ids+k] = math.Exp(out[at*ids+k]) / sum
			}
			d[at*ids+int(id)]--
		}
		return loss, count, d
	})
	wantTrained(t, net, w, b)
	for i, want := range losses {
		if e := h.Epochs[i]; math.Abs(e.Loss-want) > 1e-5 || e.Accuracy != 0 || e.ValidationAccuracy != nil {
			t.Errorf("epoch %d: %+v, want loss %v", i+1, e, want)
		}
	}
	s, err := EvaluateSequences(context.Background(), net, validation)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := *h.Epochs[2].ValidationLoss, s.Loss; math.Abs(got-want) > 1e-5 || s.Check() != nil || h.Learns != "ids" {
		t.Errorf("validation loss %v, want that of %s", got, s)
	}
	_, wanted := validation.Columns()
	counted := 0
	for _, id := range wanted.IDs {
		if id != 0 {
			counted++
		}
	}
	if s.Tokens != counted || s.Examples != 60 || s.Accuracy <= 0 || s.Accuracy >= 1 {
		t.Errorf("%s, want %d tokens", s, counted)
	}
}

// still is an optimizer that leaves the weights where they are, so that the history says how good they were to begin with.
var still = SGD{LearningRate: 1e-30}

// The options of cross-entropy reach the loss that is trained, and not that of the validation data.
func TestOptionsOfCrossEntropy(t *testing.T) {
	_, set, _ := small(t)
	net := newNet(t, linear, set, 1)
	scores, err := Evaluate(context.Background(), net, set)
	if err != nil {
		t.Fatal(err)
	}
	weights, smoothing := []float64{1, 2, 5}, 0.3
	sum, count := 0.0, 0.0
	for i, label := range scores.Labels {
		p := scores.Probabilities[i]
		sum -= (1 - smoothing) * weights[label] * math.Log(p[label])
		count += weights[label]
		for c, v := range p {
			sum -= smoothing / 3 * weights[c] * math.Log(v)
		}
	}
	c := Config{Epochs: 1, BatchSize: 16, Optimizer: still, Validation: set, LabelSmoothing: smoothing, ClassWeights: weights}
	h, err := Fit(context.Background(), net, set, c)
	if err != nil {
		t.Fatal(err)
	}
	if e := h.Epochs[0]; math.Abs(e.Loss-sum/count) > 1e-6 || math.Abs(*e.ValidationLoss-scores.Loss) > 1e-12 {
		t.Errorf("loss %v and validation loss %v, want %v and %v", e.Loss, *e.ValidationLoss, sum/count, scores.Loss)
	}

	pairs := reversed(t, 20, 1)
	net = newNet(t, tokens, pairs, 1)
	s, err := EvaluateSequences(context.Background(), net, pairs)
	if err != nil {
		t.Fatal(err)
	}
	if h, err = Fit(context.Background(), net, pairs, Config{Epochs: 1, Optimizer: still, Validation: pairs, LabelSmoothing: 0.3}); err != nil {
		t.Fatal(err)
	}
	if e := h.Epochs[0]; math.Abs(*e.ValidationLoss-s.Loss) > 1e-6 || math.Abs(e.Loss-s.Loss) < 1e-3 {
		t.Errorf("loss %v and validation loss %v, want another than %v, and that", e.Loss, *e.ValidationLoss, s.Loss)
	}
}

func TestPortsOfTasks(t *testing.T) {
	in, out := Ports(reversed(t, 3, 1))
	if in[0].Name != "source" || in[0].Kind != models.IDs || len(in[0].Classes) != ids || out[0].Name != "token" || out[0].Kind != models.Logits ||
		!slices.Equal(out[0].Shape, []int{targetLength, ids}) || len(out[0].Classes) != ids {
		t.Errorf("%+v and %+v", in, out)
	}
	if in, _ := Ports(counts(t, 3, 1)); len(in) != 2 || in[1].Name != "read" || in[1].Kind != models.Mask {
		t.Errorf("%+v", in)
	}
	in, out = Ports(plane(t, 3, 1))
	if in[0].Name != "features" || in[0].Kind != models.Values || out[0].Name != "position" || out[0].Kind != models.Values || !slices.Equal(out[0].Shape, []int{2}) {
		t.Errorf("%+v and %+v", in, out)
	}
}

// Trainings of every task are kept, go on after an interruption, and say what applies.
func TestTasksAreKept(t *testing.T) {
	for _, task := range []struct {
		a          models.Architecture
		set, other *data.Dataset
		accuracy   bool
	}{
		{regression, plane(t, 20, 1), plane(t, 9, 2), false},
		{tokens, reversed(t, 20, 1), reversed(t, 9, 2), false},
		{counting, counts(t, 20, 1), counts(t, 9, 2), true},
	} {
		c := Config{Epochs: 4, BatchSize: 8, Optimizer: AdamW{LearningRate: 0.02}, Validation: task.other, EarlyStopping: EarlyStopping{Patience: 2}}
		inCache(t)
		net, h, err := FitOrLoadContext(context.Background(), task.a, task.set, c)
		if err != nil {
			t.Fatal(err)
		}
		want := hashOf(t, net)
		f := newFit(net, task.set, c)
		f.History = *h
		if got := f.summary(); !strings.HasPrefix(got, "4 epochs, 12 steps, the best of which is 4, loss ") ||
			strings.Contains(got, "accuracy") != task.accuracy || !strings.Contains(got, "; on validation data loss ") {
			t.Errorf("%s: %q", task.a.Name(), got)
		}
		inCache(t)
		if _, _, err := FitOrLoadContext(after(9), task.a, task.set, c); !errors.Is(err, context.Canceled) {
			t.Fatalf("got %v", err)
		}
		net, again, err := FitOrLoadContext(context.Background(), task.a, task.set, c)
		if err != nil {
			t.Fatal(err)
		}
		if hashOf(t, net) != want || !reflect.DeepEqual(timeless(again), timeless(h)) {
			t.Errorf("%s after an interruption: other weights or history:\n%+v\n%+v", task.a.Name(), again, h)
		}
	}
}

func TestEvaluateOrLoadOfTasks(t *testing.T) {
	inCache(t)
	set := plane(t, 5, 1)
	net := newNet(t, regression, set, 1)
	f, err := EvaluateForecastOrLoad(net, set)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := EvaluateForecastOrLoad(net, set); err != nil || !reflect.DeepEqual(f, again) {
		t.Errorf("%v: %+v, then %+v", err, f, again)
	}
	pairs := reversed(t, 5, 1)
	net = newNet(t, tokens, pairs, 1)
	s, err := EvaluateSequencesOrLoad(net, pairs)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := EvaluateSequencesOrLoad(net, pairs); err != nil || s != again {
		t.Errorf("%v: %+v, then %+v", err, s, again)
	}
	if _, err := EvaluateSequencesOrLoad(net, nil); err == nil {
		t.Error("no dataset: no error")
	}
}

func TestTasksRefuse(t *testing.T) {
	ctx := context.Background()
	series, pairs := plane(t, 5, 1), reversed(t, 5, 1)
	_, pictures, _ := small(t)
	numbers, sequences, classes := newNet(t, regression, series, 1), newNet(t, tokens, pairs, 1), newNet(t, linear, pictures, 1)
	column := func(set *data.Dataset, change func(in, target *data.Column)) *data.Dataset {
		in, target := set.Columns()
		change(&in[0], &target)
		changed, err := data.Assemble(set.Name, in, target)
		if err != nil {
			t.Fatal(err)
		}
		return changed
	}
	fit := func(net *models.Net, set *data.Dataset, c Config) error {
		_, err := Fit(ctx, net, set, c)
		return err
	}
	for want, err := range map[string]error{
		`wants examples of shape [3], those of "stripes" have [8 8 1]`: fit(numbers, pictures, Config{}),
		`input "features" of regression wants values, "x" gives ids`: fit(numbers, func() *data.Dataset {
			set, err := data.Assemble("x", []data.Column{{Kind: data.IDs, Shape: []int{3}, IDs: []int32{0, 1, 0}, Names: []string{"a", "b"}}}, data.Column{Floats: []float32{1}})
			if err != nil {
				t.Fatal(err)
			}
			return set
		}(), Config{}),
		`output "position" of regression has shape [2] and holds values, want values of shape [1] for "plane"`: fit(numbers, column(series, func(_, y *data.Column) {
			y.Shape, y.Axes, y.Floats = []int{1}, nil, y.Floats[:5]
		}), Config{}),
		"has a vocabulary of 6, that of \"reversed\" has 7: make both with the same": fit(sequences, column(pairs, func(x, _ *data.Column) {
			x.Names = append(slices.Clone(x.Names), "new")
		}), Config{}),
		`example 0 of "reversed" has id 6 at position 1, tokens has the ids 0 to 5`: fit(sequences, column(pairs, func(_, y *data.Column) {
			y.Names, y.IDs = append(slices.Clone(y.Names), "new"), append([]int32{2, 6}, y.IDs[2:]...)
		}), Config{}),
		"want logits of shape [5, ids]": fit(sequences, column(pairs, func(_, y *data.Column) {
			y.Shape, y.IDs = []int{5}, append(slices.Clone(y.IDs), 1, 1, 1, 1, 1)
		}), Config{}),
		"LabelSmoothing and ClassWeights are options of cross-entropy; regression predicts values": fit(numbers, series, Config{LabelSmoothing: 0.1}),
		"5 ClassWeights for the 6 classes of tokens":                                               fit(sequences, pairs, Config{ClassWeights: []float64{1, 1, 1, 1, 1}}),
		"validation: train: input":                                                                 fit(numbers, series, Config{Validation: pictures}),
		"the validation loss": func() error { // of a loss that validation data alone send to infinity
			big := column(series, func(_, y *data.Column) { y.Floats = slices.Repeat([]float32{3e38}, len(y.Floats)) })
			return fit(numbers, series, Config{Epochs: 1, Validation: big})
		}(),
		"which EvaluateForecast evaluates":  func() error { _, err := Evaluate(ctx, numbers, series); return err }(),
		"which EvaluateSequences evaluates": func() error { _, err := EvaluateForecast(ctx, sequences, pairs); return err }(),
		"which Evaluate evaluates":          func() error { _, err := EvaluateSequences(ctx, classes, pictures); return err }(),
		"evaluation interrupted":            func() error { _, err := EvaluateSequences(after(0), sequences, pairs); return err }(),
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
}
