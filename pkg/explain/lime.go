package explain

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/gomlx/gomlx/core/tensors"

	"github.com/vitrine-ml/vitrine/pkg/models"
	"github.com/vitrine-ml/vitrine/pkg/record"
)

// LIME explains an example by a model of its own: a linear one of the example's features, fitted to what the net says of neighbours in which
// some features are absent, and near ones count more (Ribeiro et al. 2016, arXiv 1602.04938). A value is the model's coefficient, in units of
// the output; the model has an intercept, which is the record's Base, and no feature is left out of it unless Keep says so. Fit is its R², weighted
// as in the fit: where it is low, the values describe the net badly, however small their errors are.
//
// Where an input is what decides how neighbours are made, as in the authors' program:
//
//	           features         neighbours  absent                    distance                        Kernel
//	text       Tokens           5000        1 to all, equally likely  100·cosine of what is there     25
//	images     Superpixels      1000        each with probability ½   cosine of what is there         0.25
//	series     Segments         1000        each with probability ½   cosine of what is there         0.25
//	tables     single columns   5000        each with probability ½   root of the number of absent    0.75·√columns
//
// An input of ids makes it text; otherwise one of shape [height, width, channels] images, one of [time, features] or of the axis "time" series.
// A neighbour at distance d has the weight exp(−d²/(2·Kernel²)); the first is the example itself. Where all neighbours are fewer than
// the evaluations, each is asked for once, with its probability for a weight: the values are exact then.
//
// Of a table with a Background, neighbours are made of its rows: each column, by itself, has the value that it has in a row drawn from it (in the
// authors' program, one of a normal distribution within the same quarter as that). The model sees of a column whether the value is in the same quarter of the background as the example's and, of a group of [Columns], whether it
// is the same category. So a value says what difference it makes that the column is where it is, against the other quarters: a net that rises and
// falls again over a column is seen, and it is what the authors' program does unless it is told otherwise. Slopes is the other way.
type LIME struct {
	Features   Features   // nil: as said above
	Baseline   Baseline   // what absent features are, where there is no Background; zero: zeros, and padding for ids
	Background Background // of tables: rows like those that the net was trained with
	// Slopes, with a Background: neighbours are normal around the example, each column with the background's standard deviation, and the model is linear in
	// the columns. A value is a slope times the column's distance from the background's mean. Groups of Columns are as without it.
	Slopes bool
	Kernel float64 // width of the kernel; 0: as said above
	// Ridge is the penalty for squared coefficients, where each neighbour's weight is at most 1. 0: 1, as the authors have it.
	Ridge float64
	// Keep is how many features the model may have. Up to six are chosen one after another, each with the best fit that it makes with those before; more
	// are those that have the largest values in a model of all. What is not chosen has the value 0, and standard errors are those of a model of
	// just these features. 0: all features.
	Keep   int
	Seed   uint64
	Budget Budget // rows an example; zero: the number of neighbours said above
}

// Axioms implements Explainer. They are those of few features, all of whose neighbours are asked for; sampled values have Symmetry within their
// standard errors. An input that the function ignores has not quite 0: near neighbours count more, and in them it is there oftener.
func (LIME) Axioms() Axioms {
	return Axioms{ImplementationInvariance: true, Constant: true, Symmetry: true}
}

// limeKind is what depends on the kind of input.
type limeKind struct {
	features   Features
	neighbours int
	anyNumber  bool    // as many features are absent as not, equally likely; otherwise each with probability ½
	cosine     float64 // the unit of a cosine distance; 0: distances are Euclidean
	kernel     float64 // 0: 0.75·√features
}

func (r *run) limeKind() limeKind {
	kind := limeKind{neighbours: 5000}
	for _, in := range r.inputsOf(0) {
		_, _, _, image := in.image()
		_, _, series := in.series()
		switch {
		case in.kind == models.IDs:
			return limeKind{Tokens{}, 5000, true, 100, 25}
		case image:
			kind = limeKind{Superpixels{}, 1000, false, 1, 0.25}
		case series && kind.features == nil:
			kind = limeKind{Segments{}, 1000, false, 1, 0.25}
		}
	}
	return kind
}

