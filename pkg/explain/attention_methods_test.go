package explain_test

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"strings"
	"testing"

	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive,staticcheck // graph functions read like the mathematics
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"

	"github.com/vitrine-ml/vitrine/pkg/explain"
	"github.com/vitrine-ml/vitrine/pkg/explain/explaintest"
	"github.com/vitrine-ml/vitrine/pkg/models"
)

func TestAttentions(t *testing.T) {
	for _, m := range explain.Attentions() {
		t.Run(strings.TrimPrefix(fmt.Sprintf("%T", m), "explain."), func(t *testing.T) { explaintest.TestAttention(t, m) })
	}
}

// attentionFixture is what testdata/make_attention.py wrote.
type attentionFixture struct {
	ClassifierWeights   map[string][]float64 `json:"classifier weights"`
	TranslatorWeights   map[string][]float64 `json:"translator weights"`
	IDs, Source, Target [][]int32
	Classifiers         map[string]struct {
		Logits, Raw, Rollout, Gradient, Relevance []float64
		Classes                                   []int
	}
	Translator []map[string]json.RawMessage
}

// given is a net with weights by their paths.
func given(t *testing.T, a models.Architecture, inputs, outputs []models.Port, weights map[string][]float64) *models.Net {
	t.Helper()
	net, err := models.New(a, inputs, outputs, 1)
	if err != nil {
		t.Fatal(err)
	}
	for v := range net.Store().IterVariables() {
		if !v.Trainable {
			continue
		}
		w := weights[strings.TrimPrefix(v.Path(), "/")]
		if len(w) != v.Shape().Size() {
			t.Fatalf("the fixture has %d numbers for %s %s", len(w), v.Path(), v.Shape())
		}
		values := make([]float32, len(w))
		for i, x := range w {
			values[i] = float32(x)
		}
		if err := v.SetValue(tensors.FromFlatDataAndDimensions(values, v.Shape().Dimensions...)); err != nil {
			t.Fatal(err)
		}
	}
	return net
}

// attentionMethods are the methods by their names in fixtures.
var attentionMethods = map[string]explain.Explainer{
	"raw": explain.RawAttention{}, "rollout": explain.AttentionRollout{}, "gradient": explain.AttentionGradient{}, "relevance": explain.AttentionRelevance{},
}

