package data

import (
	_ "embed"
	"fmt"
	"strings"
)

//go:embed co2.csv
var co2 string

// CO2 is the weekly mean of carbon dioxide in the air over Mauna Loa from March 1958 to December 2001, 2,284 weeks, in parts per million:
// a trend and a season of 52 weeks (Keeling and Whorf 2004, Scripps Institution of Oceanography, by way of the Carbon Dioxide Information
// Analysis Center; public domain; as in statsmodels 0.15.0). It is built into the program.
//
// 59 weeks were not measured, most of them before 1968, 18 in a row in 1964. They are straight lines between their neighbours and are
// marked in Filled; windows touch none of the runs of more than 8.
func CO2() (*Series, error) {
	times, values, err := parseSeries(strings.NewReader(co2), []string{"date", "co2"}, "20060102")
	s := &Series{Name: "CO₂", Features: []string{"CO₂ (ppm)"}, Times: times, Values: values, Season: 52, MaxGap: 8}
	if err == nil {
		s.Filled, err = fill(values[0])
	}
	if err != nil {
		return nil, fmt.Errorf("data: CO₂: embedded file: %w", err)
	}
	return s.checked()
}
