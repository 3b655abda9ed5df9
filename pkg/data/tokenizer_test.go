package data

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

var textsToLearn = []string{
	"The plot is good, the cast is good.", "A good film isn't a long film!", "It's 3.5 hours of café scenes… 3.5!", "the the the\n\n  end",
	"日本語 текст", "aaaa aaa aa a",
}

func learn(t testing.TB, l interface {
	Learn([]string) (Tokenizer, error)
}, texts []string,
) Tokenizer {
	t.Helper()
	tokenizer, err := l.Learn(texts)
	if err != nil {
		t.Fatal(err)
	}
	return tokenizer
}

func learners(t testing.TB) map[string]Tokenizer {
	return map[string]Tokenizer{
		"words":      learn(t, Words{}, textsToLearn),
		"characters": learn(t, Characters{}, textsToLearn),
		"byte pairs": learn(t, BytePairs{Max: 300}, textsToLearn),
	}
}

func TestWords(t *testing.T) {
	tokenizer := learn(t, Words{MinCount: 2, Max: 13}, textsToLearn)
	// the 5, 3.5 is good film 2, with a: 3 and the comma once
	want := []string{"<pad>", "<unk>", "<bos>", "<eos>", "the", "good", "!", "3.5", "a", "film", "is"}
	got := tokenizer.Vocabulary()
	slices.Sort(got[6:])
	slices.Sort(want[6:])
	for _, word := range want {
		if !slices.Contains(got, word) {
			t.Errorf("%q is not in the vocabulary %q", word, got)
		}
	}
	text := "The GOOD one: it's 3.5°"
	tokens := tokenizer.Encode(text)
	var pieces []string
	for _, token := range tokens {
		pieces = append(pieces, text[token.Start:token.End])
	}
	if want := []string{"The", "GOOD", "one", ":", "it's", "3.5", "°"}; !slices.Equal(pieces, want) {
		t.Errorf("pieces %q, want %q", pieces, want)
	}
	if Unknown(tokens) != 4 {
		t.Errorf("%d unknown, want 4: one, the colon, it's and the degree sign", Unknown(tokens))
	}
	if got := tokenizer.Decode(idsOf(tokens)); got != "the good <unk> <unk> <unk> 3.5 <unk>" {
		t.Errorf("decoded %q", got)
	}
}

// The order of the vocabulary follows from counts and bytes, not from the order of the texts.
func TestVocabularyOrder(t *testing.T) {
	got := learn(t, Words{}, []string{"b a b c", "d c c"}).Vocabulary()
	if want := append(slices.Clone(specials), "c", "b", "a", "d"); !slices.Equal(got, want) {
		t.Errorf("vocabulary %q, want %q", got, want)
	}
	reversed := slices.Clone(textsToLearn)
	slices.Reverse(reversed)
	for name, pair := range map[string][2]Tokenizer{
		"words":      {learn(t, Words{Max: 20}, textsToLearn), learn(t, Words{Max: 20}, reversed)},
		"characters": {learn(t, Characters{MinCount: 2}, textsToLearn), learn(t, Characters{MinCount: 2}, reversed)},
		"byte pairs": {learn(t, BytePairs{Max: 290}, textsToLearn), learn(t, BytePairs{Max: 290}, reversed)},
	} {
		if !slices.Equal(pair[0].Vocabulary(), pair[1].Vocabulary()) {
			t.Errorf("%s: another order of texts gives another vocabulary", name)
		}
	}
	if got := learn(t, Words{Max: 6}, textsToLearn).Vocabulary(); len(got) != 6 {
		t.Errorf("%d pieces, want 6", len(got))
	}
}

