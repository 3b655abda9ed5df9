package explain

import (
	"fmt"
	"math/rand/v2"
)

// Hierarchy says which features belong together: a tree, whose leaves are features and whose groups are made of features and smaller groups.
type Hierarchy struct {
	Feature int         `json:"feature"`         // of a leaf: its number
	Parts   []Hierarchy `json:"parts,omitempty"` // of a group
}

// Merged is the hierarchy of n features that are merged two by two: the i-th pair makes of two features or groups the group n+i, which later pairs
// name. The first two columns of SciPy's linkage matrices are such pairs.
func Merged(n int, pairs [][2]int) (Hierarchy, error) {
	nodes, used := make([]Hierarchy, n, n+len(pairs)), make([]bool, n+len(pairs))
	for i := range nodes {
		nodes[i].Feature = i
	}
	for i, pair := range pairs {
		for _, k := range pair {
			if k < 0 || k >= len(nodes) || used[k] {
				return Hierarchy{}, fmt.Errorf("explain: pair %d of a hierarchy merges %d, which is not there or was merged before", i, k)
			}
			used[k] = true
		}
		nodes = append(nodes, Hierarchy{Parts: []Hierarchy{nodes[pair[0]], nodes[pair[1]]}})
	}
	if n < 1 || len(pairs) != n-1 {
		return Hierarchy{}, fmt.Errorf("explain: %d features are merged by %d pairs; it takes one less than there are features", n, len(pairs))
	}
	return nodes[len(nodes)-1], nil
}

// leaf says that it is one.
func (h Hierarchy) leaf() bool { return len(h.Parts) == 0 }

// features are the numbers of its leaves, in order.
func (h Hierarchy) features() (list []int) {
	if h.leaf() {
		return []int{h.Feature}
	}
	for _, part := range h.Parts {
		list = append(list, part.features()...)
	}
	return list
}

// of checks that it is one of n features.
func (h Hierarchy) of(n int) error {
	seen := make([]bool, n)
	list := h.features()
	for _, i := range list {
		if i < 0 || i >= n {
			return fmt.Errorf("explain: a hierarchy with feature %d, but there are %d", i, n)
		}
		if seen[i] {
			return fmt.Errorf("explain: a hierarchy in which feature %d is twice", i)
		}
		seen[i] = true
	}
	if len(list) != n {
		return fmt.Errorf("explain: a hierarchy of %d features, but there are %d", len(list), n)
	}
	return nil
}

// order is a random one of its features in which those of each group come one after another.
func (h Hierarchy) order(random *rand.Rand) []int {
	if h.leaf() {
		return []int{h.Feature}
	}
	var list []int
	for _, i := range random.Perm(len(h.Parts)) {
		list = append(list, h.Parts[i].order(random)...)
	}
	return list
}
