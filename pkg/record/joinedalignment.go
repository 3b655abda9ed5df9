package record

import "fmt"

// Joined is a text's attention to itself with words in the place of their pieces, both where it looks from and to: what is looked at in the
// pieces of a word is added up, and the pieces that look are averaged, so that a row whose weights add up to 1 still does. words is that of [WordsOf].
func (a Alignment) Joined(words []int, mark string) (Alignment, error) {
	if err := a.Check(); err != nil {
		return a, err
	}
	if err := checkWords([][]int{words}); err != nil {
		return a, err
	}
	n := len(words)
	if n == 0 || len(a.Source) != n || len(a.Target) != n || a.Known != nil {
		return a, fmt.Errorf("record: alignment %q is of %d and %d tokens, with words for %d: only a text's alignment with itself, of which nothing is known, is joined",
			a.Name, len(a.Target), len(a.Source), n)
	}
	joined, err := joinedTokens([][]string{a.Source}, [][]int{words}, mark)
	if err != nil {
		return a, err
	}
	m := words[n-1] + 1
	pieces := make([]float64, m)
	for _, w := range words {
		pieces[w]++
	}
	j := a
	j.Source, j.Target = joined[0], joined[0]
	j.Values.Shape, j.Values.Data = []int{m, m}, make([]float64, m*m)
	for t, to := range words {
		for s, from := range words {
			j.Values.Data[to*m+from] += a.Values.Data[t*n+s] / pieces[to]
		}
	}
	return j, nil
}
