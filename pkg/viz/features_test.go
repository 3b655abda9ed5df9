package viz

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/vitrine-ml/vitrine/pkg/record"
)

// loans are n people with five columns (numbers, some of them unknown, words of four kinds, yes or no, a day), a column without effect for each of many,
// and an explanation of a score that is known: age, amount × age, purpose and so on, each with a standard error.
func loans(n, more int) (*record.Explanation, record.Samples) {
	chance := rand.New(rand.NewPCG(1, 1))
	s := record.Samples{Dataset: "loans", Classes: []string{"repaid", "lost"}, Columns: []record.Column{
		{Name: "age"}, {Name: "amount of the credit in thousands of marks of the year"}, {Name: "purpose", Categories: []string{"car", "house", "study", "television"}},
		{Name: "owns a house", Categories: []string{"false", "true"}}, {Name: "since", Dates: true}}}
	for j := range more {
		s.Columns = append(s.Columns, record.Column{Name: fmt.Sprintf("x%d", j)})
	}
	width := len(s.Columns)
	e := &record.Explanation{Version: record.Version, Method: "PermutationSHAP", Target: record.Target{Output: "logits", Asked: "class 1"}, Baseline: "100 rows"}
	values := record.Array{Name: "row", Axes: []string{"example", "column"}, Shape: []int{n, width}}
	for i := range n {
		age, amount, purpose, owns := 20+50*chance.Float64(), math.Exp(1+chance.NormFloat64()), float64(chance.IntN(4)), float64(chance.IntN(2))
		row := []float64{math.Round(age), math.Round(amount*10) / 10, purpose, owns, float64(15000 + chance.IntN(3000))}
		contributed := []float64{-0.04 * (age - 45), 0.1 * (amount - 4) * (age - 45) / 15, []float64{0.2, -0.3, 0.6, -0.1}[int(purpose)], 0.4 - 0.8*owns, 0}
		for j := range more {
			row = append(row, chance.Float64())
			contributed = append(contributed, (row[5+j]-0.5)/float64(5+j))
		}
		output := -0.5
		for j, v := range row {
			c := &s.Columns[j]
			c.Values = append(c.Values, v)
			values.Data = append(values.Data, contributed[j])
			output += contributed[j]
		}
		e.Output, e.Base, e.Residual, e.Status = append(e.Output, output), append(e.Base, -0.5), append(e.Residual, 0), append(e.Status, record.OK)
		e.Target.Classes = append(e.Target.Classes, 1)
		s.Index, s.Labels = append(s.Index, 100+i), append(s.Labels, i%2)
	}
	s.Columns[0].Missing = make([]bool, n)
	s.Columns[0].Missing[n/2] = n > 1
	for _, c := range s.Columns {
		values.Features = append(values.Features, c.Name)
	}
	stdErr := values
	stdErr.Data = make([]float64, len(values.Data))
	for i := range stdErr.Data {
		stdErr.Data[i] = 0.05
	}
	e.Values, e.StdErr = []record.Array{values}, []record.Array{stdErr}
	s.Inputs = record.Array{Name: "row", Axes: []string{"example", "feature"}, Shape: []int{n, 0}} // as a net is given them, of no matter here
	return e, s
}
