package models

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	. "github.com/gomlx/gomlx/core/graph" //nolint:revive,staticcheck // graph functions read like the mathematics
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"

	"github.com/vitrine-ml/vitrine/internal/safetensors"
)

// originalBERT is what testdata/make_bert.py wrote.
type originalBERT struct {
	IDs               []int32
	Rows, Length      int
	Hidden, Pooled    []float64
	Attention         []float64
	EmbeddingGradient []float64 `json:"embedding_gradient"`
	Gradients         map[string][]float64
}

func tinyBERT(t *testing.T) BERT {
	t.Helper()
	b, err := FromHuggingFace("testdata/bert")
	if err != nil {
		t.Fatal(err)
	}
	return b
}

var yesOrNo = Port{Name: "class", Kind: Logits, Shape: []int{2}}

func tokensPort(length int) Port {
	return Port{Name: "tokens", Kind: IDs, Shape: []int{length}, Classes: ids(40)}
}

// TestFromHuggingFace: hidden states, pooled vectors, attention and gradients are those of transformers.
func TestFromHuggingFace(t *testing.T) {
	f := fixture[originalBERT](t, "bert.json")
	x := tensors.FromFlatDataAndDimensions(f.IDs, f.Rows, f.Length)
	b := tinyBERT(t)
	b.Output = HiddenStates
	hidden, err := b.Encoder(ids(40), f.Length)
	if err != nil {
		t.Fatal(err)
	}
	out, err := hidden.Compute([]*tensors.Tensor{x})
	if err != nil {
		t.Fatal(err)
	}
	got, err := Floats(out[0])
	if err != nil {
		t.Fatal(err)
	}
	near(t, "hidden states", got, f.Hidden, 1e-5)

	b.Output, b.Free = "", -1 // so that all gradients are asked for
	net, err := b.Encoder(ids(40), f.Length)
	if err != nil {
		t.Fatal(err)
	}
	var paths []string
	for path := range f.Gradients {
		paths = append(paths, path)
	}
	all, err := net.Run("compare", func(s *model.Scope, in []*Node) []*Node {
		y := net.Apply(s, in)[0]
		g := y.Graph()
		of := []*Node{g.GetNodeByAlias("/embedding")}
		for _, path := range paths {
			of = append(of, s.Store().GetVariable(path).NodeValue(g))
		}
		weights := make([]float32, 32)
		for i := range weights {
			weights[i] = float32(-1 + 2*float64(i)/31)
		}
		loss := ReduceAllSum(Mul(y, InsertAxes(Const(g, weights), 0)))
		return append([]*Node{y, g.GetNodeByAlias("/encoder_1/attention")}, Gradient(loss, of...)...)
	}, x)
	if err != nil {
		t.Fatal(err)
	}
	for i, c := range []struct {
		what string
		want []float64
	}{{"pooled", f.Pooled}, {"attention", f.Attention}, {"gradient of the words' vectors", f.EmbeddingGradient}} {
		if got, err = Floats(all[i]); err != nil {
			t.Fatal(err)
		}
		near(t, c.what, got, c.want, 1e-5)
	}
	for i, path := range paths {
		if got, err = Floats(all[3+i]); err != nil {
			t.Fatal(err)
		}
		near(t, "gradient of "+path, got, f.Gradients[path], 1e-5)
	}
}

// TestBERTFree: which variables are trained, and that other weights or another choice are another net.
func TestBERTFree(t *testing.T) {
	hashes := map[string]int{}
	for free, want := range map[int]int{0: 2, 1: 2 + 16, 2: 2 + 32, -1: 2 + 32 + 5} {
		b := tinyBERT(t)
		b.Free = free
		net := made(t, b, []Port{tokensPort(6)}, []Port{yesOrNo})
		n := 0
		for v := range net.Store().IterVariables() {
			if v.Trainable {
				n++
			}
		}
		if n != want {
			t.Errorf("Free %d: %d variables are trained, want %d", free, n, want)
		}
		hashes[net.GraphHash()]++
	}
	b := tinyBERT(t)
	b.Pretrained = strings.Repeat("0", 64)
	hashes[made(t, b, []Port{tokensPort(6)}, []Port{yesOrNo}).GraphHash()]++
	if len(hashes) != 5 {
		t.Errorf("%d hashes of 5 nets", len(hashes))
	}
}

