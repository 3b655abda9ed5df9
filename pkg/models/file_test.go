package models_test

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"

	"github.com/vitrine-ml/vitrine/internal/safetensors"
	"github.com/vitrine-ml/vitrine/pkg/models"
)

var update = flag.Bool("update", false, "write the files of nets anew")

// small is a net of every architecture that a file can name.
func small(t *testing.T) (nets []*models.Net) {
	t.Helper()
	image := models.Port{Name: "image", Shape: []int{4, 4, 1}, Axes: []string{"height", "width", "channel"}}
	series := models.Port{Name: "past", Shape: []int{3, 2}}
	words := func(name string, length int) models.Port {
		return models.Port{Name: name, Shape: []int{length}, Kind: models.IDs, Classes: []string{"<pad>", "<unk>", "<bos>", "<eos>", "yes", "no"}}
	}
	class := models.Port{Name: "class", Shape: []int{2}, Kind: models.Logits, Classes: []string{"no", "yes"}}
	number := models.Port{Name: "future", Shape: []int{2}}
	next := models.Port{Name: "next", Shape: []int{3, 6}, Kind: models.Logits}
	for _, c := range []struct {
		a       models.Architecture
		inputs  []models.Port
		outputs models.Port
	}{
		{models.CNN{Channels: []int{2}, Dense: 3, Dropout: 0.5}, []models.Port{image}, class},
		{models.MLP{Hidden: []int{3}, Activation: models.GELU}, []models.Port{{Name: "features", Shape: []int{4}}}, number},
		{models.RNN{Hidden: 2, Layers: 1}, []models.Port{series}, number},
		{models.LSTM{Hidden: 2, Layers: 1, Bidirectional: true, Embedding: 3}, []models.Port{words("tokens", 4)}, class},
		{models.GRU{Hidden: 2, Layers: 1}, []models.Port{series, {Name: "there", Shape: []int{3}, Kind: models.Mask}}, number},
		{models.TextCNN{Widths: []int{2}, Filters: 2, Embedding: 3}, []models.Port{words("tokens", 4)}, class},
		{models.Transformer{Layers: 1, Heads: 2, Width: 4, FeedForward: 4, Positions: models.SinusoidalPositions}, []models.Port{words("tokens", 4)}, class},
		{models.Seq2Seq{EncoderLayers: 1, DecoderLayers: 1, Heads: 2, Width: 4, FeedForward: 4, PreNorm: true}, []models.Port{words("source", 4), words("target", 3)}, next},
		{models.BERT{Layers: 2, Heads: 2, Width: 4, FeedForward: 4, MaxLength: 5, Free: 1}, []models.Port{words("tokens", 4)}, class},
		{models.Seq2SeqRNN{Hidden: 2, Embedding: 3}, []models.Port{words("source", 4), words("target", 3)}, next},
	} {
		net, err := models.New(c.a, c.inputs, []models.Port{c.outputs}, 7)
		if err != nil {
			t.Fatalf("%s: %v", c.a.Name(), err)
		}
		nets = append(nets, net)
	}
	onnx, err := models.FromONNX(filepath.Join("testdata", "onnx", "mlp2.onnx"))
	if err != nil {
		t.Fatal(err)
	}
	nets = append(nets, onnx)
	if len(nets) != models.ArchitecturesOfFiles {
		t.Fatalf("%d nets for %d architectures", len(nets), models.ArchitecturesOfFiles)
	}
	return nets
}

func hashes(t *testing.T, n *models.Net) string {
	t.Helper()
	w, err := n.WeightsHash()
	if err != nil {
		t.Fatal(err)
	}
	return n.GraphHash() + " " + w
}

func TestFile(t *testing.T) {
	for _, net := range small(t) {
		path := filepath.Join(t.TempDir(), "net.safetensors")
		weights, err := net.Weights()
		if err != nil {
			t.Fatal(err)
		}
		for name, w := range weights { // so that the seed alone does not give them
			if strings.HasSuffix(name, "biases") {
				tensors.MustMutableFlatData(w, func(v []float32) { v[0] = 0.25 })
			}
		}
		if err := net.WriteFile(path); err != nil {
			t.Fatal(err)
		}
		back, err := models.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if hashes(t, back) != hashes(t, net) {
			t.Errorf("%s came back with another graph or other weights", net.Name)
		}
		if got, want := back.Outputs[0].Classes, net.Outputs[0].Classes; strings.Join(got, " ") != strings.Join(want, " ") {
			t.Errorf("%s came back with the classes %q, want %q", net.Name, got, want)
		}
		again := path + "2"
		if err := back.WriteFile(again); err != nil {
			t.Fatal(err)
		}
		one, _ := os.ReadFile(path)
		other, _ := os.ReadFile(again)
		if !bytes.Equal(one, other) {
			t.Errorf("%s: written again, the file has other bytes", net.Name)
		}
	}
}

