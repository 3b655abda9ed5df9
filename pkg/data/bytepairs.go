package data

import (
	"cmp"
	"container/heap"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	segment "github.com/clipperhouse/uax29/v2/words"
)

const (
	firstByteID = int32(4)          // the id of byte 0
	firstPairID = firstByteID + 256 // of the first pair that was merged
	maxPiece    = 64                // bytes in a piece of text that pairs are merged within
	maxPairs    = 1<<20 - 256 - 4   // pairs that a vocabulary may have
)

// BytePairs learns a tokeniser whose tokens are bytes and what frequent neighbours were merged into: byte-pair encoding (Gage 1994; Sennrich,
// Haddow and Birch 2016, https://arxiv.org/abs/1508.07909) of bytes, as in GPT-2 (Radford et al. 2019). No text is unknown to it, and a
// text comes back from its ids byte for byte.
//
// Pairs are merged within words, as [Words] has them, with the space before; case is kept. A token may be a part of a character.
type BytePairs struct {
	Max      int // the vocabulary, with its four special entries and the 256 bytes; fewer if nothing is left to merge; 0: 8,000
	MinCount int // pairs that come less often are not merged; 0: 2
}

// Learn makes a tokeniser by merging the most frequent pair of neighbours over and over; of equally frequent ones, that of the smaller ids.
// Learn from training texts alone.
func (b BytePairs) Learn(texts []string) (Tokenizer, error) {
	b.Max, b.MinCount = cmp.Or(b.Max, 8000), cmp.Or(b.MinCount, 2)
	if b.Max < int(firstPairID) || b.Max > int(firstPairID)+maxPairs || b.MinCount < 1 {
		return nil, fmt.Errorf("data: byte pairs: Max is %d, want %d to %d; MinCount is %d, want at least 1",
			b.Max, firstPairID, int(firstPairID)+maxPairs, b.MinCount)
	}
	if len(texts) == 0 {
		return nil, errors.New("data: byte pairs: no texts to learn from")
	}
	t, err := newBytePairs(mergesOf(texts, b.Max-int(firstPairID), b.MinCount))
	if err != nil {
		return nil, fmt.Errorf("data: byte pairs: %w", err)
	}
	return t, nil
}

// pair is two neighbours, by their ids.
type pair [2]int32

// bytePairTokenizer knows the pairs in the order in which they were merged: pair i became id firstPairID+i.
type bytePairTokenizer struct {
	merges []pair
	ids    map[pair]int32 // what each pair becomes; the smaller, the earlier
	bytes  []string       // what each id stands for
}

// newBytePairs returns an error unless every pair is of ids before its own, there once, and no longer than a piece may be.
func newBytePairs(merges []pair) (*bytePairTokenizer, error) {
	if len(merges) > maxPairs {
		return nil, fmt.Errorf("%d pairs, want at most %d", len(merges), maxPairs)
	}
	t := &bytePairTokenizer{merges: merges, ids: make(map[pair]int32, len(merges)), bytes: make([]string, firstPairID, int(firstPairID)+len(merges))}
	copy(t.bytes, specials)
	for b := range int32(256) {
		t.bytes[firstByteID+b] = string([]byte{byte(b)})
	}
	for i, p := range merges {
		id := firstPairID + int32(i)
		if min(p[0], p[1]) < firstByteID || max(p[0], p[1]) >= id {
			return nil, fmt.Errorf("pair %d is of ids %d, want ids from %d to %d, which come before it", i, p, firstByteID, id-1)
		}
		if _, twice := t.ids[p]; twice {
			return nil, fmt.Errorf("pair %d, of ids %d, is there twice", i, p)
		}
		merged := t.bytes[p[0]] + t.bytes[p[1]]
		if len(merged) > maxPiece {
			return nil, fmt.Errorf("pair %d is %d bytes long, want at most %d", i, len(merged), maxPiece)
		}
		t.ids[p] = id
		t.bytes = append(t.bytes, merged)
	}
	return t, nil
}

func (t *bytePairTokenizer) Encode(text string) []Token {
	tokens := []Token{}
	at := 0
	for piece := range pieces(text) {
		symbols := symbolsOf(piece)
		for {
			var best pair
			bestID := int32(-1)
			for i := 1; i < len(symbols); i++ {
				p := pair{symbols[i-1], symbols[i]}
				if id, ok := t.ids[p]; ok && (bestID < 0 || id < bestID) {
					best, bestID = p, id
				}
			}
			if bestID < 0 {
				break
			}
			symbols = merge(symbols, best, bestID)
		}
		for _, id := range symbols {
			n := len(t.bytes[id])
			tokens = append(tokens, Token{id, at, at + n})
			at += n
		}
	}
	return tokens
}

// Decode writes the bytes, and U+FFFD for ids that there are not.
func (t *bytePairTokenizer) Decode(ids []int32) string {
	var b strings.Builder
	for _, id := range ids {
		switch {
		case id == PadID || id == BeginID || id == EndID:
		case id < firstByteID || int(id) >= len(t.bytes):
			b.WriteRune(utf8.RuneError)
		default:
			b.WriteString(t.bytes[id])
		}
	}
	return b.String()
}

