package models

import (
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"strings"
	"testing"

	. "github.com/gomlx/gomlx/core/graph" //nolint:revive,staticcheck // graph functions read like the mathematics
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
)

// torchTransformers is what testdata/make_transformer.py wrote.
type torchTransformers struct {
	Weights                  map[string][]float32
	Values                   []float32
	Mask                     []bool
	Source, Target           []int32
	ClassWeights             []float32 `json:"class_weights"`
	LogitWeights             []float32 `json:"logit_weights"`
	Classifiers, Translators map[string]torchRun
}

type torchRun struct {
	Output, Gradient []float64
	Gradients        map[string][]float64
	Attention        map[string][]float64
}

// names of n ids, of which the first four have their meanings.
func ids(n int) []string {
	names := []string{"", "<unk>", "<bos>", "<eos>"}
	for i := len(names); i < n; i++ {
		names = append(names, fmt.Sprint("w", i))
	}
	return names[:n]
}

// pairs are the ports of a translator.
func translatorPorts(s, t, vocabulary int) (inputs, outputs []Port) {
	return []Port{{Name: "source", Kind: IDs, Shape: []int{s}, Classes: ids(vocabulary)}, {Name: "target", Kind: IDs, Shape: []int{t}, Classes: ids(vocabulary)}},
		[]Port{{Name: "next", Kind: Logits, Shape: []int{t, vocabulary}}}
}

func made(t *testing.T, a Architecture, inputs, outputs []Port) *Net {
	t.Helper()
	n, err := New(a, inputs, outputs, 1)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// TestTransformersAsPyTorch compares outputs, attention weights of every head and gradients of inputs and weights with PyTorch's.
func TestTransformersAsPyTorch(t *testing.T) {
	f := fixture[torchTransformers](t, "transformer.json")
	compare := func(name string, a Architecture, inputs, outputs []Port, alias string, weights []float32, want torchRun, in ...*tensors.Tensor) {
		n := made(t, a, inputs, outputs)
		var trained []string
		for v := range n.Store().IterVariables() {
			if !v.Trainable {
				continue
			}
			path := strings.TrimPrefix(v.Path(), "/")
			from := path
			if rest, is := strings.CutPrefix(path, "logits/"); is {
				from = alias + "/" + rest
			}
			if len(f.Weights[from]) != v.Shape().Size() {
				t.Fatalf("%s: the fixture has %d numbers for %s %s", name, len(f.Weights[from]), path, v.Shape())
			}
			if err := v.SetValue(tensors.FromFlatDataAndDimensions(f.Weights[from], v.Shape().Dimensions...)); err != nil {
				t.Fatal(err)
			}
			trained = append(trained, from)
		}
		var attentions []string
		for alias := range want.Attention {
			attentions = append(attentions, alias)
		}
		out, err := n.Run("compare", func(s *model.Scope, in []*Node) []*Node {
			y := n.Apply(s, in)[0]
			g := y.Graph()
			of := []*Node{}
			if in[0].DType().IsFloat() {
				of = append(of, in[0])
			}
			for v := range s.Store().IterVariables() {
				if v.Trainable {
					of = append(of, v.NodeValue(g))
				}
			}
			results := []*Node{y}
			for _, alias := range attentions {
				results = append(results, g.GetNodeByAlias(alias))
			}
			return append(results, Gradient(ReduceAllSum(Mul(y, Reshape(Const(g, weights), y.Shape().Dimensions...))), of...)...)
		}, in...)
		if err != nil {
			t.Fatal(err)
		}
		next := func() []float64 {
			values, err := Floats(out[0])
			if err != nil {
				t.Fatal(err)
			}
			out = out[1:]
			return values
		}
		near(t, name+": output", next(), want.Output, 1e-5)
		for _, alias := range attentions {
			near(t, name+": "+alias, next(), want.Attention[alias], 1e-5)
		}
		if want.Gradient != nil {
			inRange(t, name+": gradient of the input", next(), want.Gradient, 1e-4*largest(want.Gradient))
		}
		largestOfAll := 0.
		for _, g := range want.Gradients {
			largestOfAll = max(largestOfAll, largest(g))
		}
		for _, path := range trained {
			g := want.Gradients[path]
			tolerance := 1e-4 * largest(g)
			if strings.HasSuffix(path, "/key/biases") { // which have no influence: rounding is all there is
				tolerance = 1e-6 * largestOfAll
			}
			inRange(t, name+": gradient of "+path, next(), g, tolerance)
		}
		if len(trained) != len(want.Gradients) {
			t.Errorf("%s has %d variables, PyTorch %d", name, len(trained), len(want.Gradients))
		}
	}
	for name, want := range f.Classifiers {
		activation, when, _ := strings.Cut(name, " ")
		compare("classifier "+name, Transformer{Layers: 1, Heads: 2, Width: 8, FeedForward: 12, PreNorm: when == "pre", Activation: Activation(activation)},
			[]Port{{Name: "x", Shape: []int{5, 3}}, {Name: "mask", Kind: Mask, Shape: []int{5}}}, []Port{{Name: "class", Kind: Logits, Shape: []int{4}}},
			"classifier", f.ClassWeights, want,
			tensors.FromFlatDataAndDimensions(f.Values, 3, 5, 3), tensors.FromFlatDataAndDimensions(f.Mask, 3, 5))
	}
	for name, want := range f.Translators {
		activation, when, _ := strings.Cut(name, " ")
		inputs, outputs := translatorPorts(5, 4, 7)
		compare("translator "+name, Seq2Seq{EncoderLayers: 1, DecoderLayers: 1, Heads: 2, Width: 8, FeedForward: 12, PreNorm: when == "pre", Activation: Activation(activation)},
			inputs, outputs, "logits", f.LogitWeights, want,
			tensors.FromFlatDataAndDimensions(f.Source, 3, 5), tensors.FromFlatDataAndDimensions(f.Target, 3, 4))
	}
}

func largest(values []float64) (top float64) {
	for _, v := range values {
		top = max(top, math.Abs(v))
	}
	return top
}

// TestArchitecturesAsJSON: what an architecture is can be written down and read back, and makes the same net.
func TestArchitecturesAsJSON(t *testing.T) {
	for _, a := range []Architecture{
		Transformer{}, Transformer{Layers: 1, Heads: 2, Width: 4, FeedForward: 6, Dropout: .1, PreNorm: true, Activation: SwiGLU, Norm: RMSNormalisation, Positions: SinusoidalPositions, Pool: PoolFirst},
		Seq2Seq{EncoderLayers: 1, DecoderLayers: 3, Dropout: .1, Activation: GELU, Positions: NoPositions},
	} {
		text, err := json.Marshal(a)
		if err != nil {
			t.Fatal(err)
		}
		again := reflect.New(reflect.TypeOf(a))
		if err := json.Unmarshal(text, again.Interface()); err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(again.Elem().Interface(), a) {
			t.Errorf("%s was read back as %+v", text, again.Elem())
		}
	}
}

// TestTransformerSaysWhatDoesNotFit tries wrong options and ports.
func TestTransformerSaysWhatDoesNotFit(t *testing.T) {
	tokens, values := Port{Name: "tokens", Kind: IDs, Shape: []int{5}, Classes: ids(9)}, Port{Name: "x", Shape: []int{5, 3}}
	class := []Port{{Name: "class", Kind: Logits, Shape: []int{4}}}
	for _, c := range []struct {
		want   string
		a      Transformer
		inputs []Port
	}{
		{"Width 256 cannot be shared among 7 Heads", Transformer{Heads: 7}, []Port{tokens}},
		{"must be positive, got -4, 8 and -16", Transformer{Width: -4}, []Port{tokens}},
		{"Layers must be positive, got -1", Transformer{Layers: -1}, []Port{tokens}},
		{"Dropout must be at least 0 and below 1, got 1", Transformer{Dropout: 1}, []Port{tokens}},
		{`activation "relu6" is not known`, Transformer{Activation: "relu6"}, []Port{tokens}},
		{`normalisation "batch" is not known`, Transformer{Norm: "batch"}, []Port{tokens}},
		{`positions "rotary" are not known`, Transformer{Positions: "rotary"}, []Port{tokens}},
		{`pooling "max" is not known`, Transformer{Pool: "max"}, []Port{tokens}},
		{"its Classes must say", Transformer{}, []Port{{Name: "tokens", Kind: IDs, Shape: []int{5}}}},
		{`"image": values [8 8 1]`, Transformer{}, []Port{{Name: "image", Shape: []int{8, 8, 1}}}},
		{"a mask [T] after it", Transformer{}, []Port{values, values}},
		{`"mask" must hold a Boolean for each of 5 positions`, Transformer{}, []Port{values, {Name: "mask", Kind: Mask, Shape: []int{4}}}},
	} {
		if _, err := New(c.a, c.inputs, class, 1); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("error %v, want one with %q", err, c.want)
		}
	}
	if _, err := New(Transformer{}, []Port{tokens}, []Port{{Name: "y", Shape: []int{5, 4}}}, 1); err == nil || !strings.Contains(err.Error(), "one output with one axis") {
		t.Errorf("error %v", err)
	}
}

