package viz

import (
	"fmt"
	"math"
	"strings"

	"github.com/vitrine-ml/vitrine/pkg/record"
)

// story is one example's way from the base to the output, for the figures of a single one.
type story struct {
	features
	lanes        []lane // the strongest first
	base, output float64
	residual     float64 // what the values do not account for: output − base − their sum
	subtitle     string
}

// storyOf is that of example i of an explanation whose values add up.
func storyOf(e *record.Explanation, samples record.Samples, input string, i, top int) (s story, err error) {
	if s.features, err = featuresOf(e, samples, input); err != nil {
		return s, err
	}
	if err := s.addsUp(); err != nil {
		return s, err
	}
	if s.features, err = s.only(i); err != nil {
		return s, err
	}
	if s.lanes, err = s.features.lanes(top); err != nil {
		return s, err
	}
	s.base, s.output = e.Base[i], e.Output[i]
	s.residual = s.output - s.base
	for _, l := range s.lanes {
		s.residual -= s.sum(0, l)
	}
	of := s.caption(0)
	s.subtitle = strings.Join(append([]string{"Example " + of.name}, of.lines()[1:]...), ", ")
	s.subtitle += fmt.Sprintf("; %s, explained: %s; base %s", orElse(clean(e.Method), "values"), s.explained(), digits(s.base, 3))
	if baseline, _, _ := strings.Cut(clean(e.Baseline), ", SHA-256"); baseline != "" { // its hash is in the table
		s.subtitle += " (" + shorten(baseline, 48) + ")"
	}
	s.subtitle += ", f(x) " + digits(s.output, 3)
	if s.stdErr != nil {
		s.subtitle += "; ± and whiskers: two standard errors"
	}
	s.subtitle += s.unconverged() + "."
	return s, nil
}

// addsUp refuses explanations whose values are no way from a base to the output.
func (f features) addsUp() error {
	if f.why.Base == nil {
		return fmt.Errorf("%s has no Base: what its values add up to is not known; explain with a method that has one, as integrated gradients and those of SHAP do",
			orElse(f.why.Method, "the explanation"))
	}
	if len(f.why.Values) > 1 {
		return fmt.Errorf("%s explains %d inputs, whose values add up only together", orElse(f.why.Method, "the explanation"), len(f.why.Values))
	}
	return nil
}

// accounted says whether the residual is too small to be seen beside the values.
func (s story) accounted() bool {
	most := math.Abs(s.output - s.base)
	for _, l := range s.lanes {
		most = max(most, math.Abs(s.sum(0, l)))
	}
	return math.Abs(s.residual) <= 0.005*most
}

// alt says the story in words.
func (s story) alt() string {
	var parts []string
	for _, l := range s.lanes[:min(5, len(s.lanes))] {
		parts = append(parts, s.rowName(0, l).full()+" "+s.amount(0, l))
	}
	return fmt.Sprintf("From the base %s to the output %s for %s. The strongest: %s.", digits(s.base, 3), digits(s.output, 3), s.explained(), strings.Join(parts, "; "))
}

// table has the story's numbers.
func (s story) table() Table {
	t := Table{Columns: []string{"Feature", "What it is", "Value", "Standard error", "Output so far"}}
	at := s.base
	t.Rows = append(t.Rows, []string{"base", orElse(clean(s.why.Baseline), "–"), number(s.base), "–", number(at)})
	for k := len(s.lanes) - 1; k >= 0; k-- {
		l := s.lanes[k]
		stdErr := "–"
		if e, known := s.errorOf(0, l); known {
			stdErr = number(e)
		}
		at += s.sum(0, l)
		t.Rows = append(t.Rows, []string{l.name, orElse(s.rowName(0, l).cell, "–"), number(s.sum(0, l)), stdErr, number(at)})
	}
	t.Rows = append(t.Rows, []string{"not accounted for", "–", number(s.residual), "–", number(s.output)})
	return t
}
