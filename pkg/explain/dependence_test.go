package explain_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"reflect"
	"slices"
	"strings"
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

// column is a feature by its place.
func column(at ...int) explain.Variable { return explain.Variable{Columns: at} }

// matrixOf are the rows of float64 inputs.
func matrixOf(t *testing.T, x []*tensors.Tensor) (rows [][]float64) {
	t.Helper()
	flat, err := models.Floats(x[0])
	if err != nil {
		t.Fatal(err)
	}
	return slices.Collect(slices.Chunk(flat, x[0].Shape().Dim(1)))
}

// dependence and accumulated run what they are called after.
func dependence(t *testing.T, net *models.Net, x []*tensors.Tensor, v ...explain.Variable) *record.Dependence {
	t.Helper()
	d, err := explain.PartialDependence(t.Context(), net, x, explain.Target{}, v...)
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Check(); err != nil {
		t.Fatal(err)
	}
	return d
}

func accumulated(t *testing.T, net *models.Net, x []*tensors.Tensor, v explain.Variable) *record.AccumulatedEffects {
	t.Helper()
	a, err := explain.AccumulatedEffects(t.Context(), net, x, explain.Target{}, v)
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Check(); err != nil {
		t.Fatal(err)
	}
	return a
}

// TestDependenceOfLinear: of w·x + ½ every curve is a line of slope w, and so are accumulated effects, exactly.
func TestDependenceOfLinear(t *testing.T) {
	net, x := explaintest.Linear(t, 2, -3, 0.5), []*tensors.Tensor{pseudo64(4, 2, 50, 3)}
	rows := matrixOf(t, x)
	for at, w := range []float64{2, -3, 0.5} {
		d := dependence(t, net, x, column(at))
		for i, row := range rows {
			for j, p := range d.Varied[0].Points {
				if got, want := d.Curves.Row(i)[j], d.Output[i]+w*(p-row[at]); math.Abs(got-want) > 1e-12 {
					t.Fatalf("example %d, column %d at %g: %g, want %g", i, at, p, got, want)
				}
			}
		}
		mean, stdErr := d.Mean()
		for j := range mean {
			if got, want := mean[j]-mean[0], w*(d.Varied[0].Points[j]-d.Varied[0].Points[0]); math.Abs(got-want) > 1e-12 || stdErr[j] == 0 {
				t.Errorf("column %d: the mean rises by %g, want %g", at, got, want)
			}
		}
		centred, err := d.Centred(0)
		if err != nil {
			t.Fatal(err)
		}
		if _, shape := centred.Mean(); slices.Max(shape) > 1e-12 {
			t.Errorf("the shape of parallel lines is not known exactly: %v", shape)
		}
		a := accumulated(t, net, x, column(at))
		for j, e := range a.Effects {
			if got, want := e-a.Effects[0], w*(a.Edges[j]-a.Edges[0]); math.Abs(got-want) > 1e-12 || a.StdErr[j] > 1e-12 {
				t.Errorf("column %d: accumulated to %g ± %g, want %g", at, got, a.StdErr[j], want)
			}
		}
	}
}

// TestDependenceOfProduct: f = x₁·x₂ where x₂ is x₁. The rows that never come have x₁ and x₂ of different size; partial dependence believes them,
// and gives a line of slope mean(x₂), which is 0 here; accumulated effects give x₁²/2, whose mean over the examples is 0.
func TestDependenceOfProduct(t *testing.T) {
	var rows [][]float64
	for i := range 401 {
		v := float64(i-200) / 100 // [−2, 2]
		rows = append(rows, []float64{v, v, float64(i % 7)})
	}
	net, x := explaintest.Product(t), explaintest.Rows(rows...)
	d := dependence(t, net, x, explain.Variable{Columns: []int{0}, Grid: []float64{-2, -1, 0, 1, 2}})
	mean, _ := d.Mean()
	for j, m := range mean {
		if math.Abs(m) > 1e-12 {
			t.Errorf("partial dependence at %g: %g, want 0", d.Varied[0].Points[j], m)
		}
	}
	if got := d.Curves.Row(400); !slices.Equal(got, []float64{-4, -2, 0, 2, 4}) {
		t.Errorf("the curve of x₂ = 2 is %v", got)
	}
	a := accumulated(t, net, x, explain.Variable{Columns: []int{0}, Points: 41})
	for j, e := range a.Effects {
		if want := a.Edges[j]*a.Edges[j]/2 - 4./6; math.Abs(e-want) > 0.015 { // as bins have a width
			t.Errorf("accumulated at %g: %g, want about %g", a.Edges[j], e, want)
		}
	}
	if e := accumulated(t, net, x, column(2)).Effects; slices.Max(e) != 0 || slices.Min(e) != 0 {
		t.Errorf("x₃ is ignored, its effects are %v", e)
	}
}

