package models_test

import (
	"fmt"
	"log"
	"math"
	"os"
	"strings"
	"testing"

	"github.com/gomlx/gomlx/core/tensors"

	"github.com/vitrine-ml/vitrine/pkg/data"
	"github.com/vitrine-ml/vitrine/pkg/models"
)

// The example of Manning, Raghavan and Schütze 2008, Introduction to Information Retrieval, section 13.2: four texts about China or not. Of
// "Chinese Chinese Chinese Tokyo Japan" they get 0.0003 and 0.0001, exactly 3/4 · (3/7)³ · (1/14)² and 1/4 · (2/9)³ · (2/9)².
func TestNaiveBayes(t *testing.T) {
	const chinese, beijing, shanghai, macao, tokyo, japan = 1, 2, 3, 4, 5, 6
	texts := [][]int32{{chinese, beijing, chinese, 0, 0}, {chinese, chinese, shanghai}, {chinese, macao}, {tokyo, japan, chinese}}
	n, err := models.FitNaiveBayes(texts, []int{1, 1, 1, 0}, 2, 7, 1)
	if err != nil {
		t.Fatal(err)
	}
	yes := 3. / 4 * 27 / 343 / 196
	no := 1. / 4 * 32 / 59049
	text := []int32{chinese, chinese, 0, chinese, tokyo, japan, 99}
	if p := n.Probabilities(text); math.Abs(p[1]-yes/(yes+no)) > 1e-12 || math.Abs(p[0]+p[1]-1) > 1e-12 || n.Predict(text) != 1 {
		t.Errorf("probabilities %v, want %g of China", p, yes/(yes+no))
	}
	for id, want := range map[int32]float64{chinese: math.Log(3. / 7 / (2. / 9)), tokyo: math.Log(1. / 14 / (2. / 9)), 0: 0, 99: 0, -1: 0} {
		if got := n.LogOdds(id, 1); math.Abs(got-want) > 1e-12 || math.Abs(n.LogOdds(id, 0)+want) > 1e-12 {
			t.Errorf("word %d speaks %g for China, want %g", id, got, want)
		}
	}
	// A word's log-odds are what one more of it adds.
	before, after := n.Probabilities(text), n.Probabilities(append(text, macao))
	if got, want := math.Log(after[1]/after[0])-math.Log(before[1]/before[0]), n.LogOdds(macao, 1); math.Abs(got-want) > 1e-12 {
		t.Errorf("one more word adds %g, want %g", got, want)
	}
	long := make([]int32, 100_000) // whose probability is far below the smallest float64
	for i := range long {
		long[i] = tokyo
	}
	if p := n.Probabilities(long); p[0] != 1 || p[1] != 0 {
		t.Errorf("probabilities %v of a long text", p)
	}
}

func TestNaiveBayesRefuses(t *testing.T) {
	text := [][]int32{{1}, {2}}
	for _, test := range []struct {
		texts               [][]int32
		labels              []int
		classes, vocabulary int
		smoothing           float64
		reason              string
	}{
		{nil, nil, 2, 3, 1, "0 texts"}, {text, []int{0}, 2, 3, 1, "2 texts and 1 labels"}, {text, []int{0, 2}, 2, 3, 1, "text 1 has label 2"},
		{text, []int{0, -1}, 2, 3, 1, "label -1"}, {text, []int{0, 1}, 2, 2, 1, "text 1 has id 2"}, {[][]int32{{-1}, {1}}, []int{0, 1}, 2, 3, 1, "id -1"},
		{text, []int{0, 0}, 2, 3, 1, "class 1 of 2 has no text"}, {text, []int{0, 1}, 2, 3, 0, "smoothing 0"}, {text, []int{0, 1}, 2, 3, math.NaN(), "smoothing NaN"},
		{text, []int{0, 0}, 1, 3, 1, "1 classes"},
	} {
		if n, err := models.FitNaiveBayes(test.texts, test.labels, test.classes, test.vocabulary, test.smoothing); n != nil || err == nil || !strings.Contains(err.Error(), test.reason) {
			t.Errorf("%v, error %v; want none and one with %q", n, err, test.reason)
		}
	}
}

// encoded is the ids of texts, without padding.
func encoded(t data.Tokenizer, texts []string) [][]int32 {
	all := make([][]int32, len(texts))
	for i, text := range texts {
		for _, token := range t.Encode(text) {
			all[i] = append(all[i], token.ID)
		}
	}
	return all
}

func accuracy(n *models.NaiveBayes, texts [][]int32, labels []int) float64 {
	right := 0
	for i, text := range texts {
		if n.Predict(text) == labels[i] {
			right++
		}
	}
	return float64(right) / float64(len(texts))
}

