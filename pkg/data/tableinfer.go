package data

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
)

// inferred is what all rows of a table say: how many there are, what the columns hold, and the target's classes.
type inferred struct {
	rows    int
	types   []Type
	why     []string // a column is left out, or ""
	target  int      // which column it is
	classes []string // nil: a regression
}

// look is what a cell looks like.
type look int

const (
	aWord look = iota
	aNumber
	aCode    // a number with zeros in front
	aBoolean // or a word that can be one
	aDate
	infinite  // infinity
	withMarks // a number but for its commas
	looks
)

// tally counts what the cells of a column look like.
type tally struct {
	there  int           // cells that are not missing
	counts [looks]int    // of those
	first  [looks]string // where each was first

	countsRows bool // from 0 or 1, so far
	last       float64
	fractions  bool
	distinct   map[string]bool // of the target: the different cells
}

// infer goes through the table for the first time.
func (s table) infer(t Table) (inferred, error) {
	f := inferred{target: slices.Index(s.columns, t.Target), types: make([]Type, len(s.columns)), why: make([]string, len(s.columns))}
	if err := s.checkColumns(t, f.target); err != nil {
		return f, err
	}
	tallies := make([]tally, len(s.columns))
	tallies[f.target].distinct = map[string]bool{}
	err := s.each(func(at int, cells []cell) error {
		if f.rows++; f.rows > maxTableRows {
			return fmt.Errorf("more than %d rows", maxTableRows)
		}
		if cells[f.target].missing {
			return fmt.Errorf("%s: the target %q is missing (%q): remove the row, or say in Missing what stands for no value", s.at(at), t.Target, cells[f.target].text)
		}
		for i, c := range cells {
			tallies[i].add(c, f.rows, func() string { return fmt.Sprintf("%s: %q", s.at(at), short(c.text, 40)) })
		}
		return nil
	})
	if err != nil {
		return f, err
	}
	if f.rows == 0 {
		return f, errors.New("no rows")
	}
	for i, name := range s.columns {
		as, given := t.Types[name]
		if !given {
			if as, err = tallies[i].infer(); err != nil {
				return f, fmt.Errorf("column %q: %w, or give the column's type in Types", name, err)
			}
		}
		switch of := &tallies[i]; {
		case i == f.target:
			if as == Date {
				return f, fmt.Errorf("the target %q holds dates: what is predicted is a class or a number", name)
			}
			if f.classes, err = of.classes(as, given, f.rows); err != nil {
				return f, fmt.Errorf("the target %q: %w", name, err)
			}
			if as = Number; f.classes != nil {
				as = Category
			}
		case as == Ignored && given:
			f.why[i] = "as was asked"
		case of.there == 0:
			as, f.why[i] = Ignored, "nothing but missing values"
		case !given && as == Number && of.countsRows && f.rows > 2:
			as, f.why[i] = Ignored, "it counts the rows"
		}
		f.types[i] = as
	}
	return f, nil
}

// checkColumns refuses names that are missing or not unique, and options that name columns that are not there.
func (s table) checkColumns(t Table, target int) error {
	if len(s.columns) > maxTableColumns {
		return fmt.Errorf("%d columns, want at most %d", len(s.columns), maxTableColumns)
	}
	at := map[string]int{}
	for i, name := range s.columns {
		if name == "" {
			return fmt.Errorf("column %d has no name", i+1)
		}
		if first, twice := at[name]; twice {
			return fmt.Errorf("columns %d and %d are both called %q", first+1, i+1, name)
		}
		at[name] = i
	}
	list := fmt.Sprintf("%.40q", s.columns[:min(len(s.columns), 20)])
	if target < 0 {
		return fmt.Errorf("no column %q, the Target; there are %s. (If these are values: give the names in Header. If they are one: give the Delimiter.)", t.Target, list)
	}
	if len(s.columns) < 2 {
		return fmt.Errorf("only one column, %s: nothing to predict from. (Another Delimiter?)", list)
	}
	for name := range t.Types {
		if _, ok := at[name]; !ok {
			return fmt.Errorf("no column %q, which Types names; there are %s", name, list)
		}
	}
	return nil
}

