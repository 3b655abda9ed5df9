package record

import (
	"math"
	"slices"
)

// Within is the share of the magnitudes that lies on the source tokens that are known to decide, of those target tokens for which that is
// known. It is false if none is, or if all their values are zero.
func (a Alignment) Within() (share float64, known bool) {
	inside, all := 0.0, 0.0
	for i, sources := range a.Known {
		if len(sources) == 0 {
			continue
		}
		for j, v := range a.Values.Row(i) {
			all += math.Abs(v)
			if slices.Contains(sources, j) {
				inside += math.Abs(v)
			}
		}
	}
	if all == 0 {
		return 0, false
	}
	return inside / all, true
}
