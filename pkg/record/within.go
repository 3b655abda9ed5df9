package record

import (
	"fmt"
	"math"
)

// Within is, for every example, the share of an explanation's magnitudes that lies on the numbers of an input which region marks: 1 where
// all of it does. An explanation that knows nothing puts as much there as the region is large. The region is of one example, in row-major
// order; an example whose values are all zero has the share 0. (This is the energy of the pointing game: Wang et al. 2020, arXiv 1910.01279.)
func Within(e *Explanation, region []bool) ([]float64, error) {
	if err := e.Check(); err != nil {
		return nil, err
	}
	if len(e.Values) != 1 {
		return nil, fmt.Errorf("record: a region of one input, but %s explains %d", e.Method, len(e.Values))
	}
	values, share := e.Values[0], make([]float64, e.Rows())
	for i := range share {
		row := values.Row(i)
		if len(row) != len(region) {
			return nil, fmt.Errorf("record: a region of %d numbers, but %q has %d an example", len(region), values.Name, len(row))
		}
		inside, all := 0.0, 0.0
		for j, v := range row {
			all += math.Abs(v)
			if region[j] {
				inside += math.Abs(v)
			}
		}
		if all > 0 {
			share[i] = inside / all
		}
	}
	return share, nil
}
