package data

import (
	_ "embed"
	"fmt"
	"math"
	"strconv"
	"strings"
	"sync"
)

// The lexicon's words and means, a line each with a tab between, compressed with gzip.
//
//go:generate go run ./internal/makesmall -from ../../packages
//go:embed vader-lexicon.gz
var vaderLexicon string

// Polarity is the lexicon of VADER 3.3.2: 7,506 English words, and some emoticons, in lower case but for these, with the mean of what ten
// people thought of each, from −4, most negative, to 4, most positive (Hutto and Gilbert 2014, VADER: A Parsimonious Rule-based Model for
// Sentiment Analysis of Social Media Text; https://github.com/cjhutto/vaderSentiment; MIT licence). It is built into the program.
//
// It is what an explanation of a classifier of sentiment can be held against: which words it should have gone by, and which way. Fourteen
// entries are there twice; the later counts, as it does in VADER. The map is the caller's.
func Polarity() (map[string]float64, error) {
	contents, err := lexiconContents()
	if err != nil {
		return nil, err
	}
	lexicon, err := parseLexicon(contents)
	if err != nil {
		return nil, fmt.Errorf("data: polarity: embedded file: %w", err)
	}
	return lexicon, nil
}

var lexiconContents = sync.OnceValues(func() (string, error) {
	contents, err := unpack(strings.NewReader(vaderLexicon), 0, maxContents)
	if err != nil {
		return "", fmt.Errorf("data: polarity: embedded file: %w", err)
	}
	return string(contents), nil
})

// parseLexicon reads lines of a word, a tab and a number in [−4,4]. A later line for the same word replaces an earlier one.
func parseLexicon(contents string) (map[string]float64, error) {
	lexicon := make(map[string]float64, strings.Count(contents, "\n"))
	line := 0
	for text := range strings.Lines(contents) {
		line++
		word, number, found := strings.Cut(strings.TrimRight(text, "\r\n"), "\t")
		if !found || word == "" {
			return nil, fmt.Errorf("line %d: %.40q, want a word, a tab and a number", line, text)
		}
		mean, err := strconv.ParseFloat(number, 64)
		if err != nil || !(math.Abs(mean) <= 4) {
			return nil, fmt.Errorf("line %d: %q has mean %.40q, want a number from -4 to 4", line, word, number)
		}
		lexicon[word] = mean
	}
	if len(lexicon) == 0 {
		return nil, fmt.Errorf("no words")
	}
	return lexicon, nil
}
