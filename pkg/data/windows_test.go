package data

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/gomlx/gomlx/core/tensors"

	"github.com/vitrine-ml/vitrine/pkg/record"
)

func flat(t *tensors.Tensor) []float32 { return tensors.MustCopyFlatData[float32](t) }

func TestWindows(t *testing.T) {
	s := hourly(t, 2, []float64{0, 2, 4, 6, 8, 10, 12, 14, 16, 18}, []float64{5, 5, 5, 5, 5, 5, 5, 5, 6, 7})
	s.Target, s.Train = 0, 6
	w, err := s.Windows(3, 2)
	if err != nil {
		t.Fatal(err)
	}
	// Of the 6 steps for training, the first feature has mean 5 and variance 35/3; the second never changes.
	if d := w.Scales[0].Deviation; w.Scales[0].Mean != 5 || math.Abs(d*d-35.0/3) > 1e-12 || w.Scales[1] != (Scale{5, 1}) {
		t.Errorf("scales %v", w.Scales)
	}
	if !slices.Equal(w.Train.Index, []int{3, 4}) || !slices.Equal(w.Test.Index, []int{6, 7, 8}) {
		t.Errorf("futures begin at %v and %v, want 3, 4 and 6, 7, 8", w.Train.Index, w.Test.Index)
	}
	if !slices.Equal(w.Train.Shape(), []int{3, 2}) {
		t.Errorf("shape %v, want 3 steps of 2 features", w.Train.Shape())
	}
	in, out := w.Test.Batch([]int{2}) // known: steps 5, 6, 7; to forecast: 8, 9
	for i, v := range flat(in[0]) {
		if want := float32(w.Scales[i%2].Scaled(s.Values[i%2][5+i/2])); v != want {
			t.Errorf("input %d is %g, want %g", i, v, want)
		}
	}
	scaled := record.Array{Name: "future", Axes: []string{"example", "time"}, Shape: []int{1, 2}, Data: []float64{float64(flat(out)[0]), float64(flat(out)[1])}}
	back := sure(w.InUnit(sure(record.NewForecast("", "", scaled, scaled)))).Predicted.Data
	if math.Abs(back[0]-16) > 1e-5 || math.Abs(back[1]-18) > 1e-5 {
		t.Errorf("targets %v, want 16 and 18", back)
	}
	if naive, err := w.Naive(w.Test.Select(2), 2); err != nil || !slices.Equal(naive.Predicted.Data, []float64{12, 14}) || !slices.Equal(naive.Actual.Data, []float64{16, 18}) {
		t.Errorf("naive forecast %v, error %v, want 12 and 14 for 16 and 18", naive, err)
	}
	if naive, err := w.Naive(w.Test.Select(0, 2), 1); err != nil || !slices.Equal(naive.Predicted.Data, []float64{10, 10, 14, 14}) || naive.MAE != (2+4+2+4)/4. {
		t.Errorf("the last value is %v, error %v, want 10, 10 and 14, 14", naive, err)
	}
	seen := w.Samples(w.Test, 1, 3)
	for i, want := range []float64{8, 5, 10, 5, 12, 5, 10, 5, 12, 5, 14, 5} {
		if math.Abs(seen.Inputs.Data[i]-want) > 1e-5 {
			t.Errorf("sample %v, want %g at %d", seen.Inputs.Data, want, i)
		}
	}
	if math.Abs(seen.Target.Data[3]-18) > 1e-5 || seen.Index[1] != 8 {
		t.Errorf("targets %v of windows %v, want 14, 16 and 16, 18", seen.Target.Data, seen.Index)
	}
	kept := sure(w.Remember(w.Test, 1))
	for i, v := range flat(kept.Inputs(1, 2)[0]) {
		want := flat(w.Test.Inputs(1, 2)[0])[i]
		if i < 4 {
			want = 0
		}
		if v != want {
			t.Errorf("of one step that is remembered, number %d is %g, want %g", i, v, want)
		}
	}
	if !slices.Equal(kept.Index, w.Test.Index) || kept.Hash() == w.Test.Hash() || !slices.Equal(flat(kept.Labels(0, 3)), flat(w.Test.Labels(0, 3))) {
		t.Errorf("windows %v", kept.Index)
	}
	for _, steps := range []int{-1, 4} {
		if _, err := w.Remember(w.Test, steps); err == nil {
			t.Errorf("%d steps are remembered", steps)
		}
	}
	if third := w.Test.Every(2); !slices.Equal(third.Index, []int{6, 8}) {
		t.Errorf("every second window: %v", third.Index)
	}
	// Every value is 4 above that of a season before.
	if e, err := s.NaiveError(); err != nil || e != 4 {
		t.Errorf("naive error %g, error %v, want 4", e, err)
	}
}

// slowWindows lists the windows that may be used by the words of the documentation.
func slowWindows(s *Series, past, horizon int) (at []int) {
	for begin := range s.Len() {
		future := begin + past
		end := future + horizon
		if end > s.Len() || s.Filled[future-1] || slices.Contains(s.Filled[future:end], true) {
			continue
		}
		long := false
		for i := begin; i < future; i++ {
			from, to := i, i
			for from > 0 && s.Filled[from-1] {
				from--
			}
			for to < s.Len() && s.Filled[to] {
				to++
			}
			long = long || s.Filled[i] && s.MaxGap > 0 && to-from > s.MaxGap
		}
		split := s.Len() * 4 / 5
		if !long && (end <= split || future >= split) {
			at = append(at, future)
		}
	}
	return at
}