func TestSeq2SeqSaysWhatDoesNotFit(t *testing.T) {
	inputs, outputs := translatorPorts(5, 4, 7)
	for _, c := range []struct {
		want            string
		a               Seq2Seq
		inputs, outputs []Port
	}{
		{`"source" [S] and "target" [T], got ["source": ids [5]]`, Seq2Seq{}, inputs[:1], outputs},
		{`"source" [S] and "target" [T], got ["from": ids [5] "target": ids [4]]`, Seq2Seq{}, []Port{{Name: "from", Kind: IDs, Shape: []int{5}}, inputs[1]}, outputs},
		{"logits [4 7] (a logit for each position and id of the target), got [\"next\": logits [7]]", Seq2Seq{}, inputs, []Port{{Name: "next", Kind: Logits, Shape: []int{7}}}},
		{`the vocabulary of "target" has 3 ids`, Seq2Seq{}, []Port{inputs[0], {Name: "target", Kind: IDs, Shape: []int{4}, Classes: ids(3)}}, outputs},
		{"EncoderLayers and DecoderLayers must be positive", Seq2Seq{DecoderLayers: -1}, inputs, outputs},
		{"cannot be shared among 3 Heads", Seq2Seq{Heads: 3}, inputs, outputs},
	} {
		if _, err := New(c.a, c.inputs, c.outputs, 1); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("error %v, want one with %q", err, c.want)
		}
	}
}
