package record

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// random scores of two classes with many ties.
func randomScores(rng *rand.Rand, n int) Scores {
	labels, p := []int{0, 1, 0, 1}, [][]float64{{0.5, 0.5}, {0.5, 0.5}, {0.75, 0.25}, {0.25, 0.75}}
	for range n {
		label := rng.IntN(2)
		v := min(1, float64(rng.IntN(8)+2*label)/9)
		labels, p = append(labels, label), append(p, []float64{1 - v, v})
	}
	return scoresOf(labels, p)
}

// Each point of the curve is counted anew, the area under it is that of the pairs, and the standard error is DeLong's by its definition.
func TestROCAgainstSlow(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 1))
	for range 20 {
		s := randomScores(rng, 40)
		r, err := s.ROC(1)
		if err != nil {
			t.Fatal(err)
		}
		area := 0.0
		for k, threshold := range r.Threshold {
			var reach [2]float64
			for i, label := range s.Labels {
				if s.Probabilities[i][1] >= threshold {
					reach[label]++
				}
			}
			near(t, "share of the others", r.FalsePositive[k], reach[0]/float64(r.Other))
			near(t, "share of the class", r.TruePositive[k], reach[1]/float64(r.Of))
			if k > 0 {
				area += (r.FalsePositive[k] - r.FalsePositive[k-1]) * (r.TruePositive[k] + r.TruePositive[k-1]) / 2
			}
		}
		near(t, "area", r.AUC, area)
		if last := len(r.Threshold) - 1; r.FalsePositive[0] != 0 || r.TruePositive[0] != 0 || r.FalsePositive[last] != 1 || r.TruePositive[last] != 1 {
			t.Errorf("the curve goes from (%v, %v) to (%v, %v)", r.FalsePositive[0], r.TruePositive[0], r.FalsePositive[last], r.TruePositive[last])
		}
		near(t, "standard error", *r.StdErr, slowDeLong(s))
	}
}

// slowDeLong goes through all pairs.
func slowDeLong(s Scores) float64 {
	var sides [2][]float64
	for i, label := range s.Labels {
		sides[label] = append(sides[label], s.Probabilities[i][1])
	}
	psi := func(of, other float64) float64 {
		switch {
		case of > other:
			return 1
		case of == other:
			return 0.5
		}
		return 0
	}
	variance := 0.0
	for side := range sides {
		var placements []float64
		mean := 0.0
		for _, v := range sides[side] {
			sum := 0.0
			for _, w := range sides[1-side] {
				if side == 1 {
					sum += psi(v, w)
				} else {
					sum += psi(w, v)
				}
			}
			placements = append(placements, sum/float64(len(sides[1-side])))
			mean += placements[len(placements)-1] / float64(len(sides[side]))
		}
		squares := 0.0
		for _, v := range placements {
			squares += (v - mean) * (v - mean)
		}
		variance += squares / float64(len(placements)-1) / float64(len(placements))
	}
	return math.Sqrt(variance)
}

// Of many samples of one distribution, about 95 in 100 intervals hold the true area.
func TestROCIntervalHoldsTheArea(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 1))
	const times, area = 1000, 0.7602499389065233 // of two normal distributions a standard deviation apart: Φ(1/√2)
	held := 0
	for range times {
		var labels []int
		var p [][]float64
		for i := range 100 {
			label := i % 2
			v := 1 / (1 + math.Exp(-rng.NormFloat64()-float64(label)))
			labels, p = append(labels, label), append(p, []float64{1 - v, v})
		}
		r, err := scoresOf(labels, p).ROC(1)
		if err != nil {
			t.Fatal(err)
		}
		low, high, ok := r.Interval()
		if !ok || !(low < r.AUC && r.AUC < high && low > 0 && high < 1) {
			t.Fatalf("interval %v to %v, %v about %v", low, high, ok, r.AUC)
		}
		if low <= area && area <= high {
			held++
		}
	}
	if held < 930 || held > 970 {
		t.Errorf("%d of %d intervals hold the area", held, times)
	}
}

func TestROCOfFewOrSeparateExamples(t *testing.T) {
	r, err := scoresOf([]int{0, 1, 1}, [][]float64{{1, 0}, {0.5, 0.5}, {0.25, 0.75}}).ROC(1)
	if err != nil || r.StdErr != nil || r.AUC != 1 {
		t.Errorf("%+v, %v: want no standard error with one other example", r, err)
	}
	r, err = scoresOf([]int{0, 0, 1, 1}, [][]float64{{1, 0}, {1, 0}, {0, 1}, {0, 1}}).ROC(1)
	if err != nil || r.StdErr == nil || *r.StdErr != 0 {
		t.Errorf("%+v, %v: want a standard error of 0", r, err)
	}
	if _, _, ok := r.Interval(); ok {
		t.Error("an interval about an area of 1")
	}
	if got, want := fmt.Sprint(r.FalsePositive, r.TruePositive, r.Threshold[1:]), "[0 0 1] [0 1 1] [1 0]"; got != want || r.Threshold[0] <= 1 {
		t.Errorf("the curve is %s from %v, want %s from above 1", got, r.Threshold[0], want)
	}
	if _, err := scoresOf([]int{0, 0}, [][]float64{{1, 0}, {1, 0}}).ROC(1); err == nil {
		t.Error("no error of a class without examples")
	}
}
