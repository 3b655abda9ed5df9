package record

import (
	"math"
	"slices"
)

// ROC is the receiver operating characteristic of one class against the rest: for every threshold of its probability, from above all of them down
// to the smallest, the share of the other examples that reach it and the share of the class's own.
type ROC struct {
	FalsePositive []float64 `json:"false_positive"` // from 0 to 1
	TruePositive  []float64 `json:"true_positive"`  // from 0 to 1
	Threshold     []float64 `json:"threshold"`      // from which probability on an example counts as one of the class; the first, which none reaches, is just above the highest or 1

	Of    int `json:"of"`    // examples of the class
	Other int `json:"other"` // examples of other classes

	AUC float64 `json:"auc"` // the area under the curve, [Scores.ClassAUC]
	// StdErr is the area's standard error for the choice of so many examples: E. DeLong, D. DeLong and D. Clarke-Pearson, "Comparing the areas
	// under two or more correlated receiver operating characteristic curves" (1988). It says nothing of what another training would have
	// given. nil where there are not two examples of the class and two others.
	StdErr *float64 `json:"std_err,omitempty"`
}

// ROC is the curve of a class against the rest. It returns an error if no probabilities are kept, or the class has no example or all of them.
func (s Scores) ROC(class int) (ROC, error) {
	auc, err := s.ClassAUC(class)
	if err != nil {
		return ROC{}, err
	}
	p := make([]float64, s.Examples)
	order := make([]int, s.Examples)
	r := ROC{AUC: auc, FalsePositive: []float64{0}, TruePositive: []float64{0}}
	for i := range p {
		p[i], order[i] = s.Probabilities[i][class], i
		if s.Labels[i] == class {
			r.Of++
		} else {
			r.Other++
		}
	}
	slices.SortFunc(order, func(a, b int) int {
		switch {
		case p[a] > p[b]:
			return -1
		case p[a] < p[b]:
			return 1
		}
		return 0
	})
	r.Threshold = []float64{max(1, math.Nextafter(p[order[0]], 2))}
	of, other := 0, 0
	for i, at := range order {
		if s.Labels[at] == class {
			of++
		} else {
			other++
		}
		if i+1 == len(order) || p[order[i+1]] != p[at] { // equal probabilities reach a threshold together
			r.TruePositive = append(r.TruePositive, float64(of)/float64(r.Of))
			r.FalsePositive = append(r.FalsePositive, float64(other)/float64(r.Other))
			r.Threshold = append(r.Threshold, p[at])
		}
	}
	if r.Of > 1 && r.Other > 1 {
		e := s.deLong(class, p, r)
		r.StdErr = &e
	}
	return r, nil
}

// deLong is the standard error of the area. An example's placement is the share of the other side that it is in the right order with; its mean
// over either side is the area. Ranks within all and within a side give placements without going through all pairs: X. Sun and W. Xu, "Fast
// implementation of DeLong's algorithm" (2014).
func (s Scores) deLong(class int, p []float64, r ROC) float64 {
	var sides [2][]float64 // probabilities of the others and of the class
	var where [2][]int
	for i, v := range p {
		side := 0
		if s.Labels[i] == class {
			side = 1
		}
		sides[side], where[side] = append(sides[side], v), append(where[side], i)
	}
	all := ranks(p)
	variance := 0.0
	for side, values := range sides {
		within, others := ranks(values), float64(len(sides[1-side]))
		squares := 0.0
		for k, i := range where[side] {
			placement := (all[i] - within[k]) / others
			if side == 0 {
				placement = 1 - placement
			}
			squares += (placement - r.AUC) * (placement - r.AUC)
		}
		n := float64(len(values))
		variance += squares / (n - 1) / n
	}
	return math.Sqrt(variance)
}

// Interval is that of 95 % about the area, symmetric on the scale of its logit so that it stays within 0 and 1. An area of 0 or 1 has none: all
// pairs are in one order then, and how seldom others are these examples do not tell.
func (r ROC) Interval() (low, high float64, ok bool) {
	if r.StdErr == nil || r.AUC <= 0 || r.AUC >= 1 {
		return 0, 0, false
	}
	const z = 1.959963984540054
	logit, half := math.Log(r.AUC/(1-r.AUC)), z**r.StdErr/(r.AUC*(1-r.AUC))
	expit := func(x float64) float64 { return 1 / (1 + math.Exp(-x)) }
	return expit(logit - half), expit(logit + half), true
}
