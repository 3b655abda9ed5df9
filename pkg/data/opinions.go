package data

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
)

// Opinions makes sentences about films whose words of praise and blame are known: "last night we saw the film ; the plot was dull but the cast
// was superb ." What an explanation of a classifier of them should point to is in [Corpus.Cues].
type Opinions struct {
	Train int    // sentences for training; 0: 2,000
	Test  int    // sentences for test; 0: 500
	Seed  uint64 // of the sentences
}

// The words that decide are in the lexicon of [Polarity]; none of the others is.
var (
	opinionWords = []string{
		"good", "great", "wonderful", "excellent", "funny", "charming", "brilliant", "clever", "beautiful", "delightful", "fresh", "superb", "fantastic",
		"lovely", "perfect", "strong", "fascinating", "impressive", "amazing", "fun",
		"bad", "terrible", "awful", "boring", "dull", "horrible", "stupid", "weak", "poor", "annoying", "lame", "ugly", "dreadful", "disappointing",
		"sad", "pathetic", "ridiculous", "depressing", "miserable", "worthless",
	}
	opinionIntros   = []string{"", "", "last night we saw the film ;", "on tuesday i watched it again ;", "about this one :", "after two hours :", "i read the book first ;"}
	opinionSubjects = []string{"the plot", "the cast", "the music", "the script", "the ending", "the first half", "the dialogue", "the photography", "the camera work", "the lead actor"}
	opinionVerbs    = []string{"was", "is", "seemed", "felt", "turned out"}
	opinionJoints   = []string{"and", "but", ",", "while"}
	opinionEnds     = []string{".", ".", "for two hours .", "from start to end .", "at the cinema down the road .", "on a small screen ."}
)

// Sentences is the sentences, in two classes: negative and positive, by the sign of the sum of their words' [Polarity], which is in
// Ratings and is at least 1 either way. Each has one to three such words, among others that say nothing; the words alone decide, however they
// are joined. No sentence is there twice, in training or in test. The same seed gives the same sentences.
//
// It returns an error if one of the numbers is negative or they add up to more than 50,000.
func (o Opinions) Sentences() (train, test Corpus, err error) {
	if o.Train == 0 {
		o.Train = 2000
	}
	if o.Test == 0 {
		o.Test = 500
	}
	if most := 50_000; o.Train < 1 || o.Test < 1 || o.Train > most || o.Test > most-o.Train {
		return train, test, fmt.Errorf("data: %d opinions for training and %d for test, want at least one of each and at most %d in all", o.Train, o.Test, most)
	}
	lexicon, err := Polarity()
	if err != nil {
		return train, test, err
	}
	classes := []string{"negative", "positive"}
	train, test = Corpus{Name: "opinions train", Classes: classes}, Corpus{Name: "opinions test", Classes: classes}
	rng := rand.New(rand.NewPCG(o.Seed, 0x6f70))
	for used := map[string]bool{}; len(used) < o.Train+o.Test; {
		text, cues := opinion(rng)
		sum := 0.0
		for _, cue := range cues {
			sum += lexicon[text[cue.Start:cue.End]]
		}
		if used[text] || math.Abs(sum) < 1 {
			continue
		}
		to := &test
		if used[text] = true; len(used) > o.Test {
			to = &train
		}
		label := 0
		if sum > 0 {
			label = 1
		}
		to.Texts = append(to.Texts, text)
		to.Labels = append(to.Labels, label)
		to.Ratings = append(to.Ratings, sum)
		to.Cues = append(to.Cues, cues)
	}
	return train, test, nil
}

// opinion is a sentence and where its words that decide stand.
func opinion(rng *rand.Rand) (text string, cues []Span) {
	pick := func(from []string) string { return from[rng.IntN(len(from))] }
	var b strings.Builder
	add := func(words string) {
		if b.Len() > 0 && words != "" {
			b.WriteByte(' ')
		}
		b.WriteString(words)
	}
	add(pick(opinionIntros))
	for clause := range 1 + rng.IntN(3) {
		if clause > 0 {
			add(pick(opinionJoints))
		}
		add(pick(opinionSubjects))
		add(pick(opinionVerbs))
		word := pick(opinionWords)
		add(word)
		cues = append(cues, Span{b.Len() - len(word), b.Len()})
	}
	add(pick(opinionEnds))
	return b.String(), cues
}
