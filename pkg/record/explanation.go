package record

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
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
	Base   []float64 `json:"base,omitempty"` // per example: the same output for the baseline, where the method has one, or what a local model gives there (its intercept)

	// Tokens are what the first input of ids holds, as words: one an id, example by example. nil: no such input, or its ids have no names.
	Tokens [][]string `json:"tokens,omitempty"`

	// Residual per example is |sum of values − (Output − Base)|, in units of the output, for methods that claim completeness, and with a
	// ledger |sum of values + all that was taken − Output|; nil for others.
	Residual []float64 `json:"residual,omitempty"`
	// Ledger says where the output's relevance went, for methods that pass it back through the net; nil for others.
	Ledger *Ledger `json:"ledger,omitempty"`
	// StdErr holds a standard error for every value, where values are sampled; nil where they are not.
	StdErr []Array `json:"std_err,omitempty"`
	// BaselineStdDev holds for every value its standard deviation over the baselines, where there are several and each is used by itself; nil where not.
	BaselineStdDev []Array `json:"baseline_std_dev,omitempty"`
	// Groups holds for every value the number of the feature that it is part of, counted from 0 (−1: of none), where features are several
	// numbers, such as superpixels. Each of them then has an equal share of the feature's value and of its standard error, so that sums are
	// what they are. nil where every value is a feature.
	Groups []Array `json:"groups,omitempty"`
	// Fit per example is R² of the local model that the values are the coefficients of; nil where there is none.
	Fit []float64 `json:"fit,omitempty"`
	// Exact is true if no sampling and no numerical integration took part: the values are what the definition says, but for rounding.
	Exact bool `json:"exact"`
	// Status says of each example whether its values can be relied upon.
	Status []Status `json:"status"`

	// Spent per example is the rows of it that were sampled, or the steps of an integral that was refined, and Ended what ended that; nil for other methods.
	Spent []int `json:"spent,omitempty"`
	Ended []End `json:"ended,omitempty"`

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
	Unfinished  Status = "unfinished"  // stopped before it was done; values are as far as they were known then, zero where nothing was
)

// End is what ended the sampling of an example, or the refinement of an integral.
type End string

// What there is to end it.
const (
	EndAll         End = "all"         // nothing was left to sample: the values are exact
	EndEvaluations End = "evaluations" // as many rows, or steps, as were asked for
	EndTolerance   End = "tolerance"   // no standard error is larger than was asked for, nor the residual
	EndTime        End = "time"        // the time was up
	EndInterrupt   End = "interrupt"   // it was stopped
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
	for _, list := range [][]Array{e.Values, e.StdErr, e.BaselineStdDev, e.Groups} {
		for _, a := range list {
			if err := a.Check(); err != nil {
				return err
			}
			if a.Rows() != n {
				return fmt.Errorf("record: %d outputs but %d rows in %q", n, a.Rows(), a.Name)
			}
		}
	}
	for _, part := range []struct {
		name   string
		arrays []Array
	}{{"standard errors", e.StdErr}, {"deviations over baselines", e.BaselineStdDev}, {"groups", e.Groups}} {
		if err := e.beside(part.name, part.arrays); err != nil {
			return err
		}
	}
	if len(e.Status) != n {
		return fmt.Errorf("record: %d outputs but %d states", n, len(e.Status))
	}
	for _, part := range []struct {
		name string
		v    []float64
	}{{"output", e.Output}, {"base", e.Base}, {"residual", e.Residual}, {"fit", e.Fit}} {
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
	}{{"target classes", len(e.Target.Classes)}, {"contrast classes", len(e.Target.Minus)}, {"target positions", len(e.Target.Positions)}, {"rows of tokens", len(e.Tokens)},
		{"numbers of rows spent", len(e.Spent)}, {"ends", len(e.Ended)}} {
		if part.n != 0 && part.n != n {
			return fmt.Errorf("record: %d outputs but %d %s", n, part.n, part.name)
		}
	}
	return nil
}

// beside returns an error if arrays that say something of each value are not of the values' shapes.
func (e *Explanation) beside(name string, arrays []Array) error {
	if len(arrays) == 0 {
		return nil
	}
	if len(arrays) != len(e.Values) {
		return fmt.Errorf("record: %d arrays of values but %d of %s", len(e.Values), len(arrays), name)
	}
	for k, a := range arrays {
		if !slices.Equal(a.Shape, e.Values[k].Shape) {
			return fmt.Errorf("record: %s of %q have shape %v, its values %v", name, a.Name, a.Shape, e.Values[k].Shape)
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