// TestBERTFile: a net's file is read without the folder, and the net is the same.
func TestBERTFile(t *testing.T) {
	b := tinyBERT(t)
	b.Free, b.Pool = 1, PoolFirst
	net := made(t, b, []Port{tokensPort(6), {Name: "counts", Kind: Mask, Shape: []int{6}}}, []Port{yesOrNo})
	path := filepath.Join(t.TempDir(), "net.safetensors")
	if err := net.WriteFile(path); err != nil {
		t.Fatal(err)
	}
	back, err := ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	one, _ := net.WeightsHash()
	other, _ := back.WeightsHash()
	if one != other || net.GraphHash() != back.GraphHash() {
		t.Error("it came back with another graph or other weights")
	}
}

func TestFromHuggingFaceErrors(t *testing.T) {
	text, err := os.ReadFile("testdata/bert/config.json")
	if err != nil {
		t.Fatal(err)
	}
	file, err := safetensors.ReadFile("testdata/bert/model.safetensors")
	if err != nil {
		t.Fatal(err)
	}
	const query = "bert.encoder.layer.1.attention.self.query.weight"
	for _, c := range []struct {
		change func(config map[string]any, weights map[string]*tensors.Tensor)
		want   []string
	}{
		{func(c map[string]any, _ map[string]*tensors.Tensor) { c["model_type"] = "roberta" }, []string{"roberta", "bert"}},
		{func(c map[string]any, _ map[string]*tensors.Tensor) { c["hidden_act"] = "none" }, []string{"hidden_act", "none"}},
		{func(c map[string]any, _ map[string]*tensors.Tensor) { c["hidden_size"] = 33 }, []string{"33", "4"}},
		{func(c map[string]any, _ map[string]*tensors.Tensor) { c["num_hidden_layers"] = 1 << 30 }, []string{"num_hidden_layers"}},
		{func(c map[string]any, _ map[string]*tensors.Tensor) { c["num_hidden_layers"] = 3 }, []string{"16 weights", "encoder.layer.2.output.dense.bias"}},
		{func(c map[string]any, _ map[string]*tensors.Tensor) { c["position_embedding_type"] = "relative_key" }, []string{"relative_key"}},
		{func(c map[string]any, _ map[string]*tensors.Tensor) { c["is_decoder"] = true }, []string{"decoder"}},
		{func(c map[string]any, _ map[string]*tensors.Tensor) { c["pad_token_id"] = 1 }, []string{"pad_token_id"}},
		{func(c map[string]any, _ map[string]*tensors.Tensor) { c["vocab_size"] = 41 }, []string{"[40 32]", "[41 32]"}},
		{func(_ map[string]any, w map[string]*tensors.Tensor) { delete(w, query) }, []string{"1 weights", "encoder.layer.1.attention.self.query.weight"}},
		{func(_ map[string]any, w map[string]*tensors.Tensor) {
			w[query] = tensors.FromFlatDataAndDimensions(slices.Repeat([]float32{float32(math.NaN())}, 32*32), 32, 32)
		}, []string{"query", "NaN"}},
		{func(_ map[string]any, w map[string]*tensors.Tensor) {
			w[query] = tensors.FromFlatDataAndDimensions(make([]int32, 32*32), 32, 32)
		}, []string{"query", "Int32"}},
	} {
		config, weights := map[string]any{}, map[string]*tensors.Tensor{}
		if err := json.Unmarshal(text, &config); err != nil {
			t.Fatal(err)
		}
		for name, w := range file.Tensors {
			weights[name] = w
		}
		c.change(config, weights)
		folder := t.TempDir()
		changed, err := json.Marshal(config)
		if err != nil {
			t.Fatal(err)
		}
		f, err := os.Create(filepath.Join(folder, "model.safetensors"))
		if err != nil {
			t.Fatal(err)
		}
		if err := safetensors.Write(f, weights, nil); err != nil {
			t.Fatal(err)
		}
		f.Close() //nolint:errcheck // a test's file
		if err := os.WriteFile(filepath.Join(folder, "config.json"), changed, 0o600); err != nil {
			t.Fatal(err)
		}
		_, err = FromHuggingFace(folder)
		for _, want := range c.want {
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("got %v, want %q", err, want)
			}
		}
	}
	if _, err := FromHuggingFace(t.TempDir()); err == nil || !strings.Contains(err.Error(), "config.json") {
		t.Errorf("an empty folder: %v", err)
	}
	b := tinyBERT(t)
	for want, ports := range map[string][2]Port{
		"13 positions": {tokensPort(13), yesOrNo},
		"vocabulary":   {{Name: "tokens", Kind: IDs, Shape: []int{4}, Classes: ids(41)}, yesOrNo},
		"wants ids":    {{Name: "x", Shape: []int{4, 32}}, yesOrNo},
	} {
		if _, err := New(b, []Port{ports[0]}, []Port{ports[1]}, 1); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
}
