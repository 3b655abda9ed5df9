package record

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"slices"
)

// Difference says how far two explanations are apart.
type Difference struct {
	SameBits bool    // every number and every state is the same, bit for bit
	Largest  float64 // the largest difference of two values or outputs, as a part of the largest magnitude among them
	Where    string  // where that is: `values of "image", example 3, [10 12 0]`; "" if there is no difference
}

// Differ compares what two records say: not when, how fast and by what they were made. It returns an error if they are not of the same
// method, options, output and shape, so that their numbers have nothing to do with one another.
func Differ(a, b *Explanation) (Difference, error) {
	var d Difference
	for _, part := range []struct {
		what string
		a, b any
	}{
		{"the method", a.Method, b.Method},
		{"the options", string(a.Options), string(b.Options)},
		{"the explained output", a.Target.Output, b.Target.Output},
		{"the number of examples", a.Rows(), b.Rows()},
		{"the number of attributed inputs", len(a.Values), len(b.Values)},
	} {
		if part.a != part.b {
			return d, fmt.Errorf("record: two explanations that cannot be compared: %s is %v in one and %v in the other", part.what, part.a, part.b)
		}
	}
	one, err := a.contents()
	if err != nil {
		return d, err
	}
	other, err := b.contents()
	if err != nil {
		return d, err
	}
	d.SameBits = bytes.Equal(one, other)
	outputs := func(e *Explanation) Array {
		return Array{Axes: []string{"example"}, Shape: []int{e.Rows()}, Data: e.Output}
	}
	if err := d.between(outputs(a), outputs(b), "output"); err != nil {
		return d, err
	}
	for i := range a.Values {
		if err := d.between(a.Values[i], b.Values[i], fmt.Sprintf("values of %q", a.Values[i].Name)); err != nil {
			return d, err
		}
	}
	return d, nil
}

// between takes up the largest difference between two arrays.
func (d *Difference) between(a, b Array, what string) error {
	if !slices.Equal(a.Shape, b.Shape) || a.Name != b.Name {
		return fmt.Errorf("record: two explanations that cannot be compared: one has %q of shape %v where the other has %q of %v", a.Name, a.Shape, b.Name, b.Shape)
	}
	top := 0.0
	for i := range a.Data {
		top = max(top, math.Abs(a.Data[i]), math.Abs(b.Data[i]))
	}
	for i := range a.Data {
		if part := math.Abs(a.Data[i]-b.Data[i]) / top; part > d.Largest { // 0/0 is NaN and never more
			at := a.index(i)
			d.Largest, d.Where = part, fmt.Sprintf("%s, example %d", what, at[0])
			if len(at) > 1 {
				d.Where += fmt.Sprintf(", %v", at[1:])
			}
		}
	}
	return nil
}

// contents is what the record says, as bytes that are equal if it is: JSON has every bit of a finite number.
func (e *Explanation) contents() ([]byte, error) {
	c := *e
	c.Made, c.Elapsed, c.Target.Asked = Provenance{}, 0, "" // a class may be asked for by its number or as the predicted one
	b, err := json.Marshal(c)
	if err != nil {
		return nil, fmt.Errorf("record: %w", err)
	}
	return b, nil
}
