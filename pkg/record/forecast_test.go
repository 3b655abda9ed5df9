package record

import (
	"math"
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

func TestNaiveError(t *testing.T) {
	series := []float64{1, 4, 2, 5, 3, 9}
	for season, want := range map[int]float64{1: (3 + 2 + 3 + 2 + 6) / 5., 2: (1 + 1 + 1 + 4) / 4., 5: 8} {
		got, err := NaiveError(series, season)
		if err != nil {
			t.Fatal(err)
		}
		near(t, "naive error", got, want)
	}
	for _, season := range []int{0, -1, 6} {
		if _, err := NaiveError(series, season); err == nil {
			t.Errorf("season %d: no error", season)
		}
	}
	if _, err := NaiveError([]float64{1, math.NaN()}, 1); err == nil {
		t.Error("NaN: no error")
	}
}
