package explain

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
)

// LayerKind is a kind of layer that a composite tells apart.
type LayerKind string

// The kinds of layers.
const (
	AnyLayer    LayerKind = ""
	Convolution LayerKind = "convolution" // the backend's own or a matrix product over patches
	DenseLayer  LayerKind = "dense"       // any other matrix product
)

// Choice gives a rule to some layers: those for which all that it says holds.
type Choice struct {
	Layer LayerKind // "": any
	First bool      // only layers that read the explained input itself
	Name  string    // only layers of this name or scope ("conv_0"), or within it; "": any
	Rule  Rule
}

// Composite says which rule each layer gets: that of the first choice that fits, and Epsilon{} where none does.
type Composite []Choice

// EpsilonPlus is the composite that is usual for networks with convolutions: z⁺ for those, ε for dense layers.
var EpsilonPlus = Composite{{Layer: Convolution, Rule: ZPlus{}}, {Rule: Epsilon{}}}

// EpsilonPlusFlat is EpsilonPlus with the flat rule for the layer that reads the input.
var EpsilonPlusFlat = Composite{{First: true, Rule: Flat{}}, {Layer: Convolution, Rule: ZPlus{}}, {Rule: Epsilon{}}}

// EpsilonAlpha2Beta1 is α2β1 for convolutions and ε for dense layers.
var EpsilonAlpha2Beta1 = Composite{{Layer: Convolution, Rule: AlphaBeta{2, 1}}, {Rule: Epsilon{}}}

// EpsilonGammaBox is z^B for the layer that reads the input, whose numbers are between low and high, γ for convolutions and ε for dense layers.
func EpsilonGammaBox(low, high float64) Composite {
	return Composite{{First: true, Rule: ZBox{low, high}}, {Layer: Convolution, Rule: Gamma{}}, {Rule: Epsilon{}}}
}

// Every is the composite that gives all layers the same rule.
func Every(rule Rule) Composite { return Composite{{Rule: rule}} }

func (c Composite) rule(l *layer) Rule {
	for _, choice := range c {
		if choice.fits(l) {
			return choice.Rule
		}
	}
	return Epsilon{}
}

func (c Choice) fits(l *layer) bool {
	if c.Layer != AnyLayer && (c.Layer == Convolution) != l.convolution() {
		return false
	}
	return (!c.First || l.first()) && (c.Name == "" || l.named(c.Name))
}

func (c Composite) check() error {
	for i, choice := range c {
		if choice.Layer != AnyLayer && choice.Layer != Convolution && choice.Layer != DenseLayer {
			return fmt.Errorf("explain: a composite for layers %q, there are %q and %q", choice.Layer, Convolution, DenseLayer)
		}
		if choice.Rule == nil {
			return fmt.Errorf("explain: choice %d of a composite has no rule", i)
		}
		if err := choice.Rule.check(); err != nil {
			return err
		}
	}
	return nil
}

// ruleKinds are those that a record can name.
var ruleKinds = []Rule{Epsilon{}, Gamma{}, AlphaBeta{}, ZPlus{}, ZBox{}, WSquare{}, Flat{}}

// choiceOfFile is a choice as records have it: the rule's name, and its options.
type choiceOfFile struct {
	Layer   LayerKind       `json:"layer,omitempty"`
	First   bool            `json:"first,omitempty"`
	Name    string          `json:"name,omitempty"`
	Rule    string          `json:"rule"`
	Options json.RawMessage `json:"options"`
}

// MarshalJSON writes the rule with its name, so that it can be told from others.
func (c Choice) MarshalJSON() ([]byte, error) {
	if c.Rule == nil {
		return nil, errors.New("explain: a choice of a composite has no rule")
	}
	options, err := json.Marshal(c.Rule)
	if err != nil {
		return nil, err
	}
	return json.Marshal(choiceOfFile{c.Layer, c.First, c.Name, reflect.TypeOf(c.Rule).Name(), options})
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (c *Choice) UnmarshalJSON(data []byte) error {
	var f choiceOfFile
	if err := json.Unmarshal(data, &f); err != nil {
		return err
	}
	for _, r := range ruleKinds {
		if t := reflect.TypeOf(r); t.Name() == f.Rule {
			rule := reflect.New(t)
			if err := json.Unmarshal(f.Options, rule.Interface()); err != nil {
				return fmt.Errorf("options of rule %s: %w", f.Rule, err)
			}
			*c = Choice{f.Layer, f.First, f.Name, rule.Elem().Interface().(Rule)}
			return nil
		}
	}
	return fmt.Errorf("no rule is called %q", f.Rule)
}
