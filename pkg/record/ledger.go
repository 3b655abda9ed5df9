package record

import (
	"fmt"
	"math"
)

// Ledger says where relevance went that started at the output: to the input, or to what took it on the way.
type Ledger struct {
	Input []float64 `json:"input"`           // per example: the sum of the values
	Taken []Account `json:"taken"`           // by kind: biases, stabilisers, …
	Nodes []Account `json:"nodes,omitempty"` // the same by node of the graph, where that was asked for
}

// Account is what one taker took.
type Account struct {
	By     string    `json:"by"`
	Amount []float64 `json:"amount"` // per example, in units of the output
}

// TakenFrom lists what each kind took from an example.
func (l *Ledger) TakenFrom(example int) []float64 {
	taken := make([]float64, len(l.Taken))
	for i, a := range l.Taken {
		taken[i] = a.Amount[example]
	}
	return taken
}

func (l *Ledger) check(rows int) error {
	accounts := append(append([]Account{{"input", l.Input}}, l.Taken...), l.Nodes...)
	for _, a := range accounts {
		if len(a.Amount) != rows {
			return fmt.Errorf("record: %d outputs but %d numbers of %s in the ledger", rows, len(a.Amount), a.By)
		}
		for i, v := range a.Amount {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				return fmt.Errorf("record: the ledger's %s of example %d is %v", a.By, i, v)
			}
		}
	}
	return nil
}
