package models

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/gomlx/gomlx/core/tensors"
)

// sharpened are tiny translators whose logits differ enough for choices to matter.
func sharpened(t *testing.T, s, length, vocabulary int) map[string]*Net {
	t.Helper()
	inputs, outputs := translatorPorts(s, length, vocabulary)
	nets := map[string]*Net{
		"Transformer": made(t, Seq2Seq{EncoderLayers: 1, DecoderLayers: 1, Heads: 2, Width: 8, FeedForward: 8}, inputs, outputs),
		"RNN":         made(t, Seq2SeqRNN{Hidden: 8, Embedding: 4}, inputs, outputs),
	}
	for _, n := range nets {
		v := n.Store().GetVariable("/logits/weights")
		w := tensors.MustCopyFlatData[float32](v.MustValue())
		for i := range w {
			w[i] *= 4
		}
		if err := v.SetValue(tensors.FromFlatDataAndDimensions(w, v.Shape().Dimensions...)); err != nil {
			t.Fatal(err)
		}
	}
	return nets
}

// sources are rows of tokens, padded to different lengths; the first is nothing but padding.
func sources(rows, s, vocabulary int) []int32 {
	flat := make([]int32, rows*s)
	for i := range flat {
		if i%s < i/s%(s+1) {
			flat[i] = int32(4 + (i*i+3*i/s)%(vocabulary-4))
		}
	}
	return flat
}

// everything is the log probability of each sequence of a source, worked out from the net's outputs for the whole of it.
func everything(t *testing.T, n *Net, source []int32, length, vocabulary int) []Generated {
	t.Helper()
	var all [][]int
	var grow func(ids []int)
	grow = func(ids []int) {
		if len(ids) == length || len(ids) > 0 && ids[len(ids)-1] == End {
			all = append(all, slices.Clone(ids))
			return
		}
		for id := range vocabulary {
			if id != Padding && id != Begin {
				grow(append(slices.Clone(ids), id))
			}
		}
	}
	grow(nil)
	var from []int32
	for range all {
		from = append(from, source...)
	}
	target, err := DecoderInput(length, all...)
	if err != nil {
		t.Fatal(err)
	}
	out, err := n.Compute([]*tensors.Tensor{tensors.FromFlatDataAndDimensions(from, len(all), len(source)), target})
	if err != nil {
		t.Fatal(err)
	}
	logits, err := Floats(out[0])
	if err != nil {
		t.Fatal(err)
	}
	var generated []Generated
	for i, ids := range all {
		g := Generated{IDs: ids}
		for at, id := range ids {
			p := softmax(logits[(i*length+at)*vocabulary : (i*length+at+1)*vocabulary])
			g.LogProbs = append(g.LogProbs, math.Log(p[id]))
			g.Score += math.Log(p[id])
		}
		generated = append(generated, g)
	}
	return generated
}

// TestDecode compares greedy and beam decoding with all sequences there are.
func TestDecode(t *testing.T) {
	const rows, s, length, vocabulary = 5, 4, 3, 7
	flat := sources(rows, s, vocabulary)
	source := tensors.FromFlatDataAndDimensions(flat, rows, s)
	for name, n := range sharpened(t, s, length, vocabulary) {
		decodesSameBits(t, name, n)
		generate := func(d Decode) []Generated {
			t.Helper()
			g, err := d.Generate(context.Background(), n, source)
			if err != nil {
				t.Fatal(err)
			}
			return g
		}
		greedy, wide, penalised, short := generate(Decode{}), generate(Decode{Beam: 200}), generate(Decode{Beam: 200, LengthPenalty: 1}), generate(Decode{Length: 1})
		compare := func(what string, example int, got, want Generated) {
			t.Helper()
			if !slices.Equal(got.IDs, want.IDs) {
				t.Errorf("%s of %s for example %d: %v, want %v", what, name, example, got.IDs, want.IDs)
				return
			}
			inRange(t, fmt.Sprintf("%s of %s for example %d", what, name, example), append(got.LogProbs, got.Score), append(want.LogProbs, want.Score), 1e-5)
		}
		for e := range rows {
			all := everything(t, n, flat[e*s:(e+1)*s], length, vocabulary)
			best := func(score func(Generated) float64) Generated {
				return slices.MaxFunc(all, func(a, b Generated) int {
					if score(a) < score(b) {
						return -1
					}
					return 1
				})
			}
			compare("the widest beam", e, wide[e], best(func(g Generated) float64 { return g.Score }))
			long := best(func(g Generated) float64 { return g.Score / float64(len(g.IDs)) })
			long.Score /= float64(len(long.IDs))
			compare("the widest beam with a penalty", e, penalised[e], long)
			step := slices.MaxFunc(all, func(a, b Generated) int { // the first token decides, then the second …
				return slices.Compare(a.LogProbs, b.LogProbs)
			})
			compare("greedy decoding", e, greedy[e], step)
			compare("the first token", e, short[e], Generated{IDs: step.IDs[:1], LogProbs: step.LogProbs[:1], Score: step.LogProbs[0]})
			if wide[e].Score < greedy[e].Score {
				t.Errorf("%s, example %d: the beam found %g, greedy decoding %g", name, e, wide[e].Score, greedy[e].Score)
			}
		}
	}
}

