package data

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
)

// vocabulary is the pieces that a tokeniser knows, by id, the special ones first.
type vocabulary struct {
	pieces []string
	ids    map[string]int32 // of all but the special ones: no text spells these
}

// learned is the vocabulary of the pieces that came at least minCount times, no more than most in all with the special ones, 0 for no
// bound: the most frequent first, equally frequent ones by their bytes.
func learned(counts map[string]int, minCount, most int) (vocabulary, error) {
	pieces := slices.SortedFunc(maps.Keys(counts), func(a, b string) int {
		return cmp.Or(cmp.Compare(counts[b], counts[a]), cmp.Compare(a, b))
	})
	n, _ := slices.BinarySearchFunc(pieces, minCount, func(piece string, least int) int {
		if counts[piece] >= least {
			return -1
		}
		return 1
	})
	if most > 0 {
		n = min(n, max(0, most-len(specials)))
	}
	if n == 0 {
		return vocabulary{}, fmt.Errorf("nothing to learn: of %d different pieces in the texts none is left by MinCount %d and Max %d",
			len(pieces), minCount, most)
	}
	return newVocabulary(slices.Concat(specials, pieces[:n]))
}

// newVocabulary takes pieces that begin with the special ones. It returns an error unless all the others are there once and not empty.
func newVocabulary(pieces []string) (vocabulary, error) {
	if len(pieces) <= len(specials) || !slices.Equal(pieces[:len(specials)], specials) {
		return vocabulary{}, fmt.Errorf("a vocabulary of %d pieces, want %q and then at least one more", len(pieces), specials)
	}
	v := vocabulary{pieces: pieces, ids: make(map[string]int32, len(pieces))}
	for id := len(specials); id < len(pieces); id++ {
		piece := pieces[id]
		if before, twice := v.ids[piece]; twice || piece == "" {
			return vocabulary{}, fmt.Errorf("piece %d of the vocabulary is %.40q, which is empty or the same as piece %d", id, piece, before)
		}
		v.ids[piece] = int32(id)
	}
	return v, nil
}

// id is the piece's, or UnknownID.
func (v vocabulary) id(piece string) int32 {
	if id, ok := v.ids[piece]; ok {
		return id
	}
	return UnknownID
}

// written is what a decoder writes for an id: nothing, false, for those that say where a sequence begins and ends.
func (v vocabulary) written(id int32) (string, bool) {
	switch {
	case id == PadID || id == BeginID || id == EndID:
		return "", false
	case id < 0 || int(id) >= len(v.pieces):
		id = UnknownID
	}
	return v.pieces[id], true
}

// Vocabulary is what each id stands for.
func (v vocabulary) Vocabulary() []string { return slices.Clone(v.pieces) }
