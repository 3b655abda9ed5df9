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

// product is a net of the user's own: y = a·b + 2c.
func product() *models.Net {
	f := func(_ *model.Scope, in []*Node) []*Node {
		at := func(i int) *Node { return Slice(in[0], AxisRange(), AxisElem(i)) }
		return []*Node{Add(Mul(at(0), at(1)), MulScalar(at(2), 2))}
	}
	return must.M1(models.New(models.Custom{Title: "product", Build: f},
		[]models.Port{{Name: "abc", Shape: []int{3}}}, []models.Port{{Name: "y", Shape: []int{1}}}, 1))
}

func ExampleIntegratedGradients() {
	x := []*tensors.Tensor{tensors.FromValue([][]float32{{3, 4, 5}})}
	why := must.M1(explain.IntegratedGradients{}.Explain(context.Background(), product(), x, explain.Target{}))
	fmt.Printf("f(x) − f(0) = %g − %g, shares %.3g, residual below 1e-5: %v\n", why.Output[0], why.Base[0], why.Values[0].Data, why.Residual[0] < 1e-5)
	// Output: f(x) − f(0) = 22 − 0, shares [6 6 10], residual below 1e-5: true
}

func ExampleOcclusion() {
	x := []*tensors.Tensor{tensors.FromValue([][]float32{{3, 4, 5}})}
	why := must.M1(explain.Occlusion{}.Explain(context.Background(), product(), x, explain.Target{}))
	fmt.Println("drop without each input:", why.Values[0].Data)
	// Output: drop without each input: [12 12 10]
}

func ExampleShapley() {
	x := []*tensors.Tensor{tensors.FromValue([][]float32{{3, 4, 5}})}
	why := must.M1(explain.Shapley{}.Explain(context.Background(), product(), x, explain.Target{}))
	fmt.Println("shares:", why.Values[0].Data, "exact:", why.Exact)
	rows := []*tensors.Tensor{tensors.FromValue([][]float32{{1, 4, 5}, {5, 2, 7}})}
	why = must.M1(explain.Shapley{Background: explain.Background{Values: rows}}.Explain(context.Background(), product(), x, explain.Target{}))
	fmt.Printf("of %g − %g against two rows: %.1f\n", why.Output[0], why.Base[0], why.Values[0].Data)
	// Output:
	// shares: [6 6 10] exact: true
	// of 22 − 19 against two rows: [1.0 4.0 -2.0]
}

func ExampleKernelSHAP() {
	x := []*tensors.Tensor{tensors.FromValue([][]float32{{3, 4, 5}})}
	pair := explain.Columns{Groups: [][]int{{0, 1}, {2}}} // the first two numbers are one feature
	why := must.M1(explain.KernelSHAP{Features: pair}.Explain(context.Background(), product(), x, explain.Target{}))
	fmt.Println("values:", why.Values[0].Data, "of the features", why.Groups[0].Data, "from", why.Spent[0], "coalitions beside all and none")
	// Output: values: [6 6 10] of the features [0 0 1] from 2 coalitions beside all and none
}

func ExampleSaliency() {
	x := []*tensors.Tensor{tensors.FromValue([][]float32{{3, -4, 5}})}
	why := must.M1(explain.Saliency{Signed: true}.Explain(context.Background(), product(), x, explain.Target{}))
	fmt.Println("slopes:", why.Values[0].Data)
	// Output: slopes: [-4 3 2]
}

func ExampleLRP() {
	x := []*tensors.Tensor{tensors.FromValue([][]float32{{3, 4, 5}})}
	why := must.M1(explain.LRP{}.Explain(context.Background(), product(), x, explain.Target{}))
	fmt.Println("shares:", why.Values[0].Data)
	fmt.Println("of", why.Output[0], "the input got", why.Ledger.Input[0], "and the biases", why.Ledger.Taken[0].Amount[0])
	// Output:
	// shares: [6 6 10]
	// of 22 the input got 22 and the biases 0
}

func ExampleDeepLIFT() {
	x := []*tensors.Tensor{tensors.FromValue([][]float32{{3, 4, 5}})}
	why := must.M1(explain.DeepLIFT{Baseline: explain.Baseline{Constant: 1}}.Explain(context.Background(), product(), x, explain.Target{}))
	fmt.Println("shares of", why.Output[0], "−", why.Base[0], "are", why.Values[0].Data)
	// Output: shares of 22 − 3 are [5 6 8]
}

// stripes is a net that looks for light above dark: two named layers, and a sum.
func stripes() (*models.Net, []*tensors.Tensor) {
	f := func(_ *model.Scope, in []*Node) []*Node {
		above, below := Slice(in[0], AxisRange(), AxisRange(0, 3)), Slice(in[0], AxisRange(), AxisRange(1, 4))
		edges := models.Relu(Concatenate([]*Node{Sub(above, below), Sub(below, above)}, -1)).WithAlias("edges") // [3, 4, 2]
		return []*Node{ReduceAndKeep(Reshape(Slice(edges, AxisRange(), AxisRange(), AxisRange(), AxisElem(0)), -1, 12), ReduceSum, 1)}
	}
	net := must.M1(models.New(models.Custom{Title: "stripes", Build: f},
		[]models.Port{{Name: "image", Shape: []int{4, 4, 1}, Axes: []string{"height", "width", "channel"}}}, []models.Port{{Name: "y", Shape: []int{1}}}, 1))
	return net, []*tensors.Tensor{tensors.FromFlatDataAndDimensions([]float32{0, 0, 0, 0, 1, 1, 2, 2, 0, 0, 0, 0, 0, 0, 0, 0}, 1, 4, 4, 1)}
}