// dependenceFixture is what testdata/make_dependence.py wrote.
type dependenceFixture struct {
	Names           []string
	Rows            []float64
	Weights, Biases [][]float64
	Partial         []struct {
		Columns             []int
		Grids               [][]float64
		Average, Individual []float64
	}
	Accumulated []struct {
		Name                   string
		Points                 int
		Edges, Effects, Errors []float64
		Counts                 []int
	}
}

func tableOf(t *testing.T) (f dependenceFixture, net *models.Net, x []*tensors.Tensor) {
	t.Helper()
	text, err := os.ReadFile("testdata/dependence.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &f); err != nil {
		t.Fatal(err)
	}
	net, err = models.New(
		models.Custom{Title: "Perceptron", Build: func(_ *model.Scope, in []*Node) []*Node {
			h := in[0]
			for i, dims := range [][]int{{6, 6}, {6, 1}} {
				w := Reshape(Const(h.Graph(), f.Weights[i]), dims...)
				h = Add(Dot(h, w).MatMul(), InsertAxes(Const(h.Graph(), f.Biases[i]), 0))
				if i == 0 {
					h = Tanh(h)
				}
			}
			return []*Node{h}
		}},
		[]models.Port{{Name: "row", DType: dtypes.Float64, Shape: []int{6}, Features: f.Names}}, []models.Port{{Name: "y", Shape: []int{1}}}, 1)
	if err != nil {
		t.Fatal(err)
	}
	return f, net, []*tensors.Tensor{tensors.FromFlatDataAndDimensions(f.Rows, len(f.Rows)/6, 6)}
}

// TestDependenceOfOthers compares with scikit-learn and PyALE on the same weights.
func TestDependenceOfOthers(t *testing.T) {
	f, net, x := tableOf(t)
	for _, want := range f.Partial {
		var variables []explain.Variable
		for i, at := range want.Columns {
			variables = append(variables, explain.Variable{Columns: []int{at}, Grid: want.Grids[i]})
		}
		d := dependence(t, net, x, variables...)
		mean, _ := d.Mean()
		near(t, fmt.Sprint("partial dependence on ", want.Columns), mean, want.Average)
		if want.Individual != nil {
			near(t, fmt.Sprint("curves of ", want.Columns), d.Curves.Data, want.Individual)
		}
	}
	for _, want := range f.Accumulated {
		a := accumulated(t, net, x, explain.Variable{Name: want.Name, Points: want.Points})
		if !slices.Equal(a.Edges, want.Edges) || want.Counts != nil && !slices.Equal(a.Counts, want.Counts) {
			t.Errorf("%s: edges %v and counts %v, PyALE has %v and %v", want.Name, a.Edges, a.Counts, want.Edges, want.Counts)
			continue
		}
		near(t, "effects of "+want.Name, a.Effects, want.Effects)
		if want.Errors != nil {
			near(t, "errors of "+want.Name, a.LocalStdErr, want.Errors)
		}
	}
}

