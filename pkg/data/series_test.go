package data

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"
)

// hourly is a series of those values, an hour apart; NaN is not measured.
func hourly(t testing.TB, season int, values ...[]float64) *Series {
	t.Helper()
	s := &Series{Name: "hours", Season: season, Values: values}
	for f, of := range values {
		s.Features = append(s.Features, fmt.Sprint("feature ", f))
		filled, err := fill(of)
		if err != nil {
			t.Fatal(err)
		}
		if s.Filled == nil {
			s.Filled = filled
		}
	}
	for i := range values[0] {
		s.Times = append(s.Times, time.Date(2020, 1, 1, i, 0, 0, 0, time.UTC))
	}
	return s
}

func TestSeriesOfTheWorld(t *testing.T) {
	for _, test := range []struct {
		load                func() (*Series, error)
		steps, filled, runs int
		first, last         time.Time
		sum                 float64 // of what was measured, added up from the sources by other programs
	}{
		{Sunspots, 309, 0, 0, day(1700, 1, 1), day(2008, 1, 1), 15373.4},
		{CO2, 2284, 59, 22, day(1958, 3, 29), day(2001, 12, 29), 756816.5},
		{Glucose, 57770, 5687, 187, time.Date(2010, 3, 24, 9, 51, 0, 0, time.UTC), time.Date(2010, 10, 10, 23, 56, 0, 0, time.UTC), 7140320},
	} {
		s, err := test.load()
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Check(); err != nil {
			t.Error(err)
		}
		filled, runs, sum := 0, 0, 0.0
		for i, v := range s.Values[0] {
			if !s.filled(i) {
				sum += v
				continue
			}
			filled++
			if !s.filled(i - 1) {
				runs++
			}
		}
		if s.Len() != test.steps || filled != test.filled || runs != test.runs || math.Abs(sum-test.sum) > 0.01 {
			t.Errorf("%s: %d steps, %d filled in %d runs, measured values add up to %.2f; want %d, %d, %d, %.2f",
				s.Name, s.Len(), filled, runs, sum, test.steps, test.filled, test.runs, test.sum)
		}
		if got := s.Times[0]; !got.Equal(test.first) {
			t.Errorf("%s begins at %v, want %v", s.Name, got, test.first)
		}
		if got := s.Times[s.Len()-1]; !got.Equal(test.last) {
			t.Errorf("%s ends at %v, want %v", s.Name, got, test.last)
		}
		s.Values[0][0] = -1
		if again, _ := test.load(); again.Values[0][0] == -1 {
			t.Errorf("%s: a caller changed the series of others", s.Name)
		}
	}
}

func day(year int, month time.Month, day int) time.Time {
	return time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
}

