package data

import (
	"fmt"
	"math"
	"math/rand/v2"
)

// parts says which rows of a table are kept for the examination.
type parts struct {
	rows, test int
	last       bool
	seed       uint64
}

// parts is the split of so many rows.
func (t Table) parts(rows int) (parts, error) {
	p := parts{rows: rows, last: t.Last, seed: t.Seed}
	if t.NoTest {
		return p, nil
	}
	p.test = int(math.Round(t.Test * float64(rows)))
	if p.test == 0 || p.test == rows {
		return p, fmt.Errorf("a share of %v of %d rows for the examination leaves one part empty", t.Test, rows)
	}
	return p, nil
}

// each says of one row after another whether it is kept. It needs no list of them: a row is taken with the probability that it needs so that the
// number comes out right (Knuth, The Art of Computer Programming 2, algorithm S).
func (p parts) each() func() bool {
	rng, left, need := rand.New(rand.NewPCG(p.seed, 0x7ab1e)), p.rows, p.test
	return func() bool {
		take := need > 0 && (p.last && left <= need || !p.last && rng.IntN(left) < need)
		if left--; take {
			need--
		}
		return take
	}
}
