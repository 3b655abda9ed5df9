package models

import (
	"cmp"
	"errors"
	"fmt"
	"strings"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive,staticcheck // graph functions read like the mathematics
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/model/initializer"
)

// BERT is a Transformer encoder as Devlin et al. built it (2019, arXiv 1810.04805). [FromHuggingFace] makes one with the weights that were
// learned elsewhere; without, it begins with random ones.
//
// It reads ids [T], between [CLS] and [SEP] as its tokeniser has them, T being at most MaxLength. Which positions count is said by a mask [T],
// if there is one among the inputs; without one, by the ids that are not [Padding]. All are of the first segment.
//
// Its nodes are named embedding (the words' vectors, which ids are attributed to), embedded (with positions and segment, normalised), encoder_0/attention
// (the weights [examples, heads, T, T]), encoder_0, …, pooled and the output's kind (logits, values).
type BERT struct {
	Layers      int        // blocks; 0: 12
	Heads       int        // of attention; 0: 12; their number divides Width
	Width       int        // of the vectors; 0: 768
	FeedForward int        // hidden units of the feed-forward networks; 0: 4 times Width
	MaxLength   int        // rows of the table of positions; 0: 512
	Segments    int        // rows of the table of segments; 0: 2
	Vocabulary  int        // rows of the table of ids; 0: as many as the input's Classes
	Activation  Activation // of the feed-forward networks; "": GELU
	Epsilon     float64    // of the layer normalisation; 0: 1e-12

	Pool    Pool     // "": PoolMean, over all positions that count; PoolFirst: the vector of [CLS]
	Output  Encoding // "": a dense layer on the pooled vector
	Dropout float64  // share of attention weights, sublayers' results and embeddings dropped while training, 0 ≤ Dropout < 1

	// Free is how many of the last blocks are trained along with the output's dense layer; the rest, the embeddings first of all, is frozen and
	// stays as it is. −1: everything is trained.
	Free int

	// Pretrained is the SHA-256 of the file that the weights come from; "": they are random.
	Pretrained string

	weights map[string]*tensors.Tensor // by path; nil: random, or in the net's own file
}

// Encoding says what a pretrained encoder gives out.
type Encoding string

// The kinds of output of a [BERT].
const (
	Head         Encoding = ""       // a dense layer on the pooled vector: logits or values
	PooledVector Encoding = "pooled" // the pooled vector [Width]
	HiddenStates Encoding = "hidden" // the vectors of the last block [T, Width]; those of positions that do not count mean nothing
)

// Name implements Architecture.
func (BERT) Name() string { return "BERT" }

// Encoder is a net of ids [length] that gives out the pooled vector or, where Output says so, the hidden states. The vocabulary is the
// tokeniser's.
func (b BERT) Encoder(vocabulary []string, length int) (*Net, error) {
	b.Output = cmp.Or(b.Output, PooledVector)
	width := cmp.Or(b.Width, 768)
	out := Port{Name: string(b.Output), Shape: []int{width}, Kind: Values}
	if b.Output == HiddenStates {
		out.Shape, out.Axes = []int{length, width}, []string{"position", "unit"}
	}
	return New(b, []Port{{Name: "tokens", Shape: []int{length}, Axes: []string{"position"}, Kind: IDs, Classes: vocabulary}}, []Port{out}, 0)
}

// Forward implements Architecture: ids [T] and perhaps a mask [T], to what Output says.
func (b BERT) Forward(inputs, outputs []Port) (Forward, error) {
	b.Layers, b.Heads, b.Width = cmp.Or(b.Layers, 12), cmp.Or(b.Heads, 12), cmp.Or(b.Width, 768)
	b.MaxLength, b.Segments, b.Activation, b.Epsilon = cmp.Or(b.MaxLength, 512), cmp.Or(b.Segments, 2), cmp.Or(b.Activation, GELU), cmp.Or(b.Epsilon, 1e-12)
	layers, err := block{b.Width, b.Heads, b.FeedForward, b.Dropout, false, b.Activation, LayerNormalisation, b.Epsilon}.withDefaults()
	if err != nil {
		return nil, err
	}
	switch {
	case b.Layers < 0 || b.MaxLength < 0 || b.Segments < 0 || b.Vocabulary < 0 || b.Epsilon < 0:
		return nil, errors.New("Layers, MaxLength, Segments, Vocabulary and Epsilon must be positive")
	case b.Free < -1 || b.Free > b.Layers:
		return nil, fmt.Errorf("Free is %d, want 0 to %d of the last blocks, or −1 for everything", b.Free, b.Layers)
	case b.Pool != "" && b.Pool != PoolMean && b.Pool != PoolFirst:
		return nil, fmt.Errorf("the pooling %q is not known, there are %q and %q", b.Pool, PoolMean, PoolFirst)
	}
	in, err := sequenceOf(inputs, b.Width)
	if err != nil {
		return nil, err
	}
	b.Vocabulary = cmp.Or(b.Vocabulary, in.vocabulary)
	switch length := inputs[in.at].Shape[0]; {
	case in.vocabulary == 0:
		return nil, fmt.Errorf("wants ids, got %s", describe(inputs))
	case in.vocabulary > b.Vocabulary:
		return nil, fmt.Errorf("input %q has a vocabulary of %d, the net's has %d: use the tokeniser that belongs to it", inputs[in.at].Name, in.vocabulary, b.Vocabulary)
	case length > b.MaxLength:
		return nil, fmt.Errorf("input %q has %d positions, the net knows %d: make the texts shorter", inputs[in.at].Name, length, b.MaxLength)
	}
	out, err := b.out(inputs[in.at], outputs)
	if err != nil {
		return nil, err
	}
	return func(scope *model.Scope, nodes []*Node) []*Node {
		ids, mask := nodes[in.at], (*Node)(nil)
		if in.mask >= 0 {
			mask = nodes[in.mask]
		} else {
			mask = present(ids)
		}
		x := layers.normalise(scope.In("embedding_norm"), b.embed(scope, ids))
		x = dropout(scope, x, b.Dropout).WithAlias("embedded")
		x = layers.encode(scope, b.Layers, x, mask)
		y := x
		if b.Output != HiddenStates {
			if b.Pool == PoolFirst {
				y = atStep(x, 0)
			} else {
				y = meanOverTime(x, mask)
			}
			y = y.WithAlias("pooled")
		}
		if b.Output == Head {
			y = out.node(scope, y)
		}
		b.freeze(scope.Store())
		return []*Node{y}
	}, nil
}

