package explain_test

import (
	"encoding/json"
	"math"
	"os"
	"slices"
	"testing"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/tensors"

	"github.com/vitrine-ml/vitrine/pkg/explain"
	"github.com/vitrine-ml/vitrine/pkg/explain/explaintest"
	"github.com/vitrine-ml/vitrine/pkg/models"
	"github.com/vitrine-ml/vitrine/pkg/record"
)

// sequences is a net of float64 for numbers [steps, 3] with a mask.
func sequences(t *testing.T, a models.Architecture, steps int) *models.Net {
	t.Helper()
	net, err := models.New(a, []models.Port{{Name: "x", DType: dtypes.Float64, Shape: []int{steps, 3}}, {Name: "mask", Kind: models.Mask, Shape: []int{steps}}},
		[]models.Port{{Name: "class", Kind: models.Logits, Shape: []int{2}}}, 1)
	if err != nil {
		t.Fatal(err)
	}
	return net
}

// paddedRows are rows of numbers, of which the first lengths[i] steps count.
func paddedRows(x []float64, lengths []int, steps int) []*tensors.Tensor {
	mask := make([]bool, len(lengths)*steps)
	for i, n := range lengths {
		for t := range n {
			mask[i*steps+t] = true
		}
	}
	return []*tensors.Tensor{tensors.FromFlatDataAndDimensions(x, len(lengths), steps, 3), tensors.FromFlatDataAndDimensions(mask, len(lengths), steps)}
}

// TestRecurrentRules compares LRP and DeepLIFT on recurrent nets with plain forms of both, which testdata/make_recurrent.py states; and says
// whether what is given to the input and what is taken on the way add up.
func TestRecurrentRules(t *testing.T) {
	var fixture struct {
		X                 []float64
		Lengths           []int
		Epsilon, Baseline float64
		Target            int
		Cases             []struct {
			Kind          string
			Layers        int
			Weights       map[string][]float64
			LRP, DeepLIFT []float64
		}
	}
	data, err := os.ReadFile("testdata/recurrent.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &fixture); err != nil {
		t.Fatal(err)
	}
	steps := len(fixture.X) / 3 / len(fixture.Lengths)
	inputs := paddedRows(fixture.X, fixture.Lengths, steps)
	for _, c := range fixture.Cases {
		net := sequences(t, map[string]models.Architecture{
			"rnn": models.RNN{Hidden: 4, Layers: c.Layers}, "lstm": models.LSTM{Hidden: 4, Layers: c.Layers}, "gru": models.GRU{Hidden: 4, Layers: c.Layers},
		}[c.Kind], steps)
		for path, w := range c.Weights {
			v := net.Store().GetVariable(path)
			if err := v.SetValue(tensors.FromFlatDataAndDimensions(w, v.Shape().Dimensions...)); err != nil {
				t.Fatal(err)
			}
		}
		for _, m := range []struct {
			method explain.Explainer
			want   []float64
		}{
			{explain.LRP{Composite: explain.Every(explain.Epsilon{Epsilon: fixture.Epsilon})}, c.LRP},
			{explain.DeepLIFT{Baseline: explain.Baseline{Constant: fixture.Baseline}}, c.DeepLIFT},
		} {
			e := explaintest.Explain(t, m.method, net, inputs, explain.Class(fixture.Target))
			if off, largest := furthest(e.Values[0].Data, m.want); off > 1e-8*largest || largest == 0 {
				t.Errorf("%s %T: off by %g, where the largest value is %g", c.Kind, m.method, off, largest)
			}
			for i, residual := range e.Residual {
				if residual > 1e-12 || e.Status[i] != record.OK {
					t.Errorf("%s %T, example %d: residual %g, %v", c.Kind, m.method, i, residual, e.Status[i])
				}
			}
		}
	}
}

