package data

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// cutByOriginal is what testdata/make_wordpieces.py wrote.
type cutByOriginal struct {
	Texts []string
	Kinds []struct {
		Tokenizer json.RawMessage
		Tokens    [][][3]int
		Framed    []int32
	}
}

func piecesOf(t testing.TB) (p cutByOriginal) {
	t.Helper()
	b, err := os.ReadFile("testdata/wordpieces.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, &p); err != nil {
		t.Fatal(err)
	}
	return p
}

func huggingFace(t testing.TB, contents []byte) (Tokenizer, error) {
	t.Helper()
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "tokenizer.json"), contents, 0o600); err != nil {
		t.Fatal(err)
	}
	return ReadHuggingFaceTokenizer(folder)
}

// TestHuggingFaceTokenizer: the ids and places are the original's, for texts that are hard to cut and each setting of the normaliser.
func TestHuggingFaceTokenizer(t *testing.T) {
	p := piecesOf(t)
	if len(p.Texts) < 200 || len(p.Kinds) < 4 {
		t.Fatalf("%d texts and %d tokenisers", len(p.Texts), len(p.Kinds))
	}
	for k, kind := range p.Kinds {
		tokenizer, err := huggingFace(t, kind.Tokenizer)
		if err != nil {
			t.Fatal(err)
		}
		for i, text := range p.Texts {
			got := [][3]int{}
			for _, token := range tokenizer.Encode(text) {
				got = append(got, [3]int{int(token.ID), token.Start, token.End})
			}
			if !slices.Equal(got, p.Kinds[k].Tokens[i]) {
				t.Errorf("tokeniser %d, text %q:\n got %v\nwant %v", k, text, got, p.Kinds[k].Tokens[i])
			}
		}
		if got := idsOf(Framed(tokenizer, p.Texts[3], 0)); !slices.Equal(got, kind.Framed) {
			t.Errorf("framed: got %v, want %v", got, kind.Framed)
		}
		short := idsOf(Framed(tokenizer, p.Texts[3], 4))
		if want := append(slices.Clone(kind.Framed[:3]), kind.Framed[len(kind.Framed)-1]); !slices.Equal(short, want) {
			t.Errorf("framed in 4: got %v, want %v", short, want)
		}
		var b bytes.Buffer
		if err := WriteTokenizer(&b, tokenizer); err != nil {
			t.Fatal(err)
		}
		back, err := ReadTokenizer(&b)
		if err != nil {
			t.Fatal(err)
		}
		if text := p.Texts[4]; !slices.Equal(back.Encode(text), tokenizer.Encode(text)) {
			t.Error("written and read back, it cuts otherwise")
		}
	}
}

// TestPretrainedDataset: texts are framed, padded and truncated, with the tokeniser's own unknown id.
func TestPretrainedDataset(t *testing.T) {
	tokenizer, err := huggingFace(t, piecesOf(t).Kinds[0].Tokenizer)
	if err != nil {
		t.Fatal(err)
	}
	set, counts, err := Texts("films", []string{"the film", "unhappy ☃ film is bad"}, []int{1, 0}, []string{"bad", "good"}, tokenizer, 6)
	if err != nil {
		t.Fatal(err)
	}
	inputs, _ := set.Columns()
	var words []string
	for _, id := range inputs[0].IDs {
		words = append(words, inputs[0].Names[id])
	}
	if got, want := strings.Join(words, " "), "[CLS] the film [SEP] [PAD] [PAD] [CLS] un ##happy [UNK] film [SEP]"; got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
	if want := (TokenCounts{Tokens: 8, Unknown: 1, Longest: 8, Truncated: 1, Lost: 2}); counts != want {
		t.Errorf("got %+v, want %+v", counts, want)
	}
	corpus := Corpus{Texts: []string{"unhappy film"}}
	if _, at := corpus.Located(tokenizer, 4, 0); !slices.Equal(at[0], [][2]int{{0, 0}, {0, 2}, {2, 7}, {0, 0}}) {
		t.Errorf("located: %v", at)
	}
	if got := tokenizer.Decode(idsOf(Framed(tokenizer, "Unhappy film", 0))); got != "unhappy film" {
		t.Errorf("decoded %q", got)
	}
	if _, _, err := Texts("films", []string{"the"}, []int{0}, []string{"a"}, tokenizer, 2); err == nil || !strings.Contains(err.Error(), "no room") {
		t.Errorf("a length without room: %v", err)
	}
	_, _, _, err = Parallel{Sources: []string{"the"}, Targets: []string{"the"}}.Dataset(tokenizer, tokenizer, 0, 0)
	if err == nil || !strings.Contains(err.Error(), "<bos>") {
		t.Errorf("a pretrained target: %v", err)
	}
}

func TestHuggingFaceTokenizerErrors(t *testing.T) {
	good := string(piecesOf(t).Kinds[0].Tokenizer)
	for _, c := range []struct{ from, to, want string }{
		{`"type":"WordPiece","unk`, `"type":"BPE","unk`, "BPE"},
		{"BertNormalizer", "NFC", "BertNormalizer"},
		{"BertPreTokenizer", "ByteLevel", "BertPreTokenizer"},
		{"TemplateProcessing", "RobertaProcessing", "RobertaProcessing"},
		{`"max_input_chars_per_word":20`, `"max_input_chars_per_word":0`, "max_input_chars_per_word"},
		{`"unk_token":"[UNK]"`, `"unk_token":"none"`, "unknown token"},
		{`"[PAD]":0`, `"zero":0`, "stands for both"},
		{`"the":`, `"the":1000`, "gaps"},
		{`"single_word":false`, `"single_word":true`, "single_word"},
		{good[len(good)/2:], "", "unexpected end"},
		{good, "\xff", "UTF-8"},
	} {
		if !strings.Contains(good, c.from) {
			t.Fatalf("%q is not in the file", c.from)
		}
		_, err := huggingFace(t, []byte(strings.Replace(good, c.from, c.to, 1)))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%.40q → %.40q: got %v, want %q", c.from, c.to, err, c.want)
		}
	}
	if _, err := ReadHuggingFaceTokenizer(t.TempDir()); err == nil {
		t.Error("an empty folder: no error")
	}
}

// FuzzHuggingFaceTokenizer: any text is cut into tokens in order that lie in it, and any file is read or refused.
func FuzzHuggingFaceTokenizer(f *testing.F) {
	p := piecesOf(f)
	var all []*wordPieces
	for _, k := range p.Kinds {
		t, err := parseHuggingFace(k.Tokenizer)
		if err != nil {
			f.Fatal(err)
		}
		all = append(all, t)
		f.Add(string(k.Tokenizer))
	}
	for _, text := range p.Texts {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if made, err := parseHuggingFace([]byte(text)); err == nil {
			made.Encode("the film is unhappy")
		}
		for _, tokenizer := range all {
			last := 0
			for _, token := range tokenizer.Encode(text) {
				if token.Start < 0 || token.End <= token.Start || token.End > len(text) || token.Start < last && token.End < last {
					t.Fatalf("%q: token %+v after %d", text, token, last)
				}
				if token.ID < 0 || int(token.ID) >= len(tokenizer.pieces) {
					t.Fatalf("%q: id %d of %d", text, token.ID, len(tokenizer.pieces))
				}
				last = token.Start
			}
		}
	})
}
