package viz

import (
	"fmt"
	"slices"
	"strings"

	"github.com/vitrine-ml/vitrine/pkg/record"
)

// sharedTarget is the target that all columns explain, nil if they differ.
func sharedTarget(columns []column) *record.Target {
	first := &columns[0].why.Target
	for _, c := range columns[1:] {
		t := c.why.Target
		if t.Output != first.Output || !slices.Equal(t.Classes, first.Classes) || !slices.Equal(t.Minus, first.Minus) {
			return nil
		}
	}
	return first
}

// subtitle says how the figure is to be read.
func (f ImageAttribution) subtitle(columns []column, shared *record.Target) string {
	return reading(columns, shared, f.Scale, "map", "pixels")
}

// reading says how a figure of attributions is to be read: what it shows one of, "map", and what that is made of, "pixels".
func reading(columns []column, shared *record.Target, shares Scale, one, parts string) string {
	reading := "Orange speaks for the explained output, blue against it, white not at all."
	scale := "Each method has a scale of its own"
	if shares == Common || len(columns) == 1 {
		scale = "All " + one + "s have the same scale"
	}
	beyond, all := 0, 0
	for _, c := range columns {
		beyond += c.beyond
		for _, values := range c.values {
			all += len(values)
		}
	}
	if beyond > 0 {
		scale += fmt.Sprintf("; %d of %d %s lie beyond it and have its strongest colour", beyond, all, parts)
	}
	switch {
	case shared == nil:
		scale = "The methods explain different outputs: point at a " + one + ". " + scale
	case shared.Output != "":
		reading += " Output: " + shorten(clean(shared.Output), 24)
		if shared.Asked != "" {
			reading += ", " + shorten(clean(shared.Asked), 24)
		}
		reading += "."
	}
	return reading + "\n" + scale + "."
}

// alt says in words what the figure shows.
func (f ImageAttribution) alt(columns []column) string {
	var names []string
	notOK := 0
	for _, c := range columns {
		names = append(names, c.name)
		for _, s := range c.why.Status {
			if s != record.OK {
				notOK++
			}
		}
	}
	alt := fmt.Sprintf("%d %s of %s, each with the values of its pixels by %s", f.Samples.Len(), plural(f.Samples.Len(), "image", "images"),
		orElse(clean(f.Samples.Dataset), "a dataset"), strings.Join(names, ", "))
	if notOK > 0 {
		alt += fmt.Sprintf("; %d of the maps are marked as not to be relied upon", notOK)
	}
	return alt + "."
}

func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

// attributionTable holds what a map cannot be read off for: its numbers in sum.
func attributionTable(s record.Samples, columns []column) Table {
	t := Table{Group: 4, Columns: []string{"Example", "Class", "Predicted", "Probability",
		"Method", "Explained", "Output", "Base", "Smallest value", "Largest value", "Sum of values", "Residual", "Status"}}
	for i := range s.Len() {
		of := captionOf(s, i)
		for _, c := range columns {
			if c.why.Status[i] != record.OK {
				t.Marked = append(t.Marked, len(t.Rows))
			}
			t.Rows = append(t.Rows, append([]string{of.name, of.label, of.predicted, of.probability}, c.numbers(s, i)...))
		}
	}
	return t
}

// numbers of one example: method, explained class, output, base, smallest and largest value, their sum, residual, status.
func (c column) numbers(s record.Samples, i int) []string {
	e, base, residual := c.why, "–", "–"
	if e.Base != nil {
		base = number(e.Base[i])
	}
	if e.Residual != nil {
		residual = number(e.Residual[i])
	}
	return []string{c.name, strings.TrimPrefix(explainedClass(s, &e.Target, i), "explained: "), number(e.Output[i]), base,
		number(slices.Min(c.values[i])), number(slices.Max(c.values[i])), number(c.sum(i)), residual, clean(string(e.Status[i]))}
}
