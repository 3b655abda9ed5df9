package explain

// Masker makes inputs in which only some features are there. Features are what a method counts in: pixels, superpixels, columns, tokens.
type Masker interface {
	// Features is their number.
	Features() int
	// Mask fills to with the example x where a feature is kept and with the baseline where it is not. All three hold an example's
	// attributed inputs, one after another.
	Mask(to, x, baseline []float64, keep []bool)
}

// elements is the masker whose features are the single numbers of the inputs.
type elements int

func (e elements) Features() int { return int(e) }

func (elements) Mask(to, x, baseline []float64, keep []bool) {
	for i, k := range keep {
		if k {
			to[i] = x[i]
		} else {
			to[i] = baseline[i]
		}
	}
}

// coalitions computes the explained number for n sets of kept features: choose(i) marks the features that the i-th set keeps and says
// which example it is of.
func (r *run) coalitions(m Masker, baseline [][]float64, n int, choose func(i int, keep []bool) (example int), got func(i int, value float64)) error {
	keep := make([]bool, m.Features())
	examples := make([]int, n)
	return r.pass(r.output(), n,
		func(i int, to []float64) int {
			e := choose(i, keep)
			examples[i] = e
			m.Mask(to, r.x[e], baseline[e], keep)
			return e
		},
		func(i int, output, _ []float64) { got(i, r.value(examples[i], output)) })
}
