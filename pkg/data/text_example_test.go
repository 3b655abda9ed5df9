package data_test

import (
	"bytes"
	"fmt"
	"log"

	"github.com/vitrine-ml/vitrine/pkg/data"
)

func ExampleWords() {
	words, err := data.Words{}.Learn([]string{"The plot is good.", "Good plot, good cast!"})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%q\n", words.Vocabulary())
	text := "A good PLOT."
	for _, token := range words.Encode(text) {
		fmt.Printf("%d %q\n", token.ID, text[token.Start:token.End])
	}
	// Output:
	// ["<pad>" "<unk>" "<bos>" "<eos>" "good" "plot" "!" "," "." "cast" "is" "the"]
	// 1 "A"
	// 4 "good"
	// 5 "PLOT"
	// 8 "."
}

func ExampleBytePairs() {
	pairs, err := data.BytePairs{Max: 266}.Learn([]string{"low lower lowest", "new newer newest"})
	if err != nil {
		log.Fatal(err)
	}
	var file bytes.Buffer
	if err := data.WriteTokenizer(&file, pairs); err != nil {
		log.Fatal(err)
	}
	again, err := data.ReadTokenizer(&file)
	if err != nil {
		log.Fatal(err)
	}
	text := "the lowest café"
	var ids []int32
	for _, token := range again.Encode(text) {
		fmt.Printf("%q ", text[token.Start:token.End])
		ids = append(ids, token.ID)
	}
	fmt.Println(again.Decode(ids) == text)
	// Output:
	// "t" "h" "e" " lo" "we" "st" " " "c" "a" "f" "\xc3" "\xa9" true
}

func ExampleOpinions() {
	train, test, err := data.Opinions{Seed: 2}.Sentences()
	if err != nil {
		log.Fatal(err)
	}
	words, err := data.Words{}.Learn(train.Texts) // never from the test part
	if err != nil {
		log.Fatal(err)
	}
	d, counts, err := test.Dataset(words, 0)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(d.Len(), d.Shape(), counts)

	fmt.Println(test.Texts[0])
	fmt.Printf("%s, %+.1f\n", test.Classes[test.Labels[0]], test.Ratings[0])
	tokens := words.Encode(test.Texts[0])
	for i, relevant := range data.Covered(tokens, test.Cues[0]) {
		if relevant {
			fmt.Println(i, test.Texts[0][tokens[i].Start:tokens[i].End])
		}
	}
	// Output:
	// 500 [32] 8942 tokens, 0 of them unknown; the longest text has 32; 0 texts truncated, 0 tokens lost
	// i read the book first ; the dialogue turned out fantastic .
	// positive, +2.6
	// 10 fantastic
}

func ExampleNumberWords() {
	train, test, err := data.NumberWords{Seed: 8}.Pairs()
	if err != nil {
		log.Fatal(err)
	}
	words, err := data.Words{}.Learn(train.Sources)
	if err != nil {
		log.Fatal(err)
	}
	digits, err := data.Words{}.Learn(train.Targets)
	if err != nil {
		log.Fatal(err)
	}
	d, _, _, err := test.Dataset(words, digits, 0, 0)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(d.Inputs(0, 1)[0].Shape(), d.Inputs(0, 1)[1].Shape(), d.Labels(0, 1).Shape())
	fmt.Println(test.Sources[0], "→", test.Targets[0], test.Alignments[0])
	// Output:
	// (Int32)[1, 6] (Int32)[1, 5] (Int32)[1, 5]
	// seven thousand nine hundred seventy nine → 7 9 7 9 [[0] [2] [4] [5]]
}

func ExampleSeries_Windows() {
	co2, err := data.CO2()
	if err != nil {
		log.Fatal(err)
	}
	w, err := co2.Windows(104, 26) // two years, to forecast half a year
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(w.Train.Len(), w.Test.Len(), w.Test.Shape())

	lastYear, err := w.Naive(w.Test, co2.Season)
	if err != nil {
		log.Fatal(err)
	}
	naive, err := co2.NaiveError()
	if err != nil {
		log.Fatal(err)
	}
	mase, err := lastYear.MASE(naive)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("as last year: MASE %.2f\n", mase)
	// Output:
	// 1358 432 [104 1]
	// as last year: MASE 1.35
}
