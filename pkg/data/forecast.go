package data

import (
	"fmt"
	"math"
	"slices"

	"github.com/vitrine-ml/vitrine/pkg/record"
)

// InUnit is a net's forecasts of windows, as train.EvaluateForecast gives them, in the unit of the target feature rather than scaled. It returns an
// error if they are not example × Horizon.
func (w *Windows) InUnit(f record.Forecast) (record.Forecast, error) {
	if shape := f.Actual.Shape; len(shape) != 2 || shape[1] != w.Horizon {
		return record.Forecast{}, fmt.Errorf("data: %q: forecasts of shape %v, want example × %d steps", w.Series.Name, shape, w.Horizon)
	}
	scale := w.Scales[w.Series.Target]
	back := func(a record.Array) record.Array {
		data := make([]float64, len(a.Data))
		for i, v := range a.Data {
			data[i] = scale.Back(v)
		}
		return w.array(data)
	}
	return record.NewForecast(f.Model, f.Dataset, back(f.Actual), back(f.Predicted))
}

// array is values of the target feature, Horizon for each window.
func (w *Windows) array(values []float64) record.Array {
	return record.Array{Name: "future", Axes: []string{"example", "time"}, Shape: []int{len(values) / w.Horizon, w.Horizon}, Data: values, DType: "float64"}
}

// Naive is the simplest forecast of windows of the series (Train or Test, or a selection of them): a value is what it was that many steps before or,
// where that is not known yet, a multiple of them. With 1 all are the last known value; with the series' Season it is the seasonal naive forecast.
// Numbers are in the unit of the target feature. It returns an error if a window has no whole lag before it.
func (w *Windows) Naive(d *Dataset, lag int) (record.Forecast, error) {
	values := w.Series.Values[w.Series.Target]
	var actual, forecast []float64
	for i, at := range d.Index {
		if lag < 1 || at < lag || at+w.Horizon > len(values) {
			return record.Forecast{}, fmt.Errorf("data: series %q: a naive forecast of %d steps from step %d on by what was %d before (window %d of %q): "+
				"want a lag of at least 1 and as many steps before, and %d in all", w.Series.Name, w.Horizon, at, lag, i, d.Name, len(values))
		}
		for h := range w.Horizon {
			actual = append(actual, values[at+h])
			forecast = append(forecast, values[at-lag+h%lag])
		}
	}
	return record.NewForecast(fmt.Sprintf("naive, %d before", lag), d.Name, w.array(actual), w.array(forecast))
}

// NaiveError is the mean absolute error, in the unit of the target feature, of taking the value a season before for the next one, over the
// training part and where both were measured. It is what the mean absolute scaled error divides by ([record.Forecast.MASE]; Hyndman and Koehler
// 2006, Another look at measures of forecast accuracy): 1 is as good as that forecast of one step was in training.
//
// It returns an error if the training part has no such pair, or the error is 0 and nothing can be divided by it.
func (s *Series) NaiveError() (float64, error) {
	if err := s.Check(); err != nil {
		return 0, err
	}
	values := s.Values[s.Target]
	sum, n := 0.0, 0
	for i := s.Season; i < s.trained(); i++ {
		if !s.filled(i) && !s.filled(i-s.Season) {
			sum += math.Abs(values[i] - values[i-s.Season])
			n++
		}
	}
	if sum == 0 {
		return 0, fmt.Errorf("data: series %q: %d pairs of values a season of %d steps apart in the %d steps for training, with a mean difference of 0: "+
			"errors cannot be scaled by that", s.Name, n, s.Season, s.trained())
	}
	return sum / float64(n), nil
}

// Samples are the examples [from:to] of windows of the series as [Dataset.Samples] gives them, in the features' units rather than scaled.
func (w *Windows) Samples(d *Dataset, from, to int) record.Samples {
	s := d.Samples(from, to)
	for i, v := range s.Inputs.Data {
		s.Inputs.Data[i] = w.Scales[i%len(w.Scales)].Back(v)
	}
	if s.Target != nil {
		for i, v := range s.Target.Data {
			s.Target.Data[i] = w.Scales[w.Series.Target].Back(v)
		}
	}
	return s
}

// Remember is windows of the series of which only the last so many known steps are left: the features of those before are all at their means.
// What a net then forecasts shows whether it needs the rest. It returns an error unless 0 ≤ steps ≤ Past.
func (w *Windows) Remember(d *Dataset, steps int) (_ *Dataset, err error) {
	defer Catch(&err)
	inputs, target := d.Columns()
	if steps < 0 || steps > w.Past {
		return nil, fmt.Errorf("data: %q: %d steps to be remembered, want 0 to %d", d.Name, steps, w.Past)
	}
	row := w.Past * len(w.Scales)
	past := slices.Clone(inputs[0].Span(0, d.Len()).Floats)
	for from := 0; from < len(past); from += row {
		clear(past[from : from+(w.Past-steps)*len(w.Scales)])
	}
	inputs[0].Floats, inputs[0].Rows = past, nil
	kept, err := Assemble(fmt.Sprintf("%s, the last %d steps", d.Name, steps), inputs, target)
	if err != nil {
		return nil, err
	}
	kept.Index = slices.Clone(d.Index)
	return kept, nil
}