func TestLearnRefuses(t *testing.T) {
	for _, test := range []struct {
		learner interface {
			Learn([]string) (Tokenizer, error)
		}
		texts  []string
		reason string
	}{
		{Words{}, nil, "nothing to learn"},
		{Words{}, []string{" \n "}, "nothing to learn"},
		{Words{MinCount: 2}, []string{"one two"}, "of 2 different pieces"},
		{Words{Max: 4}, []string{"one two"}, "Max 4"},
		{Words{MinCount: -1}, []string{"one"}, "MinCount is -1"},
		{Characters{}, []string{"\xff\xfe"}, "nothing to learn"},
		{Characters{Max: -1}, []string{"a"}, "Max -1"},
		{BytePairs{Max: 100}, []string{"a"}, "Max is 100, want 260"},
		{BytePairs{MinCount: -1}, []string{"a"}, "MinCount is -1"},
		{BytePairs{}, nil, "no texts"},
	} {
		if got, err := test.learner.Learn(test.texts); got != nil || err == nil || !strings.Contains(err.Error(), test.reason) {
			t.Errorf("%+v of %q: %v, error %v; want none and one with %q", test.learner, test.texts, got, err, test.reason)
		}
	}
}

// slowBytePairs counts all pairs anew for every merge, and encodes by making every merge that was learnt, in order, in all of a text.
func slowBytePairs(texts []string, most int) (merges []pair) {
	var all [][]int32
	for _, text := range texts {
		for piece := range pieces(text) {
			all = append(all, symbolsOf(piece))
		}
	}
	for len(merges) < most {
		count := map[pair]int{}
		for _, symbols := range all {
			for i := 1; i < len(symbols); i++ {
				count[pair{symbols[i-1], symbols[i]}]++
			}
		}
		best, n := pair{}, 0
		for p, c := range count {
			if c > n || c == n && (p[0] < best[0] || p[0] == best[0] && p[1] < best[1]) {
				best, n = p, c
			}
		}
		if n < 2 {
			break
		}
		for i := range all {
			all[i] = merge(all[i], best, firstPairID+int32(len(merges)))
		}
		merges = append(merges, best)
	}
	return merges
}

func TestBytePairsAreTheObviousOnes(t *testing.T) {
	texts := textsToLearn
	for i := range 60 { // pseudo-words that overlap in many ways
		texts = append(texts, strings.Repeat(string("abc"[i%3]), i%5+1)+strings.Repeat("ab", i%4)+" "+strings.Repeat("cab", i%3)+fmt.Sprint(i*i))
	}
	tokenizer := learn(t, BytePairs{Max: 400}, texts).(*bytePairTokenizer)
	want := slowBytePairs(texts, 400-int(firstPairID))
	if !slices.Equal(tokenizer.merges, want) || len(want) < 50 {
		t.Fatalf("merges %v, want %v", tokenizer.merges, want)
	}
	for _, text := range append(texts, "abcabcabc unseen", strings.Repeat("ab", 100)) {
		var ids []int32
		for piece := range pieces(text) {
			symbols := symbolsOf(piece)
			for i, p := range want {
				symbols = merge(symbols, p, firstPairID+int32(i))
			}
			ids = append(ids, symbols...)
		}
		if got := idsOf(tokenizer.Encode(text)); !slices.Equal(got, ids) {
			t.Errorf("%q: ids %v, want %v", text, got, ids)
		}
	}
}

func TestBytePairVocabulary(t *testing.T) {
	tokenizer := learn(t, BytePairs{Max: 400}, textsToLearn)
	names := tokenizer.Vocabulary()
	for _, want := range []string{" the", " good", "a", `\xff`, " is"} {
		if !slices.Contains(names, want) {
			t.Errorf("%q is not in %q", want, names)
		}
	}
	for i, name := range names {
		if !utf8.ValidString(name) || name == "" {
			t.Errorf("id %d is %q", i, name)
		}
	}
}

func idsOf(tokens []Token) []int32 {
	ids := make([]int32, len(tokens))
	for i, t := range tokens {
		ids[i] = t.ID
	}
	return ids
}