// TestDependencePlain asks the net row by row for what curves and accumulated effects are said to be, and works the standard errors out by the
// jackknife's linear part: how the result would move if an example weighed a little more.
func TestDependencePlain(t *testing.T) {
	_, net, x := tableOf(t)
	rows := matrixOf(t, x)
	ask := func(row []float64) float64 {
		out, err := net.Compute(explaintest.Rows(row))
		if err != nil {
			t.Fatal(err)
		}
		return tensors.MustCopyFlatData[float64](out[0])[0]
	}
	with := func(row []float64, at int, v float64) []float64 {
		row = slices.Clone(row)
		row[at] = v
		return row
	}
	few := []*tensors.Tensor{first2(models.Rows(x[0], 0, 12))(t)}
	d := dependence(t, net, few, explain.Variable{Name: "a", Points: 4}, explain.Variable{Name: "grade"})
	if got := fmt.Sprint(d.Curves.Shape, d.Curves.Axes, d.Varied[1].Categories); got != "[12 4 3] [example a grade] [low middle high]" {
		t.Errorf("curves are %s", got)
	}
	for i := range 12 {
		for j, p := range d.Varied[0].Points {
			for k := range 3 {
				row := with(rows[i], 0, p)
				copy(row[3:], []float64{0, 0, 0})
				row[3+k] = 1
				if got, want := d.Curves.Row(i)[j*3+k], ask(row); math.Abs(got-want) > 1e-9 {
					t.Fatalf("example %d at %g and %d: %g, want %g", i, p, k, got, want)
				}
			}
		}
		if got := d.Varied[1].Observed[i]; rows[i][3+int(got)] != 1 {
			t.Errorf("example %d is said to be of grade %g", i, got)
		}
	}
	a := accumulated(t, net, x, explain.Variable{Name: "c", Points: 6})
	gains := make([][]float64, 5)
	bin := make([]int, len(rows))
	for i, row := range rows {
		for k := range gains {
			if row[2] <= a.Edges[k+1] {
				bin[i] = k
				gains[k] = append(gains[k], ask(with(row, 2, a.Edges[k+1]))-ask(with(row, 2, a.Edges[k])))
				break
			}
		}
	}
	effects := func(means []float64) (f []float64) {
		f = []float64{0}
		for k, m := range means {
			f = append(f, f[k]+m)
		}
		centre := 0.0
		for _, k := range bin {
			centre += (f[k] + f[k+1]) / 2 / float64(len(bin))
		}
		for j := range f {
			f[j] -= centre
		}
		return f
	}
	var means, errs []float64
	for _, g := range gains {
		m, s := 0.0, 0.0
		for _, v := range g {
			m += v / float64(len(g))
		}
		for _, v := range g {
			s += (v - m) * (v - m) / float64(len(g)*(len(g)-1))
		}
		means, errs = append(means, m), append(errs, math.Sqrt(s))
	}
	want := effects(means)
	variance := make([]float64, 6)
	for k, e := range errs { // bins are independent: move each mean by its standard error
		moved := slices.Clone(means)
		moved[k] += e
		for j, v := range effects(moved) {
			variance[j] += (v - want[j]) * (v - want[j])
		}
	}
	for j := range want {
		if math.Abs(a.Effects[j]-want[j]) > 1e-9 || math.Abs(a.StdErr[j]-math.Sqrt(variance[j])) > 1e-9 {
			t.Errorf("at %g: %g ± %g, want %g ± %g", a.Edges[j], a.Effects[j], a.StdErr[j], want[j], math.Sqrt(variance[j]))
		}
	}
}

