package train

import (
	"context"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"

	"github.com/vitrine-ml/vitrine/internal/backend"
	"github.com/vitrine-ml/vitrine/pkg/data"
	"github.com/vitrine-ml/vitrine/pkg/models"
)

// linear is softmax regression.
var linear = models.Custom{Title: "linear", Build: func(scope *model.Scope, in []*graph.Node) []*graph.Node {
	x := graph.Reshape(in[0], in[0].Shape().Dim(0), -1)
	return []*graph.Node{models.Dense(scope, x, 3)}
}}

func newNet(t *testing.T, a models.Architecture, set *data.Dataset, seed uint64) *models.Net {
	t.Helper()
	inputs, outputs := Ports(set)
	net, err := models.New(a, inputs, outputs, seed)
	if err != nil {
		t.Fatal(err)
	}
	return net
}

func values(t *testing.T, net *models.Net, path string) []float64 {
	t.Helper()
	value, err := net.Store().GetVariable(path).Value()
	if err != nil {
		t.Fatal(err)
	}
	v, err := models.Floats(value)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// A training of softmax regression, done again in plain Go: every example once an epoch, the mean over the real rows of the last, padded
// batch, momentum, and the history's numbers.
func TestFitAsDefined(t *testing.T) {
	const classes, rate, momentum = 3, 0.1, 0.9
	set, err := stripes(11, 3, 1, classes, 3)
	if err != nil {
		t.Fatal(err)
	}
	net := newNet(t, linear, set, 1)
	w, b := values(t, net, "/weights"), values(t, net, "/biases")
	c := Config{Epochs: 3, BatchSize: 4, Optimizer: SGD{LearningRate: rate, Momentum: momentum}, Seed: 9}
	h, err := Fit(context.Background(), net, set, c)
	if err != nil {
		t.Fatal(err)
	}

	features := len(w) / classes
	vw, vb := make([]float64, len(w)), make([]float64, len(b))
	for epoch := range c.Epochs {
		loss, right := 0.0, 0.0
		seen := map[int]bool{}
		for rows := range slices.Chunk(order(c.Seed, epoch, set.Len()), c.BatchSize) {
			gw, gb := make([]float64, len(w)), make([]float64, len(b))
			for _, row := range rows {
				seen[row] = true
				x, err := models.Floats(set.Inputs(row, row+1)[0])
				if err != nil {
					t.Fatal(err)
				}
				logits := slices.Clone(b)
				for i, v := range x {
					for k := range classes {
						logits[k] += v * w[i*classes+k]
					}
				}
				sum := 0.0
				for _, l := range logits {
					sum += math.Exp(l)
				}
				label := set.Label(row)
				loss += math.Log(sum) - logits[label]
				if slices.Index(logits, slices.Max(logits)) == label {
					right++
				}
				for k := range classes {
					d := math.Exp(logits[k]) / sum
					if k == label {
						d--
					}
					d /= float64(len(rows))
					gb[k] += d
					for i, v := range x {
						gw[i*classes+k] += d * v
					}
				}
			}
			for _, p := range []struct{ w, v, g []float64 }{{w, vw, gw}, {b, vb, gb}} {
				for i := range p.w {
					p.v[i] = momentum*p.v[i] + p.g[i]
					p.w[i] -= rate * p.v[i]
				}
			}
		}
		n := float64(set.Len())
		if len(seen) != set.Len() {
			t.Errorf("epoch %d saw %d of %d examples", epoch+1, len(seen), set.Len())
		}
		if got := h.Epochs[epoch]; got.Epoch != epoch+1 || math.Abs(got.Loss-loss/n) > 1e-5 || got.Accuracy != right/n {
			t.Errorf("epoch %d: got %+v, want loss %v and accuracy %v", epoch+1, got, loss/n, right/n)
		}
	}
	for path, want := range map[string][]float64{"/weights": w, "/biases": b} {
		for i, v := range values(t, net, path) {
			if math.Abs(v-want[i]) > 1e-5*math.Max(1, math.Abs(want[i])) {
				t.Errorf("%s[%d]: got %v, want %v", path, i, v, want[i])
			}
		}
	}
	if features != 9 || h.Steps != 9 || !h.Finished || h.Elapsed <= 0 || h.Model != "linear" || h.Dataset != "stripes" {
		t.Errorf("%+v", h)
	}
}

// The mission's setting: images of 24×24×3, batches of 64, SGD with learning rate 0.001 and momentum 0.9.
func TestLossFalls(t *testing.T) {
	set, err := stripes(192, 24, 3, 10, 1)
	if err != nil {
		t.Fatal(err)
	}
	h, err := Fit(context.Background(), newNet(t, models.CNN{}, set, 1), set, Config{Epochs: 3, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	for i := 1; i < len(h.Epochs); i++ {
		if h.Epochs[i].Loss >= h.Epochs[i-1].Loss {
			t.Errorf("the loss went from %v to %v", h.Epochs[i-1].Loss, h.Epochs[i].Loss)
		}
	}
}

func TestFitLeavesNothingBehind(t *testing.T) {
	a, set, c := small(t)
	c.Epochs = 1
	net := newNet(t, a, set, c.Seed)
	before := net.Store().NumVariables()
	for range 2 { // the second must not meet the first one's program
		if _, err := Fit(context.Background(), net, set, c); err != nil {
			t.Fatal(err)
		}
	}
	if got := net.Store().NumVariables(); got != before {
		t.Errorf("%d variables, there were %d", got, before)
	}
	host, err := backend.Host()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := net.On(host).Predict(set.Inputs(0, 1)); err != nil {
		t.Errorf("on another backend: %v", err)
	}
	if v := net.Store().GetVariable("/" + model.RNGStateVariableName); v == nil || v.Trainable {
		t.Errorf("the random state is %v", v)
	}
}

func TestSeeds(t *testing.T) {
	a, set, c := small(t)
	c = Config{Epochs: 1, BatchSize: c.BatchSize, Optimizer: c.Optimizer}
	run := func(initial, seed uint64, clip float64) string {
		c.Seed, c.ClipNorm = seed, clip
		net := newNet(t, a, set, initial)
		if _, err := Fit(context.Background(), net, set, c); err != nil {
			t.Fatal(err)
		}
		return hashOf(t, net)
	}
	first := run(1, 1, 0)
	if run(1, 1, 0) != first {
		t.Error("the same seed gives other bits")
	}
	if run(1, 1, 1e9) != first {
		t.Log("a limit that is not reached changes bits") // it multiplies by 1: it should not
		t.Fail()
	}
	for what, other := range map[string]string{"order": run(1, 2, 0), "initial weights": run(2, 1, 0), "clipping": run(1, 1, 1e-3)} {
		if other == first {
			t.Errorf("another %s gives the same bits", what)
		}
	}
}

func TestInterruptedFit(t *testing.T) {
	a, set, c := small(t)
	net := newNet(t, a, set, c.Seed)
	h, err := Fit(after(5), net, set, c)
	if !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), "epoch 2/6, step 5/24") && !strings.Contains(err.Error(), "step 4/24") {
		t.Errorf("got %v", err)
	}
	if h == nil || h.Finished || h.Steps == 0 {
		t.Errorf("got %+v", h)
	}
}

func TestDivergenceIsAnError(t *testing.T) {
	a, set, c := small(t)
	c.Optimizer = SGD{LearningRate: 1e30}
	_, err := Fit(context.Background(), newNet(t, a, set, 1), set, c)
	for _, want := range []string{"step", "epoch 1 of 6", "smaller learning rate", "1e+30", "to 0.8 here"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q in it", err, want)
		}
	}
}

