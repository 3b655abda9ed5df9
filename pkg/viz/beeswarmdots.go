package viz

import (
	"maps"
	"math"
	"slices"
)

// dotSize is the width of a dot in pixels.
const dotSize = 6.0

// dots puts the row's examples to those of their colours. Those whose places meet are stacked from the middle of the row.
func (w swarm) dots(s *stage, k int, row float64, all features, parts [][]any) {
	byPlace := map[int][]int{}
	for at, v := range w.values {
		place := int(math.Round((s.x(v) - s.left) / dotSize))
		byPlace[place] = append(byPlace[place], at)
	}
	most := 0
	for _, here := range byPlace {
		most = max(most, len(here))
	}
	step := min(dotSize, (row-dotSize-2)/float64(max(most-1, 1)))
	for _, place := range slices.Sorted(maps.Keys(byPlace)) {
		here := byPlace[place]
		if w.tones != nil { // the low beneath
			slices.SortStableFunc(here, func(a, b int) int { return ascending(w.tones[a], w.tones[b]) })
		}
		for n, at := range here {
			y := float64(k) - (float64(n)-float64(len(here)-1)/2)*step/row
			item := []any{round(w.values[at]), math.Round(y*1000) / 1000, w.name, "–", all.caption(at).name}
			if w.cells != nil {
				item[3] = w.cells[at]
			}
			tone := w.tone(at, rampSteps)
			parts[tone] = append(parts[tone], item)
		}
	}
}

// tone is the colour of a shown example out of n, n itself if it has none.
func (w swarm) tone(at, n int) int {
	if w.tones == nil || math.IsNaN(w.tones[at]) {
		return n
	}
	return int(math.Round(w.tones[at] * float64(n-1)))
}

// columns puts the row's examples, counted in narrow columns, to those of their colours.
func (w swarm) columns(s *stage, k int, row float64, parts [][]any) {
	const width, shades = 4.0, 5
	n := max(1, int(s.width/width))
	counts := make([][shades + 1]int, n) // the last for those without a tone
	sums := make([]int, n)
	for at, v := range w.values {
		place := min(n-1, max(0, int((s.x(v)-s.left)/s.width*float64(n))))
		counts[place][w.tone(at, shades)]++
		sums[place]++
	}
	height := func(count int) float64 { return (row - 4) * float64(count) / float64(slices.Max(sums)) }
	for place, shaded := range counts {
		below := 0
		for shade, count := range shaded {
			if count == 0 {
				continue
			}
			y := float64(k) + (height(sums[place])/2-height(below)-height(count)/2)/row
			below += count
			v := s.low + (float64(place)+0.5)/float64(n)*(s.high-s.low)
			tone := rampSteps
			if shade < shades {
				tone = shade * (rampSteps - 1) / (shades - 1)
			}
			parts[tone] = append(parts[tone], map[string]any{"value": []any{round(v), math.Round(y*1e4) / 1e4, w.name, count, sums[place]},
				"symbolSize": []float64{pixel(s.width / float64(n)), max(1.5, pixel(height(count)))}})
		}
	}
}
