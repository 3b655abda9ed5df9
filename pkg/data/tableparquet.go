package data

import (
	"errors"
	"fmt"
	"io"
	"math"
	"math/big"
	"path/filepath"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/format"
)

// parquetTable is a table of a Parquet file; open opens the file anew for each time that it is gone through.
func parquetTable(path string, open func() (randomAccess, error), t Table) (table, error) {
	s := table{name: filepath.Base(path), place: "%s: row %d"}
	var leaves []leaf
	err := safely(open, func(f *parquet.File, r randomAccess) (err error) {
		if err := checkPages(r, f); err != nil {
			return err
		}
		if leaves, err = leavesOf(f, t); err != nil {
			return err
		}
		for _, l := range leaves {
			s.columns = append(s.columns, l.name)
		}
		return nil
	})
	if err != nil {
		return s, err
	}
	marks := t.marks()
	s.each = func(see func(int, []cell) error) error {
		return safely(open, func(f *parquet.File, _ randomAccess) error { return s.eachRow(f, leaves, marks, see) })
	}
	return s, nil
}

// safely opens the file and uses it. The library panics on some files that are broken.
func safely(open func() (randomAccess, error), use func(*parquet.File, randomAccess) error) (err error) {
	f, err := open()
	if err != nil {
		return err
	}
	defer f.Close() //nolint:errcheck // only read
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("a broken Parquet file: %v", p)
		}
	}()
	if err := checkFooter(f); err != nil {
		return err
	}
	file, err := parquet.OpenFile(f, f.size, parquet.SkipPageIndex(true), parquet.SkipBloomFilters(true))
	if err != nil {
		return fmt.Errorf("no Parquet file, or a broken one: %w", err)
	}
	if err := checkCompression(file); err != nil {
		return err
	}
	return use(file, f)
}

// checkCompression refuses LZ4: when a page is damaged, the library looks for its end in ever more memory.
func checkCompression(f *parquet.File) error {
	for _, group := range f.Metadata().RowGroups {
		for _, column := range group.Columns {
			if column.MetaData.Codec == format.Lz4Raw {
				return fmt.Errorf("column %q is compressed by LZ4, which cannot be read safely: write it with snappy, gzip or zstd", strings.Join(column.MetaData.PathInSchema, "."))
			}
		}
	}
	return nil
}

// leaf is a column of a Parquet file.
type leaf struct {
	name string
	at   int                                    // which of the file's columns of values it is, or begins with
	cell func(parquet.Value, missingMarks) cell // nil: it is not read
}

// leavesOf are the columns, which must be flat and of a type that is known.
func leavesOf(f *parquet.File, t Table) (leaves []leaf, err error) {
	fields := f.Schema().Fields()
	if len(fields) > maxTableColumns {
		return nil, fmt.Errorf("%d columns, want at most %d", len(fields), maxTableColumns)
	}
	at := 0
	for _, field := range fields {
		l, ignored := leaf{name: field.Name(), at: at}, t.Types[field.Name()] == Ignored
		at += leavesIn(field)
		switch {
		case ignored:
		case !field.Leaf() || field.Repeated():
			return nil, fmt.Errorf("column %q is a list or a structure, want flat columns: make columns of its parts, or leave it out by Types (Ignored)", l.name)
		default:
			if l.cell, err = reader(field.Type()); err != nil {
				return nil, fmt.Errorf("column %q holds %w: convert it, or leave it out by Types (Ignored)", l.name, err)
			}
		}
		leaves = append(leaves, l)
	}
	return leaves, nil
}

// leavesIn is how many columns of values a field has.
func leavesIn(n parquet.Node) int {
	if n.Leaf() {
		return 1
	}
	sum := 0
	for _, field := range n.Fields() {
		sum += leavesIn(field)
	}
	return sum
}

// eachRow reads the rows.
func (s table) eachRow(f *parquet.File, leaves []leaf, marks missingMarks, see func(int, []cell) error) error {
	at, buffer, cells := 0, make([]parquet.Row, 256), make([]cell, len(leaves))
	for _, group := range f.RowGroups() {
		if err := func() error {
			rows := group.Rows()
			defer rows.Close() //nolint:errcheck // only read
			for {
				n, err := rows.ReadRows(buffer)
				for _, row := range buffer[:n] {
					at++
					for i := range cells {
						cells[i] = cell{missing: true}
					}
					for _, v := range row {
						i, found := slices.BinarySearchFunc(leaves, v.Column(), func(l leaf, at int) int { return l.at - at })
						if found && leaves[i].cell != nil && !v.IsNull() {
							cells[i] = leaves[i].cell(v, marks)
						}
					}
					if err := see(at, cells); err != nil {
						return err
					}
				}
				if errors.Is(err, io.EOF) {
					return nil
				} else if err != nil {
					return fmt.Errorf("%s: %w", s.at(at+1), err)
				} else if n == 0 {
					return fmt.Errorf("%s: nothing more can be read", s.at(at+1))
				}
			}
		}(); err != nil {
			return err
		}
	}
	if int64(at) != f.NumRows() {
		return fmt.Errorf("%d rows, but the file says %d", at, f.NumRows())
	}
	return nil
}

