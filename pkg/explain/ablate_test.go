package explain_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/vitrine-ml/vitrine/pkg/explain"
	"github.com/vitrine-ml/vitrine/pkg/explain/explaintest"
	"github.com/vitrine-ml/vitrine/pkg/record"
)

// TestAblateAndPatch sets units of a net whose numbers are known.
func TestAblateAndPatch(t *testing.T) {
	net, x := layered(t), explaintest.Rows([]float64{0, 100, 0}, []float64{1, 2, 3})
	for _, c := range []struct {
		name string
		run  func() (*record.Effects, error)
		want []float64
	}{
		{"to zero", func() (*record.Effects, error) {
			return explain.Ablate(t.Context(), net, x, explain.Target{}, explain.Ablation{})
		}, []float64{-90, -101, -101, -101, 0, -7, -7, -7}},
		{"to one", func() (*record.Effects, error) {
			return explain.Ablate(t.Context(), net, x, explain.Target{}, explain.Ablation{Layer: "relu", Value: 1})
		}, []float64{-89, -100, -100, -100, 1, -6, -6, -6}},
		{"to the mean", func() (*record.Effects, error) {
			return explain.Ablate(t.Context(), net, x, explain.Target{}, explain.Ablation{Layer: "relu", Mean: x})
		}, []float64{-45, -47, -47, -47, 45, 47, 47, 47}},
		{"patched from one", func() (*record.Effects, error) {
			return explain.Patch(t.Context(), net, x, explaintest.Rows([]float64{10, 10, 0}), explain.Target{}, explain.Patching{Layer: "relu"})
		}, []float64{-80, -80, -80, -80, 10, 14, 14, 14}},
		{"patched at the input", func() (*record.Effects, error) {
			return explain.Patch(t.Context(), net, x, explaintest.Rows([]float64{0, 0, 0}, []float64{11, 2, 3}), explain.Target{}, explain.Patching{Layer: "x"})
		}, []float64{0, -390, 0, 36, 0, 0}}, // relu(6) + 3·relu(17) − 1, before it 3·7 − 1
	} {
		e, err := c.run()
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if err := e.Check(); err != nil {
			t.Error(err)
		}
		if farthest(e.Change.Data, c.want) > 1e-9 || len(e.Change.Data) != len(c.want) {
			t.Errorf("%s: %v, want %v", c.name, e.Change.Data, c.want)
		}
	}
	e, err := explain.Ablate(t.Context(), net, x, explain.Target{}, explain.Ablation{Value: 2})
	if err != nil || e.Layer != "relu" || e.To != "2" || string(e.Options) != `{"Layer":"relu","Axes":[0],"Value":2}` || e.Output[0] != 392 {
		t.Errorf("record %+v, %v", e, err)
	}
	if _, err := explain.Ablate(t.Context(), net, x, explain.Target{}, explain.Ablation{Axes: []int{1}}); err == nil || !strings.Contains(err.Error(), "Axes [1] of layer") {
		t.Errorf("error %v", err)
	}
	if _, err := explain.Patch(t.Context(), net, x, explaintest.Rows([]float64{1, 2, 3}, []float64{1, 2, 3}, []float64{1, 2, 3}), explain.Target{}, explain.Patching{}); err == nil {
		t.Error("three sources for two examples")
	}
}

// TestAblatePlaces sets single numbers, and places over all channels, of a convolution: the units that Axes count.
func TestAblatePlaces(t *testing.T) {
	net, x := fourByFour(t)
	for _, c := range []struct {
		axes  []int
		shape []int
		want  []float64
	}{
		{nil, []int{1, 2}, []float64{-54, 21}}, // without the first channel: relu(−21) = 0
		{[]int{0, 1}, []int{1, 2, 2}, []float64{0, -4, -25, -25}},
		{[]int{0}, []int{1, 2}, []float64{-4, -50}},
		{[]int{2, 0, 1}, []int{1, 2, 2, 2}, []float64{0, -4, -31, -40, 0, 0, 6, 15}},
	} {
		e, err := explain.Ablate(t.Context(), net, x, explain.Target{}, explain.Ablation{Axes: c.axes})
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(e.Change.Shape, c.shape) || farthest(e.Change.Data, c.want) > 1e-5 {
			t.Errorf("axes %v: %v %v, want %v %v", c.axes, e.Change.Shape, e.Change.Data, c.shape, c.want)
		}
	}
}