func ExampleGradCAM() {
	net, x := stripes()
	why := must.M1(explain.GradCAM{Layer: "edges", AtLayer: true}.Explain(context.Background(), net, x, explain.Target{}))
	fmt.Println(why.Values[0].Axes, why.Values[0].Shape, why.Values[0].Data)
	// Output: [example height width] [1 3 4] [0 0 0 0 1 1 2 2 0 0 0 0]
}

func ExampleLayerConductance() {
	net, x := stripes()
	why := must.M1(explain.LayerConductance{Layer: "edges"}.Explain(context.Background(), net, x, explain.Target{}))
	fmt.Printf("f(x) − f(0) = %g − %g, row 1: %g\n", why.Output[0], why.Base[0], why.Values[0].Data[8:16])
	// Output: f(x) − f(0) = 6 − 0, row 1: [1 0 1 0 2 0 2 0]
}

func ExampleAblate() {
	net, x := stripes()
	without := must.M1(explain.Ablate(context.Background(), net, x, explain.Target{}, explain.Ablation{Layer: "edges"}))
	fmt.Printf("output %g; with a channel at %s, it changes by %g\n", without.Output[0], without.To, without.Change.Data)
	// Output: output 6; with a channel at 0, it changes by [-6 0]
}

func ExamplePatch() {
	net, x := stripes()
	black := []*tensors.Tensor{tensors.FromShape(x[0].Shape())}
	patched := must.M1(explain.Patch(context.Background(), net, x, black, explain.Target{}, explain.Patching{Layer: "edges", Axes: []int{0}}))
	fmt.Println("without each row:", patched.Change.Data)
	// Output: without each row: [0 -6 0]
}

// A net that reads words: the mean of their polarity, which is looked up in a table.
func ExampleIntegratedGradients_tokens() {
	polarity := func(_ *model.Scope, in []*Node) []*Node {
		table := Const(in[0].Graph(), [][]float32{{0}, {0}, {-2}, {3}})
		return []*Node{ReduceMean(Gather(table, InsertAxes(in[0], -1)), 1)}
	}
	net := must.M1(models.New(models.Custom{Title: "polarity", Build: polarity},
		[]models.Port{{Name: "text", Kind: models.IDs, Shape: []int{4}, Classes: []string{"<pad>", "film", "dull", "lovely"}}},
		[]models.Port{{Name: "y", Shape: []int{1}}}, 1))
	x := []*tensors.Tensor{tensors.FromValue([][]int32{{3, 1, 2, 0}})}
	why := must.M1(explain.IntegratedGradients{}.Explain(context.Background(), net, x, explain.Target{}))
	for i, word := range why.Tokens[0] {
		fmt.Printf("%s %.2f\n", word, why.Values[0].Row(0)[i])
	}
	// Output:
	// lovely 0.75
	// film 0.00
	// dull -0.50
	// <pad> 0.00
}

func ExampleInputXGradient() {
	x := []*tensors.Tensor{tensors.FromValue([][]float32{{3, 4, 5}})}
	why := must.M1(explain.InputXGradient{}.Explain(context.Background(), product(), x, explain.Target{}))
	fmt.Println("of", why.Output[0], "by slope:", why.Values[0].Data) // the product is given to both of its factors
	// Output: of 22 by slope: [12 12 10]
}

func ExampleSmoothGrad() {
	x := []*tensors.Tensor{tensors.FromValue([][]float32{{3, -4, 5}})}
	why := must.M1(explain.SmoothGrad{Noise: 0.5}.Explain(context.Background(), product(), x, explain.Target{}))
	fmt.Printf("slopes around it: %.3g, of %d places\n", why.Values[0].Data, why.Spent[0])
	// Output: slopes around it: [-4 3 2], of 50 places
}

func ExampleGradientSHAP() {
	x := []*tensors.Tensor{tensors.FromValue([][]float32{{3, 4, 5}})}
	background := explain.Background{Values: []*tensors.Tensor{tensors.FromValue([][]float32{{0, 0, 0}, {1, 2, 5}})}}
	why := must.M1(explain.GradientSHAP{Background: background}.Explain(context.Background(), product(), x, explain.Target{}))
	v, off := why.Values[0].Data, why.StdErr[0].Data
	fmt.Printf("of %g − %g the first has %.1f ± %.1f\n", why.Output[0], why.Base[0], v[0], off[0])
	// Output: of 22 − 6 the first has 6.1 ± 0.1
}

func ExampleDeepSHAP() {
	x := []*tensors.Tensor{tensors.FromValue([][]float32{{3, 4, 5}})}
	background := explain.Background{Values: []*tensors.Tensor{tensors.FromValue([][]float32{{0, 0, 0}, {1, 2, 5}})}}
	why := must.M1(explain.DeepSHAP{Background: background}.Explain(context.Background(), product(), x, explain.Target{}))
	fmt.Printf("shares of %g − %g are %.3g, from one row to another they vary by %.3g\n", why.Output[0], why.Base[0], why.Values[0].Data, why.BaselineStdDev[0].Data)
	// Output: shares of 22 − 6 are [6 5 5], from one row to another they vary by [0 1.41 7.07]
}
