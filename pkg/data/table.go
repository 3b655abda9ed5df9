package data

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
)

// Type says how the cells of a table's column are read.
type Type string

// The types of a table's columns.
const (
	Number   Type = "number"   // one number
	Category Type = "category" // one of some words: a number for each, 1 for the one that it is, 0 for the others
	Boolean  Type = "boolean"  // true or false, yes or no, in any case: 1 or 0
	Date     Type = "date"     // a day or a moment, as ISO 8601 has them: days since 1970
	Ignored  Type = "ignored"  // not used
)

// Table says how a table is read. Only Target must be given.
//
// What a column holds is inferred from all of its cells: numbers, if every cell that is there is one (so are whole numbers with few values,
// such as ratings); dates and booleans likewise; categories otherwise. Numbers with zeros in front, such as postcodes, are categories. Where
// nine cells of ten are numbers and the others are not, that is an error with the first of them, as a slip is more likely than words.
// Types says otherwise.
//
// Left out, which [Schema.Left] tells with the reason: columns of one value only; words of which most cells have one of their own, such
// as names; whole numbers that count the rows from 0 or 1.
type Table struct {
	Target string // the column to be predicted

	// Test is the share of the rows that are kept for the examination, chosen at random by Seed; 0: 0.2. What is learned about the columns
	// (means, categories …) is learned on the other rows alone.
	Test   float64
	NoTest bool // keep none: the second dataset is nil
	Last   bool // keep the last rows instead, for a table in the order of time
	Seed   uint64

	// Types are those of columns that are not to be inferred. The target's is Category for classes and Number for a regression; where it is
	// not given, words, booleans and whole numbers of at most 20 values, five rows each on the average, are classes.
	Types map[string]Type

	Unscaled      bool // keep numbers as they are, rather than subtract their mean and divide by their standard deviation
	MinCount      int  // categories in fewer training rows than that become one, "(other)"; 0: 1, none
	MaxCategories int  // of more, the most frequent are kept, the rest become "(other)"; 0: 50
	NoIndicators  bool // no number that says whether a number was missing

	// Missing are the cells that hold no value, spaces around them apart. nil: nothing, ?, NA, N/A, n/a, #N/A, <NA>, NaN, nan, NULL and null.
	Missing []string

	Delimiter rune     // of CSV; 0: comma, semicolon, tab or bar, whichever the first line has most of
	Header    []string // of CSV: the columns' names where the first line is not of names

	// Memory is how many bytes of encoded rows are kept in memory; 0: 256 MiB. Those of a larger table are written to a file in the folder "tables" of the
	// cache, which may be deleted, and read when they are asked for. The numbers are the same.
	Memory int64
	// Limit is how many bytes the encoded rows may take at all; 0: 64 GiB.
	Limit int64
}

// usualMissing are the cells that hold no value unless a Table says otherwise.
var usualMissing = []string{"", "?", "NA", "N/A", "n/a", "#N/A", "<NA>", "NaN", "nan", "NULL", "null"}

// The limits of a table, far above what is of use. A cell is bounded by its row.
const (
	maxTableColumns  = 10_000
	maxTableRows     = 1 << 28
	maxTableRow      = 1 << 20 // bytes of a row of CSV
	maxTableFeatures = 100_000 // encoded numbers of a row
	maxTableClasses  = 1_000   // of a target
)

