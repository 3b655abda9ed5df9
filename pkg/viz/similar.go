package viz

import "math"

// mostCompared are as many examples as all pairs of are compared: the distances of more would take too much memory and time.
const mostCompared = 2000

// similar arranges rows so that those alike lie beside one another: the leaves of a tree that joins, again and again, the two groups whose farthest members are nearest
// (complete linkage, by squared distances). Of two joined groups that of the lower numbers comes first, so that the order is the same every time.
//
// It goes along chains of nearest neighbours (F. Murtagh, "A Survey of Recent Advances in Hierarchical Clustering Algorithms", 1983): n² steps.
func similar(rows [][]float64) []int {
	n := len(rows)
	distance := make([][]float64, n)
	for a := range n {
		distance[a] = make([]float64, n)
		for b := range a {
			for j, v := range rows[a] {
				d := v - rows[b][j]
				distance[a][b] += d * d
			}
			distance[b][a] = distance[a][b]
		}
	}
	groups := make([][]int, n) // nil: joined to another
	for i := range groups {
		groups[i] = []int{i}
	}
	var chain []int
	for left := n; left > 1; {
		if len(chain) == 0 {
			for i := range groups {
				if groups[i] != nil {
					chain = append(chain, i)
					break
				}
			}
		}
		last := chain[len(chain)-1]
		nearest, at := -1, math.Inf(1)
		if len(chain) > 1 { // of equally near ones the one before, or the chain would go round
			nearest = chain[len(chain)-2]
			at = distance[last][nearest]
		}
		for i := range groups {
			if groups[i] != nil && i != last && (distance[last][i] < at || nearest < 0) {
				nearest, at = i, distance[last][i]
			}
		}
		if len(chain) < 2 || nearest != chain[len(chain)-2] {
			chain = append(chain, nearest)
			continue
		}
		chain = chain[:len(chain)-2]
		a, b := min(last, nearest), max(last, nearest)
		groups[a], groups[b] = append(groups[a], groups[b]...), nil
		for i := range groups {
			distance[a][i] = max(distance[a][i], distance[b][i])
			distance[i][a] = distance[a][i]
		}
		left--
	}
	return groups[0]
}
