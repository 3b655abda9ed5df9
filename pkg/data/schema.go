package data

import (
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/gomlx/gomlx/core/tensors"

	"github.com/vitrine-ml/vitrine/pkg/record"
)

// Schema is what was learned about a table's columns: how a row becomes the numbers that a net reads. All that depends on values was
// learned on the training rows.
//
// A number becomes (number − Mean) / Deviation; where it is missing, the median takes its place, and one more number says so. A category
// becomes a number for each category, 1 for the one that it is and 0 for all others (one-hot). A missing one is a category of its own,
// "(missing)". One that was not learned is "(other)" if rare ones were put together, and none of the categories otherwise. Where no
// training row had a missing value there is nothing learned about it: a number that is missing later is the median, a category none.
//
// It is plain data and a [Preparation].
type Schema struct {
	Columns []TableColumn `json:"columns"` // the inputs, in the table's order
	Target  TableTarget   `json:"target"`
	Left    []LeftOut     `json:"left,omitempty"` // columns that are not used
	Missing []string      `json:"missing"`        // what stands for no value
	Rows    int           `json:"rows"`           // that it was learned on
}

// TableColumn is a column of a table as it was learned.
type TableColumn struct {
	Name string `json:"name"`
	Type Type   `json:"type"`
	Gaps int    `json:"gaps,omitempty"` // training rows where it is missing

	// Of numbers, dates (in days since 1970) and booleans: the range and the median in the training rows, and how they are scaled; the mean and the
	// deviation are of the values with the median for those that are missing, 0 and 1 for what is not scaled, as booleans. The median is that
	// of at most 100,000 values, drawn at random from more; of fewer in a table of more than 83 columns, 8 million for all. Of booleans it is the
	// more frequent value.
	Low       float64 `json:"low,omitempty"`
	High      float64 `json:"high,omitempty"`
	Median    float64 `json:"median,omitempty"`
	Mean      float64 `json:"mean,omitempty"`
	Deviation float64 `json:"deviation,omitempty"`
	Indicator bool    `json:"indicator,omitempty"` // one more number says that the value is missing

	// Of categories: those that are known, in alphabetical order, then "(missing)" and "(other)" where there are any; and which came most often.
	Categories []string `json:"categories,omitempty"`
	Usual      string   `json:"usual,omitempty"`

	// Averages are the means of its encoded numbers over the training rows.
	Averages []float64 `json:"averages"`
}

// The categories that stand for others.
const (
	otherCategory   = "(other)"
	missingCategory = "(missing)"
)

// TableTarget is the column that is predicted: a class, or a number, which is scaled as an input is.
type TableTarget struct {
	Name      string   `json:"name"`
	Classes   []string `json:"classes,omitempty"`
	Mean      float64  `json:"mean,omitempty"`
	Deviation float64  `json:"deviation,omitempty"`
}

// LeftOut is a column that is not used.
type LeftOut struct {
	Name string `json:"name"`
	Why  string `json:"why"`
}

// Features are the names of the encoded numbers: "age", "age is missing", "purpose=car".
func (s *Schema) Features() (names []string) {
	for _, c := range s.Columns {
		names = append(names, c.features()...)
	}
	return names
}

func (c TableColumn) features() (names []string) {
	if c.Type == Category {
		for _, word := range c.Categories {
			names = append(names, c.Name+"="+word)
		}
		return names
	}
	names = append(names, c.Name)
	if c.Indicator {
		names = append(names, c.Name+" is missing")
	}
	return names
}

// Groups are the positions of each column's encoded numbers, in the order of Columns. They belong together: an explanation of a row is one
// of its columns ([Schema.PerColumn]).
func (s *Schema) Groups() (groups [][]int) {
	at := 0
	for _, c := range s.Columns {
		var group []int
		for range c.features() {
			group = append(group, at)
			at++
		}
		groups = append(groups, group)
	}
	return groups
}

