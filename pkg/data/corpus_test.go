package data

import (
	"slices"
	"strings"
	"testing"
)

func ids(d *Dataset, input int) []int32 {
	inputs, target := d.Columns()
	return append(inputs, target)[input].IDs
}

func TestTexts(t *testing.T) {
	tokenizer := sure(Words{}.Learn([]string{"a a a a b b b c c d"})) // a is 4, b 5, c 6, d 7
	texts := []string{"A b", "d c b a", "x", "b y b y"}
	d, counts, err := Texts("letters", texts, []int{0, 1, 1, 0}, []string{"no", "yes"}, tokenizer, 3)
	if err != nil {
		t.Fatal(err)
	}
	if want := []int32{4, 5, 0, 7, 6, 5, 1, 0, 0, 5, 1, 5}; !slices.Equal(ids(d, 0), want) || !slices.Equal(ids(d, 1), []int32{0, 1, 1, 0}) {
		t.Errorf("ids %v with %v, want %v", ids(d, 0), ids(d, 1), want)
	}
	if want := (TokenCounts{Tokens: 11, Unknown: 3, Longest: 4, Truncated: 2, Lost: 2}); counts != want {
		t.Errorf("counts %v, want %v", counts, want)
	}
	s := d.Samples(0, 4)
	if err := s.Check(); err != nil || !slices.Equal(s.Tokens[1], []string{"d", "c", "b"}) {
		t.Errorf("tokens %v, error %v", s.Tokens, err)
	}
	longest, counts, err := Corpus{Texts: texts, Labels: []int{0, 1, 1, 0}, Classes: []string{"no", "yes"}}.Dataset(tokenizer, 0)
	if err != nil || !slices.Equal(longest.Shape(), []int{4}) || counts.Truncated != 0 {
		t.Errorf("shape %v, counts %v, error %v; want the longest of 4", longest.Shape(), counts, err)
	}
}

func TestTextsRefuses(t *testing.T) {
	tokenizer := sure(Words{}.Learn([]string{"a b"}))
	two := []string{"no", "yes"}
	for _, test := range []struct {
		texts   []string
		labels  []int
		classes []string
		t       Tokenizer
		length  int
		reason  string
	}{
		{[]string{"a"}, nil, two, tokenizer, 3, "1 texts but 0 labels"},
		{nil, nil, two, tokenizer, 0, "0 texts"},
		{nil, nil, two, tokenizer, 3, "length of 0"},
		{[]string{"a", " "}, []int{0, 1}, two, tokenizer, 3, `text 1, " ", has no tokens`},
		{[]string{"a"}, []int{2}, two, tokenizer, 3, "text 0 has label 2"},
		{[]string{"a"}, []int{-1}, two, tokenizer, 3, "text 0 has label -1"},
		{[]string{"a"}, []int{0}, two, tokenizer, -1, "length -1"},
		{[]string{"a", "b"}, []int{0, 0}, two, tokenizer, 1 << 31, "too large"},
		{[]string{"a"}, []int{0}, two, nil, 3, "no tokeniser"},
	} {
		d, _, err := Texts("name", test.texts, test.labels, test.classes, test.t, test.length)
		if d != nil || err == nil || !strings.Contains(err.Error(), test.reason) || !strings.Contains(err.Error(), `data: "name"`) {
			t.Errorf("%v, error %v; want none and one with %q", d, err, test.reason)
		}
	}
}

func TestParallel(t *testing.T) {
	source, target := sure(Words{}.Learn([]string{"one one two"})), sure(Words{}.Learn([]string{"1 1 2"}))
	p := Parallel{Name: "p", Sources: []string{"one two", "two", "one one one"}, Targets: []string{"1 2", "2", "1 1 1"}}
	d, sources, targets, err := p.Dataset(source, target, 2, 3)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range [][]int32{
		{4, 5, 5, 0, 4, 4},
		{2, 4, 5, 2, 5, 0, 2, 4, 4},
		{4, 5, 3, 5, 3, 0, 4, 4, 4},
	} {
		if !slices.Equal(ids(d, i), want) {
			t.Errorf("column %d holds %v, want %v", i, ids(d, i), want)
		}
	}
	if want := (TokenCounts{Tokens: 6, Longest: 3, Truncated: 1, Lost: 1}); sources != want {
		t.Errorf("sources: %v, want %v", sources, want)
	}
	if want := (TokenCounts{Tokens: 6, Longest: 4, Truncated: 1, Lost: 1}); targets != want {
		t.Errorf("targets: %v, want %v", targets, want)
	}
	if d, _, _, err := p.Reversed().Dataset(target, source, 0, 0); err != nil || !slices.Equal(ids(d, 2), []int32{4, 5, 3, 0, 5, 3, 0, 0, 4, 4, 4, 3}) {
		t.Errorf("reversed: %v, error %v", ids(d, 2), err)
	}
	for _, test := range []struct {
		sources, targets []string
		reason           string
	}{
		{[]string{"one"}, nil, "1 sources but 0 targets"}, {[]string{""}, []string{"1"}, "source: text 0"}, {[]string{"one"}, []string{" "}, "target: text 0"},
		{nil, nil, "0 texts"},
	} {
		if d, _, _, err := (Parallel{Name: "name", Sources: test.sources, Targets: test.targets}).Dataset(source, target, 0, 0); d != nil || err == nil || !strings.Contains(err.Error(), test.reason) {
			t.Errorf("%v, error %v; want none and one with %q", d, err, test.reason)
		}
	}
}

