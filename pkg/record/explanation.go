package record

import (
	"encoding/json"
	"fmt"
	"math"
	"time"
)

// Version is the version of the records' format.
const Version = 1

// Explanation says what each part of an input contributed to an output, and how wrong that may be.
// It holds enough to draw it, to score it and to run it again.
type Explanation struct {
	Version int `json:"version"`

	Method  string          `json:"method"`  // "IntegratedGradients"
	Options json.RawMessage `json:"options"` // of the method, with the defaults filled in
	Target  Target          `json:"target"`

	Values []Array   `json:"values"`         // one an attributed input, of that input's shape: of an input of ids, one number a token
	Output []float64 `json:"output"`         // per example: the explained output
	Base   []float64 `json:"base,omitempty"` // per example: the same output for the baseline, where the method has one

	// Tokens are what the first input of ids holds, as words: one an id, example by example. nil: no such input, or its ids have no names.
	Tokens [][]string `json:"tokens,omitempty"`

	// Residual per example is |sum of values − (Output − Base)|, in units of the output, for methods that claim completeness, and with a
	// ledger |sum of values + all that was taken − Output|; nil for others.
	Residual []float64 `json:"residual,omitempty"`
	// Ledger says where the output's relevance went, for methods that pass it back through the net; nil for others.
	Ledger *Ledger `json:"ledger,omitempty"`
	// StdErr holds a standard error for every value, where values are sampled; nil where they are not.
	StdErr []Array `json:"std_err,omitempty"`
	// Exact is true if no sampling and no numerical integration took part: the values are what the definition says, but for rounding.
	Exact bool `json:"exact"`
	// Status says of each example whether its values can be relied upon.
	Status []Status `json:"status"`

	Evaluations int    `json:"evaluations"` // rows passed through the model
	Gradients   int    `json:"gradients"`   // of those, rows passed back as well
	Seed        uint64 `json:"seed,omitempty"`
	Baseline    string `json:"baseline,omitempty"` // in words: "zeros"

	Made    Provenance    `json:"made"`
	Elapsed time.Duration `json:"elapsed"` // nanoseconds; not part of what verify compares
}

// Target is what was explained: an output, and in it a class for every example.
type Target struct {
	Output  string `json:"output"`            // name of the output port
	Asked   string `json:"asked"`             // as it was asked for: "predicted", "class 3"
	Classes []int  `json:"classes,omitempty"` // per example: the class whose output was explained
	Minus   []int  `json:"minus,omitempty"`   // per example: the class it was contrasted with
	// Positions are, per example, where in an output that is a sequence; nil for other outputs.
	Positions []int `json:"positions,omitempty"`
}

// Status of one example's values.
type Status string

// The states that an example can be in.
const (
	OK          Status = "ok"
	Unconverged Status = "unconverged" // the residual stayed above the tolerance
	Unfinished  Status = "unfinished"  // stopped before it was done; values are zero
)

// Provenance is what it takes to run a record again: hashes of what went in and the environment it ran in.
type Provenance struct {
	Model     string            `json:"model"`     // the net's name
	Weights   string            `json:"weights"`   // SHA-256 of every variable's name, shape and bytes
	Graph     string            `json:"graph"`     // SHA-256 of the traced graph
	Inputs    string            `json:"inputs"`    // SHA-256 of the inputs' shapes and bytes
	Platform  string            `json:"platform"`  // "linux/amd64"
	Processor string            `json:"processor"` // its model and widest vectors: "AMD EPYC 9B14, AVX-512"
	Backend   string            `json:"backend"`   // "xla:libpjrt_cpu.so", "go"
	Versions  map[string]string `json:"versions"`  // of Go, this module and those that compute
}

// Rows is the number of explained examples.
func (e *Explanation) Rows() int { return len(e.Output) }

// Converged says whether all examples are OK.
func (e *Explanation) Converged() bool {
	for _, s := range e.Status {
		if s != OK {
			return false
		}
	}
	return true
}

// Check returns an error if the record's parts do not belong together or a number is not finite.
func (e *Explanation) Check() error {
	if e.Version != Version {
		return fmt.Errorf("record: version %d of an explanation, this program reads version %d", e.Version, Version)
	}
	n := e.Rows()
	if len(e.Values) == 0 {
		return fmt.Errorf("record: explanation by %s holds no values", e.Method)
	}
	for _, list := range [][]Array{e.Values, e.StdErr} {
		for _, a := range list {
			if err := a.Check(); err != nil {
				return err
			}
			if a.Rows() != n {
				return fmt.Errorf("record: %d outputs but %d rows in %q", n, a.Rows(), a.Name)
			}
		}
	}
	if len(e.StdErr) != 0 && len(e.StdErr) != len(e.Values) {
		return fmt.Errorf("record: %d arrays of values but %d of standard errors", len(e.Values), len(e.StdErr))
	}
	if len(e.Status) != n {
		return fmt.Errorf("record: %d outputs but %d states", n, len(e.Status))
	}
	for _, part := range []struct {
		name string
		v    []float64
	}{{"output", e.Output}, {"base", e.Base}, {"residual", e.Residual}} {
		if part.v != nil && len(part.v) != n {
			return fmt.Errorf("record: %d outputs but %d numbers of %s", n, len(part.v), part.name)
		}
		if err := finite(part.name, part.v); err != nil {
			return err
		}
	}
	if e.Ledger != nil {
		if err := e.Ledger.check(n); err != nil {
			return err
		}
	}
	for _, part := range []struct {
		name string
		n    int
	}{{"target classes", len(e.Target.Classes)}, {"contrast classes", len(e.Target.Minus)}, {"target positions", len(e.Target.Positions)}, {"rows of tokens", len(e.Tokens)}} {
		if part.n != 0 && part.n != n {
			return fmt.Errorf("record: %d outputs but %d %s", n, part.n, part.name)
		}
	}
	return nil
}

// finite returns an error that names the first example whose number is NaN or infinite.
func finite(what string, v []float64) error {
	for i, x := range v {
		if math.IsNaN(x) || math.IsInf(x, 0) {
			return fmt.Errorf("record: %s of example %d is %v", what, i, x)
		}
	}
	return nil
}
