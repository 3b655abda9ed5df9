package data

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
)

// preparations are those that a file can name.
var preparations = []Preparation{ArrayPreparation{}, (*Schema)(nil), TextPreparation{}, Images{}, Sounds{}}

// maxPreparation bounds what ReadPreparation reads. The largest hold a vocabulary.
const maxPreparation = 128 << 20

// ErrOwnPreparation is what [WritePreparation] returns of a type that is not of this package, or that holds one: no file could name it.
var ErrOwnPreparation = errors.New("a type of the program's own")

// preparationFile is a preparation as JSON.
type preparationFile struct {
	Kind    string          `json:"kind"` // its type: "ArrayPreparation"
	Options json.RawMessage `json:"options"`
}

// WritePreparation writes a preparation of this package as JSON, so that a net's file can hold how its inputs are made.
func WritePreparation(w io.Writer, p Preparation) error {
	for _, known := range preparations {
		if reflect.TypeOf(p) != reflect.TypeOf(known) {
			continue
		}
		options, err := json.Marshal(p)
		if err != nil {
			return fmt.Errorf("data: preparation %T: %w: %w", p, ErrOwnPreparation, err) // a tokeniser that cannot be written
		}
		text, err := json.Marshal(preparationFile{kindOf(known), options})
		if err != nil {
			return fmt.Errorf("data: preparation %T: %w", p, err)
		}
		if _, err := w.Write(text); err != nil {
			return fmt.Errorf("data: preparation: %w", err)
		}
		return nil
	}
	return fmt.Errorf("data: preparation %T is not of this package and cannot be written: %w", p, ErrOwnPreparation)
}

// ReadPreparation reads what WritePreparation wrote.
func ReadPreparation(r io.Reader) (Preparation, error) {
	text, err := io.ReadAll(io.LimitReader(r, maxPreparation+1))
	if err != nil {
		return nil, fmt.Errorf("data: preparation: %w", err)
	}
	if len(text) > maxPreparation {
		return nil, fmt.Errorf("data: a preparation of more than %d bytes", maxPreparation)
	}
	var f preparationFile
	if err := strictly(text, &f); err != nil {
		return nil, fmt.Errorf("data: preparation: %w", err)
	}
	for _, known := range preparations {
		if kindOf(known) != f.Kind {
			continue
		}
		t := reflect.TypeOf(known)
		pointer := t.Kind() == reflect.Pointer
		if pointer {
			t = t.Elem()
		}
		p := reflect.New(t)
		if err := strictly(f.Options, p.Interface()); err != nil {
			return nil, fmt.Errorf("data: options of %s: %w", f.Kind, err)
		}
		if !pointer {
			p = p.Elem()
		}
		return p.Interface().(Preparation), nil
	}
	return nil, fmt.Errorf("data: preparation of kind %.40q, which this version of the package does not know", f.Kind)
}

// strictly decodes JSON that must hold nothing else.
func strictly(text []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("there is more after it")
	}
	return nil
}

// kindOf is the name of a preparation's type.
func kindOf(p Preparation) string {
	t := reflect.TypeOf(p)
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return t.Name()
}
