package record

import (
	"math"
	"slices"
	"strings"
	"testing"
)

func values(axes []string, shape []int, data ...float64) Array {
	return Array{Name: "next", Axes: axes, Shape: shape, Data: data}
}

func TestForecast(t *testing.T) {
	axes := []string{"example", "time", "feature"}
	actual := values(axes, []int{2, 2, 2}, 1, 10, 2, 20, 3, 30, 4, 40)
	predicted := values(axes, []int{2, 2, 2}, 2, 10, 2, 24, 3, 32, 1, 40)
	f, err := NewForecast("LSTM", "series", actual, predicted)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "MAE", f.MAE, (1+4+2+3)/8.)
	near(t, "RMSE", f.RMSE, math.Sqrt((1+16+4+9)/8.))
	mae, rmse := f.Step(1)
	near(t, "MAE of the second step", mae, (4+3)/4.)
	near(t, "RMSE of the second step", rmse, math.Sqrt((16+9)/4.))
	mase, err := f.MASE(0.5, 3)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "MASE of two features", mase, (1./0.5+1.5/3)/2)
	if mase, err = f.MASE(2.5); err != nil {
		t.Fatal(err)
	}
	near(t, "MASE", mase, 1.25/2.5)
	if got := f.String(); got != "LSTM on series: MAE 1.25, RMSE 1.936 (2 examples)" {
		t.Error(got)
	}
	for _, naive := range [][]float64{nil, {1, 2, 3}, {0}, {math.NaN()}, {-1}, {1, math.Inf(1)}} {
		if _, err := f.MASE(naive...); err == nil {
			t.Errorf("naive errors %v: no error", naive)
		}
	}
	for want, change := range map[string]func(a, p *Array){
		"holds NaN":       func(_, p *Array) { p.Data[3] = math.NaN() },
		"holds +Inf":      func(a, _ *Array) { a.Data[0] = math.Inf(1) },
		"predictions of":  func(_, p *Array) { p.Shape = []int{2, 4, 1} },
		"wants 8 numbers": func(a, _ *Array) { a.Data = a.Data[:7] },
		"of 0 examples":   func(a, p *Array) { a.Shape, a.Data, p.Shape, p.Data = []int{0, 2, 2}, nil, []int{0, 2, 2}, nil },
	} {
		a, p := actual, predicted
		a.Data, p.Data = append([]float64{}, a.Data...), append([]float64{}, p.Data...)
		change(&a, &p)
		if _, err := NewForecast("m", "d", a, p); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want one with %q", err, want)
		}
	}
	if f.MAE = 1; f.Check() == nil {
		t.Error("another MAE than that of the predictions: no error")
	}
}

func TestForecastAt(t *testing.T) {
	axes := []string{"example", "time"}
	f, err := NewForecast("net", "set", Array{Name: "y", Axes: axes, Shape: []int{3, 2}, Data: []float64{1, 2, 3, 4, 5, 6}},
		Array{Name: "y", Axes: axes, Shape: []int{3, 2}, Data: []float64{0, 9, 0, 8, 0, 7}})
	if err != nil {
		t.Fatal(err)
	}
	actual, predicted := f.At(1)
	if !slices.Equal(actual.Data, []float64{2, 4, 6}) || !slices.Equal(predicted.Data, []float64{9, 8, 7}) || predicted.Name != "net" || actual.Check() != nil || predicted.Check() != nil {
		t.Errorf("%v and %v", actual, predicted)
	}
	defer func() {
		if recover() == nil {
			t.Error("a position that is not there")
		}
	}()
	f.At(2)
}
