package data

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
)

const (
	medianSample   = 100_000  // values that a median is taken of, at most
	medianSamples  = 1 << 23  // and of all columns together, unless each would have fewer than 1,000
	maxVocabulary  = 100_000  // different words of a column that are counted
	maxVocabularyB = 64 << 20 // bytes of those of all columns together, with what a map takes for each
	perWord        = 48       // of these, beside its letters
)

// study is what the training rows say of one column.
type study struct {
	column TableColumn
	why    string // it is left out, or ""

	n             int // values that are there
	mean, squares float64
	sample        []float64 // of at most so many
	most          int
	rng           *rand.Rand

	counts map[string]int
	bytes  int // that these take
}

// learn goes through the table for the second time.
func (s table) learn(t Table, f inferred, p parts) (*Schema, error) {
	studies := make([]study, len(s.columns))
	for i, name := range s.columns {
		studies[i] = study{column: TableColumn{Name: name, Type: f.types[i]}, why: f.why[i], counts: map[string]int{},
			most: min(medianSample, max(1_000, medianSamples/len(s.columns))), rng: rand.New(rand.NewPCG(t.Seed, uint64(i)))}
	}
	rows, words, kept := 0, 0, p.each()
	err := s.each(func(at int, cells []cell) error {
		if rows++; rows > p.rows {
			return errors.New("it has changed while it was read")
		}
		if kept() {
			return nil
		}
		for i, c := range cells {
			before := studies[i].bytes
			if err := studies[i].add(c); err != nil {
				return fmt.Errorf("%s: column %q: %w", s.at(at), s.columns[i], err)
			}
			words += studies[i].bytes - before
			for words > maxVocabularyB {
				words -= forget(studies)
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	schema := &Schema{Missing: t.Missing, Rows: p.rows - p.test}
	for i := range studies {
		y := &studies[i]
		if i == f.target {
			schema.Target = y.target(t, f.classes)
			continue
		}
		if y.why == "" {
			y.learn(t)
		}
		if y.why != "" {
			schema.Left = append(schema.Left, LeftOut{y.column.Name, y.why})
			continue
		}
		schema.Columns = append(schema.Columns, y.column)
	}
	switch n := len(schema.Features()); {
	case n == 0:
		return nil, fmt.Errorf("no column is left to predict from: %v", schema.Left)
	case n > maxTableFeatures:
		return nil, fmt.Errorf("%d encoded numbers a row, want at most %d: leave out columns (Ignored), or lower MaxCategories", n, maxTableFeatures)
	}
	return schema, nil
}

// forget leaves out the column whose words take the most, of several the first, and returns how much that was.
func forget(studies []study) (bytes int) {
	most := 0
	for i := range studies {
		if studies[i].bytes > studies[most].bytes {
			most = i
		}
	}
	y := &studies[most]
	bytes = y.bytes
	y.why, y.counts, y.bytes = fmt.Sprintf("words: the different ones of all columns take more than %d MiB, and most are in this one", maxVocabularyB>>20), nil, 0
	return bytes
}

// add counts one cell.
func (y *study) add(c cell) error {
	switch {
	case y.why != "":
		return nil
	case c.missing:
		y.column.Gaps++
		return nil
	case y.column.Type == Category:
		y.n++
		if y.counts[c.text] == 0 {
			y.bytes += len(c.text) + perWord
			y.counts[strings.Clone(c.text)] = 0
		}
		if y.counts[c.text]++; len(y.counts) > maxVocabulary {
			y.why, y.counts, y.bytes = "words: too many different ones", nil, 0
		}
		return nil
	}
	v, err := c.number32(y.column.Type)
	if err != nil {
		return err
	}
	if y.n == 0 {
		y.column.Low, y.column.High = v, v
	}
	y.column.Low, y.column.High = min(y.column.Low, v), max(y.column.High, v)
	y.n++
	delta := v - y.mean // Welford 1962
	y.mean += delta / float64(y.n)
	y.squares += delta * (v - y.mean)
	if len(y.sample) < y.most {
		y.sample = append(y.sample, v)
	} else if at := y.rng.IntN(y.n); at < y.most { // Vitter 1985, algorithm R
		y.sample[at] = v
	}
	return nil
}

// number32 is the cell's value as that type, which a float32 must hold.
func (c cell) number32(as Type) (float64, error) {
	v, ok := c.value(as)
	if !ok {
		return 0, fmt.Errorf("%q is not of type %s", short(c.text, 40), as)
	}
	if math.IsNaN(v) || math.Abs(v) > math.MaxFloat32 {
		return 0, fmt.Errorf("%q is not a number that single precision holds", short(c.text, 40))
	}
	return v, nil
}

// learn completes the column.
func (y *study) learn(t Table) {
	c := &y.column
	_, given := t.Types[c.Name]
	switch {
	case y.n == 0:
		y.why = "nothing but missing values in the training rows"
	case c.Type == Category:
		y.categories(t, given)
	case c.Low == c.High && c.Gaps == 0:
		y.why = fmt.Sprintf("the same value in every training row, %g", c.Low)
	default:
		y.scale(t)
	}
}

// scale learns how numbers are encoded.
func (y *study) scale(t Table) {
	c := &y.column
	slices.Sort(y.sample)
	half := len(y.sample) / 2
	c.Median = y.sample[half]
	if len(y.sample)%2 == 0 {
		c.Median = y.sample[half-1]/2 + y.sample[half]/2
	}
	if c.Type == Boolean {
		c.Median = math.Round(y.mean)
	}
	c.Indicator = c.Gaps > 0 && !t.NoIndicators
	// The median in the place of what is missing moves the mean and adds to the squares (Chan, Golub and LeVeque 1983).
	gaps, there := float64(c.Gaps), float64(y.n)
	delta := c.Median - y.mean
	mean := y.mean + delta*gaps/(gaps+there)
	deviation := math.Sqrt((y.squares + delta*delta*gaps*there/(gaps+there)) / (gaps + there))
	c.Mean, c.Deviation = 0, 1
	if c.Type != Boolean && !t.Unscaled {
		if c.Mean = mean; deviation > 0 {
			c.Deviation = deviation
		}
	}
	c.Averages = []float64{(mean - c.Mean) / c.Deviation}
	if c.Indicator {
		c.Averages = append(c.Averages, gaps/(gaps+there))
	}
}

// categories learns which words are known.
func (y *study) categories(t Table, given bool) {
	c := &y.column
	if len(y.counts) == 1 && c.Gaps == 0 {
		y.why = fmt.Sprintf("the same word in every training row, %q", slices.Collect(maps.Keys(y.counts))[0])
		return
	}
	if !given && len(y.counts) > 20 && 2*len(y.counts) > y.n {
		y.why = fmt.Sprintf("%d different words in %d rows: names or free text", len(y.counts), y.n)
		return
	}
	words := slices.Collect(maps.Keys(y.counts))
	slices.SortFunc(words, func(a, b string) int { // the most frequent first
		if y.counts[a] != y.counts[b] {
			return y.counts[b] - y.counts[a]
		}
		return strings.Compare(a, b)
	})
	others := 0
	for i, word := range words {
		if i >= t.MaxCategories || y.counts[word] < t.MinCount || word == otherCategory {
			others += y.counts[word]
			delete(y.counts, word)
			continue
		}
		c.Categories = append(c.Categories, word)
	}
	slices.Sort(c.Categories)
	for _, extra := range []struct {
		word string
		n    int
	}{{missingCategory, c.Gaps}, {otherCategory, others}} {
		if extra.n == 0 {
			continue
		}
		if y.counts[extra.word] == 0 {
			c.Categories = append(c.Categories, extra.word)
		}
		y.counts[extra.word] += extra.n
	}
	for _, word := range c.Categories {
		c.Averages = append(c.Averages, float64(y.counts[word])/float64(y.n+c.Gaps))
		if y.counts[word] > y.counts[c.Usual] {
			c.Usual = word
		}
	}
}

// target is the column as the one that is predicted.
func (y *study) target(t Table, classes []string) TableTarget {
	target := TableTarget{Name: y.column.Name, Classes: classes}
	if classes == nil {
		target.Deviation = 1
		if deviation := math.Sqrt(y.squares / float64(y.n)); !t.Unscaled && deviation > 0 {
			target.Mean, target.Deviation = y.mean, deviation
		}
	}
	return target
}
