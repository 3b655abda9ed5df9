package data

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
)

// NumberWords makes numbers, from 1 on, in English words and in digits, "three hundred forty two" and "3 4 2": sequences to sequences, of which it is
// known which words decide each digit. An attention or an attribution can be held against that.
type NumberWords struct {
	Digits int    // of the largest numbers, at most 6; 0: 4
	Train  int    // pairs for training; 0: 4,000
	Test   int    // pairs for test; 0: 500
	Seed   uint64 // of the numbers
}

// Pairs is the numbers, each there once, in training or in test, which are drawn alike. As many digits are as likely as few, as long as there are numbers left.
//
// Alignments tell for each digit the words that decide it. A digit that a word names is decided by that word: in "three hundred forty two" 3 by
// three, 4 by forty, 2 by two; in "thirteen" both by the one word. A 0 that no word names is decided by the words between which its name is
// missing, or by the last word: in "three hundred two" by hundred and two, in "three hundred" both by hundred.
//
// The same seed gives the same numbers. It returns an error if there are not so many numbers, of which a tenth stay unused.
func (w NumberWords) Pairs() (train, test Parallel, err error) {
	for _, option := range []struct {
		value *int
		zero  int
	}{{&w.Digits, 4}, {&w.Train, 4000}, {&w.Test, 500}} {
		if *option.value == 0 {
			*option.value = option.zero
		}
	}
	if w.Digits < 1 || w.Digits > 6 || w.Train < 1 || w.Test < 1 {
		return train, test, fmt.Errorf("data: number words of %d digits, %d for training and %d for test; want 1 to 6 digits and at least one of each", w.Digits, w.Train, w.Test)
	}
	limit := 1
	for range w.Digits {
		limit *= 10
	}
	if most := limit / 10 * 9; w.Train > most || w.Test > most-w.Train {
		return train, test, fmt.Errorf("data: %d number words for training and %d for test are too many, want at most %d of %d digits in all", w.Train, w.Test, most, w.Digits)
	}
	rng := rand.New(rand.NewPCG(w.Seed, 0x6e756d))
	train, test = Parallel{Name: "number words train"}, Parallel{Name: "number words test"}
	var numbers []int
	for used := map[int]bool{}; len(numbers) < w.Train+w.Test; {
		low, high := 1, 10
		for range rng.IntN(w.Digits) {
			low, high = high, high*10
		}
		if n := low + rng.IntN(high-low); !used[n] {
			used[n] = true
			numbers = append(numbers, n)
		}
	}
	// There are few short numbers, and they come early: without this all of them would be in one part.
	rng.Shuffle(len(numbers), func(i, j int) { numbers[i], numbers[j] = numbers[j], numbers[i] })
	for i, n := range numbers {
		to := &train
		if i < w.Test {
			to = &test
		}
		words, alignment := spelled(n)
		to.Sources = append(to.Sources, strings.Join(words, " "))
		to.Targets = append(to.Targets, strings.Join(strings.Split(strconv.Itoa(n), ""), " "))
		to.Alignments = append(to.Alignments, alignment)
	}
	return train, test, nil
}

var (
	smallNumbers = []string{"", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen",
		"fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"}
	tens = []string{"", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"}
)

// spelled is a number from 1 to 999,999 in words, and for each of its digits the positions of the words that decide it.
func spelled(n int) (words []string, alignment [][]int) {
	say := func(word string) int {
		words = append(words, word)
		return len(words) - 1
	}
	const unnamed = -1
	var named []int  // per digit, the word that names it
	var before []int // per digit, how many words there were when it was passed over
	digit := func(word int) {
		if word != unnamed || len(named) > 0 { // a number does not begin with 0
			named, before = append(named, word), append(before, len(words))
		}
	}
	group := func(n int) { // of three digits
		if n >= 100 {
			digit(say(smallNumbers[n/100]))
			say("hundred")
		} else {
			digit(unnamed)
		}
		switch n %= 100; {
		case n >= 20:
			digit(say(tens[n/10]))
			if n%10 > 0 {
				digit(say(smallNumbers[n%10]))
			} else {
				digit(unnamed)
			}
		case n >= 10:
			both := say(smallNumbers[n])
			digit(both)
			digit(both)
		case n > 0:
			digit(unnamed)
			digit(say(smallNumbers[n]))
		default:
			digit(unnamed)
			digit(unnamed)
		}
	}
	if n >= 1000 {
		group(n / 1000)
		say("thousand")
	}
	group(n % 1000)
	for i, word := range named {
		switch {
		case word != unnamed:
			alignment = append(alignment, []int{word})
		case before[i] < len(words):
			alignment = append(alignment, []int{before[i] - 1, before[i]})
		default:
			alignment = append(alignment, []int{before[i] - 1})
		}
	}
	return words, alignment
}
