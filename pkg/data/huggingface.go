package data

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"
)

// ReadHuggingFaceTokenizer reads a tokenizer.json, the file or its folder, of BERT's kind: BertNormalizer, BertPreTokenizer, WordPiece, and
// BertProcessing or TemplateProcessing. Its ids and the places of its tokens are those of the original, whose own special tokens it has: it is a
// [Pretrained]. A special token that is spelled out in a text ("[SEP]") is that token, as in the original.
//
// The file's settings for truncation and padding are not taken over: [Texts] pads and truncates as it is told. Characters that Unicode added
// of late may be of another class than in the original.
//
// It returns an error that names what the file has and what was expected if it is of another kind (BPE, Unigram, another normaliser), if its
// padding is not id 0, which models take for padding, or if it is damaged or larger than 64 MiB.
func ReadHuggingFaceTokenizer(path string) (Tokenizer, error) {
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		path = filepath.Join(path, "tokenizer.json")
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("data: tokeniser: %w", err)
	}
	defer f.Close() //nolint:errcheck // only read
	b, err := io.ReadAll(io.LimitReader(f, maxTokenizer+1))
	if err != nil {
		return nil, fmt.Errorf("data: tokeniser: %w", err)
	}
	if len(b) > maxTokenizer {
		return nil, fmt.Errorf("data: tokeniser %s: more than %d bytes", path, maxTokenizer)
	}
	t, err := parseHuggingFace(b)
	if err != nil {
		return nil, fmt.Errorf("data: tokeniser %s: %w", path, err)
	}
	return t, nil
}

// huggingFaceFile is what of a tokenizer.json decides ids and places.
type huggingFaceFile struct {
	AddedTokens []struct {
		ID         int32  `json:"id"`
		Content    string `json:"content"`
		SingleWord bool   `json:"single_word"`
		Left       bool   `json:"lstrip"`
		Right      bool   `json:"rstrip"`
		Normalized bool   `json:"normalized"`
	} `json:"added_tokens"`
	Normalizer *struct {
		Type         string `json:"type"`
		CleanText    bool   `json:"clean_text"`
		Chinese      bool   `json:"handle_chinese_chars"`
		StripAccents *bool  `json:"strip_accents"`
		Lowercase    bool   `json:"lowercase"`
	} `json:"normalizer"`
	PreTokenizer *struct {
		Type string `json:"type"`
	} `json:"pre_tokenizer"`
	PostProcessor *postProcessor `json:"post_processor"`
	Model         struct {
		Type    string           `json:"type"`
		Unknown string           `json:"unk_token"`
		Prefix  string           `json:"continuing_subword_prefix"`
		Longest int              `json:"max_input_chars_per_word"`
		Vocab   map[string]int32 `json:"vocab"`
	} `json:"model"`
}

type postProcessor struct {
	Type   string `json:"type"`
	Single []struct {
		Special  *struct{ ID string } `json:"SpecialToken"`
		Sequence *struct{ ID string } `json:"Sequence"`
	} `json:"single"`
	Special map[string]struct {
		IDs []int32 `json:"ids"`
	} `json:"special_tokens"`
	Begin []any `json:"cls"` // of BertProcessing: the token and its id
	End   []any `json:"sep"`
}

func parseHuggingFace(b []byte) (*wordPieces, error) {
	var kind struct { // a vocabulary of another kind has another shape
		Model struct {
			Type string `json:"type"`
		} `json:"model"`
	}
	if !utf8.Valid(b) {
		return nil, errors.New("not UTF-8")
	}
	if err := json.Unmarshal(b, &kind); err != nil {
		return nil, err
	}
	if kind.Model.Type != "WordPiece" {
		return nil, fmt.Errorf("its model is of type %.40q, only WordPiece (BERT's) is read", kind.Model.Type)
	}
	var f huggingFaceFile
	if err := json.Unmarshal(b, &f); err != nil {
		return nil, err
	}
	if f.Normalizer == nil || f.Normalizer.Type != "BertNormalizer" {
		return nil, errors.New("its normaliser is not BertNormalizer, the only one that is read")
	}
	if f.PreTokenizer == nil || f.PreTokenizer.Type != "BertPreTokenizer" {
		return nil, errors.New("its pre-tokeniser is not BertPreTokenizer, the only one that is read")
	}
	n := f.Normalizer
	t := &wordPieces{
		file: b, ids: f.Model.Vocab, prefix: f.Model.Prefix, longest: f.Model.Longest, added: map[byte][]addedToken{},
		normal: bertNormalizer{clean: n.CleanText, chinese: n.Chinese, lower: n.Lowercase, strip: n.Lowercase},
	}
	if n.StripAccents != nil {
		t.normal.strip = *n.StripAccents
	}
	if t.longest <= 0 {
		return nil, fmt.Errorf("max_input_chars_per_word is %d, want a positive number", t.longest)
	}
	if err := t.addTokens(f); err != nil {
		return nil, err
	}
	var known bool
	if t.special.Unknown, known = t.ids[f.Model.Unknown]; !known {
		return nil, fmt.Errorf("the unknown token %.40q is not in the vocabulary", f.Model.Unknown)
	}
	if t.special.Unknown == PadID {
		return nil, fmt.Errorf("the unknown token %.40q has id 0, which models take for padding", f.Model.Unknown)
	}
	return t, t.frame(f.PostProcessor)
}

