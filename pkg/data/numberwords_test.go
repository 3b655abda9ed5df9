package data

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// counted reads a number in words by adding up and multiplying.
func counted(words []string) int {
	total, group := 0, 0
	for _, word := range words {
		switch small, ten := slices.Index(smallNumbers, word), slices.Index(tens, word); {
		case word == "thousand":
			total, group = total+group*1000, 0
		case word == "hundred":
			group *= 100
		case small >= 0:
			group += small
		case ten >= 0:
			group += 10 * ten
		}
	}
	return total + group
}

func numbersToTry() (all []int) {
	for n := range 1200 {
		all = append(all, n+1)
	}
	for n := 1200; n < 1_000_000; n += 997 {
		all = append(all, n)
	}
	return append(all, 10_000, 40_002, 100_000, 300_040, 999_999)
}

func TestSpelled(t *testing.T) {
	for n, want := range map[int]string{
		7: "seven", 10: "ten", 13: "thirteen", 40: "forty", 42: "forty two", 100: "one hundred", 302: "three hundred two", 342: "three hundred forty two",
		1000: "one thousand", 12_013: "twelve thousand thirteen", 999_999: "nine hundred ninety nine thousand nine hundred ninety nine",
	} {
		if got, _ := spelled(n); strings.Join(got, " ") != want {
			t.Errorf("%d is %q, want %q", n, got, want)
		}
	}
	for _, n := range numbersToTry() {
		words, alignment := spelled(n)
		if got := counted(words); got != n || len(alignment) != len(strconv.Itoa(n)) {
			t.Errorf("%d is %q, which is %d, with %d digits", n, words, got, len(alignment))
		}
	}
	for n, want := range map[int]string{342: "[[0] [2] [3]]", 302: "[[0] [1 2] [2]]", 300: "[[0] [1] [1]]", 13: "[[0] [0]]", 40_002: "[[0] [0 1] [1 2] [1 2] [2]]"} {
		if _, got := spelled(n); fmt.Sprint(got) != want {
			t.Errorf("%d: digits are decided by %v, want %s", n, got, want)
		}
	}
}

// Another word in one place changes no digit but those that the word decides, and every digit that it names can be changed so.
func TestAlignment(t *testing.T) {
	vocabulary := slices.Concat(smallNumbers[1:], tens[2:], []string{"hundred", "thousand"})
	for _, n := range numbersToTry() {
		words, alignment := spelled(n)
		was := strconv.Itoa(n)
		changed := make([]bool, len(was))
		for at := range words {
			for _, word := range vocabulary {
				other := slices.Clone(words)
				other[at] = word
				m := counted(other)
				if m < 1 || m >= 1_000_000 {
					continue
				}
				if again, _ := spelled(m); !slices.Equal(again, other) || len(strconv.Itoa(m)) != len(was) {
					continue // these words are no number, or one of another length
				}
				for digit, is := range strconv.Itoa(m) {
					if byte(is) == was[digit] {
						continue
					}
					if !slices.Contains(alignment[digit], at) {
						t.Fatalf("%q: another word for %q changes digit %d, which is said to be decided by %v", words, words[at], digit, alignment[digit])
					}
					changed[digit] = true
				}
			}
		}
		for digit, c := range changed {
			if was[digit] != '0' && !c {
				t.Errorf("%q: no other word changes digit %d", words, digit)
			}
		}
	}
}

func TestNumberWords(t *testing.T) {
	train, test, err := NumberWords{Seed: 3}.Pairs()
	if err != nil {
		t.Fatal(err)
	}
	if len(train.Sources) != 4000 || len(test.Sources) != 500 {
		t.Errorf("%d and %d pairs", len(train.Sources), len(test.Sources))
	}
	again, _, _ := NumberWords{Seed: 3}.Pairs()
	other, _, _ := NumberWords{Seed: 4}.Pairs()
	if !slices.Equal(train.Sources, again.Sources) || slices.Equal(train.Sources, other.Sources) {
		t.Error("pairs do not follow the seed")
	}
	words, digits := sure(Words{}.Learn(train.Sources)), sure(Words{}.Learn(train.Targets))
	seen := map[string]bool{}
	for _, p := range []Parallel{train, test} {
		for i, source := range p.Sources {
			if seen[source] {
				t.Errorf("%q is there twice", source)
			}
			seen[source] = true
			if n := counted(strings.Fields(source)); strings.Join(strings.Split(strconv.Itoa(n), ""), " ") != p.Targets[i] {
				t.Errorf("%q is %s", source, p.Targets[i])
			}
			from, to := words.Encode(source), digits.Encode(p.Targets[i])
			if Unknown(from)+Unknown(to) > 0 || len(to) != len(p.Alignments[i]) {
				t.Errorf("%q: %d tokens, %d digits aligned, %d unknown", source, len(from), len(p.Alignments[i]), Unknown(from))
			}
			for _, by := range slices.Concat(p.Alignments[i]...) {
				if by < 0 || by >= len(from) {
					t.Errorf("%q: a digit is decided by word %d of %d", source, by, len(from))
				}
			}
		}
	}
	if d, sources, targets, err := train.Dataset(words, digits, 0, 0); err != nil || sources.Longest > 7 || targets.Longest != 5 || d.Len() != 4000 {
		t.Errorf("%v, %v, error %v", sources, targets, err)
	}
	for _, w := range []NumberWords{{Digits: 7}, {Digits: -1}, {Train: -1}, {Test: -1}, {Digits: 2}, {Digits: 2, Train: 80, Test: 11}, {Train: 1 << 62, Test: 1 << 62}} {
		if _, _, err := w.Pairs(); err == nil {
			t.Errorf("no error for %+v", w)
		}
	}
	if _, _, err := (NumberWords{Digits: 2, Train: 80, Test: 10}).Pairs(); err != nil {
		t.Error(err)
	}
}