func TestFitRefuses(t *testing.T) {
	_, set, c := small(t)
	other := func(size, classes int) *data.Dataset {
		d, err := stripes(12, size, 1, classes, 1)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	in, out := Ports(set)
	build := func(in, out []models.Port) *models.Net {
		net, err := models.New(models.Custom{Build: func(scope *model.Scope, x []*graph.Node) []*graph.Node {
			rows := graph.Reshape(x[0], x[0].Shape().Dim(0), -1)
			nodes := make([]*graph.Node, len(out))
			for i := range out {
				nodes[i] = models.Dense(scope.In("%d", i), rows, 3)
			}
			return nodes
		}}, in, out, 1)
		if err != nil {
			t.Fatal(err)
		}
		return net
	}
	branching, err := models.New(models.Custom{Title: "Branching", Build: func(scope *model.Scope, x []*graph.Node) []*graph.Node {
		y := models.Dense(scope, graph.Reshape(x[0], x[0].Shape().Dim(0), -1), 3)
		number := func(v float32) *graph.Function {
			return graph.NewClosure(y.Graph(), func(g *graph.Graph) []*graph.Node { return []*graph.Node{graph.Const(g, v)} })
		}
		positive := graph.GreaterThan(graph.ReduceAllSum(y), graph.ScalarZero(y.Graph(), y.DType()))
		return []*graph.Node{graph.Mul(y, graph.If(positive, number(1), number(2))[0])}
	}}, in, out, 1)
	if err != nil {
		t.Fatal(err)
	}
	values := slices.Clone(out)
	values[0].Kind = models.Values
	for _, test := range []struct {
		name string
		net  *models.Net
		set  *data.Dataset
		c    Config
		want string
	}{
		{"options", build(in, out), set, Config{Epochs: -1}, "Epochs is -1"},
		{"no dataset", build(in, out), nil, c, "no dataset"},
		{"shape", build(in, out), other(4, 3), c, "wants examples of shape [8 8 1], those of \"stripes\" have [4 4 1]"},
		{"labels", build(in, out), other(8, 4), c, "example 3 of \"stripes\" has label 3, Custom has the classes 0 to 2"},
		{"validation", build(in, out), set, Config{Validation: other(4, 3)}, "validation"},
		{"two inputs", build([]models.Port{in[0], {Name: "second", Shape: []int{1}}}, out), set, c, "2 inputs"},
		{"two outputs", build(in, []models.Port{out[0], {Name: "second", Shape: []int{3}}}), set, c, "exactly one, of kind logits"},
		{"one label", build(in, out), set.Select(0, 3, 6), c, `all 3 examples of "stripes" are of class 0: there is nothing to tell apart`},
		{"class weights", build(in, out), set, Config{ClassWeights: []float64{1, 2}}, "2 ClassWeights for the 3 classes of Custom"},
		{"a loss for values", build(in, out), set, Config{Loss: SquaredError{}}, "the loss wants an output of the target's shape [64 1], got [64 3]"},
		{"a wrong gradient", branching, set, c, "Branching cannot be trained: the gradient of If"},
		{"a regression", build(in, values), set, c, "exactly one, of kind logits"},
	} {
		if _, err := Fit(context.Background(), test.net, test.set, test.c); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: got %v, want %q", test.name, err, test.want)
		}
	}
}