func TestMulti30k(t *testing.T) {
	mirrored(t, multi30k, multi30kFiles[0].files[0])
	train, validation, test, err := Multi30k(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if len(train.Sources) != 29_000 || len(validation.Targets) != 1014 || len(test.Sources) != 1000 {
		t.Errorf("%d, %d, %d pairs", len(train.Sources), len(validation.Targets), len(test.Sources))
	}
	if got := train.Sources[0] + train.Targets[0]; got != "Two young, White males are outside near many bushes.Zwei junge weiße Männer sind im Freien in der Nähe vieler Büsche." {
		t.Errorf("the first pair is %q", got)
	}
	english, german := sure(Words{MinCount: 2}.Learn(train.Sources)), sure(Words{MinCount: 2}.Learn(train.Targets))
	_, sources, targets, err := test.Dataset(english, german, 32, 32)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("vocabularies of %d and %d; test: %v; %v", len(english.Vocabulary()), len(german.Vocabulary()), sources, targets)
	pairs := sure(BytePairs{Max: 6000}.Learn(train.Targets))
	_, counts, err := Texts("t", test.Targets, make([]int, 1000), []string{"x"}, pairs, 0)
	if err != nil || counts.Unknown != 0 {
		t.Errorf("byte pairs: %v, error %v", counts, err)
	}
	t.Logf("byte pairs: %d in the vocabulary; %v", len(pairs.Vocabulary()), counts)
}

func BenchmarkMulti30k(b *testing.B) {
	mirrored(b, multi30k, multi30kFiles[0].files[0])
	for b.Loop() {
		if _, _, _, err := Multi30k(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkLearn(b *testing.B) {
	mirrored(b, multi30k, multi30kFiles[0].files[0])
	train, _, _, err := Multi30k(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	for name, learner := range map[string]interface {
		Learn([]string) (Tokenizer, error)
	}{"words": Words{MinCount: 2}, "byte pairs": BytePairs{Max: 8000}} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				sure(learner.Learn(train.Targets))
			}
		})
		b.Run(name+" encode", func(b *testing.B) {
			tokenizer := sure(learner.Learn(train.Targets))
			for b.Loop() {
				for _, text := range train.Targets {
					tokenizer.Encode(text)
				}
			}
		})
	}
}

func TestParseLinesRefuses(t *testing.T) {
	for contents, reason := range map[string]string{"a\n\nb\n": "line 2", "\xff": "line 1", "a\n  \n": "line 2"} {
		if lines, err := parseLines([]byte(contents)); lines != nil || err == nil || !strings.Contains(err.Error(), reason) {
			t.Errorf("%q: %q, error %v", contents, lines, err)
		}
	}
	if lines, err := parseLines([]byte(" a\r\nb")); err != nil || !slices.Equal(lines, []string{"a", "b"}) {
		t.Errorf("%q, error %v", lines, err)
	}
}

func FuzzParseLines(f *testing.F) {
	f.Add([]byte("a\r\n b\u2028 \n"))
	f.Add([]byte("\n"))
	f.Fuzz(func(t *testing.T, contents []byte) {
		lines, err := parseLines(contents)
		if err == nil && slices.Contains(lines, "") {
			t.Fatalf("%q", lines)
		}
	})
}

func TestLocated(t *testing.T) {
	c := Corpus{Texts: []string{"not this one", "Dull, but  fun!"}}
	words, err := Words{}.Learn(c.Texts)
	if err != nil {
		t.Fatal(err)
	}
	texts, offsets := c.Located(words, 4, 1, 0)
	if len(texts) != 2 || texts[0] != c.Texts[1] || len(offsets[0]) != 4 || len(offsets[1]) != 3 {
		t.Fatalf("%q, %v", texts, offsets)
	}
	for i, want := range []string{"Dull", ",", "but", "fun"} {
		if at := offsets[0][i]; texts[0][at[0]:at[1]] != want {
			t.Errorf("token %d is %q, want %q", i, texts[0][at[0]:at[1]], want)
		}
	}
}
