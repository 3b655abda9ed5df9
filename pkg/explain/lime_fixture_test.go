package explain_test

import (
	"encoding/json"
	"math"
	"os"
	"testing"

	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive,staticcheck // graph functions read like the mathematics
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"

	"github.com/vitrine-ml/vitrine/pkg/explain"
	"github.com/vitrine-ml/vitrine/pkg/explain/explaintest"
	"github.com/vitrine-ml/vitrine/pkg/models"
	"github.com/vitrine-ml/vitrine/pkg/record"
)

// limeFixture is what testdata/make_lime.py wrote.
type limeFixture struct {
	Image struct {
		Target       int
		Lime, Captum limeSummary
	}
	Words struct {
		Table, Hidden, Biases, Out []float64
		IDs                        []int32
		Lime                       limeSummary
	}
	Table struct {
		Hidden, Biases, Out []float64
		Rows, Row           []float64
		Quartiles, Slopes   limeSummary
	}
}

// limeSummary is the mean of what a program gives with many seeds, and the mean's standard error.
type limeSummary struct{ Mean, Error []float64 }

// within compares values of ours, of several seeds, with a summary of theirs.
func (s limeSummary) within(t *testing.T, name string, values, stdErr []float64) {
	t.Helper()
	if len(values) != len(s.Mean) {
		t.Fatalf("%s: %d values, theirs are %d", name, len(values), len(s.Mean))
	}
	for j, v := range values {
		if e := math.Hypot(stdErr[j], s.Error[j]); math.Abs(v-s.Mean[j]) > 4*e {
			t.Errorf("%s: value %d is %.5g ± %.2g, theirs %.5g ± %.2g: %.1f standard errors apart", name, j, v, stdErr[j], s.Mean[j], s.Error[j], math.Abs(v-s.Mean[j])/e)
		}
	}
}

// summed are the values and errors of features of several numbers.
func summed(e *record.Explanation, n int) (values, stdErr []float64) {
	values, stdErr = make([]float64, n), make([]float64, n)
	for at, feature := range e.Groups[0].Data {
		if feature >= 0 {
			values[int(feature)] += e.Values[0].Data[at]
			if e.StdErr != nil {
				stdErr[int(feature)] += e.StdErr[0].Data[at]
			}
		}
	}
	return values, stdErr
}

// hiddenLayer is relu(x·hidden + biases), and as many numbers times out.
func hiddenLayer(x *Node, hidden, biases, out []float64) *Node {
	g, in, units := x.Graph(), x.Shape().Dim(1), len(biases)
	c := func(v []float64, dims ...int) *Node { return Reshape(ConvertDType(Const(g, v), x.DType()), dims...) }
	h := models.Relu(Add(Dot(x, c(hidden, in, units)).MatMul(), c(biases, 1, units)))
	return Dot(h, c(out, units, 1)).MatMul()
}

func TestLIMEAgainstLimeAndCaptum(t *testing.T) {
	data, err := os.ReadFile("testdata/lime.json")
	if err != nil {
		t.Fatal(err)
	}
	var f limeFixture
	if err := json.Unmarshal(data, &f); err != nil {
		t.Fatal(err)
	}
	cnn, x, _ := captumCNN(t)
	first, err := models.Rows(x[0], 0, 1)
	if err != nil {
		t.Fatal(err)
	}
	squares := explain.Grid{Height: 2, Width: 3}
	e := explaintest.Explain(t, explain.LIME{Features: squares}, cnn, []*tensors.Tensor{first}, explain.Class(f.Image.Target))
	values, stdErr := summed(e, 12)
	f.Image.Captum.within(t, "Captum, image", values, stdErr)
	f.Image.Lime.within(t, "lime, image", append([]float64{e.Base[0]}, values...), append([]float64{f.Image.Lime.Error[0] * 6}, stdErr...))

	texts, err := models.New(models.Custom{Title: "Bag", Build: func(_ *model.Scope, in []*Node) []*Node {
		table := Reshape(ConvertDType(Const(in[0].Graph(), f.Words.Table), dtypes.Float32), 12, 4)
		vectors := ReduceSum(Gather(table, InsertAxes(in[0], -1)), 1)
		return []*Node{Tanh(hiddenLayer(vectors, f.Words.Hidden, f.Words.Biases, f.Words.Out))}
	}}, []models.Port{{Name: "words", Kind: models.IDs, Shape: []int{len(f.Words.IDs)}}}, []models.Port{{Name: "score", Shape: []int{1}}}, 1)
	if err != nil {
		t.Fatal(err)
	}
	e = explaintest.Explain(t, explain.LIME{}, texts, []*tensors.Tensor{tensors.FromFlatDataAndDimensions(f.Words.IDs, 1, len(f.Words.IDs))}, explain.Target{})
	f.Words.Lime.within(t, "lime, text", append([]float64{e.Base[0]}, e.Values[0].Data...), append([]float64{f.Words.Lime.Error[0] * 6}, e.StdErr[0].Data...))

	rows := explaintest.Net(t, "Rows", 7, 1, func(_ *model.Scope, x *Node) *Node {
		return hiddenLayer(x, f.Table.Hidden, f.Table.Biases, f.Table.Out)
	})
	background := tensors.FromFlatDataAndDimensions(f.Table.Rows, len(f.Table.Rows)/7, 7)
	m := explain.LIME{Features: explain.Columns{Groups: [][]int{{0}, {1}, {2}, {3}, {4, 5, 6}}}, Background: explain.Background{Values: []*tensors.Tensor{background}}}
	e = explaintest.Explain(t, m, rows, explaintest.Rows(f.Table.Row), explain.Target{})
	values, stdErr = summed(e, 5)
	f.Table.Quartiles.within(t, "lime, quartiles", append([]float64{e.Base[0]}, values...), append([]float64{f.Table.Quartiles.Error[0] * 6}, stdErr...))
	m.Slopes = true
	e = explaintest.Explain(t, m, rows, explaintest.Rows(f.Table.Row), explain.Target{})
	values, stdErr = summed(e, 5)
	for j := range 4 { // theirs are slopes, over standard deviations
		mean, square := 0.0, 0.0
		for i := range 200 {
			v := f.Table.Rows[i*7+j]
			mean, square = mean+v/200, square+v*v/200
		}
		scale := math.Sqrt(square-mean*mean) / (f.Table.Row[j] - mean)
		values[j], stdErr[j] = values[j]*scale, stdErr[j]*math.Abs(scale)
	}
	slopes := limeSummary{f.Table.Slopes.Mean[1:], f.Table.Slopes.Error[1:]}
	slopes.within(t, "lime, slopes", values, stdErr)
}