// TestAttentionsOfPyTorch compares all methods with the same in PyTorch: a classifier that pools, by a mean and by its first vector, and an
// encoder and decoder at each of its positions.
func TestAttentionsOfPyTorch(t *testing.T) {
	text, err := os.ReadFile("testdata/attention.json")
	if err != nil {
		t.Fatal(err)
	}
	var f attentionFixture
	if err := json.Unmarshal(text, &f); err != nil {
		t.Fatal(err)
	}
	words := func(n int) (names []string) {
		for i := range n {
			names = append(names, fmt.Sprint("w", i))
		}
		return names
	}
	for name, want := range f.Classifiers {
		a := models.Transformer{Layers: 2, Heads: 2, Width: 8, FeedForward: 10, Pool: models.Pool(name)}
		net := given(t, a, []models.Port{{Name: "ids", Kind: models.IDs, Shape: []int{6}, Classes: words(9)}},
			[]models.Port{{Name: "class", Kind: models.Logits, Shape: []int{3}}}, f.ClassifierWeights)
		for method, values := range map[string][]float64{"raw": want.Raw, "rollout": want.Rollout, "gradient": want.Gradient, "relevance": want.Relevance} {
			if name == "first" && method != "relevance" && !thorough() { // compiling takes seconds for each
				continue
			}
			e := explaintest.Explain(t, attentionMethods[method], net, ids(f.IDs...), explain.Predicted)
			near(t, name+" "+method, e.Values[0].Data, values)
			for i, class := range want.Classes {
				if math.Abs(e.Output[i]-want.Logits[i*3+class]) > 1e-5 || e.Target.Classes[i] != class {
					t.Errorf("%s: class %d of example %d with logit %g, PyTorch has %d with %g", name, e.Target.Classes[i], i, e.Output[i], class, want.Logits[i*3+class])
				}
			}
		}
	}
	a := models.Seq2Seq{EncoderLayers: 2, DecoderLayers: 2, Heads: 2, Width: 8, FeedForward: 10}
	net := given(t, a, []models.Port{{Name: "source", Kind: models.IDs, Shape: []int{5}, Classes: words(9)}, {Name: "target", Kind: models.IDs, Shape: []int{4}, Classes: words(7)}},
		[]models.Port{{Name: "next", Kind: models.Logits, Shape: []int{4, 7}, Classes: words(7)}}, f.TranslatorWeights)
	both := append(ids(f.Source...), ids(f.Target...)...)
	for method, m := range attentionMethods {
		for position, want := range f.Translator {
			e := explaintest.Explain(t, m, net, both, explain.Predicted.At(position))
			for i, side := range []string{"source", "target"} {
				var values []float64
				if err := json.Unmarshal(want[method+" "+side], &values); err != nil {
					t.Fatal(err)
				}
				near(t, fmt.Sprint(method, " of the ", side, " at ", position), e.Values[i].Data, values)
			}
		}
		one := append(ids(f.Source[1]), ids(f.Target[1])...)
		alignments, _, err := explain.Align(t.Context(), m, net, one, explain.Predicted)
		if err != nil {
			t.Fatal(err)
		}
		for i, side := range []string{"source", "target"} {
			var all []float64
			for position := range f.Translator {
				var values []float64
				if err := json.Unmarshal(f.Translator[position][method+" "+side], &values); err != nil {
					t.Fatal(err)
				}
				all = append(all, values[len(values)/2:]...)
			}
			if got := fmt.Sprint(alignments[i].Values.Shape, alignments[i].Source[0]); got != fmt.Sprint([]int{4, 5 - i}, "w", []int32{8, 2}[i]) {
				t.Errorf("%s: the alignment with the %s is %s", method, side, got)
			}
			near(t, method+": the alignment with the "+side, alignments[i].Values.Data, all)
		}
	}
}

// heads are the weights [heads, rows, columns] of an attention node and their gradients for the target's class, for one example, as the net's
// trace has them.
type heads struct{ weights, gradient [][][]float64 }

func headsOf(t *testing.T, net *models.Net, x []*tensors.Tensor, weigh func(output *Node) *Node, nodes ...string) map[string]heads {
	t.Helper()
	padded := make([]*tensors.Tensor, len(x))
	for i := range x {
		var err error
		if padded[i], err = models.Rows(x[i], 0, models.Chunk); err != nil {
			t.Fatal(err)
		}
	}
	out, err := net.Run(fmt.Sprint("test/heads", nodes), func(scope *model.Scope, in []*Node) []*Node {
		trace := explain.NewTrace(net, scope, in)
		var of []*Node
		for _, name := range nodes {
			of = append(of, trace.Node(name))
		}
		return append(of, trace.Derive(0, weigh(trace.Outputs[0]), of...)...)
	}, padded...)
	if err != nil {
		t.Fatal(err)
	}
	cube := func(a *tensors.Tensor) (heads [][][]float64) {
		d := a.Shape().Dimensions
		flat, err := models.Floats(a)
		if err != nil {
			t.Fatal(err)
		}
		for h := range d[1] {
			heads = append(heads, nil)
			for r := range d[2] {
				heads[h] = append(heads[h], flat[(h*d[2]+r)*d[3]:(h*d[2]+r+1)*d[3]])
			}
		}
		return heads
	}
	all := map[string]heads{}
	for i, name := range nodes {
		all[name] = heads{cube(out[i]), cube(out[len(nodes)+i])}
	}
	return all
}

