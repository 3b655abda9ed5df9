package models

import (
	"fmt"
	"regexp"
	"strings"
)

// NameMap says which tensors of a file by others are a net's weights, and how the file lays them out. Without Places the file's names and
// layouts are the net's own.
//
//	models.NameMap{
//		Places: []models.Place{
//			{File: "layers.{i}.weight", Net: "/dense_{i}/weights", Layout: models.Transposed},
//			{File: "layers.{i}.bias", Net: "/dense_{i}/biases"},
//			{File: "out.weight", Net: "/logits/weights", Layout: models.Transposed},
//			{File: "out.bias", Net: "/logits/biases"},
//		},
//		Ignore: []string{"{layer}.num_batches_tracked"},
//	}
//
// The net's names are in [Net.Summary]. [TorchLinear] and its like are the places of PyTorch's layers, [Net.TorchNames] those of a whole net.
type NameMap struct {
	Places  []Place
	Ignore  []string // names of the file that may stay unused, with placeholders
	Partial bool     // load what fits and report the rest, rather than nothing
}

// Place says where one variable is in a file, or with placeholders where many are. A placeholder, {i} or any other word in braces, stands
// for letters, digits, underscores and dots, the same in all names of the place. The first place whose Net fits a variable is the variable's.
type Place struct {
	File   string // the tensor's name in the file; its placeholders are those of Net
	Net    string // the variable's name in the net: "/dense_{i}/weights"
	Layout Layout // from the file's layout to the net's; nil: the same
	Plus   string // another tensor of the file, of the same layout, which is added: "rnn.bias_hh_l{i}"; "": none
}

var placeholder = regexp.MustCompile(`\{\w+\}`)

// pattern is a name with placeholders as an expression that captures what they stand for, in the order of names.
func pattern(name string) (*regexp.Regexp, []string) {
	var names []string
	var text strings.Builder
	at := 0
	for _, span := range placeholder.FindAllStringIndex(name, -1) {
		text.WriteString(regexp.QuoteMeta(name[at:span[0]]) + `([\w.]+)`)
		names, at = append(names, name[span[0]:span[1]]), span[1]
	}
	return regexp.MustCompile("^" + text.String() + regexp.QuoteMeta(name[at:]) + "$"), names
}

// matched says whether a name fits a pattern, and what the placeholders then stand for.
func matched(to, name string) (map[string]string, bool) {
	expression, names := pattern(to)
	found := expression.FindStringSubmatch(name)
	if found == nil {
		return nil, false
	}
	stands := map[string]string{}
	for i, n := range names {
		if was, twice := stands[n]; twice && was != found[i+1] {
			return nil, false
		}
		stands[n] = found[i+1]
	}
	return stands, true
}

func filledIn(name string, stands map[string]string) string {
	return placeholder.ReplaceAllStringFunc(name, func(p string) string { return stands[p] })
}

// check says what is wrong with a place.
func (p Place) check() error {
	if p.File == "" || p.Net == "" {
		return fmt.Errorf("the place %q → %q: both names must be given", p.File, p.Net)
	}
	for _, name := range placeholder.FindAllString(p.File+p.Plus, -1) {
		if !strings.Contains(p.Net, name) {
			return fmt.Errorf("the place %q → %q: nothing says what %s stands for", p.File, p.Net, name)
		}
	}
	return nil
}

// of is where a variable is in the file.
func (m NameMap) of(variable string) (p Place, ok bool) {
	if m.Places == nil {
		return Place{File: variable, Net: variable}, true
	}
	for _, p := range m.Places {
		if stands, ok := matched(p.Net, variable); ok {
			return Place{filledIn(p.File, stands), variable, p.Layout, filledIn(p.Plus, stands)}, true
		}
	}
	return Place{}, false
}

func (m NameMap) ignores(name string) bool {
	for _, p := range m.Ignore {
		if _, ok := matched(p, name); ok {
			return true
		}
	}
	return false
}
