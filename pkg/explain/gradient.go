package explain

// derive passes points through the run's gradient program: got takes the explained number and its gradient.
func (r *run) derive(n int, fill func(i int, to []float64) (example int), got func(i int, value float64, gradient []float64)) error {
	examples := make([]int, n)
	return r.pass(r.gradient(), n,
		func(i int, to []float64) int { examples[i] = fill(i, to); return examples[i] },
		func(i int, output, gradient []float64) { got(i, r.value(examples[i], output), gradient) })
}
