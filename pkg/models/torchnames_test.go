package models_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/tensors"

	"github.com/vitrine-ml/vitrine/internal/npy"
	"github.com/vitrine-ml/vitrine/pkg/models"
)

// TestTorchNamesOfOptions: with whatever options, every variable has its tensor of PyTorch's module and every tensor its variable, of one
// shape. Which number goes where is [TestStateDicts].
func TestTorchNamesOfOptions(t *testing.T) {
	text, err := os.ReadFile("testdata/statedicts.json")
	if err != nil {
		t.Fatal(err)
	}
	var fixture struct{ Shapes map[string]map[string][]int }
	if err := json.Unmarshal(text, &fixture); err != nil {
		t.Fatal(err)
	}
	classes := func(shape ...int) models.Port { return models.Port{Name: "class", Kind: models.Logits, Shape: shape} }
	future := models.Port{Name: "future", Kind: models.Values, Shape: []int{2}}
	x := func(shape ...int) []models.Port { return []models.Port{{Name: "x", Shape: shape}} }
	ids := func(lengths ...int) (ports []models.Port) {
		for _, n := range lengths {
			ports = append(ports, models.Port{Name: []string{"source", "target"}[len(ports)], Kind: models.IDs, Shape: []int{n},
				Classes: strings.Split("<pad> <unk> <bos> <eos> a b c", " ")})
		}
		return ports
	}
	nets := map[string]struct {
		architecture models.Architecture
		in           []models.Port
		out          models.Port
	}{
		"linear":      {models.MLP{Hidden: []int{}}, x(5), classes(3)},
		"mlp":         {models.MLP{}, x(5), models.Port{Name: "future", Kind: models.Values, Shape: []int{3}}},
		"mlp dropout": {models.MLP{Hidden: []int{4}, Dropout: 0.5}, x(5), classes(3)},
		"cnn":         {models.CNN{Channels: []int{2, 3, 4}, Dense: 6}, x(17, 8, 1), classes(3)},
		"rnn":         {models.RNN{Hidden: 4, Layers: 3, Bidirectional: true}, x(5, 3), future},
		"lstm":        {models.LSTM{Hidden: 4, Layers: 1}, x(5, 3), future},
		"gru":         {models.GRU{Hidden: 4, Layers: 3, Embedding: 3}, ids(5), classes(3)},
		"textcnn":     {models.TextCNN{Filters: 2}, x(5, 3), future},
		"transformer": {models.Transformer{Layers: 3, Width: 8, Heads: 2, FeedForward: 12}, ids(5), classes(3)},
		"transformer sines": {models.Transformer{Width: 8, Heads: 2, FeedForward: 12, PreNorm: true, Positions: models.SinusoidalPositions},
			x(5, 3), future},
		"seq2seq": {models.Seq2Seq{EncoderLayers: 2, DecoderLayers: 3, Width: 8, Heads: 2, FeedForward: 12, PreNorm: true}, ids(5, 4), classes(4, 7)},
		"seq2seq sines": {models.Seq2Seq{EncoderLayers: 2, DecoderLayers: 3, Width: 8, Heads: 2, FeedForward: 12, Positions: models.SinusoidalPositions},
			ids(5, 4), classes(4, 7)},
	}
	if len(fixture.Shapes) != len(nets) {
		t.Fatalf("PyTorch wrote the names of %d modules, want %d", len(fixture.Shapes), len(nets))
	}
	for name, names := range fixture.Shapes {
		t.Run(name, func(t *testing.T) {
			c, file := nets[name], map[string]*tensors.Tensor{}
			for tensor, shape := range names {
				file[tensor] = tensors.FromShape(shapes.Make(dtypes.Float32, shape...))
			}
			path := filepath.Join(t.TempDir(), "net.npz")
			if err := npy.WriteZipFile(path, file); err != nil {
				t.Fatal(err)
			}
			net, err := models.New(c.architecture, c.in, []models.Port{c.out}, 1)
			if err != nil {
				t.Fatal(err)
			}
			places, err := net.TorchNames()
			if err != nil {
				t.Fatal(err)
			}
			report, err := net.LoadWeights(path, places)
			if err != nil || !report.Fits() {
				t.Fatalf("%v\n%s", err, report)
			}
			if all, _ := net.Weights(); len(report.Loaded) != len(all)-1 { // all but the random state
				t.Errorf("%d of %d variables loaded", len(report.Loaded), len(all))
			}
		})
	}
}
