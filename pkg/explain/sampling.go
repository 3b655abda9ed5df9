package explain

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"math"
	"math/rand/v2"
	"time"

	"github.com/vitrine-ml/vitrine/pkg/record"
)

// sampling draws rows for every example, round by round, until the budget ends. What is drawn for an example, and when that ends, never
// depends on the other examples, but for the time.
type sampling struct {
	program  program
	defaults int                   // rows an example where the budget says nothing
	round    int                   // rows of an example in a round: a multiple of what is drawn together, such as pairs
	all      func(example int) int // rows after which nothing is left to draw; nil: there always is
	// own, instead of defaults, is an example's own number, and next, instead of round, how many its next round has when so many are spent and left:
	// 0 if those are too few.
	own  func(example int) int
	next func(example, spent, left int) int

	// fill makes an example's row of that number, and got takes what the net says to it: both once for each, in the order of the rows.
	fill func(example, draw int, to []float64)
	got  func(example, draw int, output, rest []float64)
	// worst is the largest standard error of the example's values as they are; +Inf where it is not known yet.
	worst func(example int) float64
}

// sample draws until the budget ends, or the context does: the run then holds r.stopped, and its record says what was not finished.
func (r *run) sample(b Budget, s sampling) error {
	most := make([]int, len(r.x))
	for i := range most {
		usual := s.defaults
		if s.own != nil {
			usual = s.own(i)
		}
		var err error
		if most[i], err = b.evaluations(usual); err != nil {
			return err
		}
	}
	if s.next == nil {
		s.next = func(_, _, left int) int { return min(s.round, left) }
	}
	r.spent, r.ended = make([]int, len(r.x)), make([]record.End, len(r.x))
	then := r.then()
	for {
		type row struct{ example, draw int }
		var rows []row
		for i, spent := range r.spent {
			left := most[i] - spent
			if then != nil {
				left = then.Spent[i] - spent
			}
			if s.all != nil {
				left = min(left, s.all(i)-spent)
			}
			if r.ended[i] != "" {
				left = 0
			}
			for k := range s.next(i, spent, left) {
				rows = append(rows, row{i, spent + k})
			}
		}
		err := r.pass(s.program, len(rows),
			func(k int, to []float64) int {
				s.fill(rows[k].example, rows[k].draw, to)
				return rows[k].example
			},
			func(k int, output, rest []float64) {
				s.got(rows[k].example, rows[k].draw, output, rest)
				r.spent[rows[k].example]++
			})
		if err != nil && !r.halted(err) {
			return err
		}
		late := b.Time > 0 && time.Since(r.start) >= b.Time
		going := false
		for i := range r.ended {
			switch {
			case r.ended[i] != "":
			case then != nil: // as the record says
				if r.spent[i] >= then.Spent[i] {
					r.ended[i] = then.Ended[i]
				}
			case s.all != nil && r.spent[i] >= s.all(i):
				r.ended[i] = record.EndAll
			case b.Tolerance > 0 && s.worst(i) <= b.Tolerance:
				r.ended[i] = record.EndTolerance
			case s.next(i, r.spent[i], most[i]-r.spent[i]) == 0:
				r.ended[i] = record.EndEvaluations
			case err == nil && late:
				r.ended[i] = record.EndTime
			}
			if r.ended[i] == "" && err != nil {
				r.ended[i] = record.EndInterrupt
			}
			going = going || r.ended[i] == ""
		}
		if !going || len(rows) == 0 {
			return nil
		}
	}
}

type sampledKey struct{}

// then is the record that is made again; nil: none is.
func (r *run) then() *record.Explanation {
	then, _ := r.ctx.Value(sampledKey{}).(*record.Explanation)
	return then
}

// sampledAs is a context under which examples are sampled, or refined, as the record says that they were, whatever the time and the tolerance.
func sampledAs(ctx context.Context, e *record.Explanation) context.Context {
	if e.Spent == nil || e.Ended == nil {
		return ctx
	}
	return context.WithValue(ctx, sampledKey{}, e)
}

// random is a source of chance for an example, which depends on the seed and on the example's own numbers: it draws the same wherever the
// example stands, and other examples draw otherwise.
func (r *run) random(seed uint64, example int) *rand.Rand {
	h := sha256.New()
	b := binary.LittleEndian.AppendUint64(nil, seed)
	for _, v := range r.x[example] {
		b = binary.LittleEndian.AppendUint64(b, math.Float64bits(v))
	}
	h.Write(b)
	sum := h.Sum(nil)
	return rand.New(rand.NewPCG(binary.LittleEndian.Uint64(sum), binary.LittleEndian.Uint64(sum[8:])))
}