// PerColumn is an explanation with one value for each column of the table, the sum over its encoded numbers, in the order of Columns.
// It returns an error if the explanation is not one of such rows, or has a standard error for each number of a column, which cannot be added: a
// method that samples is to take the columns for its features (explain.Columns of Groups).
func (s *Schema) PerColumn(e *record.Explanation) (*record.Explanation, error) {
	names := make([]string, len(s.Columns))
	for i, c := range s.Columns {
		names[i] = c.Name
	}
	sums, err := e.Grouped("column", names, s.Groups())
	if err != nil {
		return nil, fmt.Errorf("data: an explanation of a table's rows: %w", err)
	}
	return sums, nil
}

// Typical is a row that is nobody's and could be anybody's: the median of every number, the most frequent category of every other column,
// [1, features]. As the baseline of an explanation it asks what makes this row different; zeros would be a row with no category at all, which is none.
func (s *Schema) Typical() []*tensors.Tensor {
	row := make([]float32, 0, len(s.Columns))
	for _, c := range s.Columns {
		typical := cell{text: c.Usual, is: c.Type, number: c.Median}
		if c.Type == Category {
			typical.is = ""
			typical.missing = c.Usual == missingCategory
		}
		row, _ = c.encode(row, typical) // a category that is its own, or a number
	}
	return []*tensors.Tensor{tensors.FromFlatDataAndDimensions(row, 1, len(row))}
}

// Average is the mean of the training rows as they are encoded, [1, features]: a baseline too, of which a category has its share.
func (s *Schema) Average() []*tensors.Tensor {
	var row []float32
	for _, c := range s.Columns {
		for _, v := range c.Averages {
			row = append(row, float32(v))
		}
	}
	return []*tensors.Tensor{tensors.FromFlatDataAndDimensions(row, 1, len(row))}
}

// InUnit is a net's predictions of a numeric target, as train.EvaluateForecast gives them, in its unit rather than scaled. It returns
// an error if the target has classes.
func (s *Schema) InUnit(f record.Forecast) (record.Forecast, error) {
	if s.Target.Classes != nil {
		return record.Forecast{}, fmt.Errorf("data: the target %q has classes, no unit", s.Target.Name)
	}
	back := func(a record.Array) record.Array {
		a.Data = slices.Clone(a.Data)
		for i, v := range a.Data {
			a.Data[i] = v*s.Target.Deviation + s.Target.Mean
		}
		a.DType = "float64"
		return a
	}
	return record.NewForecast(f.Model, f.Dataset, back(f.Actual), back(f.Predicted))
}

// String is a table of the columns, for people.
func (s *Schema) String() string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "column\ttype\tmissing\tvalues\tnumbers\n")
	for _, c := range s.Columns {
		fmt.Fprintf(w, "%s\t%s\t%d\t%s\t%d\n", c.Name, c.Type, c.Gaps, c.values(), len(c.features()))
	}
	values := fmt.Sprintf("mean %.6g ± %.6g", s.Target.Mean, s.Target.Deviation)
	if s.Target.Classes != nil {
		values = some(s.Target.Classes)
	}
	fmt.Fprintf(w, "%s\ttarget\t0\t%s\t\n", s.Target.Name, values)
	for _, l := range s.Left {
		fmt.Fprintf(w, "%s\tleft out\t\t%s\t\n", l.Name, l.Why)
	}
	_ = w.Flush() // into memory
	return b.String()
}

// values says in short what a column holds.
func (c TableColumn) values() string {
	switch c.Type {
	case Category:
		return some(c.Categories)
	case Boolean:
		return fmt.Sprintf("true in %.0f %%", 100*c.Averages[0])
	case Date:
		return fmt.Sprintf("%s to %s", dayOf(c.Low), dayOf(c.High))
	}
	return fmt.Sprintf("%.6g to %.6g, median %.6g", c.Low, c.High, c.Median)
}

// some is the first of many words.
func some(list []string) string {
	var shown []string
	for _, s := range list[:min(len(list), 3)] {
		shown = append(shown, strings.Map(func(r rune) rune {
			if r < ' ' {
				return ' '
			}
			return r
		}, short(s, 24)))
	}
	text := strings.Join(shown, " | ")
	if more := len(list) - len(shown); more > 0 {
		text += fmt.Sprintf(" | … %d more", more)
	}
	return text
}
