package data

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Series is one or more quantities measured at equal steps of time. [Series.Windows] makes datasets for forecasting of it.
type Series struct {
	Name     string      // for people
	Features []string    // the quantities, with their units
	Target   int         // which of them is forecast, an index into Features
	Times    []time.Time // of each step
	Values   [][]float64 // [feature][step], in the feature's unit
	Filled   []bool      // steps at which something was not measured and is a straight line between its neighbours; nil: none
	Season   int         // steps after which a course repeats itself, more or less
	Train    int         // the first so many steps are for training, the others for test; 0: four fifths
	MaxGap   int         // windows do not touch a longer run of filled steps; 0: any run may be in what is known, none in what is forecast
}

// Len is the number of steps.
func (s *Series) Len() int { return len(s.Times) }

// trained is the number of steps for training.
func (s *Series) trained() int {
	if s.Train > 0 {
		return s.Train
	}
	return s.Len() * 4 / 5
}

// Check returns an error if the parts do not belong together, a value is NaN or infinite, or time does not go on.
func (s *Series) Check() error {
	fail := func(format string, args ...any) error {
		return fmt.Errorf("data: series %q: %s", s.Name, fmt.Sprintf(format, args...))
	}
	n := s.Len()
	if n == 0 || len(s.Features) == 0 || len(s.Values) != len(s.Features) {
		return fail("%d steps, %d features, values of %d; want at least one step, and values for every feature", n, len(s.Features), len(s.Values))
	}
	if s.Target < 0 || s.Target >= len(s.Features) {
		return fail("target is feature %d, want one of %d, counted from 0", s.Target, len(s.Features))
	}
	if s.Filled != nil && len(s.Filled) != n {
		return fail("%d steps, but %d of them are said to be filled or not", n, len(s.Filled))
	}
	if s.Season < 1 || s.MaxGap < 0 || s.Train < 0 || s.Train > n {
		return fail("Season is %d, want at least 1; MaxGap %d, want at least 0; Train %d, want 0 to %d", s.Season, s.MaxGap, s.Train, n)
	}
	for f, values := range s.Values {
		if len(values) != n {
			return fail("%s has %d values for %d steps", s.Features[f], len(values), n)
		}
		for i, v := range values {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				return fail("%s is %v at step %d (%v)", s.Features[f], v, i, s.Times[i])
			}
		}
	}
	for i := 1; i < n; i++ {
		if !s.Times[i].After(s.Times[i-1]) {
			return fail("step %d is at %v, want a time after %v", i, s.Times[i], s.Times[i-1])
		}
	}
	return nil
}

// checked is the series if it passes Check.
func (s *Series) checked() (*Series, error) {
	if err := s.Check(); err != nil {
		return nil, err
	}
	return s, nil
}

// filled says whether something was not measured at step i.
func (s *Series) filled(i int) bool { return s.Filled != nil && s.Filled[i] }

// fill puts a straight line between the neighbours in the place of every NaN and says where. The first and last value must be there.
func fill(values []float64) (filled []bool, err error) {
	n := len(values)
	if n == 0 || math.IsNaN(values[0]) || math.IsNaN(values[n-1]) {
		return nil, errors.New("the first or last value is missing: there is nothing to fill it from")
	}
	last := 0 // that was measured
	for i, v := range values {
		if math.IsNaN(v) {
			continue
		}
		for j := last + 1; j < i; j++ {
			if filled == nil {
				filled = make([]bool, n)
			}
			share := float64(j-last) / float64(i-last)
			values[j], filled[j] = values[last]*(1-share)+v*share, true
		}
		last = i
	}
	return filled, nil
}

// parseSeries reads comma-separated values: a header, which must be that one, then a line a step, the time in that layout first. A value
// that is missing is NaN.
func parseSeries(r io.Reader, header []string, layout string) (times []time.Time, values [][]float64, err error) {
	rows := csv.NewReader(r)
	rows.ReuseRecord = true
	row, err := rows.Read()
	if err != nil && err != io.EOF {
		return nil, nil, err
	}
	if err == io.EOF || !slices.Equal(row, header) {
		return nil, nil, fmt.Errorf("header is %.200q, want %q", row, header)
	}
	values = make([][]float64, len(header)-1)
	for {
		row, err := rows.Read()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, nil, err
		}
		line, _ := rows.FieldPos(0)
		at, err := time.Parse(layout, row[0])
		if err != nil {
			return nil, nil, fmt.Errorf("line %d: time is %.40q, want one like %q", line, row[0], layout)
		}
		if len(times) > 0 && !at.After(times[len(times)-1]) {
			return nil, nil, fmt.Errorf("line %d: %s is not after the line before", line, row[0])
		}
		times = append(times, at)
		for i, text := range row[1:] {
			v := math.NaN()
			if text = strings.TrimSpace(text); text != "" {
				if v, err = strconv.ParseFloat(text, 64); err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
					return nil, nil, fmt.Errorf("line %d: %s is %.40q, want a number", line, header[i+1], text)
				}
			}
			values[i] = append(values[i], v)
		}
	}
	if len(times) == 0 {
		return nil, nil, errors.New("no lines after the header")
	}
	return times, values, nil
}