// Vocabulary is what each id stands for: text, or \x and two digits a byte for a part of a character. Two ids may stand for the same text
// in two ways.
func (t *bytePairTokenizer) Vocabulary() []string {
	names := slices.Clone(t.bytes)
	for id, name := range names {
		if !utf8.ValidString(name) {
			names[id] = strings.ReplaceAll(fmt.Sprintf("% x", " "+name)[2:], " ", `\x`)
		}
	}
	return names
}

// pieces cuts a text into the pieces that pairs are merged within, one after another: a word or mark with one space before it, or other
// white space; all of it, in parts of at most maxPiece bytes.
func pieces(text string) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		from := 0 // of the piece that is not given yet
		cut := func(to int) bool {
			for from < to {
				end := min(to, from+maxPiece)
				if !yield(text[from:end]) {
					return false
				}
				from = end
			}
			return true
		}
		for segments := segment.FromString(text); segments.Next(); {
			start, end := segments.Start(), segments.End()
			if strings.Trim(segments.Value(), " ") == "" { // the last space waits for the word after it
				end--
				start = end
			} else if from+1 == start && text[from] == ' ' {
				start = from
			}
			if !cut(start) || start < end && !cut(end) {
				return
			}
		}
		cut(len(text))
	}
}

// symbolsOf is the piece's bytes, by their ids.
func symbolsOf(piece string) []int32 {
	symbols := make([]int32, len(piece))
	for i := range len(piece) {
		symbols[i] = firstByteID + int32(piece[i])
	}
	return symbols
}

// merge puts id in the place of every such pair, from the left, in the same memory.
func merge(symbols []int32, p pair, id int32) []int32 {
	merged := symbols[:0]
	for i := 0; i < len(symbols); i++ {
		if i+1 < len(symbols) && symbols[i] == p[0] && symbols[i+1] == p[1] {
			merged = append(merged, id)
			i++
		} else {
			merged = append(merged, symbols[i])
		}
	}
	return merged
}

// mergesOf is the pairs to merge, most at the most, each of which comes minCount times or more when it is merged. How often the pairs come
// is counted once; a merge only changes that in the pieces that have its pair.
func mergesOf(texts []string, most, minCount int) []pair {
	counts := map[string]int{}
	for _, text := range texts {
		for piece := range pieces(text) {
			counts[piece]++
		}
	}
	distinct := slices.Sorted(maps.Keys(counts))
	symbols := make([][]int32, len(distinct))
	count := map[pair]int{}               // how often each pair comes
	places := map[pair]map[int]struct{}{} // in which pieces
	for i, piece := range distinct {
		symbols[i] = symbolsOf(piece)
		for j := 1; j < len(symbols[i]); j++ {
			p := pair{symbols[i][j-1], symbols[i][j]}
			count[p] += counts[piece]
			if places[p] == nil {
				places[p] = map[int]struct{}{}
			}
			places[p][i] = struct{}{}
		}
	}
	queue := make(pairQueue, 0, len(count))
	for p, n := range count {
		queue = append(queue, queued{p, n})
	}
	heap.Init(&queue)

	var merges []pair
	for len(merges) < most && len(queue) > 0 {
		next := heap.Pop(&queue).(queued)
		if next.count != count[next.pair] {
			continue // this count is old; the pair is in the queue with its new one
		}
		if next.count < minCount {
			break
		}
		id := firstPairID + int32(len(merges))
		merges = append(merges, next.pair)
		changed := map[pair]struct{}{}
		for i := range places[next.pair] {
			weight := counts[distinct[i]]
			for j := 1; j < len(symbols[i]); j++ {
				p := pair{symbols[i][j-1], symbols[i][j]}
				count[p] -= weight
				changed[p] = struct{}{}
				delete(places[p], i)
			}
			symbols[i] = merge(symbols[i], next.pair, id)
			for j := 1; j < len(symbols[i]); j++ {
				p := pair{symbols[i][j-1], symbols[i][j]}
				count[p] += weight
				changed[p] = struct{}{}
				if places[p] == nil {
					places[p] = map[int]struct{}{}
				}
				places[p][i] = struct{}{}
			}
		}
		for p := range changed {
			if count[p] > 0 {
				heap.Push(&queue, queued{p, count[p]})
			} else {
				delete(count, p)
				delete(places, p)
			}
		}
	}
	return merges
}

// pairQueue is a heap: the most frequent pair first, of equally frequent ones that of the smaller ids.
type pairQueue []queued

type queued struct {
	pair  pair
	count int
}

func (q pairQueue) Len() int      { return len(q) }
func (q pairQueue) Swap(i, j int) { q[i], q[j] = q[j], q[i] }
func (q *pairQueue) Push(x any)   { *q = append(*q, x.(queued)) }
func (q pairQueue) Less(i, j int) bool {
	if q[i].count != q[j].count {
		return q[i].count > q[j].count
	}
	return slices.Compare(q[i].pair[:], q[j].pair[:]) < 0
}

func (q *pairQueue) Pop() any {
	last := (*q)[len(*q)-1]
	*q = (*q)[:len(*q)-1]
	return last
}