// checkTokens holds for every tokeniser and text.
func checkTokens(t *testing.T, name string, tokenizer Tokenizer, text string) {
	t.Helper()
	tokens := tokenizer.Encode(text)
	n := int32(len(tokenizer.Vocabulary()))
	at := 0
	for i, token := range tokens {
		if token.ID < 0 || token.ID >= n || token.ID == PadID || token.ID == BeginID || token.ID == EndID {
			t.Fatalf("%s: %q: token %d has id %d of %d", name, text, i, token.ID, n)
		}
		if token.Start < at || token.End <= token.Start || token.End > len(text) {
			t.Fatalf("%s: %q: token %d is [%d:%d] after %d", name, text, i, token.Start, token.End, at)
		}
		if skipped := text[at:token.Start]; strings.TrimSpace(skipped) != "" || name != "words" && skipped != "" {
			t.Fatalf("%s: %q: %q is in no token", name, text, skipped)
		}
		at = token.End
	}
	if rest := text[at:]; strings.TrimSpace(rest) != "" || name != "words" && rest != "" {
		t.Fatalf("%s: %q: %q is in no token", name, text, rest)
	}
	decoded := tokenizer.Decode(idsOf(tokens))
	if name == "byte pairs" && (decoded != text || Unknown(tokens) > 0) {
		t.Fatalf("%s: %q comes back as %q, %d unknown", name, text, decoded, Unknown(tokens))
	}
	if name == "characters" && Unknown(tokens) == 0 && decoded != text {
		t.Fatalf("%s: %q comes back as %q", name, text, decoded)
	}
}

func TestEncodeAnything(t *testing.T) {
	for name, tokenizer := range learners(t) {
		for _, text := range append(slices.Clone(textsToLearn), "", " ", "   two  spaces ", "\xff\xfe", "a\xc3", "🇩🇪👩‍👩‍👧 e\u0301 \u0301", "<pad> <unk>",
			strings.Repeat("a", 1000), strings.Repeat(" ", 300)+"x", "\r\n\t\v\u00a0\u2028", "ﬁ İ ß") {
			checkTokens(t, name, tokenizer, text)
		}
	}
}

