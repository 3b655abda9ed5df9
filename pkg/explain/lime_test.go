package explain_test

import (
	"context"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph" //nolint:revive,staticcheck // graph functions read like the mathematics
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/janpfeifer/must"

	"github.com/vitrine-ml/vitrine/pkg/explain"
	"github.com/vitrine-ml/vitrine/pkg/explain/explaintest"
	"github.com/vitrine-ml/vitrine/pkg/models"
	"github.com/vitrine-ml/vitrine/pkg/record"
)

// eliminated solves a·x = b by Gauss's way.
func eliminated(a [][]float64, b []float64) []float64 {
	n := len(b)
	for i := range a {
		a[i] = append(slices.Clone(a[i]), b[i])
	}
	for i := range n {
		pivot := i
		for k := i; k < n; k++ {
			if math.Abs(a[k][i]) > math.Abs(a[pivot][i]) {
				pivot = k
			}
		}
		a[i], a[pivot] = a[pivot], a[i]
		for k := range n {
			if k != i {
				by := a[k][i] / a[i][i]
				for j := i; j <= n; j++ {
					a[k][j] -= by * a[i][j]
				}
			}
		}
	}
	x := make([]float64, n)
	for i := range x {
		x[i] = a[i][n] / a[i][i]
	}
	return x
}

// plainLIME fits the model to all 2ⁿ neighbours as if n·chance of each were drawn: Σ w·(y − b₀ − z·b)² + |b|², and R².
func plainLIME(n, draws int, net func(z []float64) float64, weight func(kept int) float64, chance func(kept int) float64) (intercept float64, values []float64, fit float64) {
	a, b := make([][]float64, n+1), make([]float64, n+1)
	for i := range a {
		a[i] = make([]float64, n+1)
		if i > 0 {
			a[i][i] = 1
		}
	}
	each := func(see func(w, y float64, x []float64)) {
		for mask := range 1 << n {
			x, kept := []float64{1}, 0
			for j := range n {
				x = append(x, float64(mask>>j&1))
				kept += mask >> j & 1
			}
			count := float64(draws-1) * chance(kept)
			if kept == n {
				count++
			}
			see(count*weight(kept), net(x[1:]), x)
		}
	}
	var weights, sum float64
	each(func(w, y float64, x []float64) {
		weights, sum = weights+w, sum+w*y
		for i := range x {
			for j := range x {
				a[i][j] += w * x[i] * x[j]
			}
			b[i] += w * y * x[i]
		}
	})
	beta := eliminated(a, b)
	var left, all float64
	each(func(w, y float64, x []float64) {
		e := y
		for j := range x {
			e -= beta[j] * x[j]
		}
		left += w * e * e
		all += w * (y - sum/weights) * (y - sum/weights)
	})
	return beta[0], beta[1:], 1 - left/all
}

// curved is relu(x1·x2 − x3) + x4·x1, of four numbers.
func curved(t testing.TB) *models.Net {
	return explaintest.Net(t, "Curved", 4, 1, func(_ *model.Scope, x *Node) *Node {
		c := func(i int) *Node { return explaintest.Column(x, i) }
		return Add(models.Relu(Sub(Mul(c(0), c(1)), c(2))), Mul(c(3), c(0)))
	})
}

func curvedPlain(x []float64) float64 { return max(0, x[0]*x[1]-x[2]) + x[3]*x[0] }

func TestLIMEAgainstPlain(t *testing.T) {
	x := []float64{2, 3, 1.5, -1}
	e := explaintest.Explain(t, explain.LIME{}, curved(t), explaintest.Rows(x), explain.Target{})
	half := func(int) float64 { return 1. / 16 }
	width := 0.75 * 2
	intercept, values, fit := plainLIME(4, 5000, func(z []float64) float64 {
		return curvedPlain([]float64{2 * z[0], 3 * z[1], 1.5 * z[2], -z[3]})
	}, func(kept int) float64 { return math.Exp(-float64(4-kept) / (2 * width * width)) }, half)
	got := append([]float64{e.Base[0], e.Fit[0]}, e.Values[0].Data...)
	if d := farthest(got, append([]float64{intercept, fit}, values...)); d > 1e-9 {
		t.Errorf("base, fit and values %v, want %v, %v and %v", got, intercept, fit, values)
	}
	if !e.Exact || e.StdErr != nil || e.Spent[0] != 16 || e.Ended[0] != record.EndAll {
		t.Errorf("exact %v, errors %v, %d rows, ended by %s", e.Exact, e.StdErr, e.Spent[0], e.Ended[0])
	}
}