// withDefaults fills in the defaults and refuses what makes no sense.
func (t Table) withDefaults() (Table, error) {
	if t.Test == 0 {
		t.Test = 0.2
	}
	if t.MinCount == 0 {
		t.MinCount = 1
	}
	if t.MaxCategories == 0 {
		t.MaxCategories = 50
	}
	if t.Limit == 0 {
		t.Limit = 64 << 30
	}
	if t.Memory == 0 {
		t.Memory = 256 << 20
	}
	if t.Missing == nil {
		t.Missing = usualMissing
	}
	switch {
	case t.Target == "":
		return t, errors.New("no Target: want the name of the column to be predicted")
	case !(t.Test > 0 && t.Test < 1):
		return t, fmt.Errorf("the share of Test is %v, want more than 0 and less than 1", t.Test)
	case t.MinCount < 0 || t.MaxCategories < 0 || t.Memory < 0 || t.Limit < 0:
		return t, fmt.Errorf("MinCount %d, MaxCategories %d, Memory %d, Limit %d: want none below 0", t.MinCount, t.MaxCategories, t.Memory, t.Limit)
	}
	for name, as := range t.Types {
		if !slices.Contains([]Type{Number, Category, Boolean, Date, Ignored}, as) {
			return t, fmt.Errorf("column %q is to be of type %q, want %s, %s, %s, %s or %s", name, as, Number, Category, Boolean, Date, Ignored)
		}
	}
	if as := t.Types[t.Target]; as == Ignored || as == Date {
		return t, fmt.Errorf("the target %q cannot be of type %s", t.Target, as)
	}
	return t, nil
}

// ReadCSV reads a table from a file of comma-separated values (RFC 4180; also semicolons, tabs or bars), with the columns' names in the
// first line, in UTF-8, plain or compressed with gzip:
//
//	train, test, schema, err := data.ReadCSV("credit.csv", data.Table{Target: "risk"})
//	fmt.Print(schema) // what was inferred
//	net, _, err := train.FitOrLoad(models.MLP{}, train, train.Config{})
//
// The rows are split first, and what is learned about the columns is learned on the training part: see [Schema], which is also the
// Preparation of both datasets. The rows keep the file's order; Index is a row's number, counted from 0. The input is one column of
// numbers, the target classes or one number, standardised unless Unscaled ([Schema.InUnit] gives forecasts in its unit).
//
// The file is gone through three times, row by row; memory holds the encoded rows, up to [Table.Memory], and for each row its target and its number.
//
// Errors name the file and the line: a row with too many or too few cells, broken quotes, a column that is there twice or has no name, a
// target that is missing, a number that is infinite, too large or has a decimal comma, bytes that are not UTF-8, and what exceeds a limit: 10,000
// columns, 1 MiB a row, 100,000 encoded numbers a row, [Table.Limit].
func ReadCSV(path string, t Table) (train, test *Dataset, schema *Schema, err error) {
	return readTable(func(t Table) (table, error) { return csvTable(path, openedTable(path), t) }, path, t)
}

// ReadParquet is [ReadCSV] for a Parquet file of flat columns: whole and floating-point numbers, decimals, booleans, strings, dates and
// timestamps (UTC), compressed in any way. Null is missing, and so is NaN. Columns that are lists or structures, times of day, raw bytes
// and the old INT96 timestamps are errors that name the column, unless Types has them as Ignored. Errors name the file and the row, counted from 1.
func ReadParquet(path string, t Table) (train, test *Dataset, schema *Schema, err error) {
	return readTable(func(t Table) (table, error) {
		return parquetTable(path, func() (randomAccess, error) { return openAt(path) }, t)
	}, path, t)
}

// openedTable opens a file anew for each time that it is gone through.
func openedTable(path string) func() (io.ReadCloser, error) {
	return func() (io.ReadCloser, error) { return os.Open(path) }
}

// readTable goes through a table three times: what types are there, what the training rows have, and the rows as numbers.
func readTable(open func(Table) (table, error), path string, t Table) (train, test *Dataset, schema *Schema, err error) {
	fail := func(err error) (*Dataset, *Dataset, *Schema, error) {
		return nil, nil, nil, fmt.Errorf("data: table %s: %w", filepath.Base(path), err)
	}
	if t, err = t.withDefaults(); err != nil {
		return fail(err)
	}
	source, err := open(t)
	if err != nil {
		return fail(err)
	}
	found, err := source.infer(t)
	if err != nil {
		return fail(err)
	}
	parts, err := t.parts(found.rows)
	if err != nil {
		return fail(err)
	}
	if schema, err = source.learn(t, found, parts); err != nil {
		return fail(err)
	}
	if train, test, err = source.encode(schema, t, path, parts); err != nil {
		return fail(err)
	}
	return train, test, schema, nil
}
