package data

import (
	"math"
	"strings"
	"testing"
)

const snippetLines = "1\t2.26666666667\tA joy.\r\n2\t-3\tA bore ''of'' clichés.\r\n3\t0\tA film."

func TestParseSnippets(t *testing.T) {
	got, err := parseSnippets(snippetLines)
	want := []Snippet{{1, "A joy.", 2.26666666667}, {2, "A bore ''of'' clichés.", -3}, {3, "A film.", 0}}
	if err != nil || len(got) != 3 || got[0] != want[0] || got[1] != want[1] || got[2] != want[2] {
		t.Errorf("got %v, error %v, want %v", got, err, want)
	}
}

func TestParseSnippetsRefuses(t *testing.T) {
	for contents, reason := range map[string]string{
		"":                           "no snippets",
		"1\t2.0\n":                   "line 1 has 2 columns, want 3",
		"1\t2.0\ta\tb\n":             "line 1 has 4 columns",
		"1\t2\ta\nx\t2.0\ttext\n":    `line 2: id is "x"`,
		"1\t2\ta\n2\tgood\ttext\n":   `line 2: rating is "good"`,
		"1\tNaN\ttext\n":             "from -4 to 4",
		"1\t4.5\ttext\n":             "from -4 to 4",
		"1\t1\t\n":                   "text is",
		"1\t1\tclich\xe9\n":          "UTF-8",
		"1\t2\ta\n<html></html>\n\n": "line 2",
	} {
		if s, err := parseSnippets(contents); s != nil || err == nil || !strings.Contains(err.Error(), reason) {
			t.Errorf("%q: %v, error %v; want none and one with %q", contents, s, err, reason)
		}
	}
}

func TestBySign(t *testing.T) {
	var snippets []Snippet
	for i := range 1000 {
		rating := float64(i%9) - 4 // -4 to 4
		snippets = append(snippets, Snippet{i, "text " + strings.Repeat("x", i/2), rating})
	}
	train, test := BySign(snippets, 1.5)
	side := map[string]string{}
	n := 0
	for _, c := range []Corpus{train, test} {
		for i, text := range c.Texts {
			n++
			if math.Abs(c.Ratings[i]) < 1.5 || (c.Ratings[i] > 0) != (c.Classes[c.Labels[i]] == "positive") {
				t.Errorf("rating %g is %s", c.Ratings[i], c.Classes[c.Labels[i]])
			}
			if s := side[text]; s != "" && s != c.Name {
				t.Errorf("%q is in both", text)
			}
			side[text] = c.Name
		}
	}
	if want := 667; n != want { // 6 of 9 ratings 111 times, and the last is -4 once more
		t.Errorf("%d texts, want %d", n, want)
	}
	if share := float64(len(test.Texts)) / float64(n); share < 0.15 || share > 0.25 {
		t.Errorf("%.3f of the texts are for test, want about 0.2", share)
	}
}

func TestMovieSnippets(t *testing.T) {
	mirrored(t, vader, vaderFile)
	snippets, err := MovieSnippets(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if len(snippets) != 10_605 || snippets[2] != (Snippet{3, "Effective but too tepid biopic", -0.6}) {
		t.Errorf("%d snippets, the third is %v", len(snippets), snippets[2])
	}
	train, test := BySign(snippets, 0.5)
	t.Logf("%d for training, %d for test", len(train.Texts), len(test.Texts))
	if n := len(train.Texts) + len(test.Texts); n != 4996+5076 {
		t.Errorf("%d snippets rated 0.5 or more either way, want %d", n, 4996+5076)
	}
}

func BenchmarkMovieSnippets(b *testing.B) {
	mirrored(b, vader, vaderFile)
	for b.Loop() {
		if _, err := MovieSnippets(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
}

func FuzzParseSnippets(f *testing.F) {
	f.Add(snippetLines)
	f.Add("1\t\t\n")
	f.Fuzz(func(t *testing.T, contents string) {
		snippets, err := parseSnippets(contents)
		if (err == nil) != (len(snippets) > 0) {
			t.Fatalf("%v, error %v", snippets, err)
		}
		train, test := BySign(snippets, 0.5)
		if len(train.Texts)+len(test.Texts) > len(snippets) {
			t.Fatal("more texts than snippets")
		}
	})
}