// Explain implements Explainer.
func (l LIME) Explain(ctx context.Context, net *models.Net, inputs []*tensors.Tensor, target Target) (*record.Explanation, error) {
	r, err := beginWhole(ctx, nameOf(l), net, inputs, target)
	if err != nil {
		return nil, err
	}
	defer r.line.Done("")
	kind := r.limeKind()
	if err := l.check(kind); err != nil {
		return nil, err
	}
	if l.Features == nil {
		l.Features = kind.features
	}
	l.Ridge = cmp.Or(l.Ridge, 1)
	g, err := r.game(l.Features, l.Baseline, l.Background)
	if err != nil {
		return nil, err
	}
	around := l.surroundings(g, kind)
	if _, err := l.Budget.evaluations(kind.neighbours); err != nil {
		return nil, err
	}
	asked := cmp.Or(l.Budget.Evaluations, kind.neighbours)
	local := make([]*localFit, len(r.x))
	for i, s := range around {
		again := func() *neighbours { return newNeighbours(s, r.random(l.Seed, i), asked) }
		if least := s.n + 3; asked < min(least, again().all()) {
			return nil, fmt.Errorf("explain: LIME of the %d features of example %d by %d evaluations: it takes at least %d; or make fewer features (Features)", s.n, i, asked, least)
		}
		local[i] = &localFit{again: again, next: again(), ridge: l.Ridge, keep: l.Keep}
	}
	err = r.sample(l.Budget, sampling{
		program: r.output(), defaults: kind.neighbours, round: roundOf,
		all:  func(example int) int { return local[example].next.all() },
		fill: func(example, _ int, to []float64) { local[example].next.draw(nil, to) },
		got: func(example, _ int, out, _ []float64) {
			local[example].y = append(local[example].y, r.value(example, out)-g.output[example])
		},
		worst: func(example int) float64 { return local[example].worst() },
	})
	if err != nil {
		return nil, err
	}
	base, fit := make([]float64, len(local)), make([]float64, len(local))
	values, stdErr := make([][]float64, len(local)), make([][]float64, len(local))
	eachAtOnce(len(local), func(i int) {
		if m, ok := local[i].model(); ok {
			base[i], values[i], stdErr[i], fit[i] = g.output[i]+m.intercept, m.values, m.stdErr, m.fit
		}
	})
	for i, v := range values {
		if v == nil && r.ended[i] != record.EndInterrupt {
			return nil, fmt.Errorf("explain: LIME of example %d: no one linear model of its %d features fits %d neighbours best; a larger Ridge is needed", i, around[i].n, r.spent[i])
		}
	}
	e, err := g.record(l, values, stdErr, nil)
	if e == nil {
		return nil, err
	}
	e.Seed, e.Base, e.Fit, e.Exact = l.Seed, base, fit, r.exhausted()
	return e, err
}

// check says what of the options does not go together.
func (l LIME) check(kind limeKind) error {
	table := kind.cosine == 0
	switch {
	case !(l.Kernel >= 0) || math.IsInf(l.Kernel, 1) || !(l.Ridge >= 0) || math.IsInf(l.Ridge, 1) || l.Keep < 0:
		return fmt.Errorf("explain: LIME with Kernel %g, Ridge %g and Keep %d: none may be negative", l.Kernel, l.Ridge, l.Keep)
	case l.Slopes && l.Background.Empty():
		return fmt.Errorf("explain: LIME with Slopes needs a Background, which says how far the columns vary")
	case l.Background.Nearest != 0:
		return fmt.Errorf("explain: LIME draws columns from all rows of its Background, not from the %d nearest", l.Background.Nearest)
	case !l.Background.Empty() && !table:
		return fmt.Errorf("explain: LIME makes neighbours of a Background for tables; of images, series and texts, absent features are those of the Baseline")
	}
	return nil
}

// exhausted says that nothing was left to draw for any example.
func (r *run) exhausted() bool {
	return !slices.ContainsFunc(r.ended, func(end record.End) bool { return end != record.EndAll })
}
