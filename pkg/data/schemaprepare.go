package data

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/gomlx/gomlx/core/tensors"
)

var _ Preparation = (*Schema)(nil)

// Raw implements [Preparation].
func (*Schema) Raw() Raw { return RawRow }

// Prepare implements [Preparation]: one row as a JSON object with the value of every column, a string, a number, a boolean or null, if it is missing.
// The target and columns that were left out may be there. Strings are read as a file's cells are.
//
// It returns an error if it is no such object, a column is not given or not known, is there twice, or has a value that it cannot have. So
// is a category that is not known, unless rare ones were put together as "(other)".
func (s *Schema) Prepare(raw string) ([]Column, error) {
	fail := func(err error) ([]Column, error) { return nil, fmt.Errorf("data: a row of a table: %w", err) }
	given, err := s.rowOf(raw)
	if err != nil {
		return fail(err)
	}
	var row []float32
	for _, c := range s.Columns {
		of, ok := given[c.Name]
		if !ok {
			return fail(fmt.Errorf("column %q is not given; null says that its value is missing", c.Name))
		}
		if c.Type == Category && !of.missing {
			if known, _ := c.oneHot(nil, of); !known {
				return fail(fmt.Errorf("column %q is %q, want one of %.300q", c.Name, short(of.text, 40), c.Categories))
			}
		}
		if row, err = c.encode(row, of); err != nil {
			return fail(fmt.Errorf("column %q: %w", c.Name, err))
		}
	}
	return []Column{s.column(row).completed(false)}, nil
}

// Row is Prepare for a row that a program has: the value of every column by its name, a string, a number, a bool or nil. It gives what a
// net takes, [1, features].
func (s *Schema) Row(values map[string]any) ([]*tensors.Tensor, error) {
	raw, err := json.Marshal(values)
	if err != nil {
		return nil, fmt.Errorf("data: a row of a table: %w", err)
	}
	columns, err := s.Prepare(string(raw))
	if err != nil {
		return nil, err
	}
	return []*tensors.Tensor{columns[0].tensor(1, func(i int) int { return i })}, nil
}

// rowOf reads a JSON object as cells by the columns' names.
func (s *Schema) rowOf(raw string) (map[string]cell, error) {
	marks := Table{Missing: s.Missing}.marks()
	d := json.NewDecoder(strings.NewReader(raw))
	d.UseNumber()
	if begin, err := d.Token(); err != nil || begin != json.Delim('{') {
		return nil, fmt.Errorf(`%.40q is no JSON object: want {"column": value, …}`, raw)
	}
	given := map[string]cell{}
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return nil, err
		}
		value, err := d.Token()
		if err != nil {
			return nil, err
		}
		name, _ := key.(string)
		if _, twice := given[name]; twice {
			return nil, fmt.Errorf("column %q is there twice", name)
		}
		if !s.knows(name) {
			return nil, fmt.Errorf("there is no column %q", name)
		}
		switch v := value.(type) {
		case nil:
			given[name] = cell{missing: true}
		case string:
			given[name] = marks.text(v)
		case bool:
			given[name] = booleanCell(v)
		case json.Number:
			given[name] = cell{text: v.String()}
		default:
			return nil, fmt.Errorf("column %q is no string, number, boolean or null", name)
		}
	}
	if _, err := d.Token(); err != nil {
		return nil, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("there is more after the object")
	}
	return given, nil
}

// knows says whether the table had a column of that name.
func (s *Schema) knows(name string) bool {
	return name == s.Target.Name ||
		slices.ContainsFunc(s.Columns, func(c TableColumn) bool { return c.Name == name }) ||
		slices.ContainsFunc(s.Left, func(l LeftOut) bool { return l.Name == name })
}
