package data

import (
	"context"
	"fmt"
	"hash/fnv"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"
)

var (
	vader = source{
		set: "vader",
		url: "https://raw.githubusercontent.com/cjhutto/vaderSentiment/fb3a8a5d899a8e71cd4872110c28f0d8783bdd4a/additional_resources/",
		advice: "The file is in the folder additional_resources of the source of the Python package vaderSentiment 3.3.2 as well: put it into " +
			"a folder and set " + mirrorVariable + " to that; or use Opinions, sentences that are made here",
	}
	vaderFile = file{
		name:     "hutto_ICWSM_2014.tar.gz",
		official: "d5bb07d87474b3eb8d30b4deccbc23f19d742a6c5718fbacc65485b70b95c5fa",
		size:     2_338_514,
	}
)

const vaderMovies = "hutto_ICWSM_2014/movieReviewSnippets_GroundTruth.txt"

var snippetMembers = members{vaderMovies: 4 << 20}

// Snippet is a sentence or two with what people thought of it.
type Snippet struct {
	ID     int     // in its file
	Text   string  // as it stands there
	Rating float64 // mean of what some twenty people said of it, from −4, most negative, to 4, most positive
}

// MovieSnippets are 10,605 sentences from reviews of films, in English, each rated by some twenty people (Hutto and Gilbert 2014, VADER: A
// Parsimonious Rule-based Model for Sentiment Analysis of Social Media Text, for the ratings; Pang and Lee 2004 for the reviews). They are
// other people's sentences, so they are not part of this project. The archive hutto_ICWSM_2014.tar.gz, 2.3 MB, comes from the first of
// these that has it:
//
//   - a mirror: the folder that VITRINE_MIRROR names, or vader in it;
//   - the cache: data/vader in the folder that VITRINE_CACHE names, os.UserCacheDir()/vitrine if it is not set;
//   - VADER's repository, into the cache; see [WithProgress].
//
// It is checked by its SHA-256. The errors are those of [FashionMNISTFull].
//
//	snippets, err := data.MovieSnippets(ctx)
//	train, test := data.BySign(snippets, 0.5)     // negative or positive; those in between are left out
func MovieSnippets(ctx context.Context) ([]Snippet, error) { return vader.snippets(ctx) }

func (s source) snippets(ctx context.Context) ([]Snippet, error) {
	contents, err := s.archive(ctx, vaderFile, snippetMembers)
	if err != nil {
		return nil, err
	}
	snippets, err := parseSnippets(string(contents[vaderMovies]))
	if err != nil {
		return nil, fmt.Errorf("data: %s: %s: %w", vaderFile.name, vaderMovies, err)
	}
	return snippets, nil
}

// parseSnippets reads lines of a number, a rating and a text, with tabs between.
func parseSnippets(contents string) ([]Snippet, error) {
	var snippets []Snippet
	for text := range strings.Lines(contents) {
		line := len(snippets) + 1
		columns := strings.Split(strings.TrimRight(text, "\r\n"), "\t")
		if len(columns) != 3 {
			return nil, fmt.Errorf("line %d has %d columns, want 3: id, rating, text", line, len(columns))
		}
		id, err := strconv.Atoi(columns[0])
		if err != nil {
			return nil, fmt.Errorf("line %d: id is %.40q, want a number", line, columns[0])
		}
		rating, err := strconv.ParseFloat(columns[1], 64)
		if err != nil || !(math.Abs(rating) <= 4) {
			return nil, fmt.Errorf("line %d: rating is %.40q, want a number from -4 to 4", line, columns[1])
		}
		if columns[2] == "" || !utf8.ValidString(columns[2]) {
			return nil, fmt.Errorf("line %d: text is %.40q, want one in UTF-8", line, columns[2])
		}
		snippets = append(snippets, Snippet{ID: id, Text: columns[2], Rating: rating})
	}
	if len(snippets) == 0 {
		return nil, fmt.Errorf("no snippets: empty file")
	}
	return snippets, nil
}

// BySign makes two classes of snippets: negative, rated −threshold or less, and positive, rated threshold or more. Those in between are
// left out. About a fifth are for test: which ones depends on the text alone, so that it is the same everywhere, and two equal texts
// never fall on two sides. It panics unless threshold is positive.
func BySign(snippets []Snippet, threshold float64) (train, test Corpus) {
	if !(threshold > 0) {
		panic(fmt.Sprintf("data: threshold of ratings is %g, want a positive number", threshold))
	}
	train = Corpus{Name: "movie snippets train", Classes: []string{"negative", "positive"}}
	test = Corpus{Name: "movie snippets test", Classes: []string{"negative", "positive"}}
	for _, s := range snippets {
		label := 0
		switch {
		case s.Rating >= threshold:
			label = 1
		case s.Rating > -threshold:
			continue
		}
		side := &train
		h := fnv.New64a()
		h.Write([]byte(s.Text))
		if mixed(h.Sum64())%5 == 0 {
			side = &test
		}
		side.Texts = append(side.Texts, s.Text)
		side.Labels = append(side.Labels, label)
		side.Ratings = append(side.Ratings, s.Rating)
	}
	return train, test
}

// mixed spreads the bits of a hash (the finaliser of MurmurHash3).
func mixed(h uint64) uint64 {
	h = (h ^ h>>33) * 0xff51afd7ed558ccd
	h = (h ^ h>>33) * 0xc4ceb9fe1a85ec53
	return h ^ h>>33
}
