package models_test

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gomlx/gomlx/core/tensors"

	"github.com/vitrine-ml/vitrine/internal/npy"
	"github.com/vitrine-ml/vitrine/pkg/models"
)

// torchNets are the architectures whose state_dicts testdata/make_statedicts.py wrote.
func torchNets(t *testing.T) map[string]*models.Net {
	t.Helper()
	six, seven := strings.Split("<pad> <unk> a b c d", " "), strings.Split("<pad> <unk> <bos> <eos> a b c", " ")
	words := []models.Port{{Name: "text", Kind: models.IDs, Shape: []int{5}, Classes: six}}
	pair := []models.Port{{Name: "source", Kind: models.IDs, Shape: []int{5}, Classes: seven}, {Name: "target", Kind: models.IDs, Shape: []int{4}, Classes: seven}}
	nets := map[string]*models.Net{}
	for name, c := range map[string]struct {
		a     models.Architecture
		in    []models.Port
		shape []int
	}{
		"mlp":     {models.MLP{Hidden: []int{6, 4}, BatchNorm: true, Dropout: 0.1}, []models.Port{{Name: "x", Shape: []int{5}}}, []int{3}},
		"cnn":     {models.CNN{Channels: []int{3, 4}, Dense: 5}, []models.Port{{Name: "x", Shape: []int{8, 7, 2}}}, []int{3}},
		"rnn":     {models.RNN{Hidden: 4, Embedding: 3, Pool: models.PoolMean}, words, []int{3}},
		"lstm":    {models.LSTM{Hidden: 4, Embedding: 3, Bidirectional: true, Pool: models.PoolMean}, words, []int{3}},
		"gru":     {models.GRU{Hidden: 4, Embedding: 3, Bidirectional: true, Pool: models.PoolMean}, words, []int{3}},
		"textcnn": {models.TextCNN{Widths: []int{2, 3}, Filters: 4, Embedding: 3}, words, []int{2}},
		"transformer": {models.Transformer{Width: 8, Heads: 2, FeedForward: 12, PreNorm: true, Activation: models.GELU},
			[]models.Port{{Name: "x", Shape: []int{5, 3}}}, []int{3}},
		"seq2seq":    {models.Seq2Seq{EncoderLayers: 1, DecoderLayers: 1, Width: 8, Heads: 2, FeedForward: 12}, pair, []int{4, 7}},
		"seq2seqrnn": {models.Seq2SeqRNN{Hidden: 3, Embedding: 4}, pair, []int{4, 7}},
	} {
		n, err := models.New(c.a, c.in, []models.Port{{Name: "class", Kind: models.Logits, Shape: c.shape}}, 1)
		if err != nil {
			t.Fatal(err)
		}
		nets[name] = n
	}
	return nets
}

func torchFile(name string) string {
	if name == "mlp" {
		return "testdata/torch-mlp.npz"
	}
	return "testdata/torch-" + name + ".safetensors"
}

// TestStateDicts: with PyTorch's weights, every architecture gives PyTorch's outputs.
func TestStateDicts(t *testing.T) {
	text, err := os.ReadFile("testdata/statedicts.json")
	if err != nil {
		t.Fatal(err)
	}
	var fixture struct {
		Nets map[string]struct {
			Inputs []struct {
				Shape  []int
				Values []float64
			}
			Shape  []int
			Output []float64
		}
	}
	if err := json.Unmarshal(text, &fixture); err != nil {
		t.Fatal(err)
	}
	nets := torchNets(t)
	if len(fixture.Nets) != len(nets) {
		t.Fatalf("PyTorch wrote %d nets, want %d", len(fixture.Nets), len(nets))
	}
	for name, want := range fixture.Nets {
		t.Run(name, func(t *testing.T) {
			net := nets[name]
			names, err := net.TorchNames()
			if err != nil {
				t.Fatal(err)
			}
			report, err := net.LoadWeights(torchFile(name), names)
			if err != nil {
				t.Fatal(err)
			}
			if all, _ := net.Weights(); len(report.Loaded) != len(all)-1 { // all but the random state
				t.Errorf("%d of %d variables loaded", len(report.Loaded), len(all))
			}
			var args []*tensors.Tensor
			for i, in := range want.Inputs {
				if net.Inputs[i].Kind == models.IDs {
					ids := make([]int32, len(in.Values))
					for i, v := range in.Values {
						ids[i] = int32(v)
					}
					args = append(args, tensors.FromFlatDataAndDimensions(ids, in.Shape...))
					continue
				}
				values := make([]float32, len(in.Values))
				for i, v := range in.Values {
					values[i] = float32(v)
				}
				args = append(args, tensors.FromFlatDataAndDimensions(values, in.Shape...))
			}
			y, err := net.Compute(args)
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
				if !(math.Abs(got[i]-want.Output[i]) <= 3e-6) {
					t.Errorf("output %d is %g, PyTorch's is %g", i, got[i], want.Output[i])
				}
			}
		})
	}
}

