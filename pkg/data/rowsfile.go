package data

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"slices"
	"strings"
)

// A file of rows begins with rowsHead bytes: a line with the format, JSON on the second line, spaces to the end. The rows follow, each its numbers,
// little-endian, and its checksum as an uint32; then the count of rows as an uint64, so that a file that was cut off is known. A row has a
// checksum of its own because rows are read here and there: what is read is checked, and nothing else need be read for it.
const (
	rowsFormat = "vitrine rows 2\n"
	rowsHead   = 512
	rowsSum    = 4 // bytes of a checksum
)

var rowsTable = crc32.MakeTable(crc32.Castagnoli)

var errRowChanged = errors.New("not as it was written")

// rowSum is the CRC-32C of the file's head, whose own is given, the row's position and its bytes: a row in another's place is found, and so is
// another head.
func rowSum(head uint32, at int, row []byte) uint32 {
	var place [8]byte
	binary.LittleEndian.PutUint64(place[:], uint64(at))
	return crc32.Update(crc32.Update(head, rowsTable, place[:]), rowsTable, row)
}

// rowsHeader says what a row is.
type rowsHeader struct {
	Type  string `json:"type"` // uint8, float32, int32 or bool
	Shape []int  `json:"shape"`
}

// rowsWidths are the bytes of a number.
var rowsWidths = map[string]int{"uint8": 1, "float32": 4, "int32": 4, "bool": 1}

// RowsFile is a file of rows, whose numbers are read when they are asked for. It is open as long as it is used; a file that another takes the place of
// meanwhile goes on to be read as it was.
type RowsFile struct {
	Type  string // of the numbers: uint8, float32, int32 or bool
	Shape []int  // of a row
	path  string
	file  randomAccess
	head  uint32 // the checksum of the head
	n     int
	width int // bytes of a row, without its checksum
}

// OpenRows opens what [WriteRows] has written. It returns an error if the file is anything else, was cut off, or is of format 1, which had no
// checksums. The rows themselves are not looked at: each is checked whenever it is read, and one that is not as it was written is an error then.
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
	r.path = path
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
	data, stride := f.size-rowsHead-8, int64(width+rowsSum)
	if n := binary.LittleEndian.Uint64(tail); n == 0 || data%stride != 0 || n != uint64(data/stride) {
		return nil, fmt.Errorf("%d bytes of rows, but %d rows of %d bytes: cut off, or changed", data, n, stride)
	}
	return &RowsFile{Type: header.Type, Shape: header.Shape, file: f, head: crc32.Checksum(head, rowsTable), n: int(data / stride), width: width}, nil
}

func parseRowsHead(head []byte) (h rowsHeader, err error) {
	switch format := string(head[:len(rowsFormat)]); {
	case strings.HasPrefix(format, "vitrine rows ") && format != rowsFormat:
		return h, fmt.Errorf("it is of the format %.20q, and this version reads %q: write it again", format, rowsFormat)
	case format != rowsFormat:
		return h, fmt.Errorf("begins with %.20q, want %q", format, rowsFormat)
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

// Read is that of [Rows]. A row that is not as it was written is an error that names the file and the row.
func (r *RowsFile) Read(index []int) (c Column, err error) {
	stride := r.width + rowsSum
	raw := make([]byte, len(index)*stride)
	for i := 0; i < len(index); { // neighbours are read at once
		next := i + 1
		for next < len(index) && index[next] == index[next-1]+1 {
			next++
		}
		if _, err := r.file.ReadAt(raw[i*stride:next*stride], rowsHead+int64(index[i])*int64(stride)); err != nil {
			if errors.Is(err, io.EOF) {
				err = io.ErrUnexpectedEOF
			}
			return c, fmt.Errorf("%s: rows %d to %d: %w", r.path, index[i], index[next-1], err)
		}
		i = next
	}
	for i, at := range index {
		row := raw[i*stride:][:stride]
		if rowSum(r.head, at, row[:r.width]) != binary.LittleEndian.Uint32(row[r.width:]) {
			return c, fmt.Errorf("%s: row %d is %w: write the file again, and look after the disk", r.path, at, errRowChanged)
		}
		copy(raw[i*r.width:], row[:r.width]) // the checksums between the rows are left out
	}
	raw = slices.Clip(raw[:len(index)*r.width])
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

// whole reads all rows once, and returns an error unless they are as they were written.
func (r *RowsFile) whole() error {
	index := make([]int, 0, max(1, (1<<18)/r.width))
	for from := 0; from < r.n; from += cap(index) {
		index = index[:0]
		for at := from; at < min(from+cap(index), r.n); at++ {
			index = append(index, at)
		}
		if _, err := r.Read(index); err != nil {
			return err
		}
	}
	return nil
}

// Close closes the file; its rows cannot be read after that. A file that nothing uses any more is closed by itself.
func (r *RowsFile) Close() error { return r.file.Close() }