// A text: as many words are taken away as not, and distances are hundreds of cosines.
func TestLIMEOfTextAgainstPlain(t *testing.T) {
	net := explaintest.Tokens(t)
	row := []int32{3, 8, 2, 5, 0}
	of := func(ids []int32) float64 {
		out, err := net.Compute([]*tensors.Tensor{tensors.FromValue([][]int32{ids}), tensors.FromValue([][]float32{{0.5, -1}})})
		if err != nil {
			t.Fatal(err)
		}
		return float64(tensors.MustCopyFlatData[float32](out[0])[1])
	}
	// The two numbers beside the words are features too.
	numbers := func(z []float64) float64 {
		ids := make([]int32, 5)
		for j := range 4 {
			if z[j] == 1 {
				ids[j] = row[j]
			}
		}
		out, err := net.Compute([]*tensors.Tensor{tensors.FromValue([][]int32{ids}), tensors.FromValue([][]float32{{float32(0.5 * z[4]), float32(-z[5])}})})
		if err != nil {
			t.Fatal(err)
		}
		return float64(tensors.MustCopyFlatData[float32](out[0])[1])
	}
	intercept, values, fit := plainLIME(6, 5000, numbers,
		func(kept int) float64 {
			d := 100 * (1 - math.Sqrt(float64(kept)/6))
			return math.Exp(-d * d / (2 * 25 * 25))
		},
		func(kept int) float64 { return []float64{1, 1. / 6, 1. / 15, 1. / 20, 1. / 15, 1. / 6, 0}[kept] / 6 })
	e := explaintest.Explain(t, explain.LIME{}, net, []*tensors.Tensor{tensors.FromValue([][]int32{row}), tensors.FromValue([][]float32{{0.5, -1}})}, explain.Class(1))
	got := slices.Concat([]float64{e.Base[0], e.Fit[0]}, e.Values[0].Data, e.Values[1].Data)
	want := slices.Concat([]float64{intercept, fit}, values[:4], []float64{0}, values[4:])
	if d := farthest(got, want); d > 1e-5 {
		t.Errorf("base, fit and values %v, want %v", got, want)
	}
	if of(row) != e.Output[0] {
		t.Errorf("output %v", e.Output)
	}
}

// Of a linear net each value is w·(x − baseline), but for the penalty, and the model fits: by masks, by a background's slopes, and whatever the kernel.
func TestLIMELinear(t *testing.T) {
	w, x := []float64{2, -3, 0.5, 1, -1, 0.25, 4, 1, 1, 1, 2, -2, 3, 1, 0.5}, []float64{1, 4, -2, 3, 1, 1, 0.5, 2, -2, 1, 1, 1, -1, 2, 3}
	net := explaintest.Linear(t, w...)
	want := make([]float64, len(w))
	for j := range w {
		want[j] = w[j] * x[j]
	}
	for _, m := range []explain.LIME{{Ridge: 1e-9}, {Ridge: 1e-9, Kernel: 1, Budget: explain.Budget{Evaluations: 300}}, {Ridge: 1e-9, Seed: 5, Kernel: 100}} {
		e := explaintest.Explain(t, m, net, explaintest.Rows(x), explain.Target{})
		if d := farthest(e.Values[0].Data, want); d > 1e-7 || math.Abs(e.Base[0]-0.5) > 1e-7 || e.Fit[0] < 1-1e-9 {
			t.Errorf("%+v: values off by %g, base %g, fit %g", m, d, e.Base[0], e.Fit[0])
		}
		if worst := slices.Max(e.StdErr[0].Data); worst > 1e-7 {
			t.Errorf("a standard error of %g where the net is linear", worst)
		}
	}
	background := explaintest.Rows(explaintestRows(40, len(w))...)
	e := explaintest.Explain(t, explain.LIME{Background: explain.Background{Values: background}, Slopes: true, Ridge: 1e-9}, net, explaintest.Rows(x), explain.Target{})
	for j := range want {
		mean := 0.0
		for _, row := range explaintestRows(40, len(w)) {
			mean += row[j] / 40
		}
		want[j] = w[j] * (x[j] - mean)
	}
	if d := farthest(e.Values[0].Data, want); d > 1e-9 {
		t.Errorf("slopes: values %v, want %v", e.Values[0].Data, want)
	}
}

