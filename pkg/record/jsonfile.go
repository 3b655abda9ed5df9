package record

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"

	"github.com/vitrine-ml/vitrine/internal/atomicfile"
)

// checked is a record, which knows what its parts must be.
type checked interface{ Check() error }

// writeJSON writes a record as JSON, whole or not at all. A record that does not pass Check is refused.
func writeJSON(r checked, path string) error {
	if err := r.Check(); err != nil {
		return err
	}
	data, err := json.Marshal(r)
	if err != nil {
		return fmt.Errorf("record: %w", err)
	}
	return atomicfile.Write(path, 0o644, func(w io.Writer) error { _, err := w.Write(append(data, '\n')); return err })
}

// readJSON reads what writeJSON wrote.
func readJSON[T any, P interface {
	*T
	checked
}](what, path string) (*T, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("record: %w", err)
	}
	r, err := parseJSON[T, P](what, data)
	if err != nil {
		return nil, fmt.Errorf("%w (in %s)", err, path)
	}
	return r, nil
}

// parseJSON reads a record's JSON. Unknown fields, another version and numbers that do not fit are errors.
func parseJSON[T any, P interface {
	*T
	checked
}](what string, data []byte) (*T, error) {
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	r := new(T)
	if err := d.Decode(r); err != nil {
		return nil, fmt.Errorf("record: not %s: %w", what, err)
	}
	if err := P(r).Check(); err != nil {
		return nil, err
	}
	return r, nil
}
