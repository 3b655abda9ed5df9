package data

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"slices"

	"github.com/vitrine-ml/vitrine/internal/atomicfile"
)

// RowsWriter writes the rows of a file, in order; see [WriteRows].
type RowsWriter struct {
	w      *bufio.Writer
	header rowsHeader
	size   int    // numbers in a row
	head   uint32 // the checksum of the head
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
		about, err := json.Marshal(w.header)
		if err != nil {
			return err
		}
		head := fmt.Appendf(nil, "%s%-*s", rowsFormat, rowsHead-len(rowsFormat), about)
		w.head = crc32.Checksum(head, rowsTable)
		if _, err := w.w.Write(head); err != nil {
			return err
		}
	}
	var err error
	if w.buffer, err = c.appendTo(w.buffer[:0]); err != nil {
		return err
	}
	for row := range slices.Chunk(w.buffer, w.size*rowsWidths[kind]) {
		if _, err := w.w.Write(row); err != nil {
			return err
		}
		if _, err := w.w.Write(binary.LittleEndian.AppendUint32(w.w.AvailableBuffer(), rowSum(w.head, w.rows, row))); err != nil {
			return err
		}
		w.rows++
	}
	return nil
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
