package viz

import (
	"fmt"
	"math"
	"slices"
)

// Scale says which values share a colour scale.
type Scale int

// The scales there are. All are symmetric about zero.
const (
	PerMethod Scale = iota // each column has its own
	Common                 // all columns have the same
)

// setLimits chooses the columns' scales: the strongest colour stands for that percentile of the absolute values, 0 meaning 100.
func setLimits(columns []column, scale Scale, percent float64) error {
	clip := percent
	if clip == 0 {
		clip = 100
	}
	if clip < 0 || clip > 100 || math.IsNaN(clip) {
		return fmt.Errorf("Clip is %v: it is a percentile, above 0 and up to 100; 0 means 100", percent)
	}
	if scale != PerMethod && scale != Common {
		return fmt.Errorf("unknown Scale %d: choose viz.PerMethod or viz.Common", scale)
	}
	groups := [][]column{columns}
	if scale == PerMethod {
		groups = groups[:0]
		for i := range columns {
			groups = append(groups, columns[i:i+1])
		}
	}
	for _, group := range groups {
		limit := percentile(group, clip)
		for i := range group {
			c := &group[i]
			c.limit = limit
			for _, values := range c.values {
				for _, v := range values {
					if math.Abs(v) > limit {
						c.beyond++
					}
				}
			}
		}
	}
	return nil
}

// percentile is the smallest value that at least p percent of the absolute values do not exceed; 1 where all are zero, so that zero is white.
func percentile(group []column, p float64) float64 {
	var all []float64
	for _, c := range group {
		for _, values := range c.values {
			for _, v := range values {
				all = append(all, math.Abs(v))
			}
		}
	}
	slices.Sort(all)
	if v := all[max(0, int(math.Ceil(p/100*float64(len(all))))-1)]; v > 0 {
		return v
	}
	if v := all[len(all)-1]; v > 0 { // so many zeros that the percentile is one of them
		return v
	}
	return 1
}