// plainRelevance follows paths instead of multiplying matrices: what a row holds of a column in the end is the sum, over all ways from the
// one to the other through the layers from upper to lower, of the products of Ā; a layer may be passed by.
func plainRelevance(layers []heads, row, column int) float64 {
	if len(layers) == 0 {
		if row == column {
			return 1
		}
		return 0
	}
	top, below := layers[len(layers)-1], layers[:len(layers)-1]
	sum := plainRelevance(below, row, column)
	for k := range top.weights[0][row] {
		bar := 0.0
		for h := range top.weights {
			bar += max(0, top.weights[h][row][k]*top.gradient[h][row][k]) / float64(len(top.weights))
		}
		sum += bar * plainRelevance(below, k, column)
	}
	return sum
}

// plainRollout is the mass that arrives at a column when at each layer half of it stays and half follows the attention.
func plainRollout(layers []heads, row, column int) float64 {
	if len(layers) == 0 {
		if row == column {
			return 1
		}
		return 0
	}
	top, below := layers[len(layers)-1], layers[:len(layers)-1]
	sum, mass := plainRollout(below, row, column), 1.0
	for k := range top.weights[0][row] {
		a := 0.0
		for h := range top.weights {
			a += top.weights[h][row][k] / float64(len(top.weights))
		}
		mass += a
		sum += a * plainRollout(below, k, column)
	}
	return sum / mass
}

// TestAttentionsPlain: a Transformer that reads a series with gaps; a step's value is shared out among its numbers.
func TestAttentionsPlain(t *testing.T) {
	net, err := models.New(models.Transformer{Layers: 3, Heads: 2, Width: 8, FeedForward: 6, PreNorm: true},
		[]models.Port{{Name: "series", DType: dtypes.Float64, Shape: []int{4, 3}}, {Name: "known", Kind: models.Mask, Shape: []int{4}}},
		[]models.Port{{Name: "class", Kind: models.Logits, Shape: []int{3}}}, 4)
	if err != nil {
		t.Fatal(err)
	}
	x := []*tensors.Tensor{pseudo64(3, 2, 1, 4, 3), tensors.FromValue([][]bool{{true, false, true, true}})}
	nodes := []string{"encoder_0/attention", "encoder_1/attention", "encoder_2/attention"}
	all := headsOf(t, net, x, func(y *Node) *Node {
		return Sub(OneHot(OnesLike(ArgMax(y, -1)), 3, y.DType()), OneHot(ZerosLike(ArgMax(y, -1)), 3, y.DType()))
	}, nodes...)
	layers := []heads{all[nodes[0]], all[nodes[1]], all[nodes[2]]}
	want := map[string][]float64{}
	for column := range 4 {
		var rollout, relevance, raw, gradient float64
		for _, row := range []int{0, 2, 3} { // what is known is pooled
			rollout += plainRollout(layers, row, column) / 3
			relevance += plainRelevance(layers, row, column) / 3
			for h := range 2 {
				raw += layers[2].weights[h][row][column] / 6
				gradient += layers[2].weights[h][row][column] * layers[2].gradient[h][row][column]
			}
		}
		for range 3 {
			want["rollout"], want["relevance"] = append(want["rollout"], rollout/3), append(want["relevance"], relevance/3)
			want["raw"], want["gradient"] = append(want["raw"], raw/3), append(want["gradient"], gradient/3)
		}
	}
	for name, m := range attentionMethods {
		e := explaintest.Explain(t, m, net, x, explain.Class(1).Against(explain.Class(0)))
		if off, top := furthest(e.Values[0].Data, want[name]); off > 1e-12*top || top == 0 {
			t.Errorf("%s: %v, want %v", name, e.Values[0].Data, want[name])
		}
	}
	// Two layers by their names: the mean of their rows, and the sum.
	two := nodes[:2]
	raw := explaintest.Explain(t, explain.RawAttention{Nodes: two}, net, x, explain.Class(1)).Values[0].Data
	for column := range 4 {
		mean := 0.0
		for _, row := range []int{0, 2, 3} {
			for h := range 2 {
				mean += (layers[0].weights[h][row][column] + layers[1].weights[h][row][column]) / 12
			}
		}
		if got := raw[3*column] * 3; math.Abs(got-mean) > 1e-12 {
			t.Errorf("two layers look at step %d with %g, want %g", column, got, mean)
		}
	}
}

