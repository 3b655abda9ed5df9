package record

import (
	"fmt"
	"math"
)

// bleuOrder is the length of the longest n-grams that count.
const bleuOrder = 4

// BLEU is how much of what was written is also in the references, by runs of one to four tokens.
type BLEU struct {
	Score      float64            `json:"score"`      // from 0 to 100
	Precisions [bleuOrder]float64 `json:"precisions"` // from 0 to 100: of runs of 1, 2, 3 and 4 tokens, the share that are in the reference, smoothed
	Brevity    float64            `json:"brevity"`    // the penalty for writing less than the references: a factor up to 1
	Written    int                `json:"written"`    // tokens
	Reference  int                `json:"reference"`  // tokens
}

// CorpusBLEU is the BLEU of a corpus (Papineni et al., "BLEU: a method for automatic evaluation of machine translation", ACL 2002) with one reference a
// sequence, for tokens as they are:
//
//	Score = 100 · Brevity · (p₁·p₂·p₃·p₄)^¼        Brevity = min(1, e^(1 − Reference/Written))
//
// A precision without a match is smoothed as sacreBLEU and mteval-v13a do by default ("exp"): the k-th of these is taken as 1/(2ᵏ·runs). A corpus
// without any match, or without any run of four tokens, has the score 0. Figures are comparable with those that sacreBLEU gives for the same
// tokens ("tokenize: none"); it tokenises by itself otherwise.
func CorpusBLEU[T comparable](references, written [][]T) (BLEU, error) {
	if err := pairs(references, written); err != nil {
		return BLEU{}, err
	}
	var b BLEU
	var right, runs [bleuOrder]int
	for i, hypothesis := range written {
		b.Written += len(hypothesis)
		b.Reference += len(references[i])
		for n := 1; n <= bleuOrder; n++ {
			have := counted(references[i], n)
			for run, count := range counted(hypothesis, n) {
				right[n-1] += min(count, have[run])
				runs[n-1] += count
			}
		}
	}
	switch {
	case b.Written >= b.Reference:
		b.Brevity = 1
	case b.Written > 0:
		b.Brevity = math.Exp(1 - float64(b.Reference)/float64(b.Written))
	}
	if right[0] == 0 {
		return b, nil
	}
	logs, halves := 0.0, 1.0
	for n := range bleuOrder {
		switch {
		case runs[n] == 0: // and of longer runs too: log 0
			logs = math.Inf(-1)
		case right[n] == 0:
			halves *= 2
			b.Precisions[n] = 100 / (halves * float64(runs[n]))
		default:
			b.Precisions[n] = 100 * float64(right[n]) / float64(runs[n])
		}
		logs += math.Log(b.Precisions[n])
	}
	b.Score = b.Brevity * math.Exp(logs/bleuOrder)
	return b, nil
}

// run is up to four tokens.
type run[T comparable] struct {
	n      int
	tokens [bleuOrder]T
}

// counted is how often each run of n tokens is in the sequence.
func counted[T comparable](sequence []T, n int) map[run[T]]int {
	counts := map[run[T]]int{}
	for from := 0; from+n <= len(sequence); from++ {
		r := run[T]{n: n}
		copy(r.tokens[:], sequence[from:from+n])
		counts[r]++
	}
	return counts
}

// String is the line that sacreBLEU shows.
func (b BLEU) String() string {
	p := b.Precisions
	return fmt.Sprintf("BLEU = %.2f %.1f/%.1f/%.1f/%.1f (BP = %.3f ratio = %.3f hyp_len = %d ref_len = %d)",
		b.Score, p[0], p[1], p[2], p[3], b.Brevity, float64(b.Written)/float64(max(b.Reference, 1)), b.Written, b.Reference)
}

// Check returns an error if a number cannot be.
func (b BLEU) Check() error {
	for _, v := range append(b.Precisions[:], b.Score, 100*b.Brevity) {
		if !(v >= 0 && v <= 100+1e-9) {
			return fmt.Errorf("record: a BLEU score with %v, want numbers from 0 to 100", v)
		}
	}
	if b.Written < 0 || b.Reference < 0 {
		return fmt.Errorf("record: a BLEU score of %d tokens for %d", b.Written, b.Reference)
	}
	return nil
}
