package viz

import (
	"fmt"
	"math"
	"slices"

	"github.com/vitrine-ml/vitrine/pkg/record"
)

// features are the values of an explanation whose input is named features, a table's above all, as the figures with a row for each take them.
type features struct {
	why    *record.Explanation
	left   int         // so many of its examples are not shown, as they were not finished
	rows   []int       // the explanation's examples that are shown: those that were finished
	names  []string    // of the features, fit to be shown and whole
	values [][]float64 // an example that is shown: a number a feature
	stdErr [][]float64 // likewise; nil where there are none

	columns []record.Column // what the features are, of all the explanation's examples; nil where that is not known
	samples record.Samples  // the zero value if there are none
}

// featuresOf checks an explanation, finds its values [example, feature] of that input ("" means the only such one), and what the samples say
// of the features. No samples are no error.
func featuresOf(e *record.Explanation, s record.Samples, input string) (features, error) {
	if _, err := namesOf([]*record.Explanation{e}, nil); err != nil {
		return features{}, err
	}
	k, err := featureInput(e, input)
	if err != nil {
		return features{}, err
	}
	values := e.Values[k]
	f := features{why: e, samples: s, names: make([]string, values.Shape[1])}
	for i, status := range e.Status {
		if status != record.Unfinished {
			f.rows = append(f.rows, i)
			f.values = append(f.values, values.Row(i))
		}
	}
	if f.left = e.Rows() - len(f.rows); len(f.rows) == 0 {
		return features{}, fmt.Errorf("all %d examples are unfinished: explain them with a greater budget", e.Rows())
	}
	if len(e.StdErr) > 0 {
		if !slices.Equal(e.StdErr[k].Shape, values.Shape) {
			return features{}, fmt.Errorf("standard errors of shape %v for values of shape %v", e.StdErr[k].Shape, values.Shape)
		}
		for _, i := range f.rows {
			f.stdErr = append(f.stdErr, e.StdErr[k].Row(i))
		}
	}
	if err := f.checkNumbers(); err != nil {
		return features{}, err
	}
	own := values.Features
	if s.Inputs.Shape != nil {
		if f.columns, err = featureColumns(s, values); err != nil {
			return features{}, err
		}
		if own == nil {
			for _, c := range f.columns {
				own = append(own, c.Name)
			}
		}
	}
	for j := range f.names {
		f.names[j] = fmt.Sprintf("feature %d", j)
		if own != nil {
			f.names[j] = visible(own[j])
		}
	}
	return f, nil
}

// checkNumbers refuses what cannot be added up or is no error.
func (f features) checkNumbers() error {
	for at, row := range f.values {
		sum := 0.0
		for j, v := range row {
			sum += math.Abs(v)
			if f.stdErr != nil && f.stdErr[at][j] < 0 {
				return fmt.Errorf("the standard error of feature %d of example %d is %v: it cannot be negative", j, f.rows[at], f.stdErr[at][j])
			}
		}
		if math.IsInf(sum, 0) {
			return fmt.Errorf("the values of example %d add up to more than a number can hold", f.rows[at])
		}
	}
	return nil
}

// featureInput is the position of the attributed input that has an axis of features and no other.
func featureInput(e *record.Explanation, input string) (int, error) {
	found := -1
	for k, a := range e.Values {
		if len(a.Shape) != 2 || input != "" && a.Name != input {
			continue
		}
		if found >= 0 {
			return 0, fmt.Errorf("both %q and %q are inputs of features: set Input to the one that is meant", e.Values[found].Name, a.Name)
		}
		found = k
	}
	if found < 0 {
		_, err := valuesOf(e, input, []string{"example", "feature"})
		return 0, err
	}
	if e.Values[found].Shape[1] == 0 {
		return 0, fmt.Errorf("%q has no features: explain an input with at least one", e.Values[found].Name)
	}
	return found, nil
}

