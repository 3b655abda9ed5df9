package data

import (
	"fmt"
	"math"
	"math/rand/v2"
)

// Shuffle is the dataset in an order that depends on the seed alone.
func (d *Dataset) Shuffle(seed uint64) *Dataset {
	return d.Select(rand.New(rand.NewPCG(seed, 0x5417)).Perm(d.n)...)
}

// Split deals the examples at random into two datasets, the first of which gets that share of them, rounded: 0.8 for four of five. The same
// seed deals them in the same way. Examples that overlap, as windows of one series do, are to be parted by time instead, with
// [Dataset.Select]: dealt at random, each part would hold the other's.
//
// It returns an error unless 0 < share < 1 and both parts get an example.
func (d *Dataset) Split(share float64, seed uint64) (first, rest *Dataset, err error) {
	if !(share > 0 && share < 1) {
		return nil, nil, fmt.Errorf("data: split of %q: the share is %v, want more than 0 and less than 1", d.Name, share)
	}
	n := int(math.Round(share * float64(d.n)))
	if n == 0 || n == d.n {
		return nil, nil, fmt.Errorf("data: split of %q: a share of %v of %d examples leaves one part empty", d.Name, share, d.n)
	}
	order := rand.New(rand.NewPCG(seed, 0x5417)).Perm(d.n)
	first, rest = d.Select(order[:n]...), d.Select(order[n:]...)
	first.Name, rest.Name = d.Name+", part 1", d.Name+", part 2"
	return first, rest, nil
}
