package data

import (
	_ "embed"
	"fmt"
	"strings"
)

//go:embed sunspots.csv
var sunspots string

// Sunspots is the yearly number of sunspots from 1700 to 2008, 309 steps, which comes and goes in about 11 years (United States National
// Geophysical Data Center, public domain; as in statsmodels 0.15.0). Nothing is missing. It is built into the program.
func Sunspots() (*Series, error) {
	times, values, err := parseSeries(strings.NewReader(sunspots), []string{"YEAR", "SUNACTIVITY"}, "2006")
	if err != nil {
		return nil, fmt.Errorf("data: sunspots: embedded file: %w", err)
	}
	s := &Series{Name: "Sunspots", Features: []string{"sunspots a year"}, Times: times, Values: values, Season: 11}
	return s.checked()
}
