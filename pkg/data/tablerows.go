package data

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"

	"github.com/vitrine-ml/vitrine/internal/cache"
)

var errChanged = errors.New("it has changed while it was read")

// tableEncoding is to be raised when a change of this package gives other numbers of the same cells.
const tableEncoding = 1

// kept is the encoded rows of the whole table, in its order, in a file of the cache. Its name is a hash of the table's contents and of the schema,
// so that what another process has written is there already: it is read once, which takes less than the table itself, and made anew unless all of it
// is as it was written. Both parts look at the same file.
func (s table) kept(schema *Schema, path string, p parts, of *[2]encodedRows) (Rows, error) {
	folder, err := cache.Dir("tables")
	if err != nil {
		return nil, err
	}
	contents, err := fileSum(path)
	if err != nil {
		return nil, err
	}
	shape := []int{len(schema.Features())}
	at := filepath.Join(folder, cache.Key(tableEncoding, contents, schema, p.rows))
	if rows, err := OpenRows(at); err == nil {
		if rows.Type == "float32" && slices.Equal(rows.Shape, shape) && rows.Len() == p.rows && rows.whole() == nil {
			return rows, s.encodeRows(schema, p, of, nil)
		}
		_ = rows.Close()
	}
	var broken error // as it is, without the cache's path before it
	err = WriteRows(at, shape, func(w *RowsWriter) error {
		broken = s.encodeRows(schema, p, of, func(_ int, row []float32) error { return w.Add(Column{Floats: row}) })
		if now, err := fileSum(path); broken == nil && err != nil {
			broken = err
		} else if broken == nil && now != contents {
			broken = errChanged
		}
		return broken
	})
	if broken != nil {
		return nil, broken
	} else if err != nil {
		return nil, err
	}
	return OpenRows(at)
}

// fileSum is the SHA-256 of a file's contents.
func fileSum(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close() //nolint:errcheck // only read
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}
