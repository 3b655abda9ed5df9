package record

import (
	"fmt"
	"slices"
)

// Select is the explanation of some of its examples, in that order: for a figure of a few. Evaluations, elapsed time and hashes stay those of
// the whole. It panics, as indexing does, if there is no such example.
func (e *Explanation) Select(index ...int) *Explanation {
	for _, i := range index {
		if i < 0 || i >= e.Rows() {
			panic(fmt.Sprintf("record: example %d of an explanation of %d examples, counted from 0", i, e.Rows()))
		}
	}
	s := *e
	s.Output, s.Base, s.Residual = at(e.Output, index), at(e.Base, index), at(e.Residual, index)
	s.Status = at(e.Status, index)
	s.Target.Classes, s.Target.Minus, s.Target.Positions = at(e.Target.Classes, index), at(e.Target.Minus, index), at(e.Target.Positions, index)
	s.Tokens = at(e.Tokens, index)
	s.Spent, s.Ended, s.Fit = at(e.Spent, index), at(e.Ended, index), at(e.Fit, index)
	s.Values, s.StdErr = rowsOf(e.Values, index), rowsOf(e.StdErr, index)
	s.BaselineStdDev, s.Groups = rowsOf(e.BaselineStdDev, index), rowsOf(e.Groups, index)
	if e.Ledger != nil {
		s.Ledger = &Ledger{Input: at(e.Ledger.Input, index), Taken: accountsOf(e.Ledger.Taken, index), Nodes: accountsOf(e.Ledger.Nodes, index)}
	}
	return &s
}

// at picks elements; nil stays nil.
func at[T any](from []T, index []int) []T {
	if from == nil {
		return nil
	}
	to := make([]T, len(index))
	for k, i := range index {
		to[k] = from[i]
	}
	return to
}

func rowsOf(arrays []Array, index []int) []Array {
	picked := slices.Clone(arrays)
	for k, a := range arrays {
		picked[k].Shape = slices.Clone(a.Shape)
		picked[k].Shape[0], picked[k].Data = len(index), nil
		for _, i := range index {
			picked[k].Data = append(picked[k].Data, a.Row(i)...)
		}
	}
	return picked
}

func accountsOf(accounts []Account, index []int) []Account {
	picked := slices.Clone(accounts)
	for k := range picked {
		picked[k].Amount = at(picked[k].Amount, index)
	}
	return picked
}
