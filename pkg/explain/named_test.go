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
	all := append(explain.All(), explain.Attentions()...)
	for i, name := range names {
		if m, err := explain.Named(name); err != nil || reflect.TypeOf(m) != reflect.TypeOf(all[i]) {
			t.Errorf("%s: %T, error %v", name, m, err)
		}
	}
}

func TestWithFeatures(t *testing.T) {
	grid, words := explain.Grid{Height: 2, Width: 2}, explain.Words{}
	for _, c := range []struct{ method, want explain.Explainer }{
		{explain.Shapley{Seed: 3}, explain.Shapley{Seed: 3, Features: grid}},
		{explain.Shapley{Features: words}, explain.Shapley{Features: words}},
		{explain.Saliency{Signed: true}, explain.Saliency{Signed: true}},
	} {
		if got := explain.WithFeatures(c.method, grid); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%+v with a grid is %+v, want %+v", c.method, got, c.want)
		}
		if got := explain.WithFeatures(c.method, nil); !reflect.DeepEqual(got, c.method) {
			t.Errorf("%+v with nothing is %+v", c.method, got)
		}
	}
}
