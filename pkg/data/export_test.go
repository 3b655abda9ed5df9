package data

import (
	"bytes"
	"io"
)

// CSVInMemory is ReadCSV of a file's contents: fuzzing files would be several times slower.
func CSVInMemory(contents []byte, t Table) (train, test *Dataset, schema *Schema, err error) {
	open := func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(contents)), nil }
	return readTable(func(t Table) (table, error) { return csvTable("t.csv", open, t) }, "t.csv", t)
}

// ParquetInMemory is ReadParquet of a file's contents.
func ParquetInMemory(contents []byte, t Table) (train, test *Dataset, schema *Schema, err error) {
	return readTable(func(t Table) (table, error) {
		return parquetTable("t.parquet", func() (randomAccess, error) { return inMemory(contents), nil }, t)
	}, "t.parquet", t)
}

// inMemory are the bytes of a file.
func inMemory(contents []byte) randomAccess {
	return randomAccess{bytes.NewReader(contents), io.NopCloser(nil), int64(len(contents))}
}