// first2 fails the test on an error.
func first2[T any](v T, err error) func(*testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// TestAccumulatedErrorsAreRight: over many samples, effects deviate as their standard errors say.
func TestAccumulatedErrorsAreRight(t *testing.T) {
	net := explaintest.Product(t)
	const samples = 60
	var values, said [][]float64
	for seed := range uint64(samples) {
		u, _ := models.Floats(pseudo64(seed+1, 1, 240, 2))
		var rows [][]float64
		for i := range 120 {
			rows = append(rows, []float64{float64(i%4) - 1.5 + 0.2*u[2*i], u[2*i+1] + 1, 0})
		}
		a := accumulated(t, net, explaintest.Rows(rows...), explain.Variable{Columns: []int{0}, Grid: []float64{-2, -1, 0, 1, 2}})
		values, said = append(values, a.Effects), append(said, a.StdErr)
	}
	for j := range 5 {
		mean, variance, expected := 0.0, 0.0, 0.0
		for i := range samples {
			mean += values[i][j] / samples
			expected += said[i][j] * said[i][j] / samples
		}
		for i := range samples {
			variance += (values[i][j] - mean) * (values[i][j] - mean) / (samples - 1)
		}
		if ratio := math.Sqrt(variance / expected); ratio < 0.75 || ratio > 1.3 { // of 60 samples a deviation is known to 9 %
			t.Errorf("edge %d: effects deviate by %g times what their standard errors say", j, ratio)
		}
	}
}

// TestVariables: names, categories, units and grids.
func TestVariables(t *testing.T) {
	_, net, x := tableOf(t)
	d := dependence(t, net, x, explain.Variable{Name: "a", Offset: 40, Scale: 10, Unit: "years", Grid: []float64{30, 50}})
	plain := dependence(t, net, x, explain.Variable{Name: "a", Grid: []float64{-1, 1}})
	if off, _ := furthest(d.Curves.Data, plain.Curves.Data); off > 1e-12 || d.Varied[0].Unit != "years" || math.Abs(d.Varied[0].Observed[0]-(40+10*plain.Varied[0].Observed[0])) > 1e-12 {
		t.Errorf("in years: off by %g, %+v", off, d.Varied[0])
	}
	grade := dependence(t, net, x, explain.Variable{Columns: []int{3, 4, 5}, Categories: []string{"C", "B", "A"}})
	if got := fmt.Sprint(grade.Varied[0].Name, " ", grade.Varied[0].Categories, grade.Varied[0].Points); got != "grade [C B A] [0 1 2]" {
		t.Errorf("the grade is %s", got)
	}
	all := dependence(t, net, x, explain.Variable{Name: "a", Points: 1000})
	if n := len(all.Varied[0].Points); n < 50 || n > 60 {
		t.Errorf("%d different values", n)
	}
	if n := len(dependence(t, net, x, explain.Variable{Name: "a"}).Varied[0].Points); n != 20 {
		t.Errorf("%d quantiles, want 20", n)
	}
	joined := accumulated(t, explaintest.Linear(t, 1, 1), explaintest.Rows([]float64{0, 0}, []float64{1, 0}, []float64{5, 0}, []float64{6, 0}, []float64{9, 0}), column(0))
	if !slices.Equal(joined.Edges, []float64{0, 1, 6, 9}) && !slices.Equal(joined.Edges, []float64{0, 1, 9}) || slices.Min(joined.Counts) < 2 {
		t.Errorf("edges %v, counts %v", joined.Edges, joined.Counts)
	}
	two := explaintest.Linear(t, 1, 2, 3)
	for _, c := range []struct {
		net  *models.Net
		v    explain.Variable
		want string
	}{
		{net, explain.Variable{Name: "age"}, `has no feature "age"; it has: a, b, c, grade=low`},
		{net, explain.Variable{Name: "a", Input: "image"}, `has no input "image"`},
		{net, column(6), "columns [6] of input \"row\", which has 6"},
		{net, column(1, 1), "each once"},
		{net, explain.Variable{Name: "a", Categories: []string{"x"}}, `1 categories of "a", which is 1 columns`},
		{net, explain.Variable{Name: "grade", Scale: 2}, "has no scale"},
		{net, explain.Variable{Name: "grade", Grid: []float64{0.5}}, "it holds their places from 0"},
		{net, explain.Variable{Name: "a", Grid: []float64{1, 1}}, "not finite and in ascending order"},
		{net, explain.Variable{Name: "a", Grid: []float64{math.NaN()}}, "not finite and in ascending order"},
		{net, explain.Variable{Name: "a", Points: 1}, "want at least two"},
		{net, explain.Variable{Name: "a", Scale: math.Inf(1)}, "scale +Inf"},
		{two, explain.Variable{Name: "a"}, "has no feature"},
	} {
		in := x
		if c.net == two {
			in = explaintest.Rows([]float64{1, 2, 3})
		}
		if _, err := explain.PartialDependence(t.Context(), c.net, in, explain.Target{}, c.v); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: error %v, want one with %q", c.v, err, c.want)
		}
		if _, err := explain.AccumulatedEffects(t.Context(), c.net, in, explain.Target{}, c.v); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v accumulated: error %v, want one with %q", c.v, err, c.want)
		}
	}
	if _, err := explain.PartialDependence(t.Context(), net, x, explain.Target{}); err == nil || !strings.Contains(err.Error(), "want one or two") {
		t.Errorf("no variable: %v", err)
	}
	if _, err := explain.PartialDependence(t.Context(), net, x, explain.Target{}, explain.Variable{Name: "grade"}, column(4)); err == nil || !strings.Contains(err.Error(), "share a column") {
		t.Errorf("one column twice: %v", err)
	}
	same := explaintest.Rows([]float64{1, 2, 3}, []float64{1, 4, 5})
	if _, err := explain.AccumulatedEffects(t.Context(), two, same, explain.Target{}, column(0)); err == nil || !strings.Contains(err.Error(), "1 different values in 2 examples") {
		t.Errorf("a constant: %v", err)
	}
	if _, err := explain.AccumulatedEffects(t.Context(), net, []*tensors.Tensor{tensors.FromValue([][]float64{{1, 2, 3, 1, 0, 0}, {2, 2, 3, 1, 0, 0}})},
		explain.Target{}, explain.Variable{Name: "grade"}); err == nil || !strings.Contains(err.Error(), "the examples have 1: at least two") {
		t.Errorf("one grade: %v", err)
	}
	texts := explaintest.Tokens(t)
	if _, err := explain.PartialDependence(t.Context(), texts, explaintest.TokenRows(1, 3), explain.Predicted, explain.Variable{Input: "words", Columns: []int{0}}); err == nil ||
		!strings.Contains(err.Error(), `input "words" holds no rows of numbers`) {
		t.Errorf("words: %v", err)
	}
	// The other input of a net that reads ids too.
	both := explaintest.TokenRows(1, 3)
	mixed, err := explain.PartialDependence(t.Context(), texts, both, explain.Class(1), explain.Variable{Columns: []int{1}, Grid: []float64{0.25}})
	if err != nil {
		t.Fatal(err)
	}
	tensors.MustMutableFlatData(both[1], func(flat []float32) { flat[1], flat[3], flat[5] = 0.25, 0.25, 0.25 })
	if e := explaintest.Explain(t, explain.Saliency{}, texts, both, explain.Class(1)); !reflect.DeepEqual(e.Output, mixed.Curves.Data) {
		t.Errorf("with other numbers %v, want %v", mixed.Curves.Data, e.Output)
	}
}

