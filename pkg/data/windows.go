package data

import (
	"fmt"
	"math"
)

// Windows are pieces of a series to forecast from: what is known, and what comes after it.
type Windows struct {
	Series        *Series
	Past, Horizon int // steps that are known, and steps that are forecast

	// Inputs are [past, features], named "past"; targets are [horizon] of the target feature, named "future". Both are scaled. Index says at
	// which step of the series a window's future begins. All of a window for training is in the training part of the series. The future
	// of a window for test is in the test part; its past may reach into the training part, as it would where forecasts are made in earnest.
	Train, Test *Dataset

	Scales []Scale // one a feature
}

// Scale takes a feature to mean 0 and standard deviation 1, as they are over the measured values in the training part of the series: of
// what comes later, nothing is known.
type Scale struct{ Mean, Deviation float64 }

// Scaled is a value in the feature's unit as a net sees it.
func (s Scale) Scaled(v float64) float64 { return (v - s.Mean) / s.Deviation }

// Back is a net's number in the feature's unit.
func (s Scale) Back(v float64) float64 { return s.Mean + v*s.Deviation }

// Windows cuts the series into all windows of so many known steps and so many to forecast, one beginning at every step. Left out are those
// that hold a filled step in their future, end their past with one, or touch a run of more than MaxGap filled steps: what was filled from
// a later value would tell of it.
//
// It returns an error if past or horizon are not positive, the series does not pass [Series.Check], or one of the parts has no window.
func (s *Series) Windows(past, horizon int) (*Windows, error) {
	if past < 1 || horizon < 1 {
		return nil, fmt.Errorf("data: series %q: windows of %d known steps and %d to forecast, want at least 1 of each", s.Name, past, horizon)
	}
	if err := s.Check(); err != nil {
		return nil, err
	}
	w := &Windows{Series: s, Past: past, Horizon: horizon}
	for f := range s.Features {
		w.Scales = append(w.Scales, s.scale(f))
	}
	var train, test []int // where futures begin
	for at := past; at+horizon <= s.Len(); at++ {
		if !s.whole(at, past, horizon) {
			continue
		}
		switch split := s.trained(); {
		case at+horizon <= split:
			train = append(train, at)
		case at >= split:
			test = append(test, at)
		}
	}
	var err error
	if w.Train, err = w.dataset("train", train); err != nil {
		return nil, err
	}
	if w.Test, err = w.dataset("test", test); err != nil {
		return nil, err
	}
	return w, nil
}

// whole says whether the window whose future begins at that step may be used.
func (s *Series) whole(at, past, horizon int) bool {
	if s.Filled == nil {
		return true
	}
	if s.Filled[at-1] {
		return false
	}
	run := 0
	for i := at - past; i < at+horizon; i++ {
		switch {
		case !s.Filled[i]:
			run = 0
			continue
		case i >= at:
			return false
		case i == at-past: // the run may have begun before the window
			for j := i - 1; j >= 0 && s.Filled[j]; j-- {
				run++
			}
		}
		if run++; s.MaxGap > 0 && run > s.MaxGap {
			return false
		}
	}
	return true
}

// scale is that of a feature's measured values in the training part. A feature that never changes there is only shifted.
func (s *Series) scale(feature int) Scale {
	var sum, squares float64
	n := 0
	for i, v := range s.Values[feature][:s.trained()] {
		if !s.filled(i) {
			n++
			sum += v
		}
	}
	mean := sum / float64(max(1, n))
	for i, v := range s.Values[feature][:s.trained()] {
		if !s.filled(i) {
			squares += (v - mean) * (v - mean)
		}
	}
	if squares == 0 {
		return Scale{mean, 1}
	}
	return Scale{mean, math.Sqrt(squares / float64(n))}
}

func (w *Windows) dataset(part string, at []int) (*Dataset, error) {
	s := w.Series
	name := s.Name + " " + part
	if len(at) == 0 {
		return nil, fmt.Errorf("data: %q: no window of %d known steps and %d to forecast fits into this part of %d steps, %d of them for training",
			name, w.Past, w.Horizon, s.Len(), s.trained())
	}
	if size := w.Past * len(s.Features); size > math.MaxInt32/len(at) {
		return nil, fmt.Errorf("data: %q: %d windows of %d × %d numbers are too many", name, len(at), w.Past, len(s.Features))
	}
	past := make([]float32, 0, len(at)*w.Past*len(s.Features))
	future := make([]float32, 0, len(at)*w.Horizon)
	for _, at := range at {
		for i := at - w.Past; i < at; i++ {
			for f, scale := range w.Scales {
				past = append(past, float32(scale.Scaled(s.Values[f][i])))
			}
		}
		for i := at; i < at+w.Horizon; i++ {
			future = append(future, float32(w.Scales[s.Target].Scaled(s.Values[s.Target][i])))
		}
	}
	d, err := Assemble(name,
		[]Column{{Name: "past", Shape: []int{w.Past, len(s.Features)}, Axes: []string{"time", "feature"}, Floats: past}},
		Column{Name: "future", Shape: []int{w.Horizon}, Axes: []string{"time"}, Floats: future})
	if err != nil {
		return nil, err
	}
	d.Index = at
	return d, nil
}
