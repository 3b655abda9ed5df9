package data

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/vitrine-ml/vitrine/internal/atomicfile"
)

// A file of rows begins with rowsHead bytes: a line with the format, JSON on the second line, spaces to the end. The numbers follow, little-endian,
// then their count of rows as an uint64, so that a file that was cut off is known.
const (
	rowsFormat = "vitrine rows 1\n"
	rowsHead   = 512
)

// rowsHeader says what a row is.
type rowsHeader struct {
	Type  string `json:"type"` // uint8, float32, int32 or bool
	Shape []int  `json:"shape"`
}

// rowsWidths are the bytes of a number.
var rowsWidths = map[string]int{"uint8": 1, "float32": 4, "int32": 4, "bool": 1}

// RowsWriter writes the rows of a file, in order; see [WriteRows].
type RowsWriter struct {
	w      *bufio.Writer
	header rowsHeader
	size   int // numbers in a row
	rows   int
	buffer []byte
}

// WriteRows writes a file of rows of that shape as fast as they come, however many there are: write adds them, some at a time. The file is there when
// all of it is, and not at all if write returns an error.
//
//	err := data.WriteRows(path, []int{28, 28, 1}, func(w *data.RowsWriter) error {
//		for … {
//			if err := w.Add(data.Column{Bytes: pixels}); err != nil { … }
func WriteRows(path string, shape []int, write func(*RowsWriter) error) error {
	size, err := volume(shape)
	if err != nil {
		return fmt.Errorf("data: %s: shape of a row: %w", path, err)
	}
	err = atomicfile.Write(path, 0o644, func(f io.Writer) error {
		w := &RowsWriter{w: bufio.NewWriterSize(f, 1<<18), header: rowsHeader{Shape: shape}, size: size}
		if err := write(w); err != nil {
			return err
		}
		if w.rows == 0 {
			return errors.New("no rows")
		}
		if err := binary.Write(w.w, binary.LittleEndian, uint64(w.rows)); err != nil {
			return err
		}
		return w.w.Flush()
	})
	if err != nil {
		return fmt.Errorf("data: %w", err)
	}
	return nil
}

// Add writes one or more rows: the numbers in the one of Bytes, Floats, IDs and Mask that is not empty, the same one each time. Other fields are not
// looked at. It returns an error if they are no whole rows, or a number is NaN or infinite.
func (w *RowsWriter) Add(c Column) error {
	c.Bytes, c.Floats, c.IDs, c.Mask = held(c.Bytes), held(c.Floats), held(c.IDs), held(c.Mask)
	kind, lists := c.storage()
	switch {
	case lists != 1:
		return fmt.Errorf("%d lists of numbers, want one", lists)
	case w.header.Type != "" && kind != w.header.Type:
		return fmt.Errorf("row %d has numbers of type %s, those before have %s", w.rows, kind, w.header.Type)
	case c.len()%w.size != 0:
		return fmt.Errorf("%d numbers after row %d, want a multiple of %d, for shape %v", c.len(), w.rows, w.size, w.header.Shape)
	}
	if i := slices.IndexFunc(c.Floats, notFinite); i >= 0 {
		return fmt.Errorf("row %d holds %v at position %d of %d", w.rows+i/w.size, c.Floats[i], i%w.size, w.size)
	}
	if w.header.Type == "" {
		w.header.Type = kind
		head, err := json.Marshal(w.header)
		if err != nil {
			return err
		}
		if _, err := fmt.Fprintf(w.w, "%s%-*s", rowsFormat, rowsHead-len(rowsFormat), head); err != nil {
			return err
		}
	}
	var err error
	if w.buffer, err = c.appendTo(w.buffer[:0]); err != nil {
		return err
	}
	w.rows += c.len() / w.size
	_, err = w.w.Write(w.buffer)
	return err
}

// storage is the type of the numbers, and how many lists hold some.
func (c Column) storage() (kind string, lists int) {
	for _, list := range []struct {
		kind string
		n    int
	}{{"uint8", len(c.Bytes)}, {"float32", len(c.Floats)}, {"int32", len(c.IDs)}, {"bool", len(c.Mask)}} {
		if list.n > 0 {
			kind = list.kind
			lists++
		}
	}
	return kind, lists
}