// TestAttentionsByHand: two layers of weights that are known, of which the first row is read: y = (B·A·x)₀ with
// A = (½ ½; 0 1) and B = (¾ ¼; 1 0), x = (8, −4).
func TestAttentionsByHand(t *testing.T) {
	net := explaintest.Net(t, "ByHand", 2, 1, func(_ *model.Scope, x *Node) *Node {
		h := explaintest.Attend(x, "first/attention", []float64{0.5, 0.5}, []float64{0, 1})
		return explaintest.Column(explaintest.Attend(h, "second/attention", []float64{0.75, 0.25}, []float64{1, 0}), 0)
	})
	x := explaintest.Rows([]float64{8, -4})
	for _, c := range []struct {
		method explain.Explainer
		want   []float64
	}{
		{explain.RawAttention{}, []float64{0.75, 0.25}},
		{explain.RawAttention{Nodes: []string{"first/attention"}}, []float64{0.5, 0.5}},
		// h = A·x = (2, −4): ∇B = (2 −4; 0 0), so that B∘∇B = (1.5 −1; 0 0).
		{explain.AttentionGradient{}, []float64{1.5, -1}},
		// ∇A = (¾·8 ¾·−4; ¼·8 ¼·−4) = (6 −3; 2 −1), so that A∘∇A = (3 −1.5; 0 −1).
		{explain.AttentionGradient{Nodes: []string{"first/attention"}}, []float64{3, -2.5}},
		// ½(A + I) = (¾ ¼; 0 1), ½(B + I) = (⅞ ⅛; ½ ½): the first row of the product is (⅞·¾, ⅞·¼ + ⅛).
		{explain.AttentionRollout{}, []float64{21. / 32, 11. / 32}},
		{explain.AttentionRollout{Nodes: []string{"second/attention"}}, []float64{7. / 8, 1. / 8}},
		// Ā = (3 0; 0 0), B̄ = (1.5 0; 0 0): R = (4 0; 0 1), then its first row 4 + 1.5·4.
		{explain.AttentionRelevance{}, []float64{10, 0}},
	} {
		e := explaintest.Explain(t, c.method, net, x, explain.Target{})
		for i, v := range e.Values[0].Data {
			if math.Abs(v-c.want[i]) > 1e-12 {
				t.Errorf("%T %s: %v, want %v", c.method, e.Options, e.Values[0].Data, c.want)
				break
			}
		}
	}
}

// TestAttentionsOfRecurrentDecoder: the one cross-attention of Seq2SeqRNN is looked at; the decoder's own input has no values, as nothing looks at it.
func TestAttentionsOfRecurrentDecoder(t *testing.T) {
	net, err := models.New(models.Seq2SeqRNN{Hidden: 6, Embedding: 4},
		[]models.Port{{Name: "target", Kind: models.IDs, Shape: []int{3}, Classes: numerals}, {Name: "source", Kind: models.IDs, Shape: []int{3}, Classes: vocabulary}},
		[]models.Port{{Name: "next", Kind: models.Logits, Shape: []int{3, 6}, Classes: numerals}}, 3)
	if err != nil {
		t.Fatal(err)
	}
	x := append(ids([]int32{2, 4, 5}), ids([]int32{3, 6, 0})...)
	const node = "decoder_0/cross_attention"
	all := headsOf(t, net, x, func(y *Node) *Node { // class 4 at position 1
		d := y.Shape().Dimensions
		return BroadcastToDims(Const(y.Graph(), [][][]float32{{{0, 0, 0, 0, 0, 0}, {0, 0, 0, 0, 1, 0}, {0, 0, 0, 0, 0, 0}}}), d...)
	}, node)[node]
	weights, gradient := all.weights[0][1], all.gradient[0][1]
	for name, of := range map[string]func(i int) float64{
		"raw": func(i int) float64 { return weights[i] }, "rollout": func(i int) float64 { return weights[i] / 2 },
		"gradient":  func(i int) float64 { return weights[i] * gradient[i] },
		"relevance": func(i int) float64 { return max(0, weights[i]*gradient[i]) },
	} {
		if name != "raw" && name != "relevance" && !thorough() {
			continue
		}
		e := explaintest.Explain(t, attentionMethods[name], net, x, explain.Class(4).At(1))
		if len(e.Values) != 1 || e.Values[0].Name != "source" {
			t.Fatalf("%s: values of %d inputs, the first %q", name, len(e.Values), e.Values[0].Name)
		}
		for i, v := range e.Values[0].Data {
			if math.Abs(v-of(i)) > 1e-6 {
				t.Errorf("%s: token %d has %g, want %g", name, i, v, of(i))
			}
		}
	}
	alignments, why, err := explain.Align(t.Context(), explain.AttentionRelevance{}, net, x, explain.Classes(4, 5))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := fmt.Sprint(len(alignments), alignments[0].Values.Shape, alignments[0].Source, alignments[0].Target, why.Rows()), "1 [2 2] [film good] [two three] 2"; got != want {
		t.Errorf("the alignment is %s, want %s", got, want)
	}
}

