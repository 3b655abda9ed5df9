package models_test

import (
	"encoding/json"
	"math"
	"os"
	"strings"
	"testing"

	"github.com/gomlx/gomlx/core/tensors"

	"github.com/vitrine-ml/vitrine/pkg/models"
	"github.com/vitrine-ml/vitrine/pkg/record"
)

// kerasPlaces are those of layers that have our names in Keras.
func kerasPlaces(cell string) []models.Place {
	gates, bias := models.Layout(nil), models.Place{File: "{layer}/" + cell + "/bias", Net: "/{layer}/biases"}
	both := []models.Place{bias}
	if cell == "gru_cell" {
		gates = models.Reordered(1, 0, 2)
		bias.Layout = models.InTurn(models.Part(0, 2), models.Reshaped(-1), gates)
		state := models.Place{File: bias.File, Net: "/{layer}/recurrent_biases", Layout: models.InTurn(models.Part(1, 2), models.Reshaped(-1), gates)}
		both = []models.Place{bias, state}
	}
	places := []models.Place{
		{File: "logits/kernel", Net: "/logits/weights"}, {File: "logits/bias", Net: "/logits/biases"},
		{File: "embedding/embeddings", Net: "/embedding/weights"},
	}
	if cell == "" {
		return append(places, models.Place{File: "{layer}/kernel", Net: "/{layer}/weights"}, models.Place{File: "{layer}/bias", Net: "/{layer}/biases"},
			models.Place{File: "{layer}/gamma", Net: "/{layer}/scale"}, models.Place{File: "{layer}/beta", Net: "/{layer}/shift"},
			models.Place{File: "{layer}/moving_mean", Net: "/{layer}/mean"}, models.Place{File: "{layer}/moving_variance", Net: "/{layer}/variance"})
	}
	return append(append(places, both...), models.Place{File: "{layer}/" + cell + "/recurrent_kernel", Net: "/{layer}/recurrent_weights", Layout: gates},
		models.Place{File: "{layer}/" + cell + "/kernel", Net: "/{layer}/weights", Layout: gates})
}

// TestKeras: with weights that Keras saved, nets give Keras' outputs, and nothing in the files is left over.
func TestKeras(t *testing.T) {
	text, err := os.ReadFile("testdata/keras.json")
	if err != nil {
		t.Fatal(err)
	}
	var fixture struct {
		Nets map[string]struct {
			Shape         []int
			Input, Output []float32
		}
	}
	if err := json.Unmarshal(text, &fixture); err != nil {
		t.Fatal(err)
	}
	words := models.Port{Name: "text", Kind: models.IDs, Shape: []int{5}, Classes: strings.Split("<pad> <unk> a b c d", " ")}
	nets := map[string]struct {
		architecture models.Architecture
		input        models.Port
		cell         string
	}{
		"mlp":  {models.MLP{Hidden: []int{6, 4}, BatchNorm: true}, models.Port{Name: "x", Shape: []int{5}}, ""},
		"cnn":  {models.CNN{Channels: []int{3, 4}, Dense: 5}, models.Port{Name: "x", Shape: []int{8, 7, 2}}, ""},
		"lstm": {models.LSTM{Hidden: 4, Embedding: 3}, words, "lstm_cell"},
		"rnn":  {models.RNN{Hidden: 4, Embedding: 3}, words, "simple_rnn_cell"},
		"gru":  {models.GRU{Hidden: 4, Embedding: 3}, words, "gru_cell"},
	}
	if len(fixture.Nets) != len(nets) {
		t.Fatalf("Keras wrote %d nets, want %d", len(fixture.Nets), len(nets))
	}
	for name, want := range fixture.Nets {
		t.Run(name, func(t *testing.T) {
			c := nets[name]
			net, err := models.New(c.architecture, []models.Port{c.input}, []models.Port{{Name: "class", Kind: models.Logits, Shape: []int{3}}}, 1)
			if err != nil {
				t.Fatal(err)
			}
			report, err := net.LoadWeights("testdata/keras-"+name+".npz", models.NameMap{Places: kerasPlaces(c.cell), Ignore: []string{"{drawn}/seed_generator_state"}})
			if err != nil {
				t.Fatal(err)
			}
			if all, _ := net.Weights(); len(report.Loaded) != len(all)-1 || !report.Fits() { // all but the random state
				t.Errorf("of %d variables: %s", len(all), report)
			}
			x := tensors.FromFlatDataAndDimensions(want.Input, want.Shape...)
			if c.cell != "" {
				ids := make([]int32, len(want.Input))
				for i, v := range want.Input {
					ids[i] = int32(v)
				}
				x = tensors.FromFlatDataAndDimensions(ids, want.Shape...)
			}
			y, err := net.Compute([]*tensors.Tensor{x})
			if err != nil {
				t.Fatal(err)
			}
			got, err := models.Floats(y[0])
			if err != nil {
				t.Fatal(err)
			}
			if len(got) != len(want.Output) {
				t.Fatalf("%d numbers, want %d", len(got), len(want.Output))
			}
			for i := range got {
				if want := float64(want.Output[i]); !(math.Abs(got[i]-want) <= 1e-5) {
					t.Errorf("output %d is %g, Keras' is %g", i, got[i], want)
				}
			}
		})
	}
}

func TestReordered(t *testing.T) {
	a := record.Array{Shape: []int{2, 6}, Data: []float64{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}}
	b, err := models.Reordered(1, 0, 2)(a)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []float64{3, 4, 1, 2, 5, 6, 9, 10, 7, 8, 11, 12} {
		if b.Data[i] != want {
			t.Errorf("number %d is %g, want %g", i, b.Data[i], want)
		}
	}
	for _, order := range [][]int{{}, {0, 2}, {1, 1}, {3, 2, 1, 0}} {
		if _, err := models.Reordered(order...)(a); err == nil {
			t.Errorf("%v: no error", order)
		}
	}
}