// reader is how a value of that type becomes a cell.
func reader(of parquet.Type) (func(parquet.Value, missingMarks) cell, error) {
	if stated := of.LogicalType(); stated != nil {
		switch logical := stated.Value.(type) {
		case *format.DateType:
			return dateCell(24 * time.Hour), nil
		case *format.TimestampType:
			if logical.Unit.Value == nil {
				return nil, errors.New("timestamps without a unit")
			}
			return dateCell(logical.Unit.Value.Duration()), nil
		case *format.DecimalType:
			return decimalCell(of.Kind(), int(logical.Scale))
		case *format.StringType, *format.EnumType, *format.JsonType:
			return textCell, nil
		case *format.IntType:
			if !logical.IsSigned && of.Kind() == parquet.Int64 {
				return func(v parquet.Value, _ missingMarks) cell { return numberCell(float64(v.Uint64())) }, nil
			} else if !logical.IsSigned {
				return func(v parquet.Value, _ missingMarks) cell { return numberCell(float64(v.Uint32())) }, nil
			}
		case *format.TimeType:
			return nil, errors.New("times of day")
		case *format.NullType:
			return func(parquet.Value, missingMarks) cell { return cell{missing: true} }, nil
		case nil:
		default:
			return nil, fmt.Errorf("values of the type %s", of)
		}
	}
	switch of.Kind() {
	case parquet.Boolean:
		return func(v parquet.Value, _ missingMarks) cell { return booleanCell(v.Boolean()) }, nil
	case parquet.Int32:
		return func(v parquet.Value, _ missingMarks) cell { return numberCell(float64(v.Int32())) }, nil
	case parquet.Int64:
		return func(v parquet.Value, _ missingMarks) cell { return numberCell(float64(v.Int64())) }, nil
	case parquet.Float:
		return func(v parquet.Value, _ missingMarks) cell { return numberCell(float64(v.Float())) }, nil
	case parquet.Double:
		return func(v parquet.Value, _ missingMarks) cell { return numberCell(v.Double()) }, nil
	case parquet.ByteArray: // strings of old writers, which say no more
		return textCell, nil
	}
	return nil, fmt.Errorf("values of the type %s", of)
}

// textCell is a string. What is not UTF-8 is shown as it would be in Go.
func textCell(v parquet.Value, marks missingMarks) cell {
	s := string(v.ByteArray())
	if !utf8.ValidString(s) {
		s = fmt.Sprintf("%q", s)
	}
	return marks.text(s)
}

// dateCell reads a number of such units since the beginning of 1970.
func dateCell(unit time.Duration) func(parquet.Value, missingMarks) cell {
	return func(v parquet.Value, _ missingMarks) cell {
		n := float64(v.Int64())
		if v.Kind() == parquet.Int32 {
			n = float64(v.Int32())
		}
		days := n * (float64(unit) / float64(24*time.Hour))
		return cell{text: dayOf(days), is: Date, number: days}
	}
}

// decimalCell reads a whole number of units of 10^-scale.
func decimalCell(kind parquet.Kind, scale int) (func(parquet.Value, missingMarks) cell, error) {
	factor := math.Pow10(-scale)
	switch kind {
	case parquet.Int32:
		return func(v parquet.Value, _ missingMarks) cell { return numberCell(float64(v.Int32()) * factor) }, nil
	case parquet.Int64:
		return func(v parquet.Value, _ missingMarks) cell { return numberCell(float64(v.Int64()) * factor) }, nil
	case parquet.ByteArray, parquet.FixedLenByteArray:
		return func(v parquet.Value, _ missingMarks) cell {
			b := v.ByteArray()
			n := new(big.Int).SetBytes(b)
			if len(b) > 0 && b[0] >= 0x80 { // two's complement
				n.Sub(n, new(big.Int).Lsh(big.NewInt(1), uint(8*len(b))))
			}
			f, _ := new(big.Float).SetInt(n).Float64()
			return numberCell(f * factor)
		}, nil
	}
	return nil, fmt.Errorf("decimals of the type %s", strings.ToLower(kind.String()))
}