// decodesSameBits: what is generated from a source does not depend on the others.
func decodesSameBits(t *testing.T, name string, n *Net) {
	t.Helper()
	const rows, s, vocabulary = 30, 4, 7
	flat := sources(rows, s, vocabulary)
	d := Decode{Beam: 3}
	together, err := d.Generate(context.Background(), n, tensors.FromFlatDataAndDimensions(flat, rows, s))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range []int{0, 1, 7, 23, 29} {
		alone, err := d.Generate(context.Background(), n, tensors.FromFlatDataAndDimensions(flat[e*s:(e+1)*s], 1, s))
		if err != nil {
			t.Fatal(err)
		}
		if fmt.Sprint(alone[0]) != fmt.Sprint(together[e]) {
			t.Errorf("%s, source %d: alone %v, among others %v", name, e, alone[0], together[e])
		}
	}
}

func TestDecodeSaysWhatDoesNotFit(t *testing.T) {
	n := sharpened(t, 4, 3, 7)["Transformer"]
	good := tensors.FromFlatDataAndDimensions(sources(2, 4, 7), 2, 4)
	for _, c := range []struct {
		want   string
		d      Decode
		source *tensors.Tensor
	}{
		{"Beam and Length must not be negative, got -1 and 0", Decode{Beam: -1}, good},
		{"LengthPenalty must be finite", Decode{LengthPenalty: math.NaN()}, good},
		{"Length 4, but the target of Seq2Seq has 3 positions", Decode{Length: 4}, good},
		{"no tensor of ids", Decode{}, nil},
		{`input "source" of Seq2Seq should be (Int32)[2, 4] (examples first), got (Int32)[2, 5]`, Decode{}, tensors.FromFlatDataAndDimensions(make([]int32, 10), 2, 5)},
	} {
		if _, err := c.d.Generate(context.Background(), n, c.source); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("error %v, want one with %q", err, c.want)
		}
	}
	stopped, stop := context.WithCancel(context.Background())
	stop()
	if _, err := (Decode{}).Generate(stopped, n, good); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	classifier := made(t, Transformer{Width: 8}, []Port{{Name: "x", Shape: []int{5, 3}}}, []Port{{Name: "class", Kind: Logits, Shape: []int{4}}})
	if _, err := (Decode{}).Generate(context.Background(), classifier, good); err == nil || !strings.Contains(err.Error(), `wants two inputs of ids, "source" [S] and "target" [T]`) {
		t.Errorf("error %v", err)
	}
	if _, err := DecoderInput(2, []int{4, 5, 6}); err == nil || !strings.Contains(err.Error(), "target 0 has 3 ids, the decoder has 2 positions") {
		t.Errorf("error %v", err)
	}
}

func ExampleDecoderInput() {
	in, err := DecoderInput(4, []int{7, 8, End}, []int{9, 10, 11, End})
	fmt.Println(in.Value(), err)
	// Output: [[2 7 8 3] [2 9 10 11]] <nil>
}

func TestGeneratedTokens(t *testing.T) {
	vocabulary := []string{"<pad>", "<unk>", "<bos>", "<eos>", "one", "two"}
	for want, ids := range map[string][]int{"[two one]": {5, 4, End}, "[one <unk> 9]": {4, Unknown, 9}, "[]": {End}} {
		if got := fmt.Sprint(Generated{IDs: ids}.Tokens(vocabulary)); got != want {
			t.Errorf("ids %v are %s, want %s", ids, got, want)
		}
	}
}
