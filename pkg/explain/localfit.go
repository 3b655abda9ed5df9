package explain

import (
	"math"
	"slices"
)

// localFit fits a linear model to what the net said of an example's neighbours.
type localFit struct {
	again func() *neighbours // the same neighbours once more
	next  *neighbours        // those that are still to be asked for
	y     []float64          // what the net said, less what it says of the example
	ridge float64
	keep  int // 0: all features

	known   int     // len(y) when the errors were last looked at
	largest float64 // of them
}

// localModel is the outcome.
type localModel struct {
	intercept      float64   // less what the net says of the example
	values, stdErr []float64 // no errors where all neighbours are known
	fit            float64   // R²
}

// worst is the largest standard error. It is worked out anew when there are a quarter more neighbours than the last time.
func (f *localFit) worst() float64 {
	if f.known > 0 && len(f.y) < f.known+f.known/4 {
		return f.largest
	}
	f.known, f.largest = len(f.y), math.Inf(1)
	if m, ok := f.model(); ok {
		f.largest = slices.Max(append(m.stdErr, 0))
	}
	return f.largest
}

// model minimises Σ w·(y − intercept − z·β)² + ridge·|β|². Standard errors are those of the coefficients as estimates of what they would be with
// neighbours without end, however the net is not linear: White's, (A⁻¹ Σ(w·e)²·x·xᵀ A⁻¹), times n/(n − k) (MacKinnon and White 1985, HC1). It
// is false if there are too few neighbours.
func (f *localFit) model() (m localModel, ok bool) {
	n, exact := f.next.n, len(f.y) >= f.next.all()
	if !exact && len(f.y) < n+3 || len(f.y) == 0 {
		return m, false
	}
	gram, moment := newNormal(n+1), make([]float64, n+1) // Σ w·x·xᵀ and Σ w·y·x, with x = (1, z)
	weight, square := 0.0, 0.0                           // Σ w and Σ w·y²
	each := func(see func(w, y float64, x []float64)) {
		neighbours, x := f.again(), make([]float64, n+1)
		x[0] = 1
		for _, y := range f.y {
			see(neighbours.draw(x[1:], nil), y, x)
		}
	}
	each(func(w, y float64, x []float64) {
		gram.add(w, x)
		for j, v := range x {
			moment[j] += w * y * v
		}
		weight, square = weight+w, square+w*y*y
	})
	features := f.features(gram, moment)
	beta, a := solved(gram, moment, features, f.ridge)
	if beta == nil {
		return m, false
	}
	left, of := 0.0, newNormal(len(features)+1)
	part := make([]float64, len(features)+1)
	each(func(w, y float64, x []float64) {
		part[0] = 1
		for k, j := range features {
			part[k+1] = x[j+1]
		}
		e := y - dot(beta, part)
		left += w * e * e
		if !exact {
			of.add(w*w*e*e, part)
		}
	})
	m = localModel{intercept: beta[0], values: make([]float64, n), fit: 1}
	if !exact {
		m.stdErr = make([]float64, n)
	}
	if total := square - moment[0]*moment[0]/weight; total > 0 {
		m.fit = 1 - left/total
	}
	for k, j := range features {
		m.values[j] = beta[k+1] * f.next.whole[j]
		if exact {
			continue
		}
		direction := make([]float64, len(beta))
		direction[k+1] = 1
		a.half(direction)
		a.back(direction)
		count := float64(len(f.y))
		m.stdErr[j] = math.Abs(f.next.whole[j]) * math.Sqrt(of.along(direction)*count/(count-float64(len(beta))))
	}
	return m, true
}

// features are those that the model has, in order.
func (f *localFit) features(gram *normal, moment []float64) (chosen []int) {
	n := len(moment) - 1
	if f.keep == 0 || f.keep >= n {
		for j := range n {
			chosen = append(chosen, j)
		}
		return chosen
	}
	if f.keep <= 6 {
		for range f.keep {
			best, explained := -1, math.Inf(-1)
			for j := range n {
				if slices.Contains(chosen, j) {
					continue
				}
				with := append(slices.Clone(chosen), j)
				beta, _ := solved(gram, moment, with, 0)
				if beta == nil { // it says nothing that the others do not
					continue
				}
				by := beta[0] * moment[0]
				for k, j := range with {
					by += beta[k+1] * moment[j+1]
				}
				if by > explained {
					best, explained = j, by
				}
			}
			if best >= 0 {
				chosen = append(chosen, best)
			}
		}
		slices.Sort(chosen)
		return chosen
	}
	all := make([]int, n)
	for j := range all {
		all[j] = j
	}
	beta, _ := solved(gram, moment, all, 0.01)
	if beta == nil {
		return all[:f.keep]
	}
	slices.SortStableFunc(all, func(a, b int) int {
		va, vb := math.Abs(beta[a+1]*f.next.whole[a]), math.Abs(beta[b+1]*f.next.whole[b])
		switch {
		case va > vb:
			return -1
		case va < vb:
			return 1
		}
		return 0
	})
	chosen = all[:f.keep]
	slices.Sort(chosen)
	return chosen
}

// solved are intercept and coefficients of the features, and the factor of their normal equations; nil if there is not one solution.
func solved(gram *normal, moment []float64, features []int, ridge float64) (beta []float64, a *normal) {
	a, beta = newNormal(len(features)+1), []float64{moment[0]}
	a.row(0)[0] = gram.row(0)[0]
	for k, j := range features {
		row := a.row(k + 1)
		row[0] = gram.row(j + 1)[0]
		for l, i := range features[:k+1] {
			row[l+1] = gram.row(max(i, j) + 1)[min(i, j)+1]
		}
		row[k+1] += ridge
		beta = append(beta, moment[j+1])
	}
	if !a.factor() {
		return nil, nil
	}
	a.half(beta)
	a.back(beta)
	return beta, a
}

// along is dᵀ·(the sum)·d.
func (m *normal) along(d []float64) (s float64) {
	for i := range d {
		for j, v := range m.row(i)[:i] {
			s += 2 * v * d[i] * d[j]
		}
		s += m.row(i)[i] * d[i] * d[i]
	}
	return s
}
