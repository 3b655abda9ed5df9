package data

import (
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// dayOf is a day, or a moment, as ISO 8601 has it.
func dayOf(days float64) string {
	at := time.Unix(0, 0).UTC().Add(0)
	whole, part := math.Modf(days)
	at = at.AddDate(0, 0, int(whole)).Add(time.Duration(part * 24 * float64(time.Hour)))
	return at.Format(time.DateOnly)
}

// encode appends the cell's encoded numbers to a row.
func (c TableColumn) encode(row []float32, of cell) ([]float32, error) {
	if c.Type == Category {
		_, row := c.oneHot(row, of)
		return row, nil
	}
	v := c.Median
	if !of.missing {
		var err error
		if v, err = of.number32(c.Type); err != nil {
			return row, err
		}
	}
	v = (v - c.Mean) / c.Deviation
	if math.Abs(v) > math.MaxFloat32 {
		return row, fmt.Errorf("%q is too far from what was learned", short(of.text, 40))
	}
	row = append(row, float32(v))
	if c.Indicator {
		missing := float32(0)
		if of.missing {
			missing = 1
		}
		row = append(row, missing)
	}
	return row, nil
}

// oneHot appends a number for each category, and says whether the cell is one of them.
func (c TableColumn) oneHot(row []float32, of cell) (known bool, _ []float32) {
	word := of.text
	if of.missing {
		word = missingCategory
	}
	at := slices.Index(c.Categories, word)
	if at < 0 && !of.missing {
		at = slices.Index(c.Categories, otherCategory)
	}
	from := len(row)
	row = append(row, make([]float32, len(c.Categories))...)
	if at >= 0 {
		row[from+at] = 1
	}
	return at >= 0, row
}

// encodedRows are those of one part of a table. Numbers that are kept in a file are in none of them.
type encodedRows struct {
	floats  []float32
	classes []int32
	numbers []float32
	index   []int
}

// encode goes through the table for the third time.
func (s table) encode(schema *Schema, t Table, path string, p parts) (train, test *Dataset, err error) {
	features := len(schema.Features())
	need := 4 * int64(p.rows) * int64(features)
	if need > t.Limit {
		return nil, nil, fmt.Errorf("%d rows of %d encoded numbers take %d bytes, above Limit, %d: raise it, take fewer rows, leave out columns (Ignored) or lower MaxCategories",
			p.rows, features, need, t.Limit)
	}
	var (
		of  [2]encodedRows
		all Rows
	)
	if need > t.Memory {
		all, err = s.kept(schema, path, p, &of)
	} else {
		for i, n := range []int{p.rows - p.test, p.test} {
			of[i].floats = make([]float32, 0, n*features)
		}
		err = s.encodeRows(schema, p, &of, func(part int, row []float32) error {
			of[part].floats = append(of[part].floats, row...)
			return nil
		})
	}
	if err != nil {
		return nil, nil, err
	}
	if train, err = schema.dataset(filepath.Base(path)+", to learn from", of[0], all); err != nil || p.test == 0 {
		return train, nil, err
	}
	test, err = schema.dataset(filepath.Base(path)+", to be examined on", of[1], all)
	return train, test, err
}

// encodeRows goes through the table, keeps the targets and hands the numbers of every row to add, which may not keep them; nil: the targets alone.
func (s table) encodeRows(schema *Schema, p parts, of *[2]encodedRows, add func(part int, row []float32) error) error {
	at, target := make([]int, 0, len(schema.Columns)), slices.Index(s.columns, schema.Target.Name)
	for _, c := range schema.Columns {
		at = append(at, slices.Index(s.columns, c.Name))
	}
	for i, n := range []int{p.rows - p.test, p.test} {
		of[i].index = make([]int, 0, n)
	}
	var row []float32
	rows, kept := 0, p.each()
	err := s.each(func(line int, cells []cell) error {
		if rows++; rows > p.rows {
			return errChanged
		}
		part := 0
		if kept() {
			part = 1
		}
		of[part].index = append(of[part].index, rows-1)
		if err := of[part].target(schema.Target, cells[target]); err != nil {
			return fmt.Errorf("%s: %w", s.at(line), err)
		}
		if add == nil {
			return nil
		}
		row = row[:0]
		for i, c := range schema.Columns {
			var err error
			if row, err = c.encode(row, cells[at[i]]); err != nil {
				return fmt.Errorf("%s: column %q: %w", s.at(line), c.Name, err)
			}
		}
		return add(part, row)
	})
	if err == nil && rows != p.rows {
		err = errChanged
	}
	return err
}

// target appends what is to be predicted.
func (r *encodedRows) target(t TableTarget, c cell) error {
	if t.Classes != nil {
		class := slices.Index(t.Classes, c.text)
		if class < 0 {
			return fmt.Errorf("the target %q is %q, want one of %.300q", t.Name, short(c.text, 40), t.Classes)
		}
		r.classes = append(r.classes, int32(class))
		return nil
	}
	v, err := c.number32(Number)
	if err != nil {
		return fmt.Errorf("the target %q: %w", t.Name, err)
	}
	r.numbers = append(r.numbers, float32((v-t.Mean)/t.Deviation))
	return nil
}

// dataset is encoded rows as a dataset; all, if it is not nil, has the numbers of the whole table's rows.
func (s *Schema) dataset(name string, r encodedRows, all Rows) (*Dataset, error) {
	target := Column{Name: s.Target.Name, Floats: r.numbers}
	if s.Target.Classes != nil {
		target = Column{Name: s.Target.Name, Kind: Classes, Names: s.Target.Classes, IDs: r.classes}
	}
	input := s.column(r.floats)
	if all != nil {
		input.Rows = viewed(all, r.index)
	}
	d, err := Assemble(name, []Column{input}, target)
	if err != nil {
		return nil, errors.New(strings.TrimPrefix(err.Error(), "data: "))
	}
	d.Index, d.Preparation = r.index, s
	return d, nil
}

// column is encoded rows as the input of a dataset.
func (s *Schema) column(floats []float32) Column {
	features := s.Features()
	return Column{Name: "row", Kind: Values, Shape: []int{len(features)}, Axes: []string{"feature"}, Features: features, Floats: floats}
}
