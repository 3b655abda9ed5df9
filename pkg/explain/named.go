package explain

import (
	"fmt"
	"reflect"
	"strings"
	"unicode"
)

// Named is the method of [All] or [Attentions] with its default options by its name: "integrated-gradients", or as records have it, "IntegratedGradients".
func Named(name string) (Explainer, error) {
	plain := func(s string) string { return strings.ToLower(strings.ReplaceAll(s, "-", "")) }
	for _, m := range append(All(), Attentions()...) {
		if plain(nameOf(m)) == plain(name) {
			return m, nil
		}
	}
	return nil, fmt.Errorf("explain: no method is called %.40q, there are %s", name, strings.Join(Names(), ", "))
}

// Names are those of the methods of [All] and [Attentions], as a shell has them: "integrated-gradients".
func Names() (names []string) {
	for _, m := range append(All(), Attentions()...) {
		var b strings.Builder
		name := nameOf(m) + "A"
		for i, c := range name[:len(name)-1] {
			if upper := unicode.IsUpper(c); upper && i > 0 && (unicode.IsLower(rune(name[i-1])) || unicode.IsLower(rune(name[i+1]))) { // a word begins
				b.WriteByte('-')
			}
			b.WriteRune(unicode.ToLower(c))
		}
		names = append(names, b.String())
	}
	return names
}

// WithBaseline is the method with that baseline, or as it is if it has none.
func WithBaseline(method Explainer, b Baseline) Explainer {
	m := reflect.New(reflect.TypeOf(method))
	m.Elem().Set(reflect.ValueOf(method))
	for _, o := range optionsOfTensors(m.Interface()) {
		if own, ok := o.(*Baseline); ok {
			*own = b
			return m.Elem().Interface().(Explainer)
		}
	}
	return method
}

// WithFeatures is the method with those features, or as it is if it takes none or has some already.
func WithFeatures(method Explainer, f Features) Explainer {
	m := reflect.New(reflect.TypeOf(method)).Elem()
	m.Set(reflect.ValueOf(method))
	if m.Kind() != reflect.Struct {
		return method
	}
	own := m.FieldByName("Features")
	if f == nil || !own.IsValid() || own.Type() != reflect.TypeFor[Features]() || !own.IsNil() {
		return method
	}
	own.Set(reflect.ValueOf(f))
	return m.Interface().(Explainer)
}
