package explain_test

import "math"

// contribution of a connection to what its end is compared with, under a rule; bias is what of the bias counts there.
type contribution struct {
	of   func(x float64, c connection) float64
	bias func(b float64) float64
	take float64 // this part of the relevance is shared out by it
}

var (
	whole   = func(b float64) float64 { return b }
	noBias  = func(float64) float64 { return 0 }
	plainly = []contribution{{func(x float64, c connection) float64 { return x * c.weight }, whole, 1}}
)

func plainAlphaBeta(alpha, beta float64) []contribution {
	return []contribution{
		{func(x float64, c connection) float64 { return max(0, x*c.weight) }, func(b float64) float64 { return max(0, b) }, alpha},
		{func(x float64, c connection) float64 { return min(0, x*c.weight) }, func(b float64) float64 { return min(0, b) }, -beta},
	}
}

// relevance passes back the output's number at class, with a rule for every stage of connections.
func (p plain) relevance(x []float64, class int, epsilon float64, rule func(stage int, s stage) []contribution) []float64 {
	all := p.forward(x)
	r := make([]float64, len(all[len(p)]))
	r[class] = all[len(p)][class]
	for i := len(p) - 1; i >= 0; i-- {
		s, x := p[i], all[i]
		down := make([]float64, len(x))
		switch {
		case s.bias != nil:
			for _, part := range rule(i, s) {
				z := make([]float64, len(s.bias))
				for j, b := range s.bias {
					z[j] = part.bias(b)
				}
				for _, c := range s.connections {
					z[c.to] += part.of(x[c.from], c)
				}
				for _, c := range s.connections {
					down[c.from] += part.take * r[c.to] * part.of(x[c.from], c) / (z[c.to] + math.Copysign(epsilon, z[c.to]))
				}
			}
		case s.pools != nil:
			for j, group := range s.pools {
				winners := 0.0
				for _, k := range group {
					if x[k] == all[i+1][j] {
						winners++
					}
				}
				for _, k := range group {
					if x[k] == all[i+1][j] {
						down[k] += r[j] / winners
					}
				}
			}
		default:
			copy(down, r)
		}
		r = down
	}
	return r
}

// lift is DeepLIFT with the rescale rule.
func (p plain) lift(x, baseline []float64, class int) []float64 {
	all, base := p.forward(x), p.forward(baseline)
	m := make([]float64, len(all[len(p)]))
	m[class] = 1
	for i := len(p) - 1; i >= 0; i-- {
		s, x, x0, y, y0 := p[i], all[i], base[i], all[i+1], base[i+1]
		down := make([]float64, len(x))
		switch {
		case s.bias != nil:
			for _, c := range s.connections {
				down[c.from] += m[c.to] * c.weight
			}
		case s.pools != nil:
			for j, group := range s.pools {
				top := max(y[j], y0[j])
				for _, part := range []struct {
					x      []float64
					y, amt float64
				}{{x, y[j], top - y0[j]}, {x0, y0[j], y[j] - top}} {
					var winners []int
					for _, k := range group {
						if part.x[k] == part.y {
							winners = append(winners, k)
						}
					}
					for _, k := range winners {
						if part.amt != 0 {
							down[k] += m[j] * part.amt / float64(len(winners)) / (x[k] - x0[k])
						}
					}
				}
			}
		default:
			for k := range x {
				switch {
				case math.Abs(x[k]-x0[k]) > 1e-10:
					down[k] = m[k] * (y[k] - y0[k]) / (x[k] - x0[k])
				case x[k] > 0:
					down[k] = m[k]
				}
			}
		}
		m = down
	}
	for k := range m {
		m[k] *= x[k] - baseline[k]
	}
	return m
}

// guided is guided backpropagation or, with deconvolution, what that makes of ReLUs.
func (p plain) guided(x []float64, class int, deconvolution bool) []float64 {
	all := p.forward(x)
	m := make([]float64, len(all[len(p)]))
	m[class] = 1
	for i := len(p) - 1; i >= 0; i-- {
		s, x := p[i], all[i]
		down := make([]float64, len(x))
		switch {
		case s.bias != nil:
			for _, c := range s.connections {
				down[c.from] += m[c.to] * c.weight
			}
		case s.pools != nil:
			for j, group := range s.pools {
				winners := 0.0
				for _, k := range group {
					if x[k] == all[i+1][j] {
						winners++
					}
				}
				for _, k := range group {
					if x[k] == all[i+1][j] {
						down[k] += m[j] / winners
					}
				}
			}
		default:
			for k := range x {
				if m[k] > 0 && (deconvolution || x[k] > 0) {
					down[k] = m[k]
				}
			}
		}
		m = down
	}
	return m
}
