package data

import (
	"slices"
	"strconv"

	"github.com/vitrine-ml/vitrine/pkg/record"
)

// Read turns encoded rows [example, feature] back into the table's columns, as a person reads them.
func (s *Schema) Read(rows record.Array) []record.Column {
	columns := make([]record.Column, len(s.Columns))
	for k, group := range s.Groups() {
		c := s.Columns[k]
		columns[k] = record.Column{Name: c.Name, Dates: c.Type == Date}
		switch c.Type {
		case Category:
			columns[k].Categories = slices.Clone(c.Categories)
		case Boolean:
			columns[k].Categories = []string{"false", "true"}
		}
		for i := range rows.Rows() {
			v, known := c.decode(rows.Row(i)[group[0] : group[0]+len(group)])
			columns[k].Values = append(columns[k].Values, v)
			if !known && columns[k].Missing == nil {
				columns[k].Missing = make([]bool, rows.Rows())
			}
			if !known {
				columns[k].Missing[i] = true
			}
		}
	}
	return columns
}

// decode is the value that encode made those numbers of, within the precision of float32: a number, or the position of a category. It is not
// known if it was missing or of no category that was learned.
func (c TableColumn) decode(encoded []float64) (v float64, known bool) {
	switch {
	case c.Type == Category:
		at := slices.Index(encoded, 1)
		return float64(max(at, 0)), at >= 0
	case c.Indicator && encoded[1] != 0:
		return 0, false
	}
	v, err := strconv.ParseFloat(strconv.FormatFloat(encoded[0]*c.Deviation+c.Mean, 'g', 6, 64), 64)
	return v, err == nil
}
