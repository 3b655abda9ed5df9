package explain

import (
	"errors"
	"math"

	"github.com/vitrine-ml/vitrine/pkg/record"
)

// references are what examples are compared with: a row of each example's own or, of a background, the same rows for all.
type references struct {
	rows  [][]float64
	each  int  // how many an example has
	same  bool // for all examples
	words string
}

// references are the rows of the background or, without one, the baseline's.
func (r *run) references(baseline Baseline, background Background) (f references, err error) {
	if background.Empty() {
		f = references{each: 1, words: baseline.String()}
		f.rows, err = r.baseline(baseline)
		if last := len(f.rows) - 1; err == nil && &f.rows[0][0] == &f.rows[last][0] {
			f.same = true
		}
		return f, err
	}
	if baseline.stated() {
		return f, errors.New("explain: a Baseline and a Background: there can be one of them; a baseline can be a row of the background")
	}
	if f.rows, err = r.background(background); err != nil {
		return f, err
	}
	f.each, f.same, f.words = len(f.rows), true, background.String()
	return f, nil
}

// of is the k-th row that an example is compared with.
func (f references) of(example, k int) []float64 {
	if f.same {
		return f.rows[k]
	}
	return f.rows[example]
}

// expected are, for every example, the explained number's mean over what it is compared with.
func (r *run) expected(f references) ([]float64, error) {
	// A row's output is the same for all examples, unless something of them passes beside it: a mask, or another use of ids.
	shared, p := f.same && len(r.attributed) == len(r.inputs), r.gradient()
	for _, s := range r.sources {
		shared = shared && s.node == ""
	}
	n := len(r.x) * f.each
	if shared {
		n = f.each
	} else {
		p = r.output()
	}
	base := make([]float64, len(r.x))
	err := r.pass(p, n,
		func(i int, to []float64) int {
			copy(to, f.of(i/f.each, i%f.each))
			return i / f.each
		},
		func(i int, output, _ []float64) {
			if !shared {
				base[i/f.each] += r.value(i/f.each, output) / float64(f.each)
				return
			}
			for e := range base {
				base[e] += r.value(e, output) / float64(f.each)
			}
		})
	return base, err
}

// over gathers what an example is given for each row that it is compared with, example by example: the mean, and how it varies.
type over struct {
	from               references
	values, deviations [][]float64 // nil until all rows have come
	base               []float64   // the explained number's mean over the rows

	example int // whose rows are coming
	rows    estimate
	sum     float64
}

func newOver(from references, examples int) *over {
	return &over{from: from, values: make([][]float64, examples), deviations: make([][]float64, examples), base: make([]float64, examples)}
}

// add takes the folded values for the next row, for which the explained number is base.
func (o *over) add(example int, values []float64, base float64) {
	if o.rows.n == 0 || o.example != example {
		o.example, o.rows, o.sum = example, estimate{}, 0
	}
	o.rows.add(values)
	if o.sum += base; o.rows.n < o.from.each {
		return
	}
	o.values[example], o.base[example] = o.rows.mean, o.sum/float64(o.from.each)
	if o.from.each > 1 {
		o.deviations[example] = o.rows.deviation()
	}
	o.rows = estimate{}
}

// record makes the explanation, with residuals.
func (o *over) record(r *run, method Explainer, output []float64) (*record.Explanation, error) {
	e, err := r.recordFolded(method, output, o.values)
	if e == nil {
		return nil, err
	}
	e.Base, e.Baseline, e.Residual = o.base, o.from.words, make([]float64, len(output))
	for i, v := range o.values {
		if v != nil {
			e.Residual[i] = math.Abs(sum(v) - (output[i] - o.base[i]))
		}
	}
	if o.from.each > 1 {
		e.BaselineStdDev = r.arrays(o.deviations)
	}
	return e, err
}
