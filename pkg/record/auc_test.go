package record

import (
	"math/rand/v2"
	"testing"
)

// The area is the share of the pairs that are in order.
func TestAUCAgainstSlow(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	for range 20 {
		labels, p := []int{0, 1}, [][]float64{{0.5, 0.5}, {0.5, 0.5}}
		for range 30 {
			v := float64(rng.IntN(8)) / 7 // many ties
			labels, p = append(labels, rng.IntN(2)), append(p, []float64{1 - v, v})
		}
		s := scoresOf(labels, p)
		ordered, pairs := 0.0, 0.0
		for i := range labels {
			for j := range labels {
				if labels[i] != 1 || labels[j] != 0 {
					continue
				}
				pairs++
				switch a, b := p[i][1], p[j][1]; {
				case a > b:
					ordered++
				case a == b:
					ordered += 0.5
				}
			}
		}
		got, err := s.AUC()
		if err != nil {
			t.Fatal(err)
		}
		near(t, "AUC", got, ordered/pairs)
	}
}