// short is the beginning of a text.
func short(s string, most int) string {
	if r := []rune(s); len(r) > most {
		return string(r[:most]) + "…"
	}
	return s
}

// look says what a cell looks like; the number, if it is one.
func (c cell) look() (look, float64) {
	switch c.is {
	case Number:
		if math.IsInf(c.number, 0) {
			return infinite, 0
		}
		return aNumber, c.number
	case Boolean:
		return aBoolean, 0
	case Date:
		return aDate, 0
	}
	if v, ok := parseNumber(c.text); ok {
		if hasZeros(c.text) {
			return aCode, 0
		}
		return aNumber, v
	}
	if _, ok := parseBoolean(c.text); ok {
		return aBoolean, 0
	}
	if _, ok := parseDate(c.text); ok {
		return aDate, 0
	}
	switch {
	case isEndless(c.text):
		return infinite, 0
	case withCommas(c.text):
		return withMarks, 0
	}
	return aWord, 0
}

// add counts a cell of row number row, counted from 1.
func (y *tally) add(c cell, row int, place func() string) {
	if c.missing {
		y.countsRows = false
		return
	}
	y.there++
	as, v := c.look()
	if y.counts[as]++; y.counts[as] == 1 {
		y.first[as] = place()
	}
	y.countsRows = as == aNumber && (row == 1 && (v == 0 || v == 1) || row > 1 && y.countsRows && v == y.last+1)
	y.last = v
	y.fractions = y.fractions || as == aNumber && v != math.Trunc(v)
	if y.distinct != nil && len(y.distinct) <= maxTableClasses {
		y.distinct[strings.Clone(c.text)] = true
	}
}

// infer is what the cells are.
func (y *tally) infer() (Type, error) {
	n := y.counts
	switch y.there {
	case 0:
		return Ignored, nil
	case n[aNumber]:
		return Number, nil
	case n[aBoolean]:
		return Boolean, nil
	case n[aDate]:
		return Date, nil
	case n[aNumber] + n[aCode]:
		return Category, nil
	case n[aNumber] + n[infinite]:
		return "", fmt.Errorf("%s is not a finite number: correct it, or say in Missing that it stands for no value", y.first[infinite])
	case n[aNumber] + n[aCode] + n[withMarks]:
		return "", fmt.Errorf("%s: write numbers with a decimal point and without other marks", y.first[withMarks])
	}
	for _, most := range []struct {
		as   look
		name string
	}{{aNumber, "numbers"}, {aDate, "dates"}} {
		if 10*n[most.as] < 9*y.there {
			continue
		}
		for as, place := range y.first {
			if look(as) != most.as && place != "" {
				return "", fmt.Errorf("%s, where %d of %d cells are %s: correct it, name it in Missing", place, n[most.as], y.there, most.name)
			}
		}
	}
	return Category, nil
}

// classes are those of a target; nil: it is a number. Those that are numbers stand in their order, others in that of the alphabet.
func (y *tally) classes(as Type, given bool, rows int) ([]string, error) {
	if as == Number && (given || y.fractions || len(y.distinct) > 20 || 5*len(y.distinct) > rows) {
		return nil, nil
	}
	names := slices.Collect(maps.Keys(y.distinct))
	switch {
	case len(names) > maxTableClasses:
		return nil, fmt.Errorf("more than %d different words: want classes, or numbers", maxTableClasses)
	case len(names) < 2:
		return nil, fmt.Errorf("%q in every row: nothing to learn", names)
	}
	slices.SortFunc(names, func(a, b string) int {
		x, first := parseNumber(a)
		y, second := parseNumber(b)
		if first && second && x != y {
			return cmp.Compare(x, y)
		}
		return strings.Compare(a, b)
	})
	return names, nil
}