func TestWindowsAvoidGaps(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	for range 50 {
		values := make([]float64, 120)
		for i := range values {
			values[i] = rng.NormFloat64()
			if gone := rng.Float64() < 0.2; gone && i > 0 && i < len(values)-1 {
				values[i] = math.NaN()
			}
		}
		s := hourly(t, 4, values)
		s.MaxGap = rng.IntN(4)
		w, err := s.Windows(5, 2)
		if err != nil {
			t.Fatal(err)
		}
		if got, want := slices.Concat(w.Train.Index, w.Test.Index), slowWindows(s, 5, 2); !slices.Equal(got, want) {
			t.Fatalf("MaxGap %d: windows %v, want %v", s.MaxGap, got, want)
		}
	}
}

// Nothing that a net is trained on, and nothing that it reads, changes with what comes later: neither by the scales nor by what was filled.
func TestNothingLeaks(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 2))
	const n, split = 100, 80
	values := make([]float64, n)
	for i := range values {
		values[i] = rng.NormFloat64()
		if i > 0 && i < n-1 && i%7 > 4 {
			values[i] = math.NaN()
		}
	}
	w := sure(hourly(t, 4, slices.Clone(values)).Windows(6, 2))
	for i, at := range w.Test.Index {
		changed := slices.Clone(values)
		for j := at; j < n; j++ {
			changed[j] += 100
		}
		other := sure(hourly(t, 4, changed).Windows(6, 2))
		if other.Train.Hash() != w.Train.Hash() || other.Scales[0] != w.Scales[0] {
			t.Fatalf("what comes from step %d on changes the training part", at)
		}
		if j := slices.Index(other.Test.Index, at); !slices.Equal(flat(other.Test.Inputs(j, j+1)[0]), flat(w.Test.Inputs(i, i+1)[0])) {
			t.Errorf("what comes from step %d on is in what is known before it", at)
		}
	}
	for _, at := range w.Train.Index {
		if at+2 > split {
			t.Errorf("the future of a training window is [%d:%d], which is not before %d", at, at+2, split)
		}
	}
}

// sure is what comes without an error.
func sure[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func TestWindowsRefuse(t *testing.T) {
	s := hourly(t, 2, []float64{0, 2, 4, 6, 8, 10, 12, 14, 16, 18})
	for _, test := range []struct {
		past, horizon int
		reason        string
	}{
		{0, 1, "0 known steps"}, {1, 0, "0 to forecast"}, {-1, 1, "-1 known"},
		{8, 1, `"hours train": no window`}, {2, 3, `"hours test": no window`}, {1 << 60, 1, "no window"}, {1, 1 << 60, "no window"},
	} {
		if w, err := s.Windows(test.past, test.horizon); w != nil || err == nil || !strings.Contains(err.Error(), test.reason) {
			t.Errorf("%d and %d: %v, error %v, want one with %q", test.past, test.horizon, w, err, test.reason)
		}
	}
	w := sure(s.Windows(2, 2))
	for _, lag := range []int{0, -1, 9} {
		if _, err := w.Naive(w.Test, lag); err == nil || !strings.Contains(err.Error(), "want a lag of at least 1") {
			t.Errorf("a naive forecast by what was %d before: error %v", lag, err)
		}
	}
	three := sure(sure(s.Windows(2, 1)).Naive(w.Test, 2))
	if _, err := w.InUnit(three); err == nil || !strings.Contains(err.Error(), "want example × 2 steps") {
		t.Errorf("forecasts of another horizon: error %v", err)
	}
	if _, err := hourly(t, 2, []float64{1, 2, 1, 2, 1, 2}).NaiveError(); err == nil || !strings.Contains(err.Error(), "mean difference of 0") {
		t.Errorf("error %v of a series that repeats itself", err)
	}
	if _, err := hourly(t, 5, []float64{1, 2, 1, 2, 1, 2}).NaiveError(); err == nil || !strings.Contains(err.Error(), "0 pairs") {
		t.Errorf("error %v of a series without a whole season", err)
	}
}

// The season of the sunspots is not much use over 11 years, and that of CO₂ misses the trend by a year.
func TestNaiveErrors(t *testing.T) {
	for _, test := range []struct {
		load          func() (*Series, error)
		past, horizon int
	}{{Sunspots, 44, 11}, {CO2, 104, 26}, {Glucose, 48, 6}} {
		s := sure(test.load())
		w, err := s.Windows(test.past, test.horizon)
		if err != nil {
			t.Fatal(err)
		}
		naive := sure(s.NaiveError())
		mase, err := sure(w.Naive(w.Test, s.Season)).MASE(naive)
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("%s: %d and %d windows, scale %v, naive error %.3f, MASE of the seasonal naive forecast %.3f", s.Name, w.Train.Len(), w.Test.Len(), w.Scales[0], naive, mase)
		if mase < 0.5 || mase > 2 {
			t.Errorf("%s: MASE %g of the seasonal naive forecast, want about 1", s.Name, mase)
		}
	}
}