// TestOldFiles: what one version wrote, the next reads. The files are those that the versions of the past wrote; -update adds today's for
// architectures that have none.
func TestOldFiles(t *testing.T) {
	for _, net := range small(t) {
		path := filepath.Join("testdata", "net-v1-"+strings.ToLower(net.Name)+".safetensors")
		if _, err := os.Stat(path); *update && os.IsNotExist(err) {
			if err := net.WriteFile(path); err != nil {
				t.Fatal(err)
			}
		}
		old, err := models.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		var x []*tensors.Tensor
		for _, p := range net.Inputs {
			x = append(x, tensors.FromShape(shapes.Make(p.DType, append([]int{1}, p.Shape...)...)))
		}
		if _, err := old.Compute(x); err != nil {
			t.Errorf("%s: %v", path, err)
		}
	}
}

func TestFileOfAnotherArchitecture(t *testing.T) {
	build := func(scope *model.Scope, in []*graph.Node) []*graph.Node {
		return []*graph.Node{models.Dense(scope, in[0], 2)}
	}
	ports := []models.Port{{Name: "x", Shape: []int{3}}}
	out := []models.Port{{Name: "y", Shape: []int{2}}}
	net, err := models.New(models.Custom{Build: build}, ports, out, 1)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "net.safetensors")
	if err := net.WriteFile(path); err != nil {
		t.Fatal(err)
	}
	if _, err := models.ReadFile(path); err == nil || !strings.Contains(err.Error(), "ReadWeights") {
		t.Errorf("error %v, want one that says how to take up the weights", err)
	}
	other, err := models.New(models.Custom{Build: build}, ports, out, 2)
	if err != nil {
		t.Fatal(err)
	}
	if err := other.ReadWeights(path); err != nil {
		t.Fatal(err)
	}
	if a, _ := net.WeightsHash(); a != ok(other.WeightsHash()) {
		t.Error("the weights are others")
	}
	for _, wrong := range small(t) {
		before := hashes(t, wrong)
		if err := wrong.ReadWeights(path); err == nil || !strings.Contains(err.Error(), "missing") {
			t.Errorf("weights of another net: error %v", err)
		}
		if hashes(t, wrong) != before {
			t.Error("weights that do not fit have changed the net")
		}
	}
}

func ok(s string, err error) string {
	if err != nil {
		panic(err)
	}
	return s
}

func TestFilesThatAreNoNet(t *testing.T) {
	dir := t.TempDir()
	net := small(t)[0]
	good := filepath.Join(dir, "good")
	if err := net.WriteFile(good); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(good)
	if err != nil {
		t.Fatal(err)
	}
	weights, err := net.Weights()
	if err != nil {
		t.Fatal(err)
	}
	described := func(text string) []byte {
		var to bytes.Buffer
		metadata := map[string]string{}
		if text != "" {
			metadata["vitrine_net"] = text
		}
		if err := safetensors.Write(&to, weights, metadata); err != nil {
			t.Fatal(err)
		}
		return to.Bytes()
	}
	const port = `"inputs":[{"name":"x","shape":[4,4,1],"kind":"values"}],"outputs":[{"name":"y","shape":[2],"kind":"logits"}]`
	for name, c := range map[string]struct {
		content []byte
		want    string
	}{
		"truncated":       {b[:len(b)/2], "truncated"},
		"altered":         {append(bytes.Clone(b[:len(b)-1]), b[len(b)-1]^1), "altered"},
		"no description":  {described(""), "not one that Net.WriteFile wrote"},
		"no JSON":         {described("{"), "description"},
		"version":         {described(`{"version":9}`), "version 9"},
		"option":          {described(`{"version":1,"architecture":"CNN","options":{"Depth":3},` + port + `}`), "Depth"},
		"type of numbers": {described(`{"version":1,"architecture":"CNN","options":{},"inputs":[{"name":"x","dtype":"Float12"}]}`), "Float12"},
		"other weights":   {described(`{"version":1,"architecture":"CNN","options":{"Channels":[3]},` + port + `}`), "variable"},
	} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, c.content, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := models.ReadFile(path); err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: error %v, want one with %q and the file's name", name, err, c.want)
		}
	}
}