// after is a context that is cancelled when it was asked a number of times.
type after struct {
	context.Context
	asked *int
	stop  int
}

func (c after) Err() error {
	if *c.asked++; *c.asked > c.stop {
		return context.Canceled
	}
	return nil
}

// TestDependenceInterrupted: what was done comes back, and says that it is not all.
func TestDependenceInterrupted(t *testing.T) {
	_, net, x := tableOf(t)
	whole := dependence(t, net, x, explain.Variable{Name: "a", Points: 5})
	d, err := explain.PartialDependence(after{t.Context(), new(int), 6}, net, x, explain.Target{}, explain.Variable{Name: "a", Points: 5}) // 3 chunks of outputs, 3 of curves
	if !errors.Is(err, context.Canceled) || d == nil {
		t.Fatalf("%v, %v", d, err)
	}
	if err := d.Check(); err != nil {
		t.Fatal(err)
	}
	if n := d.Curves.Rows(); n != 14 || !d.Unfinished || !reflect.DeepEqual(d.Curves.Data, whole.Curves.Data[:14*5]) || len(d.Target.Classes) != 14 { // 72 rows
		t.Errorf("%d examples, unfinished: %t", n, d.Unfinished)
	}
	a, err := explain.AccumulatedEffects(after{t.Context(), new(int), 7}, net, x, explain.Target{}, explain.Variable{Name: "grade"})
	if !errors.Is(err, context.Canceled) || a == nil || !a.Unfinished || a.Check() != nil || a.Examples < 20 || a.Examples >= 60 {
		t.Errorf("%+v, %v", a, err)
	}
	for _, stop := range []int{0, 3} {
		if d, err := explain.PartialDependence(after{t.Context(), new(int), stop}, net, x, explain.Target{}, explain.Variable{Name: "a"}); d != nil || !errors.Is(err, context.Canceled) {
			t.Errorf("stopped after %d chunks: %v, %v", stop, d, err)
		}
		if a, err := explain.AccumulatedEffects(after{t.Context(), new(int), stop}, net, x, explain.Target{}, explain.Variable{Name: "a"}); a != nil || !errors.Is(err, context.Canceled) {
			t.Errorf("stopped after %d chunks: %v, %v", stop, a, err)
		}
	}
}