func explaintestRows(rows, width int) (list [][]float64) {
	flat := tensors.MustCopyFlatData[float32](explaintest.Pseudo(3, rows, width))
	for i := range rows {
		row := make([]float64, width)
		for j := range row {
			row[j] = float64(flat[i*width+j])
		}
		list = append(list, row)
	}
	return list
}

// Standard errors are those by which values of other seeds differ.
func TestLIMEStandardErrors(t *testing.T) {
	net := explaintest.Random(t, 14, 3)
	x := []*tensors.Tensor{explaintest.Pseudo(7, 1, 14)}
	background := explain.Background{Values: []*tensors.Tensor{explaintest.Pseudo(2, 50, 14)}}
	for _, m := range []explain.LIME{{}, {Background: background}, {Background: background, Slopes: true}} {
		m.Budget.Evaluations = 400
		const seeds = 60
		var sums, squares, errors [14]float64
		for seed := range uint64(seeds) {
			m.Seed = seed
			e := explaintest.Explain(t, m, net, x, explain.Class(2))
			for j, v := range e.Values[0].Data {
				sums[j], squares[j] = sums[j]+v, squares[j]+v*v
				errors[j] += e.StdErr[0].Data[j] * e.StdErr[0].Data[j] / seeds
			}
		}
		ratio := 0.0
		for j := range sums {
			variance := (squares[j] - sums[j]*sums[j]/seeds) / (seeds - 1)
			ratio += variance / errors[j] / 14
		}
		if math.Abs(ratio-1) > 0.2 { // its own deviation is about √(2/60/14) = 0.05, and more as values go together
			t.Errorf("%+v: variances are %.2f of what the errors say", m, ratio)
		}
	}
}

func ExampleLIME() {
	bright := must.M1(models.New(models.Custom{Title: "bright", Build: func(_ *model.Scope, in []*Node) []*Node {
		means := ReduceMean(Reshape(in[0], -1, 2, 4, 8), 2) // of the upper and lower half, by columns
		return []*Node{ReduceAndKeep(Reshape(means, -1, 16), ReduceSum, 1)}
	}}, []models.Port{{Name: "image", Shape: []int{8, 8, 1}}}, []models.Port{{Name: "y", Shape: []int{1}}}, 1))
	x := make([]float32, 64)
	for i := range 4 {
		x[i*8+1] = 1 // the second column of the upper half
	}
	why := must.M1(explain.LIME{Features: explain.Grid{Height: 4, Width: 4}, Ridge: 1e-6}.Explain(context.Background(), bright, []*tensors.Tensor{tensors.FromFlatDataAndDimensions(x, 1, 8, 8, 1)}, explain.Target{}))
	square := why.Groups[0].Data[1]
	sum := 0.0
	for i, v := range why.Values[0].Data {
		if why.Groups[0].Data[i] == square {
			sum += v
		}
	}
	fmt.Printf("the upper left square is worth %.2f of %.2f, with R² = %.2f, by %d neighbours, which are all: %v\n", sum, why.Output[0], why.Fit[0], why.Spent[0], why.Exact)
	// Output: the upper left square is worth 1.00 of 1.00, with R² = 1.00, by 16 neighbours, which are all: true
}

func TestLIMEKeep(t *testing.T) {
	w, x := []float64{2, -3, 0.5, 1, -1, 0.25, 4, 1, 0.2, 0.4}, []float64{1, 4, -2, 3, 1, 1, 0.5, 2, 1, 1}
	net := explaintest.Linear(t, w...) // effects 2, −12, −1, 3, −1, .25, 2, 2, .2, .4
	for keep, want := range map[int]string{1: "[1]", 2: "[1 3]", 7: "[0 1 2 3 4 6 7]", 8: "[0 1 2 3 4 6 7 9]", 10: "[0 1 2 3 4 5 6 7 8 9]", 20: "[0 1 2 3 4 5 6 7 8 9]"} {
		e := explaintest.Explain(t, explain.LIME{Keep: keep}, net, explaintest.Rows(x), explain.Target{})
		var has []int
		for j, v := range e.Values[0].Data {
			if v != 0 {
				has = append(has, j)
			}
		}
		if got := fmt.Sprint(has); got != want {
			t.Errorf("of %d features the model has %s, want %s", keep, got, want)
		}
	}
}

