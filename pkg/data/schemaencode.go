package data

import (
	"errors"
	"fmt"
	"math"
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

// rows are encoded rows of one part of a table.
type encodedRows struct {
	floats  []float32
	classes []int32
	numbers []float32
	index   []int
}

// encode goes through the table for the third time.
func (s table) encode(schema *Schema, t Table, name string, p parts) (train, test *Dataset, err error) {
	features, at, target := schema.Features(), make([]int, 0, len(schema.Columns)), slices.Index(s.columns, schema.Target.Name)
	if need := 4 * int64(p.rows) * int64(len(features)); need > t.Limit {
		return nil, nil, fmt.Errorf("%d rows of %d encoded numbers take %d bytes, above Limit, %d: raise it, take fewer rows, leave out columns (Ignored) or lower MaxCategories",
			p.rows, len(features), need, t.Limit)
	}
	for _, c := range schema.Columns {
		at = append(at, slices.Index(s.columns, c.Name))
	}
	var of [2]encodedRows
	for i, n := range []int{p.rows - p.test, p.test} {
		of[i].floats, of[i].index = make([]float32, 0, n*len(features)), make([]int, 0, n)
	}
	rows, kept := 0, p.each()
	err = s.each(func(line int, cells []cell) error {
		if rows++; rows > p.rows {
			return errors.New("it has changed while it was read")
		}
		to := &of[0]
		if kept() {
			to = &of[1]
		}
		to.index = append(to.index, rows-1)
		for i, c := range schema.Columns {
			var err error
			if to.floats, err = c.encode(to.floats, cells[at[i]]); err != nil {
				return fmt.Errorf("%s: column %q: %w", s.at(line), c.Name, err)
			}
		}
		if err := to.target(schema.Target, cells[target]); err != nil {
			return fmt.Errorf("%s: %w", s.at(line), err)
		}
		return nil
	})
	if err == nil && rows != p.rows {
		err = errors.New("it has changed while it was read")
	}
	if err != nil {
		return nil, nil, err
	}
	if train, err = schema.dataset(name+", to learn from", of[0]); err != nil || p.test == 0 {
		return train, nil, err
	}
	test, err = schema.dataset(name+", to be examined on", of[1])
	return train, test, err
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

// dataset is encoded rows as a dataset.
func (s *Schema) dataset(name string, r encodedRows) (*Dataset, error) {
	target := Column{Name: s.Target.Name, Floats: r.numbers}
	if s.Target.Classes != nil {
		target = Column{Name: s.Target.Name, Kind: Classes, Names: s.Target.Classes, IDs: r.classes}
	}
	d, err := Assemble(name, []Column{s.column(r.floats)}, target)
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