// TestWeightsThatDoNotFit: what is missing, left over or of another shape is told with names and shapes, and nothing has changed.
func TestWeightsThatDoNotFit(t *testing.T) {
	net := torchNets(t)["mlp"]
	names, err := net.TorchNames()
	if err != nil {
		t.Fatal(err)
	}
	file, err := npy.ReadZipFile(torchFile("mlp"))
	if err != nil {
		t.Fatal(err)
	}
	delete(file, "0.bias")
	file["9.weight"] = tensors.FromValue([]float32{1})
	file["4.weight"] = tensors.FromValue([][]float32{{1, 2}, {3, 4}})
	path := filepath.Join(t.TempDir(), "other.npz")
	if err := npy.WriteZipFile(path, file); err != nil {
		t.Fatal(err)
	}
	before := hashes(t, net)
	report, err := net.LoadWeights(path, names)
	for _, want := range []string{`missing: /dense_0/biases: the file has no ["0.bias"]`, "unused: 9.weight",
		`shape: /dense_1/weights (Float32)[6, 4]: "4.weight" is (Float32)[2, 2], laid out [2 2]`, path, "Partial"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want one with %q", err, want)
		}
	}
	if len(report.Loaded) != 0 || report.Fits() || hashes(t, net) != before {
		t.Error("a file that does not fit has changed the net")
	}
	names.Partial = true
	if report, err = net.LoadWeights(path, names); err != nil || len(report.Loaded) != 12 || len(report.Missing) != 1 || len(report.Unused) != 1 || len(report.Wrong) != 1 {
		t.Errorf("in part: %v\n%s", err, report)
	}
	if hashes(t, net) == before {
		t.Error("what fits was not loaded")
	}
	if slices.Contains(report.Loaded, "/dense_1/weights") {
		t.Error("what does not fit is said to be loaded")
	}
	names.Places = []models.Place{{File: "none", Net: "/dense_0/weights"}}
	if _, err := net.LoadWeights(path, names); err == nil || !strings.Contains(err.Error(), "nothing in") {
		t.Errorf("nothing fits: error %v", err)
	}
}

func TestWeightsRefused(t *testing.T) {
	net, dir := torchNets(t)["mlp"], t.TempDir()
	names, err := net.TorchNames()
	if err != nil {
		t.Fatal(err)
	}
	file, err := npy.ReadZipFile(torchFile("mlp"))
	if err != nil {
		t.Fatal(err)
	}
	file["8.bias"] = tensors.FromValue([]float64{1, 1e300, 2})
	path := filepath.Join(dir, "infinite.npz")
	if err := npy.WriteZipFile(path, file); err != nil {
		t.Fatal(err)
	}
	loop := models.NameMap{Places: []models.Place{{File: "{i}.{j}", Net: "/dense_{i}/weights"}}}
	for _, c := range []struct {
		path  string
		names models.NameMap
		want  string
	}{
		{path, names, "+Inf at position 1, as Float32"},
		{"net.pt", names, "save_file"},
		{"net.keras", names, "numpy.savez"},
		{"net.txt", names, ".safetensors and .npz"},
		{filepath.Join(dir, "none.npz"), names, "no such file"},
		{path, loop, "nothing says what {j} stands for"},
	} {
		if _, err := net.LoadWeights(c.path, c.names); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("error %v, want one with %q", err, c.want)
		}
	}
}

// TestOwnNames: without Places, names and layouts are the net's own; metadata go through a file.
func TestOwnNames(t *testing.T) {
	nets := torchNets(t)
	from, to, path := nets["cnn"], torchNets(t)["cnn"], filepath.Join(t.TempDir(), "net.safetensors")
	names, err := from.TorchNames()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := from.LoadWeights(torchFile("cnn"), names); err != nil {
		t.Fatal(err)
	}
	from.Metadata = map[string]string{"preparation": "{}"}
	if err := from.WriteFile(path); err != nil {
		t.Fatal(err)
	}
	if _, err := to.LoadWeights(path, models.NameMap{}); err != nil {
		t.Fatal(err)
	}
	back, err := models.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if hashes(t, to) != hashes(t, from) || hashes(t, back) != hashes(t, from) || back.Metadata["preparation"] != "{}" || len(back.Metadata) != 1 {
		t.Errorf("other weights or other metadata: %v", back.Metadata)
	}
	from.Metadata["vitrine_net"] = "mine"
	if err := from.WriteFile(path); err == nil || !strings.Contains(err.Error(), "cannot be given") {
		t.Errorf("error %v", err)
	}
}
