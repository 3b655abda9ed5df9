package data

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/vitrine-ml/vitrine/internal/npy"
)

// ArrayPreparation takes numbers as they are: one example's from a .npy file, or from the only array of a .npz file; where there are several
// inputs, a .npz file with an array for each, by its name.
type ArrayPreparation struct {
	Inputs []ArrayInput
}

// ArrayInput says what an input's array must be.
type ArrayInput struct {
	Name      string
	Kind      Kind     // Values, IDs or Mask
	Shape     []int    // of the one example; an axis of length 1 may come before
	Axes      []string `json:",omitempty"`
	Features  []string `json:",omitempty"`
	Fractions bool     `json:",omitempty"` // the numbers are bytes (uint8), fractions of 255
}

// arraysLike takes examples as those of a dataset's inputs are.
func arraysLike(inputs []Column) ArrayPreparation {
	var p ArrayPreparation
	for _, c := range inputs {
		p.Inputs = append(p.Inputs, ArrayInput{c.Name, c.Kind, c.Shape, c.Axes, c.Features, c.Kind == Values && c.Bytes != nil})
	}
	return p
}

// Raw implements [Preparation].
func (ArrayPreparation) Raw() Raw { return RawArray }

// Prepare implements [Preparation]. It returns an error if the file has no such arrays, or their numbers are of another type or shape.
func (p ArrayPreparation) Prepare(raw string) ([]Column, error) {
	if len(p.Inputs) == 0 {
		return nil, fmt.Errorf("data: an ArrayPreparation without Inputs prepares nothing")
	}
	arrays := map[string]array{}
	switch ending := strings.ToLower(filepath.Ext(raw)); {
	case ending == ".npz":
		var err error
		if arrays, err = readArrays(raw); err != nil {
			return nil, err
		}
		if len(arrays) == 1 && len(p.Inputs) == 1 {
			for _, only := range arrays {
				arrays[p.Inputs[0].Name] = only
			}
		}
	case ending == ".npy" && len(p.Inputs) == 1:
		t, err := npy.ReadFile(raw)
		if err != nil {
			return nil, fmt.Errorf("data: %w", err)
		}
		a, err := arrayOf(t)
		if err != nil {
			return nil, fmt.Errorf("data: %s: %w", raw, err)
		}
		arrays[p.Inputs[0].Name] = a
	default:
		return nil, fmt.Errorf("data: %.200q is no example for this net, which takes %s", raw, p.wants())
	}
	var columns []Column
	for _, in := range p.Inputs {
		a, ok := arrays[in.Name]
		if !ok {
			return nil, fmt.Errorf("data: %s has no array %q: want %s", raw, in.Name, p.wants())
		}
		c, err := in.column(a)
		if err != nil {
			return nil, fmt.Errorf("data: %s: array %q: %w", raw, in.Name, err)
		}
		columns = append(columns, c)
	}
	return columns, nil
}

// wants are the arrays in words.
func (p ArrayPreparation) wants() string {
	parts := make([]string, len(p.Inputs))
	for i, in := range p.Inputs {
		parts[i] = fmt.Sprintf("%q %v of %s", in.Name, in.Shape, in.numbers())
	}
	if len(parts) == 1 {
		return "a .npy file with one array " + parts[0]
	}
	return "a .npz file with the arrays " + strings.Join(parts, ", ")
}

func (in ArrayInput) numbers() string {
	switch {
	case in.Fractions:
		return "bytes (uint8)"
	case in.Kind == IDs:
		return "whole numbers"
	case in.Kind == Mask:
		return "bools"
	}
	return "floats"
}

// column is the array as the input of one example.
func (in ArrayInput) column(a array) (Column, error) {
	full := append([]int{a.len() / a.size()}, a.Shape...) // as the file has it
	if !slices.Equal(full, in.Shape) && !slices.Equal(full, append([]int{1}, in.Shape...)) {
		return Column{}, fmt.Errorf("its shape is %v, want that of one example, %v", full, in.Shape)
	}
	c := Column{Name: in.Name, Kind: in.Kind, Shape: in.Shape, Axes: in.Axes, Features: in.Features}
	fits := false
	switch in.Kind {
	case IDs:
		ids, err := a.asIDs(IDs, []string{})
		if err != nil {
			return c, err
		}
		c.IDs, fits = ids.IDs, a.Mask == nil
	case Mask:
		c.Mask, fits = a.Mask, a.Mask != nil
	default:
		c.Bytes, c.Floats = a.Bytes, a.Floats
		fits = in.Fractions && a.Bytes != nil || !in.Fractions && a.Floats != nil
	}
	if !fits {
		return c, fmt.Errorf("the net learned from %s and this array holds others: convert it in NumPy", in.numbers())
	}
	return c, nil
}
