package explain_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	. "github.com/gomlx/gomlx/core/graph" //nolint:revive,staticcheck // graph functions read like the mathematics
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"

	"github.com/vitrine-ml/vitrine/pkg/explain"
	"github.com/vitrine-ml/vitrine/pkg/explain/explaintest"
	"github.com/vitrine-ml/vitrine/pkg/models"
	"github.com/vitrine-ml/vitrine/pkg/record"
)

// Of few numbers all masks are asked for, and the value is E(y | kept) − E(y).
func TestRISEAgainstPlain(t *testing.T) {
	x, keep := []float64{2, 3, 1.5, -1}, 0.3
	e := explaintest.Explain(t, explain.RISE{Keep: keep}, curved(t), explaintest.Rows(x), explain.Target{})
	mean, with := 0.0, make([]float64, 4)
	for mask := range 16 {
		p, z := 1.0, make([]float64, 4)
		for j := range z {
			if mask>>j&1 == 1 {
				z[j], p = x[j], p*keep
			} else {
				p *= 1 - keep
			}
		}
		y := curvedPlain(z)
		mean += p * y
		for j := range z {
			if mask>>j&1 == 1 {
				with[j] += p / keep * y
			}
		}
	}
	want := []float64{mean}
	for _, v := range with {
		want = append(want, v-mean)
	}
	if got := append([]float64{e.Base[0]}, e.Values[0].Data...); farthest(got, want) > 1e-9 || !e.Exact || e.Ended[0] != record.EndAll || e.Spent[0] != 16 {
		t.Errorf("base and values %v, want %v; %d rows, ended by %s", got, want, e.Spent[0], e.Ended[0])
	}
}

// linearImage is Σ w·x of an image, and its weights.
func linearImage(t *testing.T, shape ...int) (*models.Net, []float64) {
	w := explaintest.Pseudo(9, shape...)
	net, err := models.New(models.Custom{Title: "LinearImage", Build: func(_ *model.Scope, x []*Node) []*Node {
		y := Mul(x[0], InsertAxes(Const(x[0].Graph(), w), 0))
		return []*Node{ReduceAndKeep(Reshape(y, x[0].Shape().Dim(0), -1), ReduceSum, 1)}
	}}, []models.Port{{Name: "image", Shape: shape}}, []models.Port{{Name: "y", Shape: []int{1}}}, 1)
	if err != nil {
		t.Fatal(err)
	}
	var weights []float64
	for _, v := range tensors.MustCopyFlatData[float32](w) {
		weights = append(weights, float64(v))
	}
	return net, weights
}

// Of a linear net on an image the value of a pixel is Σ w·x over all pixels, each with the covariance of its mask and the pixel's, over Keep. The
// masks' covariance is worked out here over all shifts, from the weights by which a pixel is made of cells.
func TestRISELinear(t *testing.T) {
	const side, cells, channels, keep = 12, 3, 2, 0.4
	net, w := linearImage(t, side, side, channels)
	x := explaintest.Pseudo(4, 1, side, side, channels)
	effect := make([]float64, side*side)
	for i, v := range tensors.MustCopyFlatData[float32](x) {
		effect[i/channels] += float64(v) * w[i]
	}
	const cell, large = side / cells, (cells + 1) * side / cells
	share := func(at int) (of [cells]float64) { // how a place of the large mask is made of cells: linear between their middles
		where := max(0, (float64(at)+0.5)*cells/large-0.5)
		low := min(int(where), cells-1)
		of[low] += 1 - (where - float64(low))
		of[min(low+1, cells-1)] += where - float64(low)
		return of
	}
	want := make([]float64, side*side)
	for top := range cell {
		for left := range cell {
			for p := range want {
				for q, e := range effect {
					rows, columns := 0.0, 0.0
					for k := range cells {
						rows += share(top + p/side)[k] * share(top + q/side)[k]
						columns += share(left + p%side)[k] * share(left + q%side)[k]
					}
					want[p] += rows * columns * (1 - keep) * e / (cell * cell)
				}
			}
		}
	}
	e := explaintest.Explain(t, explain.RISE{Cells: cells, Keep: keep, Budget: explain.Budget{Evaluations: 6000}}, net, []*tensors.Tensor{x}, explain.Target{})
	chi, largest := 0.0, 0.0
	for p := range want {
		value := e.Values[0].Data[2*p] + e.Values[0].Data[2*p+1]
		se := e.StdErr[0].Data[2*p] + e.StdErr[0].Data[2*p+1]
		z := (value - want[p]) / se
		chi, largest = chi+z*z/float64(len(want)), max(largest, math.Abs(z))
		if e.Values[0].Data[2*p] != e.Values[0].Data[2*p+1] {
			t.Fatal("channels do not share a pixel's value")
		}
	}
	if largest > 5 || chi > 3 || chi < 0.02 { // pixels go together
		t.Errorf("values are off by up to %.1f standard errors, their mean square is %.2f", largest, chi)
	}
	if base := keep * total(effect); math.Abs(e.Base[0]-base) > 0.5*math.Abs(base)+0.5 {
		t.Errorf("base %g, want about %g", e.Base[0], base)
	}
	if e.Exact || e.Spent[0] != 6000 || e.Groups == nil {
		t.Errorf("exact %v, %d rows", e.Exact, e.Spent[0])
	}
}

// Standard errors are those by which values of other seeds differ.
func TestRISEStandardErrors(t *testing.T) {
	net := explaintest.Random(t, 14, 3)
	const seeds = 60
	var sums, squares, errors [14]float64
	for seed := range uint64(seeds) {
		m := explain.RISE{Seed: seed, Budget: explain.Budget{Evaluations: 240}}
		e := explaintest.Explain(t, m, net, []*tensors.Tensor{explaintest.Pseudo(7, 1, 14)}, explain.Class(2))
		for j, v := range e.Values[0].Data {
			sums[j], squares[j] = sums[j]+v, squares[j]+v*v
			errors[j] += e.StdErr[0].Data[j] * e.StdErr[0].Data[j] / seeds
		}
	}
	ratio := 0.0
	for j := range sums {
		ratio += (squares[j] - sums[j]*sums[j]/seeds) / (seeds - 1) / errors[j] / 14
	}
	if math.Abs(ratio-1) > 0.2 {
		t.Errorf("variances are %.2f of what the errors say", ratio)
	}
}

func TestRISERefusals(t *testing.T) {
	for want, m := range map[string]explain.RISE{
		"a part of 1 is kept":  {Keep: 1},
		"a part of NaN":        {Keep: math.NaN()},
		"-1 cells":             {Cells: -1},
		"takes two at least":   {Budget: explain.Budget{Evaluations: 1}},
		"none may be negative": {Budget: explain.Budget{Tolerance: -1}},
	} {
		if _, err := m.Explain(t.Context(), explaintest.Random(t, 3, 1), []*tensors.Tensor{explaintest.Pseudo(1, 1, 3)}, explain.Predicted); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want one with %q", err, want)
		}
	}
}

// A tolerance ends it, and the record says so.
func TestRISETolerance(t *testing.T) {
	net := explaintest.Random(t, 14, 3)
	e := explaintest.Explain(t, explain.RISE{Budget: explain.Budget{Tolerance: 0.05}}, net, []*tensors.Tensor{explaintest.Pseudo(7, 2, 14)}, explain.Class(2))
	if worst := slices.Max(e.StdErr[0].Data); worst > 0.05 || e.Ended[0] != record.EndTolerance || e.Spent[0] >= 400_000 {
		t.Errorf("an error of %g after %d rows, ended by %s", worst, e.Spent[0], e.Ended[0])
	}
}