// addTokens takes the tokens that are found before a text is cut, and puts the vocabulary in the order of its ids.
func (t *wordPieces) addTokens(f huggingFaceFile) error {
	pieces := map[int32]string{}
	add := func(id int32, piece string) error {
		if had, there := pieces[id]; id < 0 || there && had != piece {
			return fmt.Errorf("id %d is negative or stands for both %.40q and %.40q", id, piece, had)
		}
		pieces[id] = piece
		return nil
	}
	for piece, id := range f.Model.Vocab {
		if err := add(id, piece); err != nil {
			return err
		}
	}
	for _, a := range f.AddedTokens {
		if a.Content == "" || a.SingleWord || a.Left || a.Right || a.Normalized {
			return fmt.Errorf("the added token %.40q is empty or has one of single_word, lstrip, rstrip and normalized, which are not read", a.Content)
		}
		if err := add(a.ID, a.Content); err != nil {
			return err
		}
		t.added[a.Content[0]] = append(t.added[a.Content[0]], addedToken{a.Content, a.ID})
	}
	for _, list := range t.added {
		slices.SortFunc(list, func(a, b addedToken) int { return len(b.text) - len(a.text) })
	}
	t.pieces = make([]string, len(pieces))
	for id, piece := range pieces {
		if int(id) >= len(pieces) {
			return fmt.Errorf("a vocabulary of %d has the id %d: there are gaps", len(pieces), id)
		}
		t.pieces[id] = piece
	}
	if len(t.pieces) < 2 || !strings.Contains(strings.ToLower(t.pieces[PadID]), "pad") {
		return errors.New("id 0 is not the padding ([PAD]), which models take it for")
	}
	return nil
}

// frame reads what stands before and after a single text.
func (t *wordPieces) frame(p *postProcessor) error {
	if p == nil {
		return nil
	}
	var before, after []int32
	switch p.Type {
	case "BertProcessing":
		for _, side := range []struct {
			token []any
			to    *[]int32
		}{{p.Begin, &before}, {p.End, &after}} {
			if len(side.token) != 2 {
				return errors.New("BertProcessing names no cls and sep")
			}
			id, is := side.token[1].(float64)
			if !is || id != float64(int32(id)) {
				return fmt.Errorf("BertProcessing has the id %v, want a whole number", side.token[1])
			}
			*side.to = append(*side.to, int32(id))
		}
	case "TemplateProcessing":
		to := &before
		for _, part := range p.Single {
			switch {
			case part.Special != nil:
				s, known := p.Special[part.Special.ID]
				if !known {
					return fmt.Errorf("TemplateProcessing has no ids for %.40q", part.Special.ID)
				}
				*to = append(*to, s.IDs...)
			case part.Sequence == nil || to == &after:
				return errors.New("TemplateProcessing of a single text wants it once, among special tokens")
			default:
				to = &after
			}
		}
		if to != &after {
			return errors.New("TemplateProcessing of a single text leaves it out")
		}
	default:
		return fmt.Errorf("its post-processor is of type %.40q, only BertProcessing and TemplateProcessing are read", p.Type)
	}
	for _, id := range slices.Concat(before, after) {
		if id <= PadID || int(id) >= len(t.pieces) {
			return fmt.Errorf("its post-processor adds the id %d, which is padding or not in the vocabulary of %d", id, len(t.pieces))
		}
	}
	t.special.Before, t.special.After = before, after
	return nil
}