func TestBatch(t *testing.T) {
	_, set, _ := small(t)
	args := batch(set, []int{7, 2, 9}, 5, 42, 0.5)
	labels, err := tensors.CopyFlatData[int32](args[1])
	if err != nil {
		t.Fatal(err)
	}
	if want := []int32{7 % 3, 2, 0, 7 % 3, 7 % 3}; !slices.Equal(labels, want) {
		t.Errorf("labels %v, want %v", labels, want)
	}
	weight, err := tensors.CopyFlatData[float32](args[2])
	if err != nil {
		t.Fatal(err)
	}
	if want := []float32{1, 1, 1, 0, 0}; !slices.Equal(weight, want) {
		t.Errorf("weights %v, want %v", weight, want)
	}
	if got := tensors.ToScalar[float64](args[3]); got != 42 {
		t.Errorf("step %v", got)
	}
	if got := args[0].Shape().Dimensions; !slices.Equal(got, []int{5, 8, 8, 1}) {
		t.Errorf("inputs %v", got)
	}
	first, again, other, seed := order(1, 0, 100), order(1, 0, 100), order(1, 1, 100), order(2, 0, 100)
	if !slices.Equal(first, again) || slices.Equal(first, other) || slices.Equal(first, seed) {
		t.Error("the order must follow the seed and the epoch, and nothing else")
	}
}
