package explain

import (
	"fmt"
	"math"
	"runtime"
	"slices"
	"sync"

	"github.com/vitrine-ml/vitrine/pkg/record"
)

// roundOf is about how many rows of an example pass through the net before its budget is looked at again.
const roundOf = 10 * 24

// estimates plays the game with an estimator for every example until the budget ends, and makes a record of what they say. usual is the
// number of coalitions of so many players where the budget says nothing; begin makes the estimator of an example of which so many may be asked.
func (g *game) estimates(method Explainer, b Budget, seed uint64, usual func(players int) int, begin func(example, coalitions int) (estimator, error)) (*record.Explanation, error) {
	rows := g.rows()
	of, members, sums, at, worst := make([]estimator, len(g.parts)), make([][]bool, len(g.parts)), make([]float64, len(g.parts)), make([]int, len(g.parts)), make([]float64, len(g.parts))
	for i, p := range g.parts {
		members[i] = make([]bool, p.n)
		most, err := b.evaluations(rows * usual(p.n))
		if err != nil {
			return nil, err
		}
		once := most
		if b.Tolerance > 0 || b.Time > 0 { // may be met long before everything is asked for
			once = min(once, rows*usual(p.n))
		}
		if of[i], err = begin(i, once/rows); err != nil {
			return nil, err
		}
		if need := min(of[i].least(), of[i].all()); need > most/rows {
			return nil, fmt.Errorf("explain: %s of %d features by %d coalitions of %d rows each: it takes at least %d, and so a Budget of %d Evaluations; or make fewer features (Features)",
				g.r.method, p.n, most/rows, rows, need, need*rows)
		}
	}
	values, stdErr, deviations, each := make([][]float64, len(of)), make([][]float64, len(of)), make([][]float64, len(of)), make([][]float64, len(of))
	if err := g.nobody(func(i int) {
		of[i].begin(g.base[i], g.output[i], g.bases[i])
		each[i] = slices.Clone(g.bases[i])
	}); g.r.halted(err) {
		e, stopped := g.record(method, values, nil, nil)
		return e, stopped
	} else if err != nil {
		return nil, err
	}
	err := g.r.sample(b, sampling{
		program: g.r.output(),
		own:     func(i int) int { return rows * usual(g.parts[i].n) },
		all: func(i int) int {
			if of[i].all() > endless/rows {
				return endless
			}
			return of[i].all() * rows
		},
		next: func(i, spent, left int) int {
			together := of[i].together() * rows
			n := max(together, roundOf)
			if spent == 0 {
				n = max(n, of[i].least()*rows+together-1)
			}
			return min(n-n%together, left-left%together)
		},
		fill: func(i, draw int, to []float64) {
			if draw%rows == 0 {
				of[i].ask(draw/rows, members[i])
			}
			g.fill(i, draw%rows, members[i], to)
		},
		got: func(i, draw int, output, _ []float64) {
			worth := g.r.value(i, output)
			if each[i] != nil {
				each[i][draw%rows] = worth
			}
			if sums[i] += worth; draw%rows == rows-1 {
				of[i].answer(draw/rows, sums[i]/float64(rows), each[i])
				sums[i] = 0
			}
		},
		worst: func(i int) float64 { // to look is work: again when half as much again is known
			if spent := g.r.spent[i]; at[i] == 0 || spent >= at[i]+at[i]/2 {
				_, errs := of[i].estimate()
				at[i], worst[i] = spent, math.Inf(1)
				if errs != nil {
					worst[i] = slices.Max(append(errs, 0))
				}
			}
			return worst[i]
		},
	})
	if err != nil {
		return nil, err
	}
	eachAtOnce(len(of), func(i int) {
		values[i], stdErr[i] = of[i].estimate()
		if slices.ContainsFunc(stdErr[i], func(v float64) bool { return math.IsInf(v, 1) }) {
			values[i] = nil // too little is known to say how wrong it may be
		}
		if values[i] == nil {
			stdErr[i] = nil
			return
		}
		deviations[i] = of[i].deviations()
	})
	for i, v := range values {
		if v == nil && g.r.ended[i] != record.EndInterrupt {
			return nil, fmt.Errorf("explain: %s of example %d: the values of %d features do not follow from %d rows: a larger budget is needed, or fewer features (Features)",
				g.r.method, i, g.parts[i].n, g.r.spent[i])
		}
	}
	e, stopped := g.record(method, values, stdErr, deviations)
	if e == nil {
		return nil, stopped
	}
	e.Seed, e.Exact = seed, !slices.ContainsFunc(e.Ended, func(end record.End) bool { return end != record.EndAll })
	e.Residual = make([]float64, len(of))
	for i, v := range values {
		if v != nil {
			e.Residual[i] = math.Abs(sum(v) - (g.output[i] - g.base[i]))
		}
	}
	return e, stopped
}

// eachAtOnce does what is to be done for each of n, as many at once as there are cores.
func eachAtOnce(n int, do func(i int)) {
	var group sync.WaitGroup
	at := make(chan int)
	for range min(n, runtime.GOMAXPROCS(0)) {
		group.Go(func() {
			for i := range at {
				do(i)
			}
		})
	}
	for i := range n {
		at <- i
	}
	close(at)
	group.Wait()
}
