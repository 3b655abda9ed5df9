package explain

import "errors"

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
		return f, err
	}
	if baseline.Values != nil || baseline.Constant != 0 || baseline.Token != 0 {
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
