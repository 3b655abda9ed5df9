package data

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestTextFolder(t *testing.T) {
	dir := written(t, map[string][]byte{
		"neg/0_1.txt": []byte("dull\n"), "pos/0_9.txt": []byte("\xef\xbb\xbflovely film"), "pos/10_8.txt": []byte("naïve <br />\r\n joy"), "urls.txt": []byte("x"),
	})
	c, err := TextFolder(dir)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(c.Texts, []string{"dull", "lovely film", "naïve <br />\r\n joy"}) || !slices.Equal(c.Labels, []int{0, 1, 1}) || !slices.Equal(c.Classes, []string{"neg", "pos"}) || c.Name != "set" {
		t.Errorf("%+v", c)
	}
	for want, contents := range map[string]string{"no text in it": " \n", "not UTF-8 at byte 3": "caf\xe9", "a/x.txt": "\xff"} {
		if _, err := TextFolder(written(t, map[string][]byte{"a/x.txt": []byte(contents)})); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want one with %q", err, want)
		}
	}
}

func TestTextLines(t *testing.T) {
	var zipped bytes.Buffer
	w := gzip.NewWriter(&zipped)
	_, _ = w.Write([]byte("one\n\n two \r\nthree"))
	_ = w.Close()
	dir := written(t, map[string][]byte{
		"plain": []byte("\xef\xbb\xbfone\n\n two \r\nthree"), "zipped.gz": zipped.Bytes(), "empty": []byte("\n \n"), "latin": []byte("a\n\nb\xe9\n"),
		"cut.gz": zipped.Bytes()[:zipped.Len()-9], "long": append([]byte("a\n"), make([]byte, maxLine+1)...),
	})
	for _, name := range []string{"plain", "zipped.gz"} {
		if texts, err := TextLines(filepath.Join(dir, name)); err != nil || !slices.Equal(texts, []string{"one", "two", "three"}) {
			t.Errorf("%s: %q, %v", name, texts, err)
		}
	}
	for name, want := range map[string]string{"empty": "no lines in it", "latin": "latin: line 3: not UTF-8 at byte 1", "cut.gz": "unexpected EOF", "long": "line 2: longer than", "none": "no such file"} {
		if _, err := TextLines(filepath.Join(dir, name)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want one with %q", name, err, want)
		}
	}
}

func TestJSONLines(t *testing.T) {
	path := filepath.Join(t.TempDir(), "reviews.jsonl")
	write := func(contents string) {
		if err := os.WriteFile(path, []byte(contents), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(`{"text": "a \u00e9 \ud83d\ude00", "stars": 10, "more": [1]}` + "\n\n" + `{"stars": 9, "text": "b"}` + "\r\n" + `{"text":"c","stars":-2}` + "\n" + `{"text":"d","stars":"good"}` + "\n" + `{"text":"e","stars":true}` + "\n" + `{"text":"f","stars":9}`)
	c, err := JSONLines(path, "text", "stars")
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(c.Texts, []string{"a é 😀", "b", "c", "d", "e", "f"}) || !slices.Equal(c.Classes, []string{"-2", "9", "10", "good", "true"}) || !slices.Equal(c.Labels, []int{2, 1, 0, 3, 4, 1}) {
		t.Errorf("%+v", c)
	}
	good := `{"text":"a","stars":1}` + "\n"
	for bad, want := range map[string]string{
		`{"text":"a"`:                     "line 2: ",
		`[1]`:                             "is no JSON object",
		`null`:                            `field "text" is "", want a text`,
		`{"stars":1}`:                     `field "text" is "", want a text`,
		`{"text":7,"stars":1}`:            `field "text" is "7", want a text`,
		`{"text":" ","stars":1}`:          `want a text`,
		`{"text":"a"}`:                    `field "stars" is "", want a class`,
		`{"text":"a","stars":null}`:       `field "stars" is "null", want a class`,
		`{"text":"a","stars":1.5}`:        `field "stars" is "1.5", want a class`,
		`{"text":"a","stars":""}`:         `want a class`,
		`{"text":"a","stars":1} {}`:       "is no JSON object",
		"{\"text\":\"\xff\",\"stars\":1}": "not UTF-8 at byte 9",
	} {
		write(good + bad)
		if _, err := JSONLines(path, "text", "stars"); err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "reviews.jsonl: line 2") {
			t.Errorf("%s: error %v, want one with %q", bad, err, want)
		}
	}
}

// What a dataset of texts says of its preparation makes the same ids, also after a round through JSON.
func TestTextPreparation(t *testing.T) {
	c := Corpus{Name: "films", Texts: []string{"a lovely film", "dull, dull film", "a film that is far too long"}, Labels: []int{1, 0, 0}, Classes: []string{"no", "yes"}}
	for _, l := range []interface {
		Learn([]string) (Tokenizer, error)
	}{Words{}, Characters{}, BytePairs{Max: 270}} {
		tokenizer, err := l.Learn(c.Texts)
		if err != nil {
			t.Fatal(err)
		}
		d, _, err := c.Dataset(tokenizer, 5)
		if err != nil {
			t.Fatal(err)
		}
		text, err := json.Marshal(d.Shuffle(1).Preparation)
		if err != nil {
			t.Fatal(err)
		}
		var p TextPreparation
		if err := json.Unmarshal(text, &p); err != nil || p.Raw() != RawText {
			t.Fatal(err)
		}
		inputs, _ := d.Columns()
		for i, text := range c.Texts {
			got, err := p.Prepare(text)
			if err != nil {
				t.Fatal(err)
			}
			if want := inputs[0].Span(i, i+1); !slices.Equal(got[0].IDs, want.IDs) || !slices.Equal(got[0].Names, want.Names) || !slices.Equal(got[0].Shape, want.Shape) || got[0].Name != want.Name {
				t.Errorf("%T: %+v, want %+v", l, got[0], want)
			}
		}
		if _, err := p.Prepare(""); err == nil {
			t.Error("an empty text is taken")
		}
	}
	for _, bad := range []string{`{}`, `{"Tokenizer":{"format":"another"},"Length":4}`, `[]`} {
		if err := new(TextPreparation).UnmarshalJSON([]byte(bad)); err == nil {
			t.Errorf("%s is taken", bad)
		}
	}
	if _, err := (TextPreparation{}).Prepare("a"); err == nil {
		t.Error("a preparation without a tokeniser is taken")
	}
}

func FuzzTextLines(f *testing.F) {
	f.Add([]byte("one\n\ntwo\r\n"))
	f.Add([]byte(`{"text":"a","stars":1}`))
	f.Add([]byte("\x1f\x8b\x08"))
	f.Fuzz(func(t *testing.T, b []byte) {
		_ = lines(bytes.NewReader(b), func(line []byte) error {
			if bytes.ContainsRune(line, '\n') || len(bytes.TrimSpace(line)) == 0 {
				t.Fatalf("line %q", line)
			}
			if text, err := asText(line); err == nil && strings.TrimSpace(text) == "" {
				t.Fatalf("text %q", text)
			}
			if text, class, err := labelledText(line, "text", "stars"); err == nil && (text == "" || class == "") {
				t.Fatalf("text %q of class %q", text, class)
			}
			return nil
		})
	})
}
