package record

import (
	"fmt"
	"math"
	"strconv"
	"time"
)

// Column is a feature of some examples as a person reads it: numbers in their unit, or the words of a category. A net may be given it otherwise:
// scaled, or as several numbers.
type Column struct {
	Name       string    `json:"name"`
	Values     []float64 `json:"values"`               // one an example: a number, or a position in Categories
	Categories []string  `json:"categories,omitempty"` // the words of a category; nil: Values are numbers
	Dates      bool      `json:"dates,omitempty"`      // the numbers are days since 1970
	Missing    []bool    `json:"missing,omitempty"`    // one an example: it is not known, and its value means nothing; nil: all are known
}

// Known says whether example i has a value.
func (c Column) Known(i int) bool { return c.Missing == nil || !c.Missing[i] }

// Text is the value of example i in words: to six significant digits, as a day, as the word of its category, or "missing".
func (c Column) Text(i int) string {
	switch v := c.Values[i]; {
	case !c.Known(i):
		return "missing"
	case c.Categories != nil:
		return c.Categories[int(v)]
	case c.Dates:
		return time.Unix(0, 0).UTC().AddDate(0, 0, int(v)).Format(time.DateOnly)
	default:
		return strconv.FormatFloat(v, 'g', 6, 64)
	}
}

// Check returns an error unless the column has n examples with finite numbers, each of a category that there is.
func (c Column) Check(n int) error {
	if len(c.Values) != n || c.Missing != nil && len(c.Missing) != n {
		return fmt.Errorf("record: column %q has %d values and %d marks of missing ones for %d examples", c.Name, len(c.Values), len(c.Missing), n)
	}
	if err := finite(fmt.Sprintf("column %q", c.Name), c.Values); err != nil {
		return err
	}
	for i, v := range c.Values {
		if c.Categories != nil && c.Known(i) && (v != math.Trunc(v) || v < 0 || int(v) >= len(c.Categories)) {
			return fmt.Errorf("record: example %d of column %q is of category %v, there are %d", i, c.Name, v, len(c.Categories))
		}
	}
	return nil
}
