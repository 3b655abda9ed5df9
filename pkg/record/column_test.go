package record

import (
	"fmt"
	"math"
	"strings"
	"testing"
)

func TestColumn(t *testing.T) {
	unknown := []bool{false, true}
	for _, c := range []struct {
		column Column
		want   string // both examples in words, or the error
	}{
		{Column{Name: "age", Values: []float64{39, 1234567}}, "39 1.23457e+06"},
		{Column{Name: "age", Values: []float64{0.1 + 0.2, 0}, Missing: unknown}, "0.3 missing"},
		{Column{Name: "day", Values: []float64{0, -1}, Dates: true}, "1970-01-01 1969-12-31"},
		{Column{Name: "job", Values: []float64{1, 0}, Categories: []string{"cook", "judge"}}, "judge cook"},
		{Column{Name: "job", Values: []float64{1, 7}, Categories: []string{"cook", "judge"}, Missing: unknown}, "judge missing"},
		{Column{Name: "job", Values: []float64{1, 2}, Categories: []string{"cook", "judge"}}, `example 1 of column "job" is of category 2, there are 2`},
		{Column{Name: "job", Values: []float64{0.5, 0}, Categories: []string{"cook"}}, "is of category 0.5"},
		{Column{Name: "age", Values: []float64{1}}, `column "age" has 1 values and 0 marks of missing ones for 2 examples`},
		{Column{Name: "age", Values: []float64{1, math.NaN()}}, `column "age" of example 1 is NaN`},
	} {
		s := Samples{Inputs: Array{Axes: []string{"example", "feature"}, Shape: []int{2, 0}}, Columns: []Column{c.column}}
		err := s.Check()
		if err == nil {
			err = fmt.Errorf("%s %s", c.column.Text(0), c.column.Text(1))
		}
		if !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: %v, want %s", c.column, err, c.want)
		}
	}
}
