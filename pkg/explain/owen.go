package explain

import (
	"bytes"
	"math/bits"
	"slices"
)

// owen works out Owen's values of a hierarchy by their definition: the parts of a group share as Shapley has it what the group adds to the
// groups around it, of which each is there as a whole or not at all; and so do the parts of each part. (Owen 1977; of several levels: Winter 1989.)
type owen struct {
	ends
	tree   Hierarchy
	n      int
	number map[string]int // of the coalitions that it takes, by their members
	asked  []string
	worths []float64
	rows   [][]float64 // the same for each row of a background
	byRow  byRow
}

// newOwen is nil if it takes more than so many coalitions.
func newOwen(tree Hierarchy, n, most int) *owen {
	o := &owen{tree: tree, n: n, number: map[string]int{}}
	if !o.collect(tree, make([]byte, n), most) {
		return nil
	}
	o.worths, o.rows = make([]float64, len(o.asked)), make([][]float64, len(o.asked))
	return o
}

func (o *owen) together() int { return 1 }
func (o *owen) least() int    { return len(o.asked) }
func (o *owen) all() int      { return len(o.asked) }

func (o *owen) ask(draw int, members []bool) {
	for i := range members {
		members[i] = o.asked[draw][i] == 1
	}
}

func (o *owen) answer(draw int, worth float64, rows []float64) {
	o.worths[draw], o.rows[draw] = worth, slices.Clone(rows)
}

// joined are those outside a group and some of its parts, as bits.
func joined(h Hierarchy, outside []byte, parts uint) []byte {
	members := bytes.Clone(outside)
	for i, part := range h.Parts {
		if parts>>i&1 == 1 {
			for _, k := range part.features() {
				members[k] = 1
			}
		}
	}
	return members
}

// collect notes the coalitions that it takes to share out what a group adds to those outside. It says whether they are few enough.
func (o *owen) collect(h Hierarchy, outside []byte, most int) bool {
	if h.leaf() {
		return true
	}
	if len(h.Parts) > bits.Len(uint(most))+1 {
		return false
	}
	for parts := range uint(1) << len(h.Parts) {
		members := joined(h, outside, parts)
		there := bytes.Count(members, []byte{1})
		if _, known := o.number[string(members)]; !known && there > 0 && there < o.n {
			o.number[string(members)] = len(o.asked)
			if o.asked = append(o.asked, string(members)); len(o.asked) > most {
				return false
			}
		}
		for i, part := range h.Parts {
			if parts>>i&1 == 0 && !o.collect(part, members, most) {
				return false
			}
		}
	}
	return true
}

// worth is what a coalition is worth, and for each row of a background; everybody is worth the same for all of them.
func (o *owen) worth(members []byte) (worth float64, rows []float64) {
	switch bytes.Count(members, []byte{1}) {
	case 0:
		return o.nobody, o.ends.rows
	case o.n:
		return o.everybody, nil
	}
	k := o.number[string(members)]
	return o.worths[k], o.rows[k]
}

func (o *owen) estimate() (values, stdErr []float64) {
	values, o.byRow = make([]float64, o.n), nil
	o.share(o.tree, make([]byte, o.n), 1, values)
	return values, nil
}

func (o *owen) deviations() []float64 { return o.byRow.spread(1) }

// share adds to values a part of what a group's features add to those outside.
func (o *owen) share(h Hierarchy, outside []byte, part float64, values []float64) {
	if h.leaf() {
		with := bytes.Clone(outside)
		with[h.Feature] = 1
		after, afterRows := o.worth(with)
		before, beforeRows := o.worth(outside)
		values[h.Feature] += part * (after - before)
		o.byRow.add(o.n, h.Feature, part, afterRows)
		o.byRow.add(o.n, h.Feature, -part, beforeRows)
		return
	}
	weight := newEnumeration(len(h.Parts)).weight
	for parts := range uint(1) << len(h.Parts) {
		members := joined(h, outside, parts)
		for i, p := range h.Parts {
			if parts>>i&1 == 0 {
				o.share(p, members, part*weight[bits.OnesCount(parts)], values)
			}
		}
	}
}
