package viz

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/vitrine-ml/vitrine/pkg/record"
)

// most is how many steps of a series are drawn one by one: more have no room for a bar each.
const most = 400

// classified says whether the series, a sound for one, is what a class was predicted of: its time then counts from its beginning, not up to
// the last value that a forecast knows.
func (f SeriesAttribution) classified() bool { return len(f.Samples.Predictions) > 0 }

// drawn is the figure with its steps put together where there are too many, unless something follows them: of n steps there is the one of the
// largest magnitude, of their values the sum, so that the values add up to the same.
func (f SeriesAttribution) drawn(columns []column) (SeriesAttribution, []column) {
	past, features := f.Samples.Inputs.Shape[1], f.Samples.Inputs.Shape[2]
	for _, line := range f.ahead() {
		if len(line.values.Shape) > 0 {
			return f, columns
		}
	}
	if past <= most {
		return f, columns
	}
	n := (past + most - 1) / most
	steps := (past + n - 1) / n
	together := func(row []float64, add bool) []float64 {
		out := make([]float64, steps*features)
		for at, v := range row {
			switch to := &out[at/features/n*features+at%features]; {
			case add:
				*to += v
			case math.Abs(v) > math.Abs(*to):
				*to = v
			}
		}
		return out
	}
	a := f.Samples.Inputs
	a.Shape, a.Data = []int{a.Rows(), steps, features}, nil
	for i := range f.Samples.Len() {
		a.Data = append(a.Data, together(f.Samples.Inputs.Row(i), false)...)
	}
	f.Samples.Inputs, f.together = a, n
	columns = slices.Clone(columns)
	for k, c := range columns {
		columns[k].values = nil
		for _, row := range c.values {
			columns[k].values = append(columns[k].values, together(row, true))
		}
	}
	return f, columns
}

// step is how long a drawn step is.
func (f SeriesAttribution) step() float64 {
	step := f.Step
	if step == 0 {
		step = 1
	}
	return step * float64(max(f.together, 1))
}

// steps names the steps of time: 0 is the first one if the series is classified, else the last one of the past.
func (f SeriesAttribution) steps(ahead int) []string {
	past := f.Samples.Inputs.Shape[1]
	out := make([]string, past+ahead)
	for t := range out {
		from := t + 1 - past
		if f.classified() {
			from = t
		}
		out[t] = strings.Replace(strconv.FormatFloat(float64(from)*f.step(), 'g', 6, 64), "-", "−", 1)
	}
	return out
}

// ticks are the positions of some of the steps: few enough to be read, the one that is 0 among them.
func (f SeriesAttribution) ticks(names []string) []int {
	if f.step() == 1 && !f.classified() {
		return ticks(names)
	}
	every := niceStep(float64(len(names))*f.step()/10) / f.step()
	now := float64(slices.Index(names, "0"))
	var at []int
	for t := now - math.Floor(now/every)*every; t < float64(len(names))-0.5; t += every {
		at = append(at, int(math.Round(t)))
	}
	return slices.Compact(at)
}

// niceStep is the next of …, 0.1, 0.2, 0.5, 1, 2, 5, ….
func niceStep(at float64) float64 {
	ten := math.Pow(10, math.Floor(math.Log10(at)))
	for _, m := range []float64{1, 2, 5} {
		if m*ten >= at*(1-1e-9) {
			return m * ten
		}
	}
	return 10 * ten
}

// timeName is what stands below the axis of time.
func (f SeriesAttribution) timeName() string {
	name := orElse(clean(f.Unit), "steps") + " from the last known value"
	if f.classified() {
		name = orElse(clean(f.Unit), "steps") + " from the beginning"
	}
	if f.together > 1 {
		name += fmt.Sprintf("; %d steps are drawn as one, their values added up", f.together)
	}
	return name
}

// headOf is what stands above an example.
func (f SeriesAttribution) headOf(i int, quantity string) string {
	c := captionOf(f.Samples, i)
	head := "Example " + c.name + ": " + quantity
	if c.predicted != "" {
		head += fmt.Sprintf(", predicted %s, %s", c.predicted, c.probability)
	}
	return head
}

// seriesAxes says whether axes are those of series: what an input holds at each step are features, a sound's channels.
func seriesAxes(axes []string) bool {
	return slices.Equal(axes, []string{"example", "time", "feature"}) || slices.Equal(axes, []string{"example", "time", "channel"})
}

// seriesOf gives an explanation's values of a series.
func seriesOf(e *record.Explanation, input string) (record.Array, error) {
	return valuesOf(e, input, []string{"example", "time", "feature"}, []string{"example", "time", "channel"})
}