// On the movie snippets it is right four times in five, and its words agree with the lexicon of polarity.
func TestNaiveBayesOfMovieSnippets(t *testing.T) {
	if os.Getenv("VITRINE_MIRROR") == "" {
		t.Skip("VITRINE_MIRROR is not set: it can name a folder with hutto_ICWSM_2014.tar.gz")
	}
	t.Setenv("VITRINE_CACHE", t.TempDir())
	if _, err := os.Stat(os.Getenv("VITRINE_MIRROR") + "/hutto_ICWSM_2014.tar.gz"); err != nil {
		t.Skip(err)
	}
	snippets, err := data.MovieSnippets(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	train, test := data.BySign(snippets, 0.5)
	words, err := data.Words{}.Learn(train.Texts)
	if err != nil {
		t.Fatal(err)
	}
	n, err := models.FitNaiveBayes(encoded(words, train.Texts), train.Labels, 2, len(words.Vocabulary()), 1)
	if err != nil {
		t.Fatal(err)
	}
	right := accuracy(n, encoded(words, test.Texts), test.Labels)
	lexicon, err := data.Polarity()
	if err != nil {
		t.Fatal(err)
	}
	agree, known := 0, 0
	for id, word := range words.Vocabulary() {
		mean, ok := lexicon[word]
		if odds := n.LogOdds(int32(id), 1); ok && math.Abs(odds) > 1 {
			known++
			if odds > 0 == (mean > 0) {
				agree++
			}
		}
	}
	t.Logf("%d texts, %d words; right on %.4f of %d; %d of %d words of the lexicon with clear log-odds have its sign",
		len(train.Texts), len(words.Vocabulary()), right, len(test.Texts), agree, known)
	if right < 0.79 || agree*10 < known*7 {
		t.Errorf("right on %.4f, want about 0.80; %d of %d words agree with the lexicon", right, agree, known)
	}
}

func ExampleFitNaiveBayes() {
	train, test, err := data.Opinions{}.Sentences()
	if err != nil {
		log.Fatal(err)
	}
	words, err := data.Words{}.Learn(train.Texts)
	if err != nil {
		log.Fatal(err)
	}
	bayes, err := models.FitNaiveBayes(encoded(words, train.Texts), train.Labels, 2, len(words.Vocabulary()), 1)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(accuracy(bayes, encoded(words, test.Texts), test.Labels) > 0.9)
	for _, word := range []string{"wonderful", "dull", "plot"} {
		fmt.Printf("%s %+.1f\n", word, bayes.LogOdds(words.Encode(word)[0].ID, 1))
	}
	// Output:
	// true
	// wonderful +1.8
	// dull -1.0
	// plot +0.0
}

// TestNaiveBayesExplain: words add up to the log-odds, which are those of the probabilities.
func TestNaiveBayesExplain(t *testing.T) {
	n, err := models.FitNaiveBayes([][]int32{{1, 2, 1}, {3, 1}, {3, 3, 2}}, []int{1, 1, 0}, 2, 5, 1)
	if err != nil {
		t.Fatal(err)
	}
	for class := range 2 {
		e, err := n.Explain(tensors.FromValue([][]int32{{1, 3, 3, 0}, {2, 4, 0, 0}, {0, 0, 0, 0}}), class)
		if err != nil {
			t.Fatal(err)
		}
		for i, text := range [][]int32{{1, 3, 3}, {2, 4}, {}} {
			p, none := n.Probabilities(text), n.Probabilities(nil)
			sum := 0.0
			for j, v := range e.Values[0].Row(i) {
				if j >= len(text) && v != 0 || j < len(text) && v != n.LogOdds(text[j], class) {
					t.Errorf("word %d of text %d has %g", j, i, v)
				}
				sum += v
			}
			want := math.Log(p[class]/p[1-class]) - math.Log(none[class]/none[1-class])
			if math.Abs(sum-want) > 1e-12 || math.Abs(e.Output[i]-e.Base[i]-want) > 1e-12 || e.Residual[i] > 1e-12 {
				t.Errorf("text %d: words say %g, output %g − base %g, residual %g; want %g", i, sum, e.Output[i], e.Base[i], e.Residual[i], want)
			}
		}
	}
	for reason, bad := range map[string]func() (any, error){
		"class 2":                 func() (any, error) { return n.Explain(tensors.FromValue([][]int32{{1}}), 2) },
		"want ids [examples":      func() (any, error) { return n.Explain(tensors.FromValue([]int32{1}), 1) },
		"where whole numbers are": func() (any, error) { return n.Explain(tensors.FromValue([][]float32{{1}}), 1) },
	} {
		if _, err := bad(); err == nil || !strings.Contains(err.Error(), reason) {
			t.Errorf("error %v, want one with %q", err, reason)
		}
	}
}
