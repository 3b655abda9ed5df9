package explain

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/vitrine-ml/vitrine/pkg/models"
)

func TestSegments(t *testing.T) {
	past := func(shape ...int) []models.Port {
		return []models.Port{{Name: "past", Kind: models.Values, Shape: shape, Axes: []string{"time", "feature"}[:len(shape)]}}
	}
	for _, c := range []struct {
		name     string
		segments Segments
		ports    []models.Port
		x        []float64
		want     string
	}{
		{"equal", Segments{Count: 3}, past(7), make([]float64, 7), "[0 0 1 1 2 2 2] 3"},
		{"more than steps", Segments{}, past(3), make([]float64, 3), "[0 1 2] 3"},
		{"two features", Segments{Count: 2}, past(4, 2), make([]float64, 8), "[0 0 0 0 1 1 1 1] 2"},
		{"apart", Segments{Count: 2, Apart: true}, past(4, 2), make([]float64, 8), "[0 1 0 1 2 3 2 3] 4"},
		{"changes", Segments{Count: 3, Changes: true}, past(8), []float64{1, 1, 1.1, 5, 5, 5, 5, -2}, "[0 0 0 1 1 1 1 2] 3"},
		{"changes of either", Segments{Count: 3, Changes: true}, past(5, 2), []float64{0, 9, 1, 9, 1, 9, 1, 9, 1, 5}, "[0 0 1 1 1 1 1 1 2 2] 3"},
		{"changes of each", Segments{Count: 2, Changes: true, Apart: true}, past(4, 2), []float64{0, 9, 1, 9, 1, 9, 1, 5}, "[0 1 2 1 2 1 2 3] 4"},
		{"nothing changes", Segments{Count: 2, Changes: true}, past(4), []float64{.1, .1, .1, .1}, "[0 1 1 1] 2"},
	} {
		for i := range c.ports {
			if c.ports[i].Axes == nil {
				c.ports[i].Axes = axisNames(nil, len(c.ports[i].Shape))
			}
		}
		parts, err := ported(c.ports, c.x).partitions(c.segments)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if got := fmt.Sprint(parts[0].of, parts[0].n); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
	_, err := ported(past(2, 2), make([]float64, 4)).partitions(Segments{Count: -1})
	wantError(t, err, "-1 segments")
	_, err = ported([]models.Port{{Kind: models.Values, Shape: []int{2, 2, 1}}}, make([]float64, 4)).partitions(Segments{})
	wantError(t, err, "Net has no such input")
	_, err = ported(past(4097), make([]float64, 4097)).partitions(Segments{Changes: true})
	wantError(t, err, "one has 4097: take equal segments")
}

// The changes are the best of all ways to cut.
func TestChangesAgainstAll(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 30 {
		steps, width := 4+rng.IntN(6), 1+rng.IntN(2)
		columns := make([][]float64, width)
		for j := range columns {
			for range steps {
				columns[j] = append(columns[j], rng.NormFloat64())
			}
		}
		spread := func(starts []int) (d float64) {
			for _, column := range columns {
				_, deviation := moments(column)
				for k, from := range starts {
					to := steps
					if k+1 < len(starts) {
						to = starts[k+1]
					}
					_, within := moments(column[from:to])
					d += within * within * float64(to-from) / (deviation * deviation)
				}
			}
			return d
		}
		least := math.Inf(1)
		for a := 1; a < steps; a++ {
			for b := a + 1; b < steps; b++ {
				least = min(least, spread([]int{0, a, b}))
			}
		}
		starts := changes(columns, 3)
		if !slices.IsSorted(starts) || math.Abs(spread(starts)-least) > 1e-9 {
			t.Errorf("cut at %v with %g, the least is %g", starts, spread(starts), least)
		}
	}
}
