package train

import (
	"context"
	"errors"
	"math"
	"slices"
	"testing"

	"github.com/vitrine-ml/vitrine/pkg/models"
)

// Evaluate agrees with what Predict says of the examples one by one.
func TestEvaluate(t *testing.T) {
	a, set, c := small(t)
	net := newNet(t, a, set, c.Seed)
	s, err := Evaluate(context.Background(), net, set)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Check(); err != nil {
		t.Error(err)
	}
	predictions, err := net.Predict(set.Inputs(0, set.Len()))
	if err != nil {
		t.Fatal(err)
	}
	loss, right := 0.0, 0
	for i, p := range predictions {
		label := set.Label(i)
		if s.Labels[i] != label || s.Predicted[i] != p.Class {
			t.Errorf("example %d: label %d and prediction %d, want %d and %d", i, s.Labels[i], s.Predicted[i], label, p.Class)
		}
		loss -= math.Log(p.All[label])
		if p.Class == label {
			right++
			if !slices.Contains(s.Right(), i) || slices.Contains(s.Wrong(), i) {
				t.Errorf("example %d is right", i)
			}
		}
	}
	n := float64(set.Len())
	if math.Abs(s.Loss-loss/n) > 1e-12 || s.Accuracy != float64(right)/n || s.Examples != set.Len() {
		t.Errorf("got %s, want loss %v and accuracy %v", s, loss/n, float64(right)/n)
	}
	if len(s.Right())+len(s.Wrong()) != set.Len() || len(s.Right()) != right {
		t.Errorf("%d right and %d wrong of %d", len(s.Right()), len(s.Wrong()), set.Len())
	}
	if s.Model != "CNN" || s.Dataset != "stripes" || !slices.Equal(s.Classes, set.Classes) {
		t.Errorf("%s on %s, classes %v", s.Model, s.Dataset, s.Classes)
	}
	if _, err := Evaluate(after(0), net, set); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

func TestLossOf(t *testing.T) {
	for _, c := range []struct {
		row       []float64
		kind      models.Kind
		label     int
		loss      float64
		predicted int
	}{
		{[]float64{0, 0}, models.Logits, 1, math.Log(2), 0},
		{[]float64{1000, 0, -1000}, models.Logits, 2, 2000, 0},
		{[]float64{1, 2, 3}, models.Logits, 2, math.Log(math.Exp(-2) + math.Exp(-1) + 1), 2},
		{[]float64{0.25, 0.75}, models.Probabilities, 0, math.Log(4), 1},
		{[]float64{0, 1}, models.Probabilities, 0, math.Inf(1), 1},
	} {
		loss, predicted := lossOf(c.row, c.kind, c.label)
		if loss != c.loss && math.Abs(loss-c.loss) > 1e-12 || predicted != c.predicted {
			t.Errorf("%v as %s, label %d: got %v and %d, want %v and %d", c.row, c.kind, c.label, loss, predicted, c.loss, c.predicted)
		}
	}
}
