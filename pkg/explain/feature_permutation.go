package explain

import (
	"context"
	"fmt"
	"math"

	"github.com/gomlx/gomlx/core/tensors"

	"github.com/vitrine-ml/vitrine/pkg/models"
	"github.com/vitrine-ml/vitrine/pkg/record"
)

// FeaturePermutation gives one feature at a time the numbers that it has in another row, as when it is permuted across the data (Breiman 2001; Fisher, Rudin
// and Dominici 2019, arXiv 1801.01489), and leaves the others as they are: a feature's value is the mean drop of the output over the rows that were drawn.
// Units: of the output, example by example, as in Captum; how much a model needs a feature is the mean over a dataset, for which an example takes few rows.
//
// Rows are drawn without replacement; when all of them have been, values are exact, and those of [FeatureAblation] with the same Background.
// Without a Background the rows are the examples themselves, the one that is explained among them: then alone, an example's values depend on what it is
// explained together with.
type FeaturePermutation struct {
	Features   Features   // nil: every number, and every id that is not padding
	Background Background // rows to draw from; zero: the examples that are explained
	Budget     Budget     // n rows draw one for each of n features. Zero: 10·n
	Seed       uint64
}

// Axioms implements Explainer.
func (m FeaturePermutation) Axioms() Axioms {
	return Axioms{ImplementationInvariance: true, Constant: true, Dummy: m.Features == nil}
}

// Explain implements Explainer.
func (m FeaturePermutation) Explain(ctx context.Context, net *models.Net, inputs []*tensors.Tensor, target Target) (*record.Explanation, error) {
	r, err := beginWhole(ctx, nameOf(m), net, inputs, target)
	if err != nil {
		return nil, err
	}
	defer r.line.Done("")
	background := m.Background
	if background.Empty() {
		if len(r.x) < 2 {
			return nil, fmt.Errorf("explain: features of one example cannot be permuted: give it a Background, or others beside it")
		}
		for _, i := range r.attributed {
			background.Values = append(background.Values, inputs[i])
		}
	}
	g, err := r.game(m.Features, Baseline{}, background)
	if err != nil {
		return nil, err
	}
	if m.Background.Empty() {
		g.words = "the examples themselves"
	}
	rows := g.rows()
	orders, there, drops := make([][]int, len(r.x)), make([][]bool, len(r.x)), make([]drop, len(r.x))
	for i, p := range g.parts {
		orders[i], there[i] = r.random(m.Seed, i).Perm(rows), make([]bool, p.n)
		for k := range there[i] {
			there[i][k] = true
		}
		drops[i] = drop{mean: make([]float64, p.n), squares: make([]float64, p.n)}
		if most, err := m.Budget.evaluations(10 * p.n); err != nil {
			return nil, err
		} else if need := p.n * min(2, rows); most < need {
			return nil, fmt.Errorf("explain: a budget of %d evaluations for %d features: it takes two rows for each, %d", most, p.n, need)
		}
	}
	err = r.sample(m.Budget, sampling{
		program: r.output(),
		own:     func(i int) int { return 10 * g.parts[i].n },
		all:     func(i int) int { return g.parts[i].n * rows },
		next: func(i, _, left int) int {
			n := max(g.parts[i].n, 1)
			return min(left-left%n, n*max(2, roundOf/n))
		},
		fill: func(i, draw int, to []float64) {
			player := draw % g.parts[i].n
			there[i][player] = false
			g.fill(i, orders[i][draw/g.parts[i].n], there[i], to)
			there[i][player] = true
		},
		got: func(i, draw int, output, _ []float64) {
			drops[i].add(draw/g.parts[i].n, draw%g.parts[i].n, g.output[i]-r.value(i, output))
		},
		worst: func(i int) (worst float64) {
			for _, v := range drops[i].stdErr(rows) {
				worst = max(worst, v)
			}
			return worst
		},
	})
	if err != nil {
		return nil, err
	}
	values, stdErr := make([][]float64, len(drops)), make([][]float64, len(drops))
	exact := true
	for i, d := range drops {
		exact = exact && r.ended[i] == record.EndAll
		if d.rows >= min(2, rows) || g.parts[i].n == 0 {
			values[i], stdErr[i] = d.mean, d.stdErr(rows)
		}
	}
	e, err := g.record(m, values, stdErr, nil)
	if e == nil {
		return nil, err
	}
	if e.Exact, e.Seed = exact, m.Seed; exact {
		e.StdErr = nil
	}
	return e, err
}

// drop are the drops of the output for every feature of an example, over the rows that were drawn.
type drop struct {
	rows          int
	mean, squares []float64 // over rows; sum of the squared differences from it (Welford 1962)
}

func (d *drop) add(row, player int, v float64) {
	if player == len(d.mean)-1 {
		d.rows = row + 1
	}
	off := v - d.mean[player]
	d.mean[player] += off / float64(row+1)
	d.squares[player] += off * (v - d.mean[player])
}

// stdErr are those of the means, of a sample without replacement.
func (d *drop) stdErr(of int) []float64 {
	errs := make([]float64, len(d.squares))
	n := float64(d.rows)
	for k, s := range d.squares {
		switch {
		case d.rows == of:
		case d.rows < 2:
			errs[k] = math.Inf(1)
		default:
			errs[k] = math.Sqrt(s/(n-1)/n*(1-n/float64(of))) * student(n-1)
		}
	}
	return errs
}
