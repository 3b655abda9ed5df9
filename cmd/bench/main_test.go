package main

import (
	"context"
	"math"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gomlx/gomlx/core/tensors"

	"github.com/vitrine-ml/vitrine/internal/safetensors"
	"github.com/vitrine-ml/vitrine/pkg/data"
	"github.com/vitrine-ml/vitrine/pkg/models"
	"github.com/vitrine-ml/vitrine/pkg/train"
)

// TestPacedTraining: steps done one at a time are those of train.Fit, and the training can be ended between two of them.
func TestPacedTraining(t *testing.T) {
	const n, steps = 8, 3
	optimizer := train.SGD{LearningRate: 0.01, Momentum: 0.9}
	paced, err := training(classifying(cnn, n), optimizer)()
	if err != nil {
		t.Fatal(err)
	}
	for range steps {
		if err := paced.call(); err != nil {
			t.Fatal(err)
		}
	}
	got, err := paced.result()
	if err != nil {
		t.Fatal(err)
	}
	if err := paced.end(); err != nil {
		t.Fatal(err)
	}

	net, inputs, classes, given, err := begin(cnn, n)
	if err != nil {
		t.Fatal(err)
	}
	values, err := tensors.CopyFlatData[float32](inputs)
	if err != nil {
		t.Fatal(err)
	}
	set, err := data.New("numbers", net.Inputs[0].Shape, values, classes, strings.Split("0123456789", ""))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := train.Fit(context.Background(), net, set, train.Config{Epochs: steps, BatchSize: n, Optimizer: optimizer}); err != nil {
		t.Fatal(err)
	}
	want, err := variables(net)
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != 8 || len(want) != 8 {
		t.Fatalf("%d and %d variables, want 8", len(got), len(want))
	}
	for name := range want {
		if moved := farthest(t, want[name], given[name]); moved < 1e-3 {
			t.Errorf("%s: training moved it by %g only", name, moved)
		}
		if off := farthest(t, got[name], want[name]); off > 1e-6 {
			t.Errorf("%s: %g from what Fit makes of it", name, off)
		}
	}
}

func farthest(t *testing.T, a, b *tensors.Tensor) (off float64) {
	t.Helper()
	x, err := models.Floats(a)
	if err != nil {
		t.Fatal(err)
	}
	y, err := models.Floats(b)
	if err != nil {
		t.Fatal(err)
	}
	for i := range x {
		off = max(off, math.Abs(x[i]-y[i]))
	}
	return off
}

// TestOrders: what the peer needs is written, calls are timed, results are written, and what cannot be followed is said.
func TestOrders(t *testing.T) {
	s := server{folder: t.TempDir(), tasks: map[string]*task{}}
	for _, c := range []struct{ order, wrong string }{
		{"call cnn/predict 1", "not prepared"},
		{"prepare", "an order and a name"},
		{"prepare dense", `no workload is called "dense"`},
		{"prepare cnn/predict", ""},
		{"jump cnn/predict", "no order is called"},
		{"call cnn/predict", "how often"},
		{"call cnn/predict 2", ""},
		{"result cnn/predict", ""},
		{"end cnn/predict", ""},
		{"result cnn/predict", "not prepared"},
	} {
		seconds, err := s.follow(strings.Fields(c.order))
		if c.wrong == "" && err != nil || c.wrong != "" && (err == nil || !strings.Contains(err.Error(), c.wrong)) {
			t.Errorf("%s: error %v, want %q", c.order, err, c.wrong)
		}
		if c.order == "call cnn/predict 2" && (len(seconds) != 2 || seconds[0] <= 0) {
			t.Errorf("two calls took %v", seconds)
		}
	}
	for name, want := range map[string]int{"given": 8 + 2, "result": 1} {
		f, err := safetensors.ReadFile(filepath.Join(s.folder, name+".safetensors"))
		if err != nil {
			t.Fatal(err)
		}
		if len(f.Tensors) != want {
			t.Errorf("%s has %d tensors, want %d", name, len(f.Tensors), want)
		}
	}
}
