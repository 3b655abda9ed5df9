package explain

import "fmt"

// Columns makes a feature of each group of numbers: of a table, whose categories are several numbers each (one-hot), a column. A number
// that is in no group is a feature by itself.
type Columns struct {
	Names  []string // one a group; nil: none
	Groups [][]int  // positions in the attributed inputs, counted through all of them, one after another: data.Schema.Groups
}

// MarshalJSON writes the groups with their kind.
func (c Columns) MarshalJSON() ([]byte, error) {
	type options Columns
	return writeFeatures("Columns", options(c))
}

func (c Columns) divide(r *run, example int) (partition, error) {
	if c.Names != nil && len(c.Names) != len(c.Groups) {
		return partition{}, fmt.Errorf("columns: %d names for %d groups", len(c.Names), len(c.Groups))
	}
	alone := r.each(example, func(input) ([]int, []string) { return nil, nil })
	p := partition{of: make([]int, len(alone.of)), n: len(c.Groups)}
	for i := range p.of {
		p.of[i] = -1
	}
	for k, group := range c.Groups {
		if len(group) == 0 {
			return partition{}, fmt.Errorf("columns: group %d is empty", k)
		}
		for _, at := range group {
			if at < 0 || at >= len(p.of) {
				return partition{}, fmt.Errorf("columns: position %d in group %d, but the inputs have %d numbers", at, k, len(p.of))
			}
			if p.of[at] >= 0 {
				return partition{}, fmt.Errorf("columns: position %d is in groups %d and %d", at, p.of[at], k)
			}
			p.of[at] = k
		}
	}
	p.names = append(p.names, c.Names...)
	for at, feature := range alone.of {
		if p.of[at] >= 0 || feature < 0 {
			continue
		}
		if p.of[at], p.n = p.n, p.n+1; c.Names != nil {
			name := ""
			if alone.names != nil {
				name = alone.names[feature]
			}
			p.names = append(p.names, name)
		}
	}
	return p, nil
}
