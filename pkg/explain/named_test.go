package explain_test

import (
	"reflect"
	"slices"
	"testing"

	"github.com/vitrine-ml/vitrine/pkg/explain"
)

func TestNames(t *testing.T) {
	names := explain.Names()
	for _, name := range []string{"saliency", "input-x-gradient", "integrated-gradients", "guided-ig", "gradient-shap", "lrp", "deep-lift", "smooth-grad-squared"} {
		if !slices.Contains(names, name) {
			t.Errorf("%q is missing in %v", name, names)
		}
	}
	for i, name := range names {
		if m, err := explain.Named(name); err != nil || reflect.TypeOf(m) != reflect.TypeOf(explain.All()[i]) {
			t.Errorf("%s: %T, error %v", name, m, err)
		}
	}
}