func TestETTh1(t *testing.T) {
	mirrored(t, ett, etth1File)
	s, err := ETTh1(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if s.Len() != 17420 || s.Features[s.Target] != "OT" || len(s.Features) != 7 || s.Values[6][0] != 30.5310001373291 {
		t.Errorf("%d steps of %q, the first %g", s.Len(), s.Features, s.Values[6][0])
	}
	w, err := s.Windows(96, 24)
	if err != nil {
		t.Fatal(err)
	}
	if w.Train.Len() != 8640-96-24+1 || w.Test.Len() != 17420-8640-24+1 || !slices.Equal(w.Train.Shape(), []int{96, 7}) {
		t.Errorf("%d and %d windows of %v", w.Train.Len(), w.Test.Len(), w.Train.Shape())
	}
}

func TestFill(t *testing.T) {
	n := math.NaN()
	values := []float64{1, n, n, 4, 6, n, 5}
	filled, err := fill(values)
	if want := []float64{1, 2, 3, 4, 6, 5.5, 5}; err != nil || !slices.Equal(values, want) {
		t.Errorf("got %v, error %v, want %v", values, err, want)
	}
	if want := []bool{false, true, true, false, false, true, false}; !slices.Equal(filled, want) {
		t.Errorf("filled %v, want %v", filled, want)
	}
	if filled, err := fill([]float64{1, 2}); filled != nil || err != nil {
		t.Errorf("nothing to fill: %v, error %v", filled, err)
	}
	for _, values := range [][]float64{nil, {n}, {n, 1}, {1, n}} {
		if _, err := fill(values); err == nil {
			t.Errorf("no error for %v", values)
		}
	}
}

func TestSeriesCheck(t *testing.T) {
	for _, test := range []struct {
		spoil  func(s *Series)
		reason string
	}{
		{func(s *Series) {}, ""},
		{func(s *Series) { s.Times = nil }, "0 steps"},
		{func(s *Series) { s.Features = nil }, "0 features"},
		{func(s *Series) { s.Values = s.Values[:1] }, "values of 1"},
		{func(s *Series) { s.Target = 2 }, "target is feature 2"},
		{func(s *Series) { s.Target = -1 }, "target is feature -1"},
		{func(s *Series) { s.Filled = make([]bool, 3) }, "3 of them"},
		{func(s *Series) { s.Season = 0 }, "Season is 0"},
		{func(s *Series) { s.MaxGap = -1 }, "MaxGap -1"},
		{func(s *Series) { s.Train = 5 }, "Train 5, want 0 to 4"},
		{func(s *Series) { s.Values[1] = s.Values[1][:3] }, "feature 1 has 3 values"},
		{func(s *Series) { s.Values[1][2] = math.NaN() }, "feature 1 is NaN at step 2"},
		{func(s *Series) { s.Values[0][1] = math.Inf(1) }, "+Inf at step 1"},
		{func(s *Series) { s.Times[3] = s.Times[2] }, "step 3 is at"},
	} {
		s := hourly(t, 2, []float64{1, 2, 3, 4}, []float64{1, 2, 3, 4})
		test.spoil(s)
		err := s.Check()
		if (err == nil) != (test.reason == "") || err != nil && !strings.Contains(err.Error(), test.reason) {
			t.Errorf("error %v, want one with %q", err, test.reason)
		}
		if _, err := s.Windows(1, 1); (err == nil) != (test.reason == "") {
			t.Errorf("windows: error %v, want one with %q", err, test.reason)
		}
	}
}

var seriesHeader = []string{"date", "a", "b"}

func TestParseSeriesRefuses(t *testing.T) {
	for contents, reason := range map[string]string{
		"":                                        "header is",
		"<html>not found</html>":                  "header is",
		"date,a\n2020,1\n":                        "header is",
		"date,a,b\n":                              "no lines",
		"date,a,b\n2020,1\n":                      "wrong number of fields",
		"date,a,b\n2020,1,x\n":                    `line 2: b is "x"`,
		"date,a,b\n2020,1,NaN\n":                  "want a number",
		"date,a,b\n2020,1e999,2\n":                "want a number",
		"date,a,b\n2020,1,2\nsoon,1,2\n":          `line 3: time is "soon"`,
		"date,a,b\n2020,1,2\n2020,1,2\n":          "line 3: 2020 is not after",
		"date,a,b\n2020,1,2\n2021,\"1,2\n":        "line",
		"date,a,b\n2020,1,2\n2021,1\n":            "line 3",
		"date,a,b\n2020,1,2\n\n2021,1,2,3\n":      "line 4",
		strings.Repeat("date,a,b\n", 2) + "2020,": "line 2",
	} {
		_, values, err := parseSeries(strings.NewReader(contents), seriesHeader, "2006")
		if values != nil || err == nil || !strings.Contains(err.Error(), reason) {
			t.Errorf("%q: %v, error %v; want none and one with %q", contents, values, err, reason)
		}
	}
	contents := strings.Join(etth1Header, ",") + "\n2016-07-01 00:00:00,1,2,3,4,,6,7\n"
	if s, err := parseETT("x", []byte(contents)); s != nil || err == nil || !strings.Contains(err.Error(), "values of LUFL are missing") {
		t.Errorf("%v, error %v", s, err)
	}
}

func FuzzParseSeries(f *testing.F) {
	f.Add("date,a,b\n2020,1,2\n2021,,3\n")
	f.Add("date,a,b\r\n\"2020\",-1e5,.5")
	f.Add("date,a,b\n2020,0x1p4,inf\n")
	f.Fuzz(func(t *testing.T, contents string) {
		times, values, err := parseSeries(strings.NewReader(contents), seriesHeader, "2006")
		if err != nil {
			return
		}
		if len(times) == 0 || len(values) != 2 || len(values[0]) != len(times) || len(values[1]) != len(times) {
			t.Fatalf("%d times, %d values", len(times), len(values))
		}
		s := &Series{Name: "fuzz", Features: seriesHeader[1:], Times: times, Values: values, Season: 2}
		for i := range values {
			if _, err := fill(values[i]); err != nil {
				return
			}
		}
		if err := s.Check(); err != nil {
			t.Fatal(err)
		}
	})
}

func BenchmarkSunspots(b *testing.B) { benchmarkSeries(b, Sunspots) }
func BenchmarkCO2(b *testing.B)      { benchmarkSeries(b, CO2) }
func BenchmarkGlucose(b *testing.B)  { benchmarkSeries(b, Glucose) }
func BenchmarkETTh1(b *testing.B) {
	mirrored(b, ett, etth1File)
	benchmarkSeries(b, func() (*Series, error) { return ETTh1(b.Context()) })
}

func benchmarkSeries(b *testing.B, load func() (*Series, error)) {
	for b.Loop() {
		if _, err := load(); err != nil {
			b.Fatal(err)
		}
	}
}