// TestAttentionsOfBERT: the encoder's rows that are pooled say what it looks at.
func TestAttentionsOfBERT(t *testing.T) {
	bert, err := models.FromHuggingFace("../models/testdata/bert")
	if err != nil {
		t.Fatal(err)
	}
	names := make([]string, 40)
	for i := range names {
		names[i] = fmt.Sprint("w", i)
	}
	bert.Pool = models.PoolFirst
	net, err := models.New(bert, []models.Port{{Name: "tokens", Kind: models.IDs, Shape: []int{6}, Classes: names}},
		[]models.Port{{Name: "class", Kind: models.Logits, Shape: []int{2}}}, 1)
	if err != nil {
		t.Fatal(err)
	}
	x := ids([]int32{5, 7, 9, 6, 0, 0}, []int32{5, 20, 30, 11, 12, 6})
	top, err := explain.Activations(t.Context(), net, x, "encoder_1/attention")
	if err != nil {
		t.Fatal(err)
	}
	e := explaintest.Explain(t, explain.RawAttention{}, net, x, explain.Class(1))
	for i := range 2 {
		heads := top.Shape[1]
		for j, v := range e.Values[0].Row(i) {
			mean := 0.0
			for h := range heads {
				mean += top.Row(i)[h*36+j] / float64(heads) // of [CLS]
			}
			if math.Abs(v-mean) > 1e-6 {
				t.Errorf("[CLS] of example %d looks at %d with %g, want %g", i, j, v, mean)
			}
		}
	}
	for i, m := range []explain.Explainer{explain.AttentionRelevance{}, explain.AttentionRollout{}, explain.AttentionGradient{}} {
		if i > 0 && !thorough() {
			continue
		}
		e := explaintest.Explain(t, m, net, x, explain.Class(1))
		if v := e.Values[0].Row(0); v[4] != 0 || v[5] != 0 || v[0] == 0 || v[3] == 0 {
			t.Errorf("%s: %v", e.Method, v)
		}
	}
}

