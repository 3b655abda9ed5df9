package data

import (
	"math"
	"strings"
	"testing"
)

func TestPolarity(t *testing.T) {
	lexicon, err := Polarity()
	if err != nil {
		t.Fatal(err)
	}
	if len(lexicon) != 7506 {
		t.Errorf("%d words, want 7506", len(lexicon))
	}
	for word, want := range map[string]float64{ // from the paper, and of each sign; lol is there twice
		"good": 1.9, "great": 3.1, "horrible": -2.5, ":(": -1.9, "sucks": -1.5, "okay": 0.9, "can't stand": -2, "lol": 1.8,
	} {
		if got, ok := lexicon[word]; !ok || math.Abs(got-want) > 0.05 {
			t.Errorf("%q: %g (%v), want %g", word, got, ok, want)
		}
	}
	var positive, negative int
	for _, mean := range lexicon {
		if mean > 0 {
			positive++
		} else if mean < 0 {
			negative++
		}
	}
	t.Logf("%d positive, %d negative", positive, negative)
	lexicon["good"] = -4
	if again, _ := Polarity(); again["good"] != 1.9 {
		t.Error("a caller changed the lexicon of others")
	}
}

func TestParseLexiconRefuses(t *testing.T) {
	for contents, reason := range map[string]string{
		"":               "no words",
		"good 1.9\n":     "line 1",
		"ok\t1\n\t2\n":   "line 2",
		"ok\t1\nbad\t\n": `"bad" has mean ""`,
		"good\t5\n":      "from -4 to 4",
		"good\tNaN\n":    "from -4 to 4",
		"good\t-Inf\n":   "from -4 to 4",
		"\n":             "line 1",
	} {
		if l, err := parseLexicon(contents); l != nil || err == nil || !strings.Contains(err.Error(), reason) {
			t.Errorf("%q: %v, error %v; want none and one with %q", contents, l, err, reason)
		}
	}
}

func BenchmarkPolarity(b *testing.B) {
	for b.Loop() {
		if _, err := Polarity(); err != nil {
			b.Fatal(err)
		}
	}
}

func FuzzParseLexicon(f *testing.F) {
	f.Add("good\t1.9\nbad\t-2.5\r\n")
	f.Add("a\t1e400\n")
	f.Fuzz(func(t *testing.T, contents string) {
		lexicon, err := parseLexicon(contents)
		if (err == nil) != (len(lexicon) > 0) {
			t.Fatalf("%d words, error %v", len(lexicon), err)
		}
		for word, mean := range lexicon {
			if word == "" || !(mean >= -4 && mean <= 4) {
				t.Fatalf("%q: %g", word, mean)
			}
		}
	})
}
