package explain

// upsample spreads an array of shape from over shape to, axis by axis: linearly between the middles of its cells (half-pixel centres, as
// PyTorch's "bilinear" with align_corners=False), or each number over its cell (PyTorch's "nearest").
func upsample(values []float64, from, to []int, nearest bool) []float64 {
	inner := 1
	for _, d := range from {
		inner *= d
	}
	outer := 1
	for axis, n := range to {
		inner /= from[axis]
		values = stretchAxis(values, outer, from[axis], n, inner, nearest)
		outer *= n
	}
	return values
}

// stretchAxis resizes the middle axis of an array [outer, have, inner].
func stretchAxis(values []float64, outer, have, want, inner int, nearest bool) []float64 {
	out := make([]float64, outer*want*inner)
	for i := range want {
		low, high, share := i*have/want, i*have/want, 0.0
		if !nearest {
			at := max(0, (float64(i)+0.5)*float64(have)/float64(want)-0.5)
			low = min(int(at), have-1)
			high, share = min(low+1, have-1), at-float64(low)
		}
		for o := range outer {
			for j := range inner {
				a, b := values[(o*have+low)*inner+j], values[(o*have+high)*inner+j]
				out[(o*want+i)*inner+j] = a + share*(b-a)
			}
		}
	}
	return out
}
