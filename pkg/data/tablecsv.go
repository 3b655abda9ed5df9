package data

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"unicode/utf8"
)

// csvTable is a table of comma-separated values; open gives the file from its beginning.
func csvTable(path string, open func() (io.ReadCloser, error), t Table) (table, error) {
	s := table{name: filepath.Base(path), place: "%s:%d"}
	f, err := openCSV(open, t.Delimiter)
	if err != nil {
		return s, err
	}
	defer f.Close() //nolint:errcheck // only read
	s.columns = t.Header
	if s.columns == nil {
		header, line, err := f.next(0)
		if errors.Is(err, io.EOF) {
			return s, errors.New("it is empty: want a line with the columns' names")
		} else if err != nil {
			return s, fmt.Errorf("%s: %w", s.at(line), err)
		}
		s.columns = trimmedNames(header)
	}
	marks := t.marks()
	s.each = func(see func(int, []cell) error) error {
		f, err := openCSV(open, t.Delimiter)
		if err != nil {
			return err
		}
		defer f.Close() //nolint:errcheck // only read
		cells := make([]cell, len(s.columns))
		for first := t.Header == nil; ; first = false {
			fields, line, err := f.next(len(s.columns))
			if errors.Is(err, io.EOF) {
				return nil
			} else if err != nil {
				return fmt.Errorf("%s: %w", s.at(line), err)
			}
			if first {
				continue
			}
			for i, field := range fields {
				cells[i] = marks.text(field)
			}
			if err := see(line, cells); err != nil {
				return err
			}
		}
	}
	return s, nil
}

// trimmedNames are the names of a header, spaces around them apart. A first one that is empty, as tables of rows with numbers have it, is called "row".
func trimmedNames(header []string) []string {
	names := make([]string, len(header))
	for i, name := range header {
		names[i] = strings.Clone(strings.TrimSpace(name))
	}
	if names[0] == "" {
		names[0] = "row"
	}
	return names
}

// csvFile is an open file of comma-separated values.
type csvFile struct {
	file io.Closer
	*csv.Reader
	bounded *boundedReader
	line    int // of the row before
}

func (f *csvFile) Close() error { return f.file.Close() }

// openCSV opens the file, unpacks it if it is compressed with gzip, skips a byte order mark and finds the delimiter.
func openCSV(open func() (io.ReadCloser, error), delimiter rune) (*csvFile, error) {
	file, err := open()
	if err != nil {
		return nil, err
	}
	fail := func(err error) (*csvFile, error) {
		file.Close() //nolint:errcheck // only read
		return nil, err
	}
	b := bufio.NewReaderSize(file, 1<<16)
	if magic, _ := b.Peek(2); string(magic) == "\x1f\x8b" {
		unzipped, err := gzip.NewReader(b)
		if err != nil {
			return fail(fmt.Errorf("a broken gzip file: %w", err))
		}
		b = bufio.NewReaderSize(unzipped, 1<<16)
	}
	if magic, _ := b.Peek(4); string(magic) == "PAR1" {
		return fail(errors.New("it is a Parquet file: read it with ReadParquet"))
	} else if bytes.HasPrefix(magic, []byte("\xef\xbb\xbf")) {
		_, _ = b.Discard(3)
	} else if bytes.HasPrefix(magic, []byte("\xff\xfe")) || bytes.HasPrefix(magic, []byte("\xfe\xff")) {
		return fail(errors.New("it is in UTF-16, want UTF-8"))
	}
	if delimiter == 0 {
		front, _ := b.Peek(1 << 15)
		delimiter = delimiterOf(front)
	}
	f := &csvFile{file: file, bounded: &boundedReader{from: b}}
	f.Reader = csv.NewReader(f.bounded)
	f.Comma, f.ReuseRecord, f.FieldsPerRecord = delimiter, true, -1
	f.TrimLeadingSpace = delimiter != '\t' // spaces before a quote
	return f, nil
}

// delimiterOf is the one of the usual delimiters that the first line has most of, outside quotes; a comma if it has none.
func delimiterOf(front []byte) rune {
	best, counts, quoted := ',', map[rune]int{}, false
	for _, b := range front {
		switch {
		case b == '"':
			quoted = !quoted
		case quoted:
		case b == ',' || b == ';' || b == '\t' || b == '|':
			if counts[rune(b)]++; counts[rune(b)] > counts[best] {
				best = rune(b)
			}
		case b == '\n':
			return best
		}
	}
	return best
}

// next is the next row and its line. It wants so many cells, 0: any number.
func (f *csvFile) next(columns int) (fields []string, line int, err error) {
	f.bounded.until = f.InputOffset() + maxTableRow
	fields, err = f.Read()
	var broken *csv.ParseError
	switch {
	case errors.Is(err, io.EOF):
		return nil, 0, io.EOF
	case errors.As(err, &broken):
		return nil, broken.StartLine, fmt.Errorf("%w (from line %d, column %d on)", broken.Err, broken.Line, broken.Column)
	case err != nil:
		return nil, f.line + 1, err
	}
	line, _ = f.FieldPos(0)
	f.line = line
	switch {
	case columns != 0 && len(fields) != columns:
		return nil, line, fmt.Errorf("%d cells, want %d, one for each column", len(fields), columns)
	case len(fields) > maxTableColumns:
		return nil, line, fmt.Errorf("%d columns, want at most %d", len(fields), maxTableColumns)
	}
	for _, field := range fields {
		if !utf8.ValidString(field) {
			return nil, line, fmt.Errorf("%.40q is not UTF-8: save the file in that encoding", field)
		}
	}
	return fields, line, nil
}

// boundedReader refuses to read on where a row does not end, so that one without an end does not fill the memory.
type boundedReader struct {
	from  io.Reader
	read  int64
	until int64 // in bytes from the beginning; more is read ahead than a row has
}

func (b *boundedReader) Read(p []byte) (int, error) {
	if b.read > b.until+1<<16 {
		return 0, fmt.Errorf("a row of more than %d bytes: a quote that is not closed?", maxTableRow)
	}
	n, err := b.from.Read(p)
	b.read += int64(n)
	return n, err
}
