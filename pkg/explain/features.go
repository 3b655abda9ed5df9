package explain

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"

	"github.com/vitrine-ml/vitrine/pkg/models"
)

// Features says what one feature is to a method that takes features away: one player of its game. It is [Columns], [Grid], [Superpixels],
// [Tokens], [Words] or [Segments]; nil makes a feature of every number, and of every id that is not padding.
//
// A feature is there or absent as a whole. The record's Groups say which feature each number belongs to, and its value is shared out
// equally over its numbers, so that sums stay what they are.
type Features interface {
	// divide makes features of an example's attributed inputs.
	divide(r *run, example int) (partition, error)
}

// partition says what the features of an example are.
type partition struct {
	of    []int    // for each position of the attributed inputs, one after another, its feature; −1: it is never taken away
	n     int      // how many features there are; each has at least one position
	names []string // of the features; nil: none
}

// partitions are the features of every example.
func (r *run) partitions(f Features) ([]partition, error) {
	parts := make([]partition, len(r.x))
	for e := range parts {
		if f == nil {
			parts[e] = r.each(e, func(input) ([]int, []string) { return nil, nil })
			continue
		}
		var err error
		if parts[e], err = f.divide(r, e); err != nil {
			return nil, fmt.Errorf("explain: example %d: %w", e, err)
		}
	}
	return parts, nil
}

// input is one attributed input of one example.
type input struct {
	place
	kind  models.Kind
	x     []float64
	names []string // of an input of ids: what each stands for; nil: they have no names
}

// inputOf is a port as an input that holds the numbers x.
func inputOf(p models.Port, x []float64) input {
	return input{place: place{p.Name, p.DType, axisNames(p.Axes, len(p.Shape)), p.Shape, p.Features}, kind: p.Kind, x: x}
}

// inputsOf are an example's attributed inputs.
func (r *run) inputsOf(example int) (inputs []input) {
	at := 0
	for k, p := range r.places {
		port := r.net.Inputs[r.attributed[k]]
		in := input{place: p, kind: port.Kind, x: r.x[example][at : at+p.size()]}
		if port.Kind == models.IDs && len(port.Classes) > 0 {
			for _, id := range in.x {
				in.names = append(in.names, port.Classes[int(id)])
			}
		}
		inputs, at = append(inputs, in), at+p.size()
	}
	return inputs
}

// each makes a partition input by input. divide says which feature of the input each of its positions belongs to, by numbers of its own, and
// what features are called that have a name; a nil slice makes a feature of every position that is no padding.
func (r *run) each(example int, divide func(in input) (of []int, names []string)) partition {
	var p partition
	named := false
	for _, in := range r.inputsOf(example) {
		of, names := divide(in)
		if of == nil {
			of, names = in.alone()
		}
		number := map[int]int{}
		for _, feature := range of {
			if feature < 0 {
				p.of = append(p.of, -1)
				continue
			}
			if _, known := number[feature]; !known {
				number[feature], p.n = p.n, p.n+1
				name := ""
				if feature < len(names) {
					name, named = names[feature], true
				}
				p.names = append(p.names, name)
			}
			p.of = append(p.of, number[feature])
		}
	}
	if !named {
		p.names = nil
	}
	return p
}

// alone makes a feature of every number, and of every id that is not padding.
func (in input) alone() (of []int, names []string) {
	of = make([]int, len(in.x))
	for i := range of {
		of[i] = i
		if in.kind == models.IDs && in.x[i] == 0 {
			of[i] = -1
		}
	}
	switch {
	case in.names != nil:
		return of, in.names
	case len(in.shape) == 1:
		return of, in.features
	}
	return of, nil
}

// featureKinds are those that a record can name.
var featureKinds = []Features{Columns{}, Grid{}, Superpixels{}, Tokens{}, Words{}, Segments{}}

// featuresOfFile is what records have: the kind's name, and its options.
type featuresOfFile struct {
	Kind    string          `json:"kind"`
	Options json.RawMessage `json:"options"`
}

// writeFeatures writes options with the name of their kind, so that it can be told from others. options are those of a type without
// MarshalJSON.
func writeFeatures(kind string, options any) ([]byte, error) {
	text, err := json.Marshal(options)
	if err != nil {
		return nil, err
	}
	return json.Marshal(featuresOfFile{kind, text})
}

// featuresRead stands in a method's field Features while its options are decoded: a decoder fills in what an interface points to, but
// cannot know which type an empty one wants.
type featuresRead struct{ Features }

// UnmarshalJSON reads what writeFeatures wrote.
func (f *featuresRead) UnmarshalJSON(data []byte) error {
	var file featuresOfFile
	if err := strictly(data, &file); err != nil {
		return fmt.Errorf("features: %w", err)
	}
	for _, kind := range featureKinds {
		if t := reflect.TypeOf(kind); t.Name() == file.Kind {
			options := reflect.New(t)
			if err := strictly(file.Options, options.Interface()); err != nil {
				return fmt.Errorf("features of kind %s: %w", file.Kind, err)
			}
			f.Features = options.Elem().Interface().(Features)
			return nil
		}
	}
	return fmt.Errorf("no features are of kind %.40q", file.Kind)
}

// readOptions decodes a method's options into what m points to, its Features too if it has any.
func readOptions(data []byte, m reflect.Value) error {
	field := m.Elem().FieldByName("Features")
	has := field.IsValid() && field.Type() == reflect.TypeFor[Features]()
	if has {
		field.Set(reflect.ValueOf(&featuresRead{}))
	}
	if err := strictly(data, m.Interface()); err != nil {
		return err
	}
	if !has {
		return nil
	}
	if read, ok := field.Interface().(*featuresRead); ok && read.Features != nil {
		field.Set(reflect.ValueOf(read.Features))
	} else {
		field.SetZero()
	}
	return nil
}

// strictly decodes JSON that has no fields but those of the target.
func strictly(data []byte, to any) error {
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	return d.Decode(to)
}