// appendTo appends the numbers, little-endian.
func (c Column) appendTo(b []byte) ([]byte, error) {
	switch {
	case c.Bytes != nil:
		return append(b, c.Bytes...), nil
	case c.Floats != nil:
		return binary.Append(b, binary.LittleEndian, c.Floats)
	case c.IDs != nil:
		return binary.Append(b, binary.LittleEndian, c.IDs)
	}
	return binary.Append(b, binary.LittleEndian, c.Mask)
}

// RowsFile is a file of rows, whose numbers are read when they are asked for. It is open as long as it is used; a file that another takes the place of
// meanwhile goes on to be read as it was.
type RowsFile struct {
	Type  string // of the numbers: uint8, float32, int32 or bool
	Shape []int  // of a row
	file  randomAccess
	n     int
	width int // bytes of a row
}

// OpenRows opens what [WriteRows] has written. It returns an error if the file is anything else or was cut off.
//
//	rows, err := data.OpenRows(path)
//	set, err := data.Assemble("large", []data.Column{{Shape: rows.Shape, Rows: rows}}, target)
func OpenRows(path string) (*RowsFile, error) {
	f, err := openAt(path)
	if err != nil {
		return nil, fmt.Errorf("data: %w", err)
	}
	r, err := openRows(f)
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("data: %s: %w", path, err)
	}
	return r, nil
}

func openRows(f randomAccess) (*RowsFile, error) {
	head, tail := make([]byte, rowsHead), make([]byte, 8)
	if f.size < rowsHead+8 {
		return nil, fmt.Errorf("%d bytes are no file of rows", f.size)
	}
	if _, err := f.ReadAt(head, 0); err != nil {
		return nil, err
	}
	if _, err := f.ReadAt(tail, f.size-8); err != nil {
		return nil, err
	}
	header, err := parseRowsHead(head)
	if err != nil {
		return nil, err
	}
	size, err := volume(header.Shape)
	if err != nil {
		return nil, err
	}
	width := size * rowsWidths[header.Type]
	data := f.size - rowsHead - 8
	if n := binary.LittleEndian.Uint64(tail); n == 0 || data%int64(width) != 0 || n != uint64(data/int64(width)) {
		return nil, fmt.Errorf("%d bytes of numbers, but %d rows of %d bytes: cut off, or changed", data, n, width)
	}
	return &RowsFile{Type: header.Type, Shape: header.Shape, file: f, n: int(data / int64(width)), width: width}, nil
}

func parseRowsHead(head []byte) (h rowsHeader, err error) {
	if string(head[:len(rowsFormat)]) != rowsFormat {
		return h, fmt.Errorf("begins with %.20q, want %q", head, rowsFormat)
	}
	if err := json.Unmarshal(head[len(rowsFormat):], &h); err != nil {
		return h, err
	}
	if rowsWidths[h.Type] == 0 {
		return h, fmt.Errorf("numbers of type %.40q, want uint8, float32, int32 or bool", h.Type)
	}
	return h, nil
}

// Len is the number of rows.
func (r *RowsFile) Len() int { return r.n }

// Read is that of [Rows].
func (r *RowsFile) Read(index []int) (c Column, err error) {
	raw := make([]byte, len(index)*r.width)
	for i := 0; i < len(index); { // neighbours are read at once
		next := i + 1
		for next < len(index) && index[next] == index[next-1]+1 {
			next++
		}
		if _, err := r.file.ReadAt(raw[i*r.width:next*r.width], rowsHead+int64(index[i])*int64(r.width)); err != nil {
			if errors.Is(err, io.EOF) {
				err = io.ErrUnexpectedEOF
			}
			return c, fmt.Errorf("rows %d to %d: %w", index[i], index[next-1], err)
		}
		i = next
	}
	switch n := len(raw) / rowsWidths[r.Type]; r.Type {
	case "uint8":
		c.Bytes = raw
	case "float32":
		c.Floats = make([]float32, n)
		_, err = binary.Decode(raw, binary.LittleEndian, c.Floats)
	case "int32":
		c.IDs = make([]int32, n)
		_, err = binary.Decode(raw, binary.LittleEndian, c.IDs)
	default:
		c.Mask = make([]bool, n)
		_, err = binary.Decode(raw, binary.LittleEndian, c.Mask)
	}
	return c, err
}

// Close closes the file; its rows cannot be read after that. A file that nothing uses any more is closed by itself.
func (r *RowsFile) Close() error { return r.file.Close() }
