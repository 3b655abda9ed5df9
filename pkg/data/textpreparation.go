package data

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// TextPreparation makes a text into the ids that a net takes, as [Texts] does. As JSON it holds its tokeniser, as [WriteTokenizer] writes it.
type TextPreparation struct {
	Tokenizer Tokenizer
	Length    int // of the ids
}

// Raw implements [Preparation].
func (p TextPreparation) Raw() Raw { return RawText }

// Prepare cuts a text into tokens, at most p.Length of them, and pads them with [PadID]. It returns an error if there is none.
func (p TextPreparation) Prepare(raw string) ([]Column, error) {
	if p.Length < 1 {
		return nil, fmt.Errorf("data: texts of length %d, want at least 1", p.Length)
	}
	ids, counts, err := encodeAll(p.Tokenizer, []string{raw})
	if err != nil {
		return nil, fmt.Errorf("data: %w", err)
	}
	c, err := padded("tokens", ids, p.Tokenizer, p.Length, &counts)
	if err != nil {
		return nil, fmt.Errorf("data: %w", err)
	}
	return []Column{c.completed(false)}, nil
}

type textPreparationFile struct {
	Tokenizer json.RawMessage
	Length    int
}

// MarshalJSON implements [json.Marshaler]. It returns an error for a tokeniser that [WriteTokenizer] cannot write.
func (p TextPreparation) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	if err := WriteTokenizer(&b, p.Tokenizer); err != nil {
		return nil, err
	}
	return json.Marshal(textPreparationFile{b.Bytes(), p.Length})
}

// UnmarshalJSON implements [json.Unmarshaler].
func (p *TextPreparation) UnmarshalJSON(b []byte) error {
	var f textPreparationFile
	if err := json.Unmarshal(b, &f); err != nil {
		return fmt.Errorf("data: preparation of texts: %w", err)
	}
	t, err := ReadTokenizer(bytes.NewReader(f.Tokenizer))
	if err != nil {
		return err
	}
	*p = TextPreparation{t, f.Length}
	return nil
}
