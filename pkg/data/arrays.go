package data

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/vitrine-ml/vitrine/internal/npy"
)

// ReadNPY reads a NumPy array from a .npy file as a column, the first axis being the examples: floats and whole numbers become Values, bytes
// (uint8) fractions of 255, bools a Mask. Python objects are refused, and so are numbers that float32 cannot hold: whole ones beyond 2²⁴,
// floats beyond 3.4e38. Column.Name is the file's name without its ending.
func ReadNPY(path string) (Column, error) {
	t, err := npy.ReadFile(path)
	if err != nil {
		return Column{}, fmt.Errorf("data: %w", err)
	}
	a, err := arrayOf(t)
	if err != nil {
		return Column{}, fmt.Errorf("data: %s: %w", path, err)
	}
	a.Name = strings.TrimSuffix(filepath.Base(path), filepath.Ext(path))
	return a.Column, nil
}

// ReadNPZ reads the arrays of a .npz file, by name, each as [ReadNPY] does.
func ReadNPZ(path string) (map[string]Column, error) {
	list, err := readArrays(path)
	if err != nil {
		return nil, err
	}
	columns := map[string]Column{}
	for name, a := range list {
		columns[name] = a.Column
	}
	return columns, nil
}

func readArrays(path string) (map[string]array, error) {
	list, err := npy.ReadZipFile(path)
	if err != nil {
		return nil, fmt.Errorf("data: %w", err)
	}
	arrays := map[string]array{}
	for name, t := range list {
		a, err := arrayOf(t)
		if err != nil {
			return nil, fmt.Errorf("data: %s: array %q: %w", path, name, err)
		}
		a.Name = name
		arrays[name] = a
	}
	return arrays, nil
}

// Arrays says which arrays of a .npz file make a dataset.
type Arrays struct {
	Inputs []string // nil: "x"
	Target string   // "": "y"

	// Classes are the names of the target's classes, whose array holds one number an example, counted from 0. nil: whole numbers and bools
	// of the shape [examples] are classes all the same, called by their numbers; anything else is values.
	Classes []string

	// Vocabularies say, of inputs that hold ids, what each id stands for, the first being padding.
	Vocabularies map[string][]string
}

// NPZ is a dataset of arrays in a .npz file, as numpy.savez writes it: inputs and a target, the first axis of all being the examples.
//
//	train, err := data.NPZ("digits.npz", data.Arrays{Inputs: []string{"images"}, Target: "labels"})
//
// Its Preparation takes a .npy file of one example or, where there are several inputs, a .npz file of all.
func NPZ(path string, a Arrays) (*Dataset, error) {
	if a.Inputs == nil {
		a.Inputs = []string{"x"}
	}
	if a.Target == "" {
		a.Target = "y"
	}
	list, err := readArrays(path)
	if err != nil {
		return nil, err
	}
	fail := func(format string, args ...any) (*Dataset, error) {
		return nil, fmt.Errorf("data: %s: %s", path, fmt.Sprintf(format, args...))
	}
	take := func(name string) (array, error) {
		c, ok := list[name]
		if !ok {
			return c, fmt.Errorf("data: %s has no array %q, there are %q", path, name, slices.Sorted(maps.Keys(list)))
		}
		return c, nil
	}
	var inputs []Column
	for _, name := range a.Inputs {
		c, err := take(name)
		if err != nil {
			return nil, err
		}
		if words := a.Vocabularies[name]; words != nil {
			if c, err = c.asIDs(IDs, words); err != nil {
				return fail("array %q: %v", name, err)
			}
		}
		inputs = append(inputs, c.Column)
	}
	target, err := take(a.Target)
	if err != nil {
		return nil, err
	}
	flat := target.size() == 1
	if a.Classes != nil && !flat {
		return fail("array %q holds %v numbers an example, a class is one", a.Target, target.Shape)
	}
	if flat && (a.Classes != nil || target.whole) {
		if target, err = target.asIDs(Classes, a.Classes); err != nil {
			return fail("array %q: %v", a.Target, err)
		}
	}
	d, err := Assemble(filepath.Base(path), inputs, target.Column)
	if err != nil {
		return nil, err
	}
	d.Preparation = arraysLike(d.inputs)
	return d, nil
}
