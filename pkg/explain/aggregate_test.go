package explain_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"math"
	"reflect"
	"strings"
	"testing"

	"github.com/gomlx/gomlx/core/tensors"

	"github.com/vitrine-ml/vitrine/pkg/explain"
	"github.com/vitrine-ml/vitrine/pkg/explain/explaintest"
	"github.com/vitrine-ml/vitrine/pkg/models"
	"github.com/vitrine-ml/vitrine/pkg/record"
)

// blocksOf gives the rows of inputs in blocks of that size, with classes and cohorts if there are any.
func blocksOf(t *testing.T, size int, x []*tensors.Tensor, classes []int, cohorts []string) iter.Seq2[explain.Block, error] {
	return func(yield func(explain.Block, error) bool) {
		n := x[0].Shape().Dim(0)
		for from := 0; from < n; from += size {
			to := min(n, from+size)
			var b explain.Block
			for _, tensor := range x {
				b.Inputs = append(b.Inputs, first2(models.Rows(tensor, from, to-from))(t))
			}
			if classes != nil {
				b.Classes = classes[from:to]
			}
			if cohorts != nil {
				b.Cohorts = cohorts[from:to]
			}
			if !yield(b, nil) {
				return
			}
		}
	}
}

// sampling is a method that has standard errors.
type sampling struct{ explain.Saliency }

func (s sampling) Explain(ctx context.Context, net *models.Net, x []*tensors.Tensor, target explain.Target) (*record.Explanation, error) {
	e, err := s.Saliency.Explain(ctx, net, x, target)
	if err != nil {
		return nil, err
	}
	a := e.Values[0]
	a.Data = make([]float64, len(a.Data))
	for i, v := range e.Values[0].Data {
		a.Data[i] = v / 8
	}
	e.StdErr, e.Exact = []record.Array{a}, false
	return e, nil
}

// TestAggregate compares with one explanation of all examples, and sums in two passes.
func TestAggregate(t *testing.T) {
	net, x := explaintest.Random(t, 3, 2), []*tensors.Tensor{explaintest.Pseudo(4, 130, 3)}
	classes, cohorts := make([]int, 130), make([]string, 130)
	for i := range classes {
		classes[i], cohorts[i] = i%4, []string{"odd", "", "even"}[i%3]
	}
	m := sampling{explain.Saliency{Signed: true}}
	e := explaintest.Explain(t, m, net, x, explain.Classes(classes...))
	a, err := explain.Aggregate(t.Context(), m, net, blocksOf(t, 130, x, classes, cohorts), explain.Target{})
	if err != nil {
		t.Fatal(err)
	}
	if a.Evaluations != 130 || a.Gradients != 130 || a.Method != "Saliency" || a.Made.Weights != e.Made.Weights || a.Unfinished {
		t.Errorf("%+v", a)
	}
	if got := fmt.Sprint(a.Cohorts[0].Name, a.Cohorts[0].Examples, a.Cohorts[1].Name, a.Cohorts[1].Examples, a.Cohorts[2].Name, a.Cohorts[2].Examples, len(a.Cohorts)); got != "130odd44even43 3" {
		t.Errorf("cohorts %s", got)
	}
	for _, c := range a.Cohorts {
		s := c.Values[0]
		stdErr, _ := s.StdErr()
		for j := range 3 {
			var v []float64
			sampled := 0.0
			for i := range 130 {
				if c.Name == "" || cohorts[i] == c.Name {
					v = append(v, e.Values[0].Row(i)[j])
					sampled += math.Pow(e.StdErr[0].Row(i)[j], 2)
				}
			}
			mean, abs, square, absSquare, n := 0.0, 0.0, 0.0, 0.0, float64(len(v))
			for _, x := range v {
				mean, abs = mean+x/n, abs+math.Abs(x)/n
			}
			for _, x := range v {
				square, absSquare = square+(x-mean)*(x-mean)/(n-1), absSquare+(math.Abs(x)-abs)*(math.Abs(x)-abs)/(n-1)
			}
			for _, part := range []struct {
				what      string
				got, want float64
			}{
				{"mean", s.Mean.Data[j], mean}, {"mean magnitude", s.MeanAbs.Data[j], abs}, {"deviation", s.Deviation.Data[j], math.Sqrt(square)},
				{"deviation of magnitudes", s.DeviationAbs.Data[j], math.Sqrt(absSquare)}, {"standard error", stdErr[j], math.Sqrt(square / n)},
				{"sampling", s.Sampled.Data[j], math.Sqrt(sampled) / n}, {"count", float64(s.Counts[j]), n},
			} {
				if math.Abs(part.got-part.want) > 1e-12 {
					t.Errorf("cohort %q, feature %d: %s %g, want %g", c.Name, j, part.what, part.got, part.want)
				}
			}
		}
	}
	for _, size := range []int{1, 7, 96, 97} { // the blocks leave no trace
		b, err := explain.Aggregate(t.Context(), m, net, blocksOf(t, size, x, classes, cohorts), explain.Target{})
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(a.Cohorts, b.Cohorts) || a.Made.Inputs != b.Made.Inputs || a.Evaluations != b.Evaluations {
			t.Errorf("blocks of %d give other bits", size)
		}
	}
	path := t.TempDir() + "/aggregate.json"
	if err := a.WriteFile(path); err != nil {
		t.Fatal(err)
	}
	if b, err := record.ReadAggregate(path); err != nil || !reflect.DeepEqual(a, b) {
		t.Errorf("read: %v, %v", b, err)
	}
}

