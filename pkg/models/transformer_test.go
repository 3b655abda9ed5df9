package models

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
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
		if !thorough() && when == "pre" {
			continue // compiling takes seconds for each
		}
		compare("classifier "+name, Transformer{Layers: 1, Heads: 2, Width: 8, FeedForward: 12, PreNorm: when == "pre", Activation: Activation(activation)},
			[]Port{{Name: "x", Shape: []int{5, 3}}, {Name: "mask", Kind: Mask, Shape: []int{5}}}, []Port{{Name: "class", Kind: Logits, Shape: []int{4}}},
			"classifier", f.ClassWeights, want,
			tensors.FromFlatDataAndDimensions(f.Values, 3, 5, 3), tensors.FromFlatDataAndDimensions(f.Mask, 3, 5))
	}
	for name, want := range f.Translators {
		activation, when, _ := strings.Cut(name, " ")
		if !thorough() && when == "post" {
			continue
		}
		inputs, outputs := translatorPorts(5, 4, 7)
		compare("translator "+name, Seq2Seq{EncoderLayers: 1, DecoderLayers: 1, Heads: 2, Width: 8, FeedForward: 12, PreNorm: when == "pre", Activation: Activation(activation)},
			inputs, outputs, "logits", f.LogitWeights, want,
			tensors.FromFlatDataAndDimensions(f.Source, 3, 5), tensors.FromFlatDataAndDimensions(f.Target, 3, 4))
	}
}

// thorough says whether tests may take their time; where nothing is compiled, they need little.
func thorough() bool {
	return os.Getenv("VITRINE_FULL") != "" || strings.HasPrefix(os.Getenv("GOMLX_BACKEND"), "go")
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
		Seq2SeqRNN{Hidden: 4, Embedding: 3, Dropout: .2},
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
		{`got "image" values [8 8 1]`, Transformer{}, []Port{{Name: "image", Shape: []int{8, 8, 1}}}},
		{`got "x" values [5 3], "x" values [5 3]`, Transformer{}, []Port{values, values}},
		{`the mask "mask" must be of type Bool and say of each of the 5 steps`, Transformer{}, []Port{values, {Name: "mask", Kind: Mask, Shape: []int{4}}}},
	} {
		if _, err := New(c.a, c.inputs, class, 1); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("error %v, want one with %q", err, c.want)
		}
	}
	if _, err := New(Transformer{}, []Port{tokens}, []Port{{Name: "y", Kind: Logits, Shape: []int{5, 4}}}, 1); err == nil || !strings.Contains(err.Error(), "wants one output") {
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
		{`"source" [S] and "target" [T], got "source" ids [5]`, Seq2Seq{}, inputs[:1], outputs},
		{`"source" [S] and "target" [T], got "from" ids [5], "target" ids [4]`, Seq2Seq{}, []Port{{Name: "from", Kind: IDs, Shape: []int{5}}, inputs[1]}, outputs},
		{"logits [4 7] (a logit for each position and id of the target), got \"next\" logits [7]", Seq2Seq{}, inputs, []Port{{Name: "next", Kind: Logits, Shape: []int{7}}}},
		{`the vocabulary of "target" has 3 ids`, Seq2Seq{}, []Port{inputs[0], {Name: "target", Kind: IDs, Shape: []int{4}, Classes: ids(3)}}, outputs},
		{"EncoderLayers and DecoderLayers must be positive", Seq2Seq{DecoderLayers: -1}, inputs, outputs},
		{"cannot be shared among 3 Heads", Seq2Seq{Heads: 3}, inputs, outputs},
	} {
		if _, err := New(c.a, c.inputs, c.outputs, 1); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("error %v, want one with %q", err, c.want)
		}
	}
}

// TestSequencesSameBits: an example's outputs do not depend on how many others there are, nor on its place among them.
func TestSequencesSameBits(t *testing.T) {
	const rows, length = 50, 9
	tokens := func(seed int) *tensors.Tensor {
		flat := make([]int32, rows*length)
		for i := range flat {
			if i%length < 2+(i/length+seed)%(length-1) { // the others pad
				flat[i] = int32(4 + (i*i+seed*i)%20)
			}
		}
		return tensors.FromFlatDataAndDimensions(flat, rows, length)
	}
	inputs, outputs := translatorPorts(length, length, 24)
	for name, c := range map[string]struct {
		net *Net
		in  []*tensors.Tensor
	}{
		"Transformer": {made(t, Transformer{Width: 64, Activation: GELU}, inputs[:1], []Port{{Name: "class", Kind: Logits, Shape: []int{4}}}), []*tensors.Tensor{tokens(1)}},
		"Seq2Seq":     {made(t, Seq2Seq{EncoderLayers: 1, DecoderLayers: 1, Width: 64}, inputs, outputs), []*tensors.Tensor{tokens(2), tokens(3)}},
	} {
		compute := func(in []*tensors.Tensor) []float64 {
			t.Helper()
			out, err := c.net.Compute(in)
			if err != nil {
				t.Fatal(err)
			}
			values, err := Floats(out[0])
			if err != nil {
				t.Fatal(err)
			}
			return values
		}
		all := compute(c.in)
		size := len(all) / rows
		for _, cut := range [][2]int{{0, 1}, {5, 1}, {49, 1}, {1, 47}, {7, 5}} { // the first rows then stand in other places
			var part []*tensors.Tensor
			for _, x := range c.in {
				rows, err := Rows(x, cut[0], cut[1])
				if err != nil {
					t.Fatal(err)
				}
				part = append(part, rows)
			}
			for i, v := range compute(part) {
				if v != all[cut[0]*size+i] {
					t.Errorf("%s: number %d of rows from %d is %g, among all rows %g", name, i, cut[0], v, all[cut[0]*size+i])
					break
				}
			}
		}
	}
}