func TestDecodeAnyIDs(t *testing.T) {
	for name, tokenizer := range learners(t) {
		got := tokenizer.Decode([]int32{BeginID, -5, 1 << 30, PadID, UnknownID, EndID})
		if want := map[string]string{"words": "<unk> <unk> <unk>", "characters": "���", "byte pairs": "���"}[name]; got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}

func TestTokenizerFile(t *testing.T) {
	for name, tokenizer := range learners(t) {
		var first, second bytes.Buffer
		if err := WriteTokenizer(&first, tokenizer); err != nil {
			t.Fatal(err)
		}
		again, err := ReadTokenizer(bytes.NewReader(first.Bytes()))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if err := WriteTokenizer(&second, again); err != nil || !bytes.Equal(first.Bytes(), second.Bytes()) {
			t.Errorf("%s: written again: %v\n%s\n%s", name, err, first.Bytes(), second.Bytes())
		}
		for _, text := range textsToLearn {
			if !slices.Equal(again.Encode(text), tokenizer.Encode(text)) {
				t.Errorf("%s: %q is encoded in another way", name, text)
			}
		}
	}
	if err := WriteTokenizer(io.Discard, nil); err == nil {
		t.Error("no error for a tokeniser of others")
	}
}

func TestReadTokenizerRefuses(t *testing.T) {
	const head = `{"format":"vitrine tokenizer 1","kind":`
	for file, reason := range map[string]string{
		"":                    "unexpected end",
		"<html>not found":     "invalid character",
		`{"format":"other"}`:  `format is "other"`,
		head + `"sentences"}`: `kind is "sentences"`,
		head + `"words"}`:     "a vocabulary of 0 pieces",
		head + `"words","vocabulary":["<pad>","<unk>","<bos>","<eos>"]}`:                                    "at least one more",
		head + `"words","vocabulary":["a","<unk>","<bos>","<eos>","b"]}`:                                    "<pad>",
		head + `"words","vocabulary":["<pad>","<unk>","<bos>","<eos>","b","b"]}`:                            "the same as piece 4",
		head + `"words","vocabulary":["<pad>","<unk>","<bos>","<eos>",""]}`:                                 "empty",
		head + `"characters","vocabulary":["<pad>","<unk>","<bos>","<eos>","ab"]}`:                          "want one character",
		head + `"words","vocabulary":["<pad>"],"merges":[[4,5]]}`:                                           "no merges",
		head + `"byte pairs","vocabulary":["a"]}`:                                                           "no vocabulary",
		head + `"byte pairs","merges":[[3,5]]}`:                                                             "pair 0",
		head + `"byte pairs","merges":[[4]]}`:                                                               "pair 0",
		head + `"byte pairs","merges":[[4,260]]}`:                                                           "ids from 4 to 259",
		head + `"byte pairs","merges":[[-1,5]]}`:                                                            "pair 0",
		head + `"byte pairs","merges":[[4,5],[4,5]]}`:                                                       "there twice",
		head + `"byte pairs","merges":[[4,4],[260,260],[261,261],[262,262],[263,263],[264,264],[265,265]]}`: "want at most 64",
		head + `"byte pairs","merges":[[4,99999999999]]}`:                                                   "cannot unmarshal",
		head + `"byte pairs","merges":[[4,5]]} more`:                                                        "after top-level value",
		"\xff": "UTF-8",
	} {
		got, err := ReadTokenizer(strings.NewReader(file))
		if got != nil || err == nil || !strings.Contains(err.Error(), reason) {
			t.Errorf("%q: %v, error %v; want none and one with %q", file, got, err, reason)
		}
	}
	broken := errors.New("broken")
	if _, err := ReadTokenizer(failing{broken}); !errors.Is(err, broken) {
		t.Errorf("error %v, want %v", err, broken)
	}
}

func FuzzTokenizers(f *testing.F) {
	for _, text := range textsToLearn {
		f.Add(text)
	}
	f.Add("\xff\xc3 e\u0301  \r\n\u2028")
	all := learners(f)
	f.Fuzz(func(t *testing.T, text string) {
		for name, tokenizer := range all {
			checkTokens(t, name, tokenizer, text)
		}
		for name, learner := range map[string]interface {
			Learn([]string) (Tokenizer, error)
		}{"words": Words{}, "characters": Characters{}, "byte pairs": BytePairs{Max: 280}} {
			tokenizer, err := learner.Learn([]string{text})
			if err != nil {
				continue
			}
			checkTokens(t, name, tokenizer, text)
			var file bytes.Buffer
			if err := WriteTokenizer(&file, tokenizer); err != nil {
				t.Fatal(err)
			}
			if _, err := ReadTokenizer(&file); err != nil {
				t.Fatalf("%s: cannot read what was written: %v", name, err)
			}
		}
	})
}

func FuzzReadTokenizer(f *testing.F) {
	for _, tokenizer := range learners(f) {
		var file bytes.Buffer
		if err := WriteTokenizer(&file, tokenizer); err != nil {
			f.Fatal(err)
		}
		f.Add(file.Bytes())
	}
	f.Add([]byte(`{"format":"vitrine tokenizer 1","kind":"byte pairs","merges":[[4,4],[260,260]]}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		tokenizer, err := ReadTokenizer(bytes.NewReader(b))
		if (err == nil) != (tokenizer != nil) {
			t.Fatalf("%v, error %v", tokenizer, err)
		}
		if err == nil {
			tokenizer.Decode(idsOf(tokenizer.Encode("The plot is good \xff")))
		}
	})
}

func TestPieces(t *testing.T) {
	words := sure(Words{}.Learn([]string{"a house"}))
	if got := Pieces(words, "A tiny house!"); !slices.Equal(got, []string{"A", "tiny", "house", "!"}) {
		t.Errorf("%q", got)
	}
}