// Of a column that the net rises and falls over, quarters see the difference and slopes nothing; of a category they see which it is.
func TestLIMEOfTables(t *testing.T) {
	net := explaintest.Net(t, "Hill", 4, 1, func(_ *model.Scope, x *Node) *Node { // 2 − x1² + 3·[third category]
		return Sub(AddScalar(MulScalar(explaintest.Column(x, 3), 3), 2), Mul(explaintest.Column(x, 0), explaintest.Column(x, 0)))
	})
	var rows [][]float64
	for i := range 201 {
		row := []float64{float64(i-100) / 50, 0, 0, 0}
		row[1+i%3] = 1
		rows = append(rows, row)
	}
	category := explain.Columns{Names: []string{"category"}, Groups: [][]int{{1, 2, 3}}}
	m := explain.LIME{Features: category, Background: explain.Background{Values: explaintest.Rows(rows...)}, Kernel: 100}
	x := explaintest.Rows([]float64{0.2, 0, 0, 1})
	e := explaintest.Explain(t, m, net, x, explain.Target{})
	// In the third quarter, x1 in (0, 1], the mean of −x² is −0.34; in the others together −1.69. A third of the rows has the category.
	for name, c := range map[string][3]float64{"quarter": {e.Values[0].Data[0], 1.35, 0.02}, "category": {total(e.Values[0].Data[1:]), 3, 0.05}} {
		if math.Abs(c[0]-c[1]) > 4*total(e.StdErr[0].Data[1:])+c[2] {
			t.Errorf("%s: %g, want %g", name, c[0], c[1])
		}
	}
	if got := fmt.Sprint(e.Groups[0].Data, " ", e.Baseline); !strings.HasPrefix(got, "[1 0 0 0] a background of 201 rows, SHA-256") {
		t.Errorf("groups and background: %s", got)
	}
	m.Slopes = true
	e = explaintest.Explain(t, m, net, explaintest.Rows([]float64{0.2, 0, 0, 1}, []float64{1, 1, 0, 0}), explain.Target{})
	if v, se := e.Values[0].Row(0), e.StdErr[0].Row(0)[0]; math.Abs(v[0]-(-0.4*0.2)) > 4*se+0.01 || math.Abs(total(v[1:])-3) > 1e-2 {
		t.Errorf("slopes: %v ± %g", v, se) // the slope at 0.2 is −0.4
	}
}

func TestLIMEDefaults(t *testing.T) {
	flat := func(title string, shape []int, axes []string, f explain.Features, budget int) *record.Explanation {
		net, err := models.New(models.Custom{Title: title, Build: func(_ *model.Scope, x []*Node) []*Node {
			return []*Node{ReduceAndKeep(Reshape(Tanh(x[0]), x[0].Shape().Dim(0), -1), ReduceSum, 1)}
		}}, []models.Port{{Name: "x", DType: dtypes.Float32, Shape: shape, Axes: axes}}, []models.Port{{Name: "y", Shape: []int{1}}}, 1)
		if err != nil {
			t.Fatal(err)
		}
		return explaintest.Explain(t, explain.LIME{Features: f, Budget: explain.Budget{Evaluations: budget}}, net, []*tensors.Tensor{explaintest.Pseudo(1, append([]int{1}, shape...)...)}, explain.Target{})
	}
	for _, c := range []struct {
		e     *record.Explanation
		kind  string
		spent int
	}{
		{flat("Image", []int{16, 16, 3}, nil, nil, 0), `{"kind":"Superpixels"`, 1000},
		{flat("Blocks", []int{16, 16, 3}, nil, explain.Grid{Height: 8, Width: 8}, 0), `{"kind":"Grid"`, 16},
		{flat("Series", []int{30, 2}, []string{"time", "feature"}, nil, 0), `{"kind":"Segments"`, 1000},
		{flat("Sound", []int{30}, []string{"time"}, explain.Segments{Count: 3}, 0), `{"kind":"Segments"`, 8},
		{flat("Table", []int{30}, nil, nil, 0), `null`, 5000},
		{flat("Few", []int{30}, nil, nil, 50), `null`, 50},
	} {
		if !strings.Contains(string(c.e.Options), `"Features":`+c.kind) || c.e.Spent[0] != c.spent {
			t.Errorf("%s: features %s by %d rows, want %s by %d", c.e.Made.Model, c.e.Options, c.e.Spent[0], c.kind, c.spent)
		}
		if c.kind != "null" && c.e.Groups == nil {
			t.Errorf("%s: the record does not say what the features are", c.e.Made.Model)
		}
	}
}

