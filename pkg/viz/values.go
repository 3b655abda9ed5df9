package viz

import (
	"fmt"
	"slices"
	"strings"

	"github.com/vitrine-ml/vitrine/pkg/record"
)

// valuesOf finds the attributed input that has one of those lists of axes, and that name if there is one.
func valuesOf(e *record.Explanation, name string, axes ...[]string) (record.Array, error) {
	var offered []string
	for _, a := range e.Values {
		if (name == "" || a.Name == name) && slices.ContainsFunc(axes, func(list []string) bool { return slices.Equal(a.Axes, list) }) {
			return a, nil
		}
		offered = append(offered, fmt.Sprintf("%q with %v", a.Name, a.Axes))
	}
	want := fmt.Sprintf("values with axes %v", axes[0])
	if name != "" {
		want += fmt.Sprintf(" of the input %q", name)
	}
	return record.Array{}, fmt.Errorf("expected %s, got %s", want, strings.Join(offered, ", "))
}

// checkSamples refuses samples that no figure can show.
func checkSamples(s record.Samples) error {
	if s.Len() == 0 {
		return fmt.Errorf("no samples: give at least one example in Samples.Inputs")
	}
	if err := s.Check(); err != nil {
		return err
	}
	for i, p := range s.Predictions {
		if !(p.Probability >= 0 && p.Probability <= 1) {
			return fmt.Errorf("example %d is predicted with probability %v: it has to lie in [0, 1]; was the softmax left out?", i, p.Probability)
		}
	}
	return nil
}