// TestAggregateOfTokens: what an id gets is brought together wherever it stands, and padding is nothing.
func TestAggregateOfTokens(t *testing.T) {
	net, x := explaintest.Tokens(t), explaintest.TokenRows(3, 50)
	e := explaintest.Explain(t, explain.IntegratedGradients{Steps: 4}, net, x, explain.Class(2))
	ids := tensors.MustCopyFlatData[int32](x[0])
	a, err := explain.Aggregate(t.Context(), explain.IntegratedGradients{Steps: 4}, net, explain.Blocks(50, func(from, to int) (rows []*tensors.Tensor) {
		for _, tensor := range x {
			rows = append(rows, first2(models.Rows(tensor, from, to-from))(t))
		}
		return rows
	}), explain.Class(2))
	if err != nil {
		t.Fatal(err)
	}
	words := a.Cohorts[0].Values[0]
	if got := fmt.Sprint(words.Mean.Axes, words.Mean.Shape, words.Mean.Features, words.Counts[0]); got != "[id] [9] [<pad> a b c d e f g h] 0" {
		t.Errorf("words %s", got)
	}
	for id := 1; id < 9; id++ {
		sum, n := 0.0, 0
		for i, other := range ids {
			if int(other) == id {
				sum, n = sum+e.Values[0].Data[i], n+1
			}
		}
		if words.Counts[id] != n || math.Abs(words.Mean.Data[id]-sum/float64(n)) > 1e-12 {
			t.Errorf("word %d: mean %g of %d, want %g of %d", id, words.Mean.Data[id], words.Counts[id], sum/float64(n), n)
		}
	}
	r := words.Ranking(true, 2)
	if err := r.Check(); err != nil || len(r.Names) != 8 || r.Names[0] != "a" || len(r.StdErr) != 8 || r.Values[3] != words.MeanAbs.Data[4] {
		t.Errorf("%+v, %v", r, err)
	}
	if numbers := a.Cohorts[0].Values[1]; numbers.Counts[1] != 50 || numbers.Ranking(false, 0).Names[1] != "numbers [1]" {
		t.Errorf("%+v", numbers)
	}
}

func TestAggregateRefuses(t *testing.T) {
	net, x := explaintest.Random(t, 3, 2), []*tensors.Tensor{explaintest.Pseudo(4, 200, 3)}
	broken := errors.New("disk on fire")
	for want, c := range map[string]struct {
		blocks iter.Seq2[explain.Block, error]
		target explain.Target
	}{
		"no examples": {func(func(explain.Block, error) bool) {}, explain.Target{}},
		"the block after 0 examples: disk on fire": {func(yield func(explain.Block, error) bool) { yield(explain.Block{}, broken) }, explain.Target{}},
		"2 classes and 0 cohorts": {func(yield func(explain.Block, error) bool) {
			yield(explain.Block{Inputs: x, Classes: []int{1, 2}}, nil)
		}, explain.Target{}},
		"classes of the examples are put into": {blocksOf(t, 100, x, nil, nil), explain.Classes(1)},
		"1 inputs, got 0":                      {func(yield func(explain.Block, error) bool) { yield(explain.Block{}, nil) }, explain.Target{}},
		"target class 7":                       {blocksOf(t, 100, x, nil, nil), explain.Class(7)},
	} {
		if a, err := explain.Aggregate(t.Context(), explain.Saliency{}, net, c.blocks, c.target); a != nil || err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, error %v, want one with %q", a, err, want)
		}
	}
	// Stopped in the third piece of 96: what was done comes back.
	whole, err := explain.Aggregate(t.Context(), explain.Saliency{}, net, blocksOf(t, 192, []*tensors.Tensor{first2(models.Rows(x[0], 0, 192))(t)}, nil, nil), explain.Class(1))
	if err != nil {
		t.Fatal(err)
	}
	a, err := explain.Aggregate(after{t.Context(), new(int), 8}, explain.Saliency{}, net, blocksOf(t, 200, x, nil, nil), explain.Class(1))
	if !errors.Is(err, context.Canceled) || a == nil || !a.Unfinished || a.Cohorts[0].Examples != 192 || !reflect.DeepEqual(a.Cohorts, whole.Cohorts) {
		t.Errorf("%+v, %v", a, err)
	}
	if a, err := explain.Aggregate(after{t.Context(), new(int), 0}, explain.Saliency{}, net, blocksOf(t, 200, x, nil, nil), explain.Class(1)); a != nil || !errors.Is(err, context.Canceled) {
		t.Errorf("%v, %v", a, err)
	}
}
