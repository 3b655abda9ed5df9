package explain

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/gomlx/gomlx/core/tensors"

	"github.com/vitrine-ml/vitrine/pkg/models"
	"github.com/vitrine-ml/vitrine/pkg/record"
)

// RISE looks through random masks: small ones of zeros and ones, enlarged without hard edges and shifted at random, between the example and
// the baseline (Petsiuk et al. 2018, arXiv 1806.07421). A pixel's value is how much larger the output is on average over the masks that keep it than over all
// masks. The paper's map is Values + Base: Base, what the net gives on average, is the same everywhere in it. Of a linear net values are (1 − Keep)·w·(x − baseline).
//
// An image's masks are over its height and width, a series' over its time; their channels have equal shares of a value. Any other number, and an id,
// is kept or taken away by itself: where there are only such, and all sets of them are fewer than the evaluations, each is asked for once, and the
// values are exact.
type RISE struct {
	Cells    int      // of a mask along an axis, before it is enlarged; 0: 7, fewer on an axis that is shorter
	Keep     float64  // how probable it is that a cell is kept; 0: 0.5
	Baseline Baseline // zero: zeros, and padding for ids
	Seed     uint64
	Budget   Budget // masks an example; zero: 4000, as in the paper for a net of VGG's size
}

// Axioms implements Explainer. They are those of few numbers, all masks of which are asked for; sampled values have Symmetry and Dummy within their
// standard errors.
func (RISE) Axioms() Axioms {
	return Axioms{ImplementationInvariance: true, Constant: true, Symmetry: true, Dummy: true}
}

// Explain implements Explainer.
func (m RISE) Explain(ctx context.Context, net *models.Net, inputs []*tensors.Tensor, target Target) (*record.Explanation, error) {
	r, err := beginWhole(ctx, nameOf(m), net, inputs, target)
	if err != nil {
		return nil, err
	}
	defer r.line.Done("")
	if m.Keep = cmp.Or(m.Keep, 0.5); m.Cells < 0 || !(m.Keep > 0 && m.Keep < 1) {
		return nil, fmt.Errorf("explain: RISE with %d cells, of which a part of %g is kept: it should be between 0 and 1", m.Cells, m.Keep)
	}
	m.Cells = cmp.Or(m.Cells, 7)
	g, err := r.game(riseFeatures{}, m.Baseline, Background{})
	if err != nil {
		return nil, err
	}
	const masks = 4000
	asked := cmp.Or(m.Budget.Evaluations, masks)
	if asked < 2 {
		return nil, fmt.Errorf("explain: RISE with %d masks: an average takes two at least", asked)
	}
	seen := make([]*riseMap, len(r.x))
	for i := range seen {
		p, fields := r.riseFields(i, m.Cells)
		seen[i] = newRiseMap(func() *riseMasks { return newRiseMasks(p.n, fields, m.Keep, asked, r.random(m.Seed, i)) })
	}
	err = r.sample(m.Budget, sampling{
		program: r.output(), defaults: masks, round: roundOf,
		all: func(example int) int { return seen[example].ahead.all() },
		fill: func(example, _ int, to []float64) {
			kept, _ := seen[example].ahead.next()
			absent := g.absent[example][0]
			for at, feature := range g.parts[example].of {
				if to[at] = r.x[example][at]; feature >= 0 && kept[feature] != 1 {
					to[at] = absent[at] + kept[feature]*(to[at]-absent[at])
				}
			}
		},
		got: func(example, _ int, out, _ []float64) {
			seen[example].add(r.value(example, out) - g.output[example])
		},
		worst: func(example int) float64 { return seen[example].worst() },
	})
	if err != nil {
		return nil, err
	}
	base, values, stdErr := make([]float64, len(seen)), make([][]float64, len(seen)), make([][]float64, len(seen))
	for i, s := range seen {
		if s.drawn >= 2 || s.exact() {
			base[i], values[i], stdErr[i] = s.values()
			base[i] += g.output[i]
		}
	}
	e, err := g.record(m, values, stdErr, nil)
	if e == nil {
		return nil, err
	}
	e.Seed, e.Base, e.Exact = m.Seed, base, r.exhausted()
	return e, err
}

// riseFeatures makes features of pixels, of steps of a series, of other numbers and ids.
type riseFeatures struct{}

func (riseFeatures) divide(r *run, example int) (partition, error) {
	p, _ := r.riseFields(example, 1)
	return p, nil
}

// riseField is where masks of an input are enlarged: its axes of space or time. Without any, it is one number that is kept or not.
type riseField struct{ cells, size []int }

// riseFields are the features of an example, pixels, steps, numbers and ids, and their fields in the same order.
func (r *run) riseFields(example, cells int) (partition, []riseField) {
	var fields []riseField
	p := r.each(example, func(in input) (of []int, _ []string) {
		height, width, channels, image := in.image()
		size := []int{height, width}
		if !image {
			steps, features, series := in.series()
			if !series {
				of, names := in.alone()
				for _, feature := range of {
					if feature >= 0 {
						fields = append(fields, riseField{})
					}
				}
				return of, names
			}
			size, channels = []int{steps}, features
		}
		f := riseField{size: size}
		for _, n := range size {
			f.cells = append(f.cells, min(cells, n))
		}
		fields = append(fields, f)
		for i := range in.x {
			of = append(of, i/channels)
		}
		return of, nil
	})
	return p, fields
}

