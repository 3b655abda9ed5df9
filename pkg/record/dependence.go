package record

import (
	"fmt"
	"math"
	"slices"
	"time"
)

// Dependence says what an output would be if one feature of a table's rows, or two, had other values, all else being as it is: a curve for
// each example (individual conditional expectation, ICE), whose mean is the partial dependence.
type Dependence struct {
	Version int `json:"version"`

	Target Target    `json:"target"`
	Varied []Varied  `json:"varied"` // the features, one or two
	Output []float64 `json:"output"` // per example: the explained output as it is
	// Curves are the explained outputs [example, points] or, of two features, [example, points of the first, points of the second].
	Curves Array `json:"curves"`

	Unfinished  bool          `json:"unfinished,omitempty"` // stopped before the last example
	Evaluations int           `json:"evaluations"`
	Made        Provenance    `json:"made"`
	Elapsed     time.Duration `json:"elapsed"` // nanoseconds
}

// Varied is a feature that is given other values.
type Varied struct {
	Name       string    `json:"name"`
	Unit       string    `json:"unit,omitempty"`
	Points     []float64 `json:"points"`               // the values, in the unit, in ascending order; of a category, positions in Categories
	Categories []string  `json:"categories,omitempty"` // of a category: the words
	// Observed is what each example has of its own: where there are few, a curve is a guess. −1: none of the categories.
	Observed []float64 `json:"observed"`
}

// Mean is the partial dependence: the mean of the curves at each point, and its standard error for examples that are drawn at random (nil for a
// single example). The error is that of the height; [Dependence.Centred] has that of the shape.
func (d *Dependence) Mean() (mean, stdErr []float64) {
	n, width := d.Curves.Rows(), d.points()
	mean = make([]float64, width)
	for j := range mean {
		for i := range n {
			mean[j] += d.Curves.Data[i*width+j] / float64(n)
		}
	}
	if n < 2 {
		return mean, nil
	}
	for j, m := range mean {
		squares := 0.0
		for i := range n {
			squares += (d.Curves.Data[i*width+j] - m) * (d.Curves.Data[i*width+j] - m)
		}
		stdErr = append(stdErr, math.Sqrt(squares/float64(n*(n-1))))
	}
	return mean, stdErr
}

// Centred is the same with every curve less its value at a point (counted through the grid from 0), so that all begin there at 0 and what is left is
// their shape: c-ICE (Goldstein et al. 2015, section 3.2).
func (d *Dependence) Centred(at int) (*Dependence, error) {
	width := d.points()
	if at < 0 || at >= width {
		return nil, fmt.Errorf("record: curves of %d points are centred at one of them, not at %d", width, at)
	}
	c := *d
	c.Curves.Data = slices.Clone(d.Curves.Data)
	for i := range c.Curves.Rows() {
		row := c.Curves.Row(i)
		anchor := row[at]
		for j := range row {
			row[j] -= anchor
		}
	}
	return &c, nil
}

// points is the number of points of a curve.
func (d *Dependence) points() int {
	n := 1
	for _, v := range d.Varied {
		n *= len(v.Points)
	}
	return n
}

// Check returns an error if the record's parts do not belong together or a number is not finite.
func (d *Dependence) Check() error {
	if d.Version != Version {
		return fmt.Errorf("record: version %d of a dependence, this program reads version %d", d.Version, Version)
	}
	if len(d.Varied) != 1 && len(d.Varied) != 2 {
		return fmt.Errorf("record: a dependence on %d features, want one or two", len(d.Varied))
	}
	n := len(d.Output)
	shape := []int{n}
	for _, v := range d.Varied {
		if err := v.check(n); err != nil {
			return err
		}
		shape = append(shape, len(v.Points))
	}
	if err := d.Curves.Check(); err != nil {
		return err
	}
	if n == 0 || !slices.Equal(d.Curves.Shape, shape) {
		return fmt.Errorf("record: curves of shape %v, the examples and points are %v", d.Curves.Shape, shape)
	}
	return finite("output", d.Output)
}

func (v Varied) check(examples int) error {
	if len(v.Observed) != examples {
		return fmt.Errorf("record: %d examples, but %d have a value of %q", examples, len(v.Observed), v.Name)
	}
	if err := finite(fmt.Sprintf("%q", v.Name), v.Observed); err != nil {
		return err
	}
	return ascending(v.Name, v.Points, v.Categories)
}

// ascending returns an error unless there are points, each above the one before, that are places among the categories if there are any.
func ascending(name string, points []float64, categories []string) error {
	if len(points) == 0 {
		return fmt.Errorf("record: %q has no points", name)
	}
	for i, p := range points {
		switch {
		case math.IsNaN(p) || math.IsInf(p, 0) || i > 0 && p <= points[i-1]:
			return fmt.Errorf("record: point %d of %q is %v: points are finite, and in ascending order", i, name, p)
		case categories != nil && (p != math.Trunc(p) || p < 0 || int(p) >= len(categories)):
			return fmt.Errorf("record: point %d of %q is %v, which is none of %d categories", i, name, p, len(categories))
		}
	}
	return nil
}
