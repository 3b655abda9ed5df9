package explain_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/vitrine-ml/vitrine/pkg/explain"
	"github.com/vitrine-ml/vitrine/pkg/explain/explaintest"
)

// TestWordsBySimilarity: the columns hold words in an order that means nothing; those beside one another are to be those whose rows are alike. The share
// of ones in the other columns grows from word to word, so that the distances are those of places on a line.
func TestWordsBySimilarity(t *testing.T) {
	words := []string{"late", "never worn", "early", "middle", "latest", "first"}
	ones := map[string]int{"first": 0, "early": 2, "middle": 3, "late": 7, "latest": 10} // of ten rows
	var rows [][]float64
	for k, word := range words {
		for i := range 10 {
			n, worn := ones[word]
			if !worn {
				continue
			}
			row := make([]float64, len(words)+2)
			row[k] = 1
			if i < n {
				row[len(words)] = 1
			}
			if i >= 10-n {
				row[len(words)+1] = -3
			}
			rows = append(rows, row)
		}
	}
	x := explaintest.Rows(rows...)
	net := explaintest.Linear(t, 5, 0, -1, 2, 9, 1, 3, 4)
	at := []int{0, 1, 2, 3, 4, 5}
	a := accumulated(t, net, x, explain.Variable{Columns: at, Categories: words, Similar: true})
	order := []string{"latest", "late", "middle", "early", "first", "never worn"} // in this direction "late" is before "early", and "latest" before "first", as in the columns
	if !slices.Equal(a.Categories, order) || len(a.Edges) != 5 {
		t.Errorf("%q at %v, want %q", a.Categories, a.Edges, order)
	}
	columns := make([]int, len(order))
	for k, word := range order {
		columns[k] = slices.Index(words, word)
	}
	byHand := accumulated(t, net, x, explain.Variable{Columns: columns, Categories: order})
	if !slices.Equal(a.Effects, byHand.Effects) || !slices.Equal(a.StdErr, byHand.StdErr) {
		t.Errorf("effects %v, with columns in that order %v", a.Effects, byHand.Effects)
	}
	d := dependence(t, net, x, explain.Variable{Columns: at, Categories: words, Similar: true})
	if got := d.Varied[0].Categories; !slices.Equal(got, order) {
		t.Errorf("partial dependence has %q, want %q", got, order)
	}
	for _, v := range []explain.Variable{{Columns: []int{6}, Similar: true}, {Columns: at, Similar: true, Grid: []float64{0, 1}}} {
		if _, err := explain.AccumulatedEffects(t.Context(), net, x, explain.Target{}, v); err == nil || !strings.Contains(err.Error(), "order of similarity") {
			t.Errorf("%+v: error %v", v, err)
		}
	}
}