// out checks the output port.
func (b BERT) out(in Port, outputs []Port) (head, error) {
	want := []int{b.Width}
	switch b.Output {
	case Head:
		return headOf(outputs)
	case HiddenStates:
		want = []int{in.Shape[0], b.Width}
	case PooledVector:
	default:
		return head{}, fmt.Errorf("the output %q is not known, there are %q, %q and %q", b.Output, Head, PooledVector, HiddenStates)
	}
	if len(outputs) != 1 || outputs[0].Kind != Values && outputs[0].Kind != "" || fmt.Sprint(outputs[0].Shape) != fmt.Sprint(want) {
		return head{}, fmt.Errorf("gives %s of shape %v, the output is %s", Values, want, describe(outputs))
	}
	return head{}, nil
}

// embed is the sum of the vectors of ids [examples, T], of their positions and of the first segment.
func (b BERT) embed(scope *model.Scope, ids *Node) *Node {
	g, length := ids.Graph(), ids.Shape().Dim(1)
	table := func(name string, rows int) *Node {
		s := scope.In("%s", name)
		s = s.WithInitializer(initializer.RandomNormalFn(s, 0.02))
		return s.VariableWithShape("weights", shapes.Make(dtypes.Float32, rows, b.Width)).NodeValue(g)
	}
	words := Gather(table("embedding", b.Vocabulary), InsertAxes(ids, -1)).WithAlias("embedding")
	segment := Slice(table("segments", b.Segments), AxisRange(0, 1))
	positions := Slice(table("positions", b.MaxLength), AxisRange(0, length))
	return Add(words, InsertAxes(Add(positions, BroadcastToShape(segment, positions.Shape())), 0))
}

// freeze makes all variables untrainable that are not to be trained.
func (b BERT) freeze(store *model.Store) {
	if b.Free < 0 {
		return
	}
	for v := range store.IterVariables() {
		var layer int
		if _, err := fmt.Sscanf(v.Path(), "/encoder_%d/", &layer); err == nil && layer >= b.Layers-b.Free || !encoderVariable(v.Path()) {
			continue
		}
		v.SetTrainable(false)
	}
}

// encoderVariable says whether a variable is the encoder's, and not the output's.
func encoderVariable(path string) bool {
	for _, name := range []string{"/embedding/", "/segments/", "/positions/", "/embedding_norm/", "/encoder_"} {
		if strings.HasPrefix(path, name) {
			return true
		}
	}
	return false
}

// learned implements pretrained.
func (b BERT) learned(path string) bool { return b.Pretrained != "" && encoderVariable(path) }

// values implements pretrained.
func (b BERT) values() (string, map[string]*tensors.Tensor) { return b.Pretrained, b.weights }

// WithHead is a net of the frozen encoder and a dense layer that was trained on its vectors: an [MLP] without hidden layers, whose input is
// [Width]. Its input is that of the dataset that was encoded.
func (b BERT) WithHead(input Port, head *Net) (*Net, error) {
	b.Output, b.Free = Head, 0
	weights, err := head.Weights()
	if err != nil {
		return nil, err
	}
	net, err := New(b, []Port{input}, head.Outputs, 0)
	if err != nil {
		return nil, err
	}
	all, err := net.Weights()
	if err != nil {
		return nil, err
	}
	taken := 0
	for path, old := range all {
		if encoderVariable(path) || path == rngPath {
			continue
		}
		value := weights[path]
		if value == nil || !value.Shape().Equal(old.Shape()) {
			return nil, fmt.Errorf("models: a head for %s has %s of shape %s, %s has not: train MLP{Hidden: []int{}} on the encoder's vectors", net.Name, path, old.Shape(), head.Name)
		}
		if all[path], err = Rows(value, 0, value.Shape().Dim(0)); err != nil {
			return nil, err
		}
		taken++
	}
	if extra := len(weights) - 1; extra != taken { // but for the random state
		return nil, fmt.Errorf("models: a head for %s has %d variables, %s has %d: train MLP{Hidden: []int{}} on the encoder's vectors", net.Name, taken, head.Name, extra)
	}
	for v := range net.store.IterVariables() {
		if encoderVariable(v.Path()) || v.Path() == rngPath {
			continue
		}
		if err := v.SetValue(all[v.Path()]); err != nil {
			return nil, fmt.Errorf("models: variable %s: %w", v.Path(), err)
		}
	}
	return net, nil
}

// rngPath is the variable that holds the random state.
const rngPath = "/" + model.RNGStateVariableName
