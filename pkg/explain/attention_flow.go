package explain

import (
	"slices"

	"github.com/vitrine-ml/vitrine/pkg/record"
)

// flow is what attention does for one example: of each look a matrix rows × columns, and for each input whose positions are rows the share
// of each row in what is read.
type flow struct {
	looked []matrix
	read   map[int][]float64
}

// explain makes the record of a method: values gives the inputs that are looked at a number a position.
func (a *attention) explain(method Explainer, of combination, values func(f flow) map[int][]float64) (*record.Explanation, error) {
	p := attentionProgram{sources: a.sources, output: a.target.Output, of: of, nodes: a.nodes()}
	var ends, seen []int // the inputs whose positions are rows, and those that are looked at
	for k := range a.places {
		if l, ok := a.last[k]; ok {
			ends, p.ends = append(ends, k), append(p.ends, l.node)
		}
		if slices.ContainsFunc(a.looks, func(l look) bool { return l.columns == k }) {
			seen = append(seen, k)
		}
	}
	length := func(k int) int { return a.places[k].shape[0] }
	rows := make([][]float64, len(a.x))
	output, err := a.once(p, func(i int, rest []float64) {
		f := flow{read: map[int][]float64{}}
		for _, l := range a.looks {
			m := matrix{rows: length(l.rows), columns: length(l.columns)}
			m.v, rest = slices.Clone(rest[:m.rows*m.columns]), rest[m.rows*m.columns:]
			f.looked = append(f.looked, m)
		}
		for _, k := range ends {
			f.read[k], rest = shares(rest[:length(k)]), rest[length(k):]
		}
		v := values(f)
		for _, k := range seen {
			rows[i] = append(rows[i], spread(v[k], a.places[k].size())...)
		}
	})
	if err != nil {
		return nil, err
	}
	var places []place
	for _, k := range seen {
		places = append(places, a.places[k])
	}
	a.places = places
	e, err := a.record(method, output, rows)
	if e == nil {
		return nil, err
	}
	e.Exact = true
	return e, err
}

// shares gives the rows whose gradient is not zero equal parts of 1.
func shares(gradient []float64) []float64 {
	n := 0
	for _, g := range gradient {
		if g != 0 {
			n++
		}
	}
	parts := make([]float64, len(gradient))
	for i, g := range gradient {
		if g != 0 {
			parts[i] = 1 / float64(n)
		}
	}
	return parts
}

// spread shares a value a position out among the position's numbers.
func spread(values []float64, size int) []float64 {
	each := size / len(values)
	wide := make([]float64, 0, size)
	for _, v := range values {
		for range each {
			wide = append(wide, v/float64(each))
		}
	}
	return wide
}
