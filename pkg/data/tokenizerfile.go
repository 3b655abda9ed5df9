package data

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"
)

// maxTokenizer bounds the file of a tokeniser.
const maxTokenizer = 64 << 20

// tokenizerFile is a tokeniser as JSON.
type tokenizerFile struct {
	Format     string   `json:"format"`
	Kind       string   `json:"kind"`                 // words, characters, byte pairs or hugging face
	Vocabulary []string `json:"vocabulary,omitempty"` // of words and characters
	Merges     []pair   `json:"merges,omitempty"`     // of byte pairs: the ids of two neighbours, in the order in which they are merged

	HuggingFace json.RawMessage `json:"hugging_face,omitempty"` // the tokenizer.json
}

const tokenizerFormat = "vitrine tokenizer 1"

// WriteTokenizer writes a tokeniser that this package has made as JSON. The same tokeniser gives the same bytes.
func WriteTokenizer(w io.Writer, t Tokenizer) error {
	f := tokenizerFile{Format: tokenizerFormat}
	switch t := t.(type) {
	case wordTokenizer:
		f.Kind, f.Vocabulary = "words", t.pieces
	case characterTokenizer:
		f.Kind, f.Vocabulary = "characters", t.pieces
	case *bytePairTokenizer:
		f.Kind, f.Merges = "byte pairs", t.merges
	case *wordPieces:
		f.Kind, f.HuggingFace = "hugging face", t.file
	default:
		return fmt.Errorf("data: tokeniser of type %T: only those of this package can be written", t)
	}
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(f); err != nil {
		return fmt.Errorf("data: tokeniser: %w", err)
	}
	return nil
}

// ReadTokenizer reads what [WriteTokenizer] has written. It returns an error if that is not what it should be, is larger than 64 MiB or is
// followed by more.
func ReadTokenizer(r io.Reader) (Tokenizer, error) {
	t, err := readTokenizer(r)
	if err != nil {
		return nil, fmt.Errorf("data: tokeniser: %w", err)
	}
	return t, nil
}

func readTokenizer(r io.Reader) (Tokenizer, error) {
	b, err := io.ReadAll(io.LimitReader(r, maxTokenizer+1))
	if err != nil {
		return nil, err
	}
	if len(b) > maxTokenizer {
		return nil, fmt.Errorf("more than %d bytes", maxTokenizer)
	}
	var f tokenizerFile
	if !utf8.Valid(b) {
		return nil, errors.New("not UTF-8")
	}
	if err := json.Unmarshal(b, &f); err != nil {
		return nil, err
	}
	if f.Format != tokenizerFormat {
		return nil, fmt.Errorf("format is %.40q, want %q", f.Format, tokenizerFormat)
	}
	switch f.Kind {
	case "words", "characters":
		if f.Merges != nil {
			return nil, fmt.Errorf("a tokeniser of %s has no merges", f.Kind)
		}
		v, err := newVocabulary(f.Vocabulary)
		if err != nil {
			return nil, err
		}
		if f.Kind == "words" {
			return wordTokenizer{v}, nil
		}
		for id, piece := range v.pieces[len(specials):] {
			if utf8.RuneCountInString(piece) != 1 {
				return nil, fmt.Errorf("piece %d is %.40q, want one character", id+len(specials), piece)
			}
		}
		return characterTokenizer{v}, nil
	case "byte pairs":
		if f.Vocabulary != nil {
			return nil, errors.New("a tokeniser of byte pairs has merges, no vocabulary")
		}
		return newBytePairs(f.Merges)
	case "hugging face":
		return parseHuggingFace(f.HuggingFace)
	}
	return nil, fmt.Errorf("kind is %.40q, want words, characters, byte pairs or hugging face", f.Kind)
}
