package data

import (
	_ "embed"
	"fmt"
	"math"
	"strings"
	"time"
)

// The readings on a grid of five minutes: an IDX array of int32, 0 where there is none, compressed with gzip.
//
//go:embed glucose.gz
var glucose string

// Glucose is the sugar in the blood of a person with diabetes, in mg/dl every five minutes from 24 March to 10 October 2010, as a sensor
// measured it (given by that person to the authors of Bokeh for the public domain; CGM.csv.gz of bokeh-sampledata 2026.1). 57,770 steps;
// the season is a day, 288. It is built into the program.
//
// The 52,281 readings were put on the grid, each at most two minutes away from where it stands; of two for one place, 198 times, the later
// was kept. At 5,687 steps, in 187 gaps of up to 28 hours, there is no reading: they are straight lines between their neighbours and are
// marked in Filled; windows touch none of more than half an hour.
func Glucose() (*Series, error) {
	contents, err := unpack(strings.NewReader(glucose), 300_000, maxContents)
	var readings idxArray
	if err == nil {
		readings, err = parseWhole(contents, idxInt32s, 1)
	}
	if err != nil {
		return nil, fmt.Errorf("data: glucose: embedded file: %w", err)
	}
	first := time.Date(2010, 3, 24, 9, 51, 0, 0, time.UTC) // the clock of the sensor: the place is not known
	s := &Series{Name: "Glucose", Features: []string{"glucose (mg/dl)"}, Season: 288, MaxGap: 6}
	values := make([]float64, readings.shape[0])
	s.Times = make([]time.Time, len(values))
	for i, v := range readings.numbers() {
		s.Times[i] = first.Add(time.Duration(i) * 5 * time.Minute)
		values[i] = float64(v)
		if v == 0 {
			values[i] = math.NaN()
		}
	}
	if s.Filled, err = fill(values); err != nil {
		return nil, fmt.Errorf("data: glucose: embedded file: %w", err)
	}
	s.Values = [][]float64{values}
	return s.checked()
}
