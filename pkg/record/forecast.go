package record

import (
	"fmt"
	"math"
	"slices"
)

// Forecast says how well values are predicted, in a regression or of a series.
type Forecast struct {
	Model    string  `json:"model"`
	Dataset  string  `json:"dataset"`
	Examples int     `json:"examples"`
	MAE      float64 `json:"mae"`  // mean absolute error, in the values' unit
	RMSE     float64 `json:"rmse"` // root of the mean squared error, in the values' unit

	Actual    Array `json:"actual"`    // example × the target's shape
	Predicted Array `json:"predicted"` // of the same shape
}

// NewForecast works out the errors of predictions. It returns an error if the arrays differ in shape, hold no examples or a number that is not finite.
func NewForecast(model, dataset string, actual, predicted Array) (Forecast, error) {
	f := Forecast{Model: model, Dataset: dataset, Examples: actual.Rows(), Actual: actual, Predicted: predicted}
	f.MAE, f.RMSE = f.errors(func(int) bool { return true })
	return f, f.Check()
}

// errors are the mean absolute error and the root of the mean squared one, over the numbers at chosen positions.
func (f Forecast) errors(chosen func(at int) bool) (mae, rmse float64) {
	n := 0
	for i := range min(len(f.Actual.Data), len(f.Predicted.Data)) {
		if chosen(i) {
			d := f.Predicted.Data[i] - f.Actual.Data[i]
			n++
			mae += math.Abs(d)
			rmse += d * d
		}
	}
	return mae / float64(n), math.Sqrt(rmse / float64(n))
}

// Step are the errors of one position on the target's first axis, counted from 0: of a forecast, so many steps ahead. It panics, as
// indexing does, if there is no such position.
func (f Forecast) Step(i int) (mae, rmse float64) {
	if len(f.Actual.Shape) < 2 || i < 0 || i >= f.Actual.Shape[1] {
		panic(fmt.Sprintf("record: step %d of a forecast of shape %v", i, f.Actual.Shape))
	}
	row := len(f.Actual.Data) / f.Examples
	step := row / f.Actual.Shape[1]
	return f.errors(func(at int) bool { return at%row/step == i })
}

// MASE is the mean absolute scaled error (Hyndman and Koehler, "Another look at measures of forecast accuracy", 2006): MAE by the error
// that a naive forecast makes on the series that was trained on, in the same unit (data.Series.NaiveError; data.Windows.InUnit). Below 1, the forecast
// is better than that. Of series with several features the target's last axis counts them, and there is a naive error for each: the mean of the features' is taken.
func (f Forecast) MASE(naive ...float64) (float64, error) {
	if err := f.Check(); err != nil {
		return 0, err
	}
	n, shape := len(naive), f.Actual.Shape
	if n == 0 || n > 1 && (len(shape) < 2 || shape[len(shape)-1] != n) {
		return 0, fmt.Errorf("record: %d naive errors for a target of shape %v: want one, or one for each of the last axis", n, shape[1:])
	}
	mase := 0.0
	for feature, scale := range naive {
		if !(scale > 0) || math.IsInf(scale, 0) {
			return 0, fmt.Errorf("record: the naive error is %v, want a finite number above 0: a series that never changes has no scale", scale)
		}
		mae, _ := f.errors(func(at int) bool { return at%n == feature })
		mase += mae / scale / float64(n)
	}
	return mase, nil
}

// At are the values of one position on the target's second axis, counted from 0, example after example, and what was predicted of them: of
// forecasts of windows that follow one another, two series so many steps ahead. It panics, as indexing does, if there is no such position.
func (f Forecast) At(i int) (actual, predicted Array) {
	of := func(a Array, name string) Array {
		if len(a.Shape) != 2 || i < 0 || i >= a.Shape[1] {
			panic(fmt.Sprintf("record: step %d of a forecast of shape %v", i, a.Shape))
		}
		line := Array{Name: name, DType: a.DType, Axes: []string{"time"}, Shape: a.Shape[:1]}
		for row := range a.Rows() {
			line.Data = append(line.Data, a.Row(row)[i])
		}
		return line
	}
	return of(f.Actual, f.Actual.Name), of(f.Predicted, f.Model)
}

// String is the line that a person wants to see.
func (f Forecast) String() string {
	return fmt.Sprintf("%s on %s: MAE %.4g, RMSE %.4g (%d examples)", f.Model, f.Dataset, f.MAE, f.RMSE, f.Examples)
}

// Check returns an error if the parts do not belong together or a number is not finite.
func (f Forecast) Check() error {
	for _, a := range []Array{f.Actual, f.Predicted} {
		if err := a.Check(); err != nil {
			return err
		}
	}
	if !slices.Equal(f.Actual.Shape, f.Predicted.Shape) {
		return fmt.Errorf("record: values of shape %v, predictions of shape %v", f.Actual.Shape, f.Predicted.Shape)
	}
	if len(f.Actual.Data) == 0 || f.Actual.Rows() != f.Examples {
		return fmt.Errorf("record: a forecast of %d examples with values of shape %v", f.Examples, f.Actual.Shape)
	}
	mae, rmse := f.errors(func(int) bool { return true })
	if !(math.Abs(mae-f.MAE) <= 1e-9*mae) || !(math.Abs(rmse-f.RMSE) <= 1e-9*rmse) {
		return fmt.Errorf("record: MAE %v and RMSE %v, the predictions have %v and %v", f.MAE, f.RMSE, mae, rmse)
	}
	return nil
}