// TestInsideRecurrent: the nodes of a recurrent net can be explained and changed by their names, whatever form it is computed in.
func TestInsideRecurrent(t *testing.T) {
	const steps = 3
	net := sequences(t, models.LSTM{Hidden: 4, Layers: 1}, steps)
	x := make([]float64, 2*steps*3)
	for i := range x {
		x[i] = math.Sin(float64(i * i))
	}
	inputs := paddedRows(x, []int{steps, steps}, steps)
	whole := explaintest.Explain(t, explain.IntegratedGradients{}, net, inputs, explain.Class(1))
	for _, layer := range []string{"lstm_0/h_2", "lstm_0"} { // all that the input does goes through either
		e := explaintest.Explain(t, explain.LayerIntegratedGradients{Layer: layer}, net, inputs, explain.Class(1))
		for i, want := range whole.Output {
			if got := total(e.Values[0].Row(i)) + e.Base[i]; math.Abs(got-want) > 1e-9 || math.Abs(e.Base[i]-whole.Base[i]) > 1e-9 {
				t.Errorf("%s, example %d: values and base add up to %g, the output is %g; bases %g and %g", layer, i, got, want, e.Base[i], whole.Base[i])
			}
		}
	}
	if got, want := whole.Values[0].Shape, []int{2, steps, 3}; !slices.Equal(got, want) {
		t.Errorf("shape %v, want %v", got, want)
	}
}

func total(values []float64) (sum float64) {
	for _, v := range values {
		sum += v
	}
	return sum
}

// TestRecurrentLedgers: with both directions, masks and other poolings, what the rules give and take adds up too; and so for a text CNN.
func TestRecurrentLedgers(t *testing.T) {
	const steps = 4
	lengths := []int{4, 2, 1}
	x := make([]float64, len(lengths)*steps*3)
	for i := range x {
		x[i] = math.Sin(float64(i * i))
	}
	inputs := paddedRows(x, lengths, steps)
	for _, a := range []models.Architecture{
		models.GRU{Hidden: 4, Layers: 1, Bidirectional: true, Pool: models.PoolMean}, models.LSTM{Hidden: 4, Layers: 1, Pool: models.PoolMax}, models.TextCNN{Filters: 5},
	} {
		net := sequences(t, a, steps)
		for _, method := range []explain.Explainer{explain.LRP{}, explain.DeepLIFT{Baseline: explain.Baseline{Constant: 0.1}}} {
			e := explaintest.Explain(t, method, net, inputs, explain.Class(0))
			for i, residual := range e.Residual {
				if residual > 1e-9 || e.Status[i] != record.OK {
					t.Errorf("%s %T, example %d: residual %g, %v", a.Name(), method, i, residual, e.Status[i])
				}
				for j, v := range e.Values[0].Row(i)[lengths[i]*3:] {
					if v != 0 {
						t.Errorf("%s %T, example %d: masked number %d has %g", a.Name(), method, i, j, v)
					}
				}
			}
		}
	}
}

// TestRecurrentSameBits: an example's gradient has the same bits alone and in another place of a batch.
func TestRecurrentSameBits(t *testing.T) {
	const steps, n = 3, 7
	net, err := models.New(models.LSTM{Hidden: 5, Layers: 1}, []models.Port{{Name: "x", Shape: []int{steps, 3}}}, []models.Port{{Name: "class", Kind: models.Logits, Shape: []int{2}}}, 1)
	if err != nil {
		t.Fatal(err)
	}
	x := make([]float32, n*steps*3)
	for i := range x {
		x[i] = float32(math.Sin(float64(i * i)))
	}
	all := explaintest.Explain(t, explain.Saliency{}, net, []*tensors.Tensor{tensors.FromFlatDataAndDimensions(x, n, steps, 3)}, explain.Class(0))
	alone := explaintest.Explain(t, explain.Saliency{}, net, []*tensors.Tensor{tensors.FromFlatDataAndDimensions(slices.Clone(x[(n-1)*steps*3:]), 1, steps, 3)}, explain.Class(0))
	if got, want := alone.Values[0].Data, all.Values[0].Row(n-1); !slices.Equal(got, want) {
		t.Errorf("alone %v, as the last of %d %v", got, n, want)
	}
}
