package explain_test

import (
	"context"
	"fmt"

	. "github.com/gomlx/gomlx/core/graph" //nolint:revive,staticcheck // graph functions read like the mathematics
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/janpfeifer/must"

	"github.com/vitrine-ml/vitrine/pkg/explain"
	"github.com/vitrine-ml/vitrine/pkg/models"
)

// reader is a net of the user's own with two layers of attention over three words, whose weights have names. It says what the first position
// has seen, where a word is a number: 1 for "good", −1 for "bad", 0 for all others.
func reader() (*models.Net, []*tensors.Tensor) {
	f := func(_ *model.Scope, in []*Node) []*Node {
		g, rows := in[0].Graph(), in[0].Shape().Dim(0)
		h := Gather(Const(g, []float32{0, 0, 0, 1, -1}), InsertAxes(in[0], -1))
		for i, a := range [][][]float32{{{0, 0, 1}, {0, 1, 0}, {0, 0, 1}}, {{0.25, 0.5, 0.25}, {0, 1, 0}, {0, 0, 1}}} {
			weights := BroadcastToDims(Const(g, [][][][]float32{{a}}), rows, 1, 3, 3).WithAlias(fmt.Sprintf("layer_%d/attention", i))
			h = Einsum("bhts,bs->bt", weights, h)
		}
		return []*Node{Slice(h, AxisRange(), AxisElem(0))}
	}
	words := []string{"<pad>", "a", "film", "good", "bad"}
	net := must.M1(models.New(models.Custom{Title: "reader", Build: f},
		[]models.Port{{Name: "words", Kind: models.IDs, Shape: []int{3}, Classes: words}}, []models.Port{{Name: "opinion", Shape: []int{1}}}, 1))
	return net, []*tensors.Tensor{tensors.FromValue([][]int32{{1, 2, 3}})}
}

func ExampleAttentions() {
	net, text := reader() // "a film good"
	for _, method := range explain.Attentions() {
		why := must.M1(method.Explain(context.Background(), net, text, explain.Target{}))
		fmt.Println(why.Method, why.Tokens[0], why.Values[0].Data)
	}
	// Output:
	// RawAttention [a film good] [0.25 0.5 0.25]
	// AttentionRollout [a film good] [0.3125 0.25 0.4375]
	// AttentionGradient [a film good] [0.25 0 0.25]
	// AttentionRelevance [a film good] [1.25 0 0.625]
}

func ExampleAttentionRollout() {
	net, text := reader()
	// The last layer looks at "film" most. What it finds in its own place, though, the layer before has brought from "good".
	why := must.M1(explain.AttentionRollout{}.Explain(context.Background(), net, text, explain.Target{}))
	fmt.Println(why.Values[0].Data)
	// Output: [0.3125 0.25 0.4375]
}