// featureColumns are the samples' columns that the values belong to, or the numbers of their inputs.
func featureColumns(s record.Samples, values record.Array) ([]record.Column, error) {
	if err := checkSamples(s); err != nil {
		return nil, err
	}
	if s.Len() != values.Rows() {
		return nil, fmt.Errorf("the explanation is of %d examples, but there are %d samples: give the samples that were explained", values.Rows(), s.Len())
	}
	n := values.Shape[1]
	columns := s.Columns
	named := func(c record.Column, name string) bool { return c.Name == name }
	if in := s.Inputs; len(in.Shape) == 2 && in.Shape[1] == n && (len(columns) != n || values.Features != nil && !slices.EqualFunc(columns, values.Features, named)) {
		columns = make([]record.Column, n)
		for j := range columns {
			columns[j].Values = make([]float64, s.Len())
			for i := range s.Len() {
				columns[j].Values[i] = in.Data[i*n+j]
			}
			columns[j].Name = fmt.Sprintf("feature %d", j)
			if in.Features != nil {
				columns[j].Name = in.Features[j]
			} else if values.Features != nil {
				columns[j].Name = values.Features[j]
			}
		}
	}
	if len(columns) != n {
		return nil, fmt.Errorf("values of %d features, but the samples have %v numbers and %d columns: give the samples that were explained; an explanation of a table is added up by its columns with Schema.PerColumn",
			n, s.Inputs.Shape, len(s.Columns))
	}
	for j, c := range columns {
		if values.Features != nil && values.Features[j] != c.Name {
			return nil, fmt.Errorf("feature %d is %q in the explanation and %q in the samples", j, values.Features[j], c.Name)
		}
	}
	return columns, nil
}

// only is one of the explanation's examples alone.
func (f features) only(i int) (features, error) {
	if i < 0 || i >= f.why.Rows() {
		return f, fmt.Errorf("Example is %d: the explanation has %d, counted from 0", i, f.why.Rows())
	}
	at := slices.Index(f.rows, i)
	if at < 0 {
		return f, fmt.Errorf("example %d is unfinished: explain it with a greater budget", i)
	}
	f.left, f.rows, f.values = 0, f.rows[at:at+1], f.values[at:at+1]
	if f.stdErr != nil {
		f.stdErr = f.stdErr[at : at+1]
	}
	return f, nil
}

// cell is what feature j of a shown example is, in words; "" where it is not known.
func (f features) cell(at, j int) string {
	if f.columns == nil {
		return ""
	}
	c, i := f.columns[j], f.rows[at]
	if c.Known(i) && c.Categories == nil && !c.Dates {
		return number(c.Values[i])
	}
	return visible(c.Text(i))
}

// caption of a shown example.
func (f features) caption(at int) caption { return captionOf(f.samples, f.rows[at]) }

// explained says what the values are of: an output, and in it a class.
func (f features) explained() string { return explained(f.why.Target, f.samples.Classes) }

// explained says what was explained: an output, and in it a class, by its name where that is known.
func explained(t record.Target, classes []string) string {
	if len(t.Classes) == 0 {
		return orElse(clean(t.Output), "the output")
	}
	all := func(classes []int) bool {
		return !slices.ContainsFunc(classes, func(c int) bool { return c != classes[0] })
	}
	if !all(t.Classes) || len(t.Minus) > 0 && !all(t.Minus) {
		return "the " + orElse(clean(t.Asked), "chosen") + " class"
	}
	name := func(class int) string {
		if class >= 0 && class < len(classes) {
			return clean(classes[class])
		}
		return fmt.Sprintf("class %d", class)
	}
	if len(t.Minus) > 0 {
		return name(t.Classes[0]) + " − " + name(t.Minus[0])
	}
	return name(t.Classes[0])
}

// unfinished says how many examples are left out; "" if none.
func (f features) unfinished() string {
	if f.left == 0 {
		return ""
	}
	return fmt.Sprintf("; %d unfinished %s left out", f.left, plural(f.left, "example", "examples"))
}

// unconverged says how many of the shown examples cannot be relied upon; "" if none.
func (f features) unconverged() string {
	n := 0
	for _, i := range f.rows {
		if f.why.Status[i] != record.OK {
			n++
		}
	}
	if n == 0 {
		return ""
	}
	return fmt.Sprintf("; %d of %d not to be relied upon (see ResidualTable)", n, len(f.rows))
}
