package data

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// cell is one cell of a table: words as they stand in a file, or a value whose type is known.
type cell struct {
	text    string // without spaces around it; of a number and a boolean: as one writes it
	is      Type   // Number, Boolean or Date, whose value is in number; "": only text
	number  float64
	missing bool
}

// table is rows of cells that can be gone through more than once.
type table struct {
	name    string // of the file
	columns []string
	place   string // how a row is named: "%s:%d" by its line
	// each calls see for every row with its line, or number, and its cells, which see may not keep. An error of see ends it.
	each func(see func(at int, cells []cell) error) error
}

// at names a row.
func (s table) at(at int) string { return fmt.Sprintf(s.place, s.name, at) }

// missingMarks is a set of the cells that hold no value.
type missingMarks map[string]bool

func (t Table) marks() missingMarks {
	marks := missingMarks{}
	for _, m := range t.Missing {
		marks[strings.TrimSpace(m)] = true
	}
	return marks
}

// text is a cell of words.
func (m missingMarks) text(s string) cell {
	s = strings.TrimSpace(s)
	return cell{text: s, missing: m[s]}
}

// numberCell is a cell of a number; NaN is missing.
func numberCell(v float64) cell {
	return cell{text: strconv.FormatFloat(v, 'f', -1, 64), is: Number, number: v, missing: math.IsNaN(v)}
}

func booleanCell(v bool) cell {
	c := cell{text: strconv.FormatBool(v), is: Boolean}
	if v {
		c.number = 1
	}
	return c
}

// value is a cell's number as that type; false if it is none.
func (c cell) value(as Type) (float64, bool) {
	switch {
	case c.is == as:
		return c.number, true
	case c.is == Boolean && as == Number:
		return c.number, true
	case c.is != "":
		if as == Boolean && c.is == Number && (c.number == 0 || c.number == 1) {
			return c.number, true
		}
		return 0, false
	case as == Number:
		return parseNumber(c.text)
	case as == Boolean:
		return parseBoolean(c.text)
	case as == Date:
		return parseDate(c.text)
	}
	return 0, false
}

// parseNumber reads a decimal number with a point, as 12, -1.5 or 2e-3: no infinity, no hexadecimal, no commas. One that is larger than any
// float64 is none.
func parseNumber(s string) (float64, bool) {
	if strings.ContainsFunc(s, func(r rune) bool { return !strings.ContainsRune("0123456789+-.eE", r) }) {
		return 0, false
	}
	v, err := strconv.ParseFloat(s, 64)
	return v, err == nil
}

// hasZeros says that a whole number has zeros in front: it is a code, not a quantity.
func hasZeros(s string) bool {
	return len(s) > 1 && s[0] == '0' && strings.Trim(s, "0123456789") == ""
}

// isEndless says that it is a way to write infinity.
func isEndless(s string) bool {
	switch strings.ToLower(strings.TrimLeft(s, "+-")) {
	case "inf", "infinity", "∞":
		return true
	}
	return false
}

// withCommas says that it would be a number but for its commas.
func withCommas(s string) bool {
	if !strings.Contains(s, ",") {
		return false
	}
	_, ok := parseNumber(strings.ReplaceAll(s, ",", ""))
	return ok
}

func parseBoolean(s string) (float64, bool) {
	switch strings.ToLower(s) {
	case "true", "yes":
		return 1, true
	case "false", "no":
		return 0, true
	}
	return 0, false
}

var dateLayouts = []string{time.DateOnly, "2006/01/02", time.DateTime, "2006-01-02T15:04:05", "2006-01-02 15:04", time.RFC3339}

// parseDate gives days since 1970-01-01, UTC where no zone is named.
func parseDate(s string) (float64, bool) {
	if len(s) < len(time.DateOnly) || len(s) > 40 || s[0] < '0' || s[0] > '9' {
		return 0, false
	}
	for _, layout := range dateLayouts {
		if at, err := time.Parse(layout, s); err == nil {
			return days(at), true
		}
	}
	return 0, false
}

// days is how long after the beginning of 1970 a moment is.
func days(at time.Time) float64 {
	return float64(at.Unix())/86400 + float64(at.Nanosecond())/86400e9
}
