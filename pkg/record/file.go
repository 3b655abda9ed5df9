package record

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"

	"github.com/vitrine-ml/vitrine/internal/atomicfile"
)

// WriteFile writes the record as JSON, whole or not at all. A record that does not pass Check is refused.
func (e *Explanation) WriteFile(path string) error {
	if err := e.Check(); err != nil {
		return err
	}
	data, err := json.Marshal(e)
	if err != nil {
		return fmt.Errorf("record: %w", err)
	}
	return atomicfile.Write(path, 0o644, func(w io.Writer) error { _, err := w.Write(append(data, '\n')); return err })
}

// ReadExplanation reads what WriteFile wrote. Unknown fields, another version and numbers that do not fit are errors.
func ReadExplanation(path string) (*Explanation, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("record: %w", err)
	}
	e, err := ParseExplanation(data)
	if err != nil {
		return nil, fmt.Errorf("%w (in %s)", err, path)
	}
	return e, nil
}

// ParseExplanation reads a record's JSON.
func ParseExplanation(data []byte) (*Explanation, error) {
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	var e Explanation
	if err := d.Decode(&e); err != nil {
		return nil, fmt.Errorf("record: not an explanation: %w", err)
	}
	if err := e.Check(); err != nil {
		return nil, err
	}
	return &e, nil
}