// riseMasks draws the masks of one example.
type riseMasks struct {
	n      int
	fields []riseField
	keep   float64
	random *rand.Rand
	order  []int // of all masks, if each comes once
	drawn  int
}

func newRiseMasks(n int, fields []riseField, keep float64, asked int, random *rand.Rand) *riseMasks {
	m := &riseMasks{n: n, fields: fields, keep: keep, random: random}
	if !slices.ContainsFunc(fields, func(f riseField) bool { return f.size != nil }) {
		m.order = allMasks(n, asked, random)
	}
	return m
}

// all is after how many nothing is left to draw.
func (m *riseMasks) all() int {
	if m.order != nil {
		return len(m.order)
	}
	return math.MaxInt
}

// next draws a mask and says how much it counts.
func (m *riseMasks) next() (kept []float64, weight float64) {
	m.drawn++
	if m.order != nil {
		kept, weight = make([]float64, m.n), 1
		for j := range kept {
			if m.order[m.drawn-1]>>j&1 == 1 {
				kept[j], weight = 1, weight*m.keep
			} else {
				weight *= 1 - m.keep
			}
		}
		return kept, weight
	}
	for _, f := range m.fields {
		kept = append(kept, f.draw(m.random, m.keep)...)
	}
	return kept, 1
}

// draw enlarges a small mask by a cell more than the field holds and cuts the field out of it at random.
func (f riseField) draw(random *rand.Rand, keep float64) []float64 {
	small, large, from := 1, make([]int, len(f.size)), make([]int, len(f.size))
	for axis, n := range f.size {
		cell := (n + f.cells[axis] - 1) / f.cells[axis]
		small *= f.cells[axis]
		large[axis], from[axis] = (f.cells[axis]+1)*cell, random.IntN(cell)
	}
	mask := make([]float64, small)
	for i := range mask {
		if random.Float64() < keep {
			mask[i] = 1
		}
	}
	if f.size == nil {
		return mask
	}
	mask = upsample(mask, f.cells, large, false)
	rows, width, wide, top, left := 1, f.size[0], large[0], 0, from[0]
	if len(f.size) == 2 {
		rows, width, wide, top, left = f.size[0], f.size[1], large[1], from[0], from[1]
	}
	var cut []float64
	for y := range rows {
		at := (top+y)*wide + left
		cut = append(cut, mask[at:at+width]...)
	}
	return cut
}

// riseMap adds up what masks say of one example.
type riseMap struct {
	ahead, behind *riseMasks // those that are asked for, and the same again when the answers come
	drawn         int
	w, ww, y      float64   // Σ w, Σ w² and Σ w·y
	m, ym         []float64 // Σ w·m and Σ w·y·m, with m = (mask − keep)/keep
	mm, ymm, yymm []float64 // Σ w·m², Σ w·y·m² and Σ w·y²·m²
}

func newRiseMap(draw func() *riseMasks) *riseMap {
	s := &riseMap{ahead: draw(), behind: draw()}
	for _, sums := range []*[]float64{&s.m, &s.ym, &s.mm, &s.ymm, &s.yymm} {
		*sums = make([]float64, s.ahead.n)
	}
	return s
}

// add takes the output under the next mask, less that of the example.
func (s *riseMap) add(y float64) {
	kept, w := s.behind.next()
	s.drawn, s.w, s.ww, s.y = s.drawn+1, s.w+w, s.ww+w*w, s.y+w*y
	for j, k := range kept {
		m := (k - s.behind.keep) / s.behind.keep
		s.m[j] += w * m
		s.ym[j] += w * y * m
		s.mm[j] += w * m * m
		s.ymm[j] += w * y * m * m
		s.yymm[j] += w * y * y * m * m
	}
}

// values are the mean output and, of each feature, the covariance of output and mask over Keep, which is E(output | kept) − E(output), with its
// standard error: none where all masks are known.
func (s *riseMap) values() (mean float64, values, stdErr []float64) {
	mean, values = s.y/s.w, make([]float64, len(s.m))
	for j := range values {
		values[j] = (s.ym[j] - mean*s.m[j]) / s.w
	}
	if s.exact() {
		return mean, values, nil
	}
	n := s.w * s.w / s.ww
	stdErr = make([]float64, len(s.m))
	for j := range values {
		values[j] *= n / (n - 1) // as the mean is that of the same masks
		square := (s.yymm[j] - 2*mean*s.ymm[j] + mean*mean*s.mm[j]) / s.w
		stdErr[j] = math.Sqrt(max(0, square-values[j]*values[j]) / (n - 1))
	}
	return mean, values, stdErr
}

// exact says that no mask is left.
func (s *riseMap) exact() bool { return s.drawn == s.ahead.all() }

func (s *riseMap) worst() float64 {
	if s.drawn < 2 && !s.exact() {
		return math.Inf(1)
	}
	_, _, stdErr := s.values()
	return slices.Max(append(stdErr, 0))
}
