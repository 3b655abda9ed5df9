package explain_test

import (
	"math"
	"strings"
	"testing"

	"github.com/vitrine-ml/vitrine/pkg/explain"
	"github.com/vitrine-ml/vitrine/pkg/models"
)

// TestAttention: weights are those of the graph, add up to 1 and are nothing at padding, whatever other examples there are.
func TestAttention(t *testing.T) {
	net, err := models.New(models.Seq2Seq{EncoderLayers: 1, DecoderLayers: 1, Heads: 2, Width: 4, FeedForward: 6},
		[]models.Port{{Name: "source", Kind: models.IDs, Shape: []int{4}, Classes: vocabulary}, {Name: "target", Kind: models.IDs, Shape: []int{3}, Classes: numerals}},
		[]models.Port{{Name: "next", Kind: models.Logits, Shape: []int{3, 6}, Classes: numerals}}, 3)
	if err != nil {
		t.Fatal(err)
	}
	const node = "decoder_0/cross_attention"
	both, err := explain.Activations(t.Context(), net, append(ids([]int32{5, 1, 0, 0}, []int32{3, 6, 2, 0}), ids([]int32{2, 5, 0}, []int32{2, 4, 5})...), node)
	if err != nil {
		t.Fatal(err)
	}
	one := append(ids([]int32{3, 6, 2, 0}), ids([]int32{2, 4, 5})...)
	heads, err := explain.Attention(t.Context(), net, one, node, "source", numerals[4:6])
	if err != nil || len(heads) != 2 {
		t.Fatal(len(heads), err)
	}
	for h, a := range heads {
		if a.Source[1] != vocabulary[6] || a.Target[0] != numerals[4] || len(a.Target) != 2 {
			t.Errorf("head %d: %v ← %v", h, a.Target, a.Source)
		}
		for row := range 2 {
			sum := 0.0
			for at, v := range a.Values.Row(row) {
				if v != both.Row(1)[(h*3+row)*4+at] {
					t.Errorf("head %d, row %d, column %d: %g, the node has %v", h, row, at, v, both.Row(1))
				}
				sum += v
			}
			if math.Abs(sum-1) > 1e-6 || len(a.Values.Row(row)) != 3 || len(a.Source) != 3 {
				t.Errorf("head %d, row %d: %v", h, row, a.Values.Row(row))
			}
		}
	}
	for want, ask := range map[string]struct {
		node, read string
		made       []string
	}{
		"no attention to the positions": {"decoder_0/attention", "source", numerals[:1]}, "is called": {node, "text", numerals[:1]},
		"4 tokens were made": {node, "source", numerals[:4]}, "nowhere": {"nowhere", "source", numerals[:1]},
	} {
		if _, err := explain.Attention(t.Context(), net, one, ask.node, ask.read, ask.made); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want one with %q", err, want)
		}
	}
}