// TestPaddingHasNoInfluence: neither the table's row of padding, nor what stands where a mask says no; and an example of padding alone is finite.
func TestPaddingHasNoInfluence(t *testing.T) {
	inputs, outputs := translatorPorts(5, 4, 9)
	n := made(t, Seq2Seq{EncoderLayers: 1, DecoderLayers: 1, Heads: 2, Width: 8}, inputs, outputs)
	source := tensors.FromValue([][]int32{{4, 5, 0, 0, 0}, {0, 0, 0, 0, 0}})
	target := tensors.FromValue([][]int32{{2, 6, 7, 0}, {0, 0, 0, 0}})
	compute := func() []float64 {
		t.Helper()
		out, err := n.Run("outputs and gradients", func(s *model.Scope, in []*Node) []*Node {
			y := n.Apply(s, in)[0]
			return append([]*Node{y}, s.BuildTrainableVariablesGradientsGraph(ReduceAllSum(Square(y)))...)
		}, source, target)
		if err != nil {
			t.Fatal(err)
		}
		for _, g := range out { // through rows in which everything is hidden too
			if at, v := firstNotFinite(g); at >= 0 {
				t.Errorf("a result of shape %s holds %v", g.Shape(), v)
			}
		}
		values, err := Floats(out[0])
		if err != nil {
			t.Fatal(err)
		}
		return values
	}
	before := compute()
	// Beyond the source's two tokens nothing may depend on the positions there; beyond the target's, nothing before.
	v := n.Store().GetVariable("/source_positions/weights")
	w := tensors.MustCopyFlatData[float32](v.MustValue())
	for i := 2 * 8; i < len(w); i++ {
		w[i] = 100
	}
	if err := v.SetValue(tensors.FromFlatDataAndDimensions(w, 5, 8)); err != nil {
		t.Fatal(err)
	}
	v = n.Store().GetVariable("/target_positions/weights")
	w = tensors.MustCopyFlatData[float32](v.MustValue())
	for i := 2 * 8; i < len(w); i++ {
		w[i] = -50
	}
	if err := v.SetValue(tensors.FromFlatDataAndDimensions(w, 4, 8)); err != nil {
		t.Fatal(err)
	}
	inRange(t, "logits of the first two positions", compute()[:2*9], before[:2*9], 0)
}

// TestSinusoids checks the closed form: a wave of each length, and that a step turns every pair of columns by the same angle.
func TestSinusoids(t *testing.T) {
	rows := Sinusoids(50, 6)
	closeTo(t, "row 0", rows[0], []float64{0, 1, 0, 1, 0, 1})
	for i, wave := range []float64{1, math.Pow(10000, 2./6), math.Pow(10000, 4./6)} {
		for at, row := range rows {
			closeTo(t, fmt.Sprint("columns ", i, " of row ", at), row[2*i:2*i+2], []float64{math.Sin(float64(at) / wave), math.Cos(float64(at) / wave)})
		}
	}
	if odd := Sinusoids(3, 5)[2]; len(odd) != 5 || math.Abs(odd[4]-math.Sin(2/math.Pow(10000, 4./5))) > 1e-12 {
		t.Errorf("an odd width gives %v", odd)
	}
	with := made(t, Transformer{Layers: 1, Heads: 1, Width: 4, Positions: SinusoidalPositions}, []Port{{Name: "x", Shape: []int{3, 2}}}, []Port{{Name: "y", Shape: []int{1}}})
	out, err := with.Run("positions", func(s *model.Scope, in []*Node) []*Node {
		with.Apply(s, in)
		g := in[0].Graph()
		return []*Node{Sub(g.GetNodeByAlias("positions"), g.GetNodeByAlias("embedding"))}
	}, tensors.FromValue([][][]float32{{{1, 2}, {3, 4}, {5, 6}}}))
	if err != nil {
		t.Fatal(err)
	}
	var want []float64
	for _, row := range Sinusoids(3, 4) {
		want = append(want, row...)
	}
	got, err := Floats(out[0])
	if err != nil {
		t.Fatal(err)
	}
	inRange(t, "what is added", got, want, 1e-6)
}
