package models

import (
	"fmt"
	"io"

	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
)

// pretrained is an architecture some of whose variables begin with values that were learned elsewhere. In the hash of a net, which is to
// be the same whether these values are at hand or are about to be read from the net's own file, their sum stands for them.
type pretrained interface {
	// learned says whether the variable of that path is one of these.
	learned(path string) bool
	// values are their sum, "" if there are none, and the values by path; nil where the net's file has them.
	values() (sum string, values map[string]*tensors.Tensor)
}

// blank sets the variables that were learned elsewhere to zeros for the time being.
func blank(store *model.Store, p pretrained) error {
	for v := range store.IterVariables() {
		if !p.learned(v.Path()) {
			continue
		}
		if err := v.SetValue(tensors.FromShape(v.Shape())); err != nil {
			return fmt.Errorf("variable %s: %w", v.Path(), err)
		}
	}
	return nil
}

// begin writes the sum and gives the variables copies of the values.
func begin(h io.Writer, store *model.Store, p pretrained) error {
	sum, values := p.values()
	fmt.Fprintf(h, "%s\n", sum)
	if values == nil {
		return nil
	}
	for v := range store.IterVariables() {
		if !p.learned(v.Path()) {
			continue
		}
		value := values[v.Path()]
		if value == nil || !value.Shape().Equal(v.Shape()) {
			return fmt.Errorf("variable %s: no values of shape %s", v.Path(), v.Shape())
		}
		copied, err := Rows(value, 0, value.Shape().Dim(0))
		if err != nil {
			return err
		}
		if err := v.SetValue(copied); err != nil {
			return fmt.Errorf("variable %s: %w", v.Path(), err)
		}
	}
	return nil
}