func TestLIMERefusals(t *testing.T) {
	net, x := explaintest.Random(t, 6, 1), []*tensors.Tensor{explaintest.Pseudo(1, 1, 6)}
	background := explain.Background{Values: []*tensors.Tensor{explaintest.Pseudo(2, 5, 6)}}
	for want, m := range map[string]explain.LIME{
		"Slopes needs a Background":          {Slopes: true},
		"Kernel -1":                          {Kernel: -1},
		"Ridge NaN":                          {Ridge: math.NaN()},
		"it takes at least 9; or make fewer": {Budget: explain.Budget{Evaluations: 8}},
		"none may be negative":               {Budget: explain.Budget{Evaluations: -8}},
		"a background of 0 tensors":          {Background: explain.Background{Values: []*tensors.Tensor{}}},
		"both a baseline and a background":   {Background: background, Baseline: explain.Baseline{Constant: 1}},
	} {
		if _, err := m.Explain(t.Context(), net, x, explain.Predicted); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want one with %q", err, want)
		}
	}
	text := explain.LIME{Background: explain.Background{Values: explaintest.TokenRows(1, 5)}}
	if _, err := text.Explain(t.Context(), explaintest.Tokens(t), explaintest.TokenRows(7, 1), explain.Predicted); err == nil || !strings.Contains(err.Error(), "of a Background for tables") {
		t.Errorf("error %v", err)
	}
}

// Options of all kinds come back from a record, which then holds bit for bit.
func TestVerifyWhatIsAbsent(t *testing.T) {
	image, images := picture(t)
	row := explaintest.Random(t, 7, 3)
	rows := explain.Background{Values: []*tensors.Tensor{explaintest.Pseudo(4, 9, 7)}}
	nearest := rows
	nearest.Nearest = 3
	for _, c := range []struct {
		net *models.Net
		x   []*tensors.Tensor
		m   explain.Explainer
	}{
		{image, images, explain.LIME{Features: explain.Grid{Height: 3, Width: 2}, Kernel: 0.4, Ridge: 2, Keep: 3, Seed: 9, Baseline: explain.Baseline{Blur: 1.5}}},
		{image, images, explain.LIME{Features: explain.Superpixels{Segments: 20, Compactness: 3}, Budget: explain.Budget{Evaluations: 100}}},
		{image, images, explain.RISE{Cells: 3, Keep: 0.4, Seed: 2, Budget: explain.Budget{Tolerance: 0.05}}},
		{row, []*tensors.Tensor{explaintest.Pseudo(5, 3, 7)}, explain.LIME{Background: rows, Features: explain.Columns{Names: []string{"a"}, Groups: [][]int{{1, 2}}}}},
		{row, []*tensors.Tensor{explaintest.Pseudo(5, 3, 7)}, explain.LIME{Background: rows, Slopes: true}},
		{row, []*tensors.Tensor{explaintest.Pseudo(5, 3, 7)}, explain.KernelSHAP{Background: nearest}},
	} {
		e := explaintest.Explain(t, c.m, c.net, c.x, explain.Predicted)
		path := filepath.Join(t.TempDir(), "record.json")
		if err := explain.Keep(path, e, c.m, c.net, c.x); err != nil {
			t.Fatal(err)
		}
		v, err := explain.Verify(t.Context(), path, c.net)
		if err != nil || !v.Difference.SameBits {
			t.Errorf("%s %s: %v, error %v", e.Method, e.Options, v, err)
		}
	}
}