// TestAttentionRefused: errors say what is wanted, and what to do.
func TestAttentionRefused(t *testing.T) {
	hidden := explaintest.Net(t, "Hidden", 3, 1, func(_ *model.Scope, x *Node) *Node {
		return explaintest.Column(explaintest.Attend(x, "weights", []float64{1, 0, 0}, []float64{0, 1, 0}, []float64{0, 0, 1}), 1)
	})
	other := explaintest.Net(t, "Other", 3, 1, func(_ *model.Scope, x *Node) *Node {
		y := explaintest.Column(explaintest.Attend(x, "used/attention", []float64{1, 0, 0}, []float64{0, 1, 0}, []float64{0, 0, 1}), 1)
		explaintest.Attend(x, "unused/attention", []float64{1, 0, 0}, []float64{0, 1, 0}, []float64{0, 0, 1})
		return y
	})
	wide := explaintest.Net(t, "Wide", 3, 1, func(_ *model.Scope, x *Node) *Node {
		return explaintest.Column(explaintest.Attend(Concatenate([]*Node{x, x}, 1), "attention",
			[]float64{1, 0, 0, 0, 0, 0}, []float64{0, 1, 0, 0, 0, 0}, []float64{0, 0, 1, 0, 0, 0}, []float64{1, 0, 0, 0, 0, 0}, []float64{0, 1, 0, 0, 0, 0}, []float64{0, 0, 1, 0, 0, 0}), 0)
	})
	x := explaintest.Rows([]float64{1, 2, 3})
	for _, c := range []struct {
		net   *models.Net
		nodes []string
		want  string
	}{
		{explaintest.Random(t, 3, 1), nil, "with WithAlias, or say in Nodes which they are"},
		{explaintest.Random(t, 3, 1), []string{"a"}, `node "a" holds no attention weights [examples, heads, rows, columns] on the way to output "y"`},
		{hidden, nil, `no node of Hidden on the way to output "y"`},
		{hidden, []string{"nowhere"}, `no node is named "nowhere"; the named ones are x, weights`},
		{hidden, []string{}, "say in Nodes which they are"},
		{other, []string{"unused/attention"}, `node "unused/attention" holds no attention weights`},
		{wide, nil, `node "attention" has 1 heads of 6 rows and 6 columns, but input "x" has shape [3]`},
	} {
		for _, m := range []explain.Explainer{explain.RawAttention{Nodes: c.nodes}, explain.AttentionRollout{Nodes: c.nodes}} {
			in := x
			if c.net.Inputs[0].DType == dtypes.Float32 {
				in = []*tensors.Tensor{explaintest.Pseudo(1, 1, 3)}
			}
			if _, err := m.Explain(t.Context(), c.net, in, explain.Target{}); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%s, nodes %q: error %v, want one with %q", c.net.Name, c.nodes, err, c.want)
			}
		}
	}
	e := explaintest.Explain(t, explain.RawAttention{Nodes: []string{"weights"}}, hidden, x, explain.Target{})
	if got := fmt.Sprint(e.Values[0].Data, string(e.Options)); got != `[0 1 0]{"Nodes":["weights"]}` {
		t.Errorf("weights that are named: %s", got)
	}
	if e := explaintest.Explain(t, explain.AttentionRollout{}, other, x, explain.Target{}); string(e.Options) != `{"Nodes":["used/attention"]}` {
		t.Errorf("attention that the output does not depend on is in %s", e.Options)
	}
}

// TestVerifyAttention: records hold when they are run again.
func TestVerifyAttention(t *testing.T) {
	t.Setenv("VITRINE_CACHE", t.TempDir())
	net, err := models.New(models.Transformer{Layers: 1, Heads: 2, Width: 4, FeedForward: 4}, []models.Port{{Name: "x", Shape: []int{3, 2}}},
		[]models.Port{{Name: "class", Kind: models.Logits, Shape: []int{3}}}, 4)
	if err != nil {
		t.Fatal(err)
	}
	x := []*tensors.Tensor{explaintest.Pseudo(3, 2, 3, 2)}
	for i, m := range append(explain.Attentions(), explain.RawAttention{Nodes: []string{"encoder_0/attention"}}) {
		e, err := explain.Cached(m, net, x, explain.Predicted)
		if err != nil {
			t.Fatal(err)
		}
		path := fmt.Sprint(t.TempDir(), "/", i, ".json")
		if err := e.WriteFile(path); err != nil {
			t.Fatal(err)
		}
		if v, err := explain.Verify(t.Context(), path, net); err != nil || !v.Difference.SameBits {
			t.Errorf("%s %s: %v, %v", e.Method, e.Options, v, err)
		}
	}
	for name, want := range map[string]string{"raw-attention": "RawAttention", "attention-rollout": "AttentionRollout"} {
		if m, err := explain.Named(name); err != nil || fmt.Sprintf("%T", m) != "explain."+want {
			t.Errorf("%s is %T, %v", name, m, err)
		}
	}
}
