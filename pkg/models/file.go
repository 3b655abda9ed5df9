package models

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"reflect"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/tensors"

	"github.com/vitrine-ml/vitrine/internal/atomicfile"
	"github.com/vitrine-ml/vitrine/internal/safetensors"
)

// fileVersion is the version of the description in a net's file.
const fileVersion = 1

// descriptionField names the description in a file's metadata.
const descriptionField = "vitrine_net"

// architectures are those that a file can name. A net of any other is made by its program, and takes up its weights with ReadWeights.
var architectures = []Architecture{CNN{}, MLP{}, RNN{}, LSTM{}, GRU{}, TextCNN{}, Transformer{}, Seq2Seq{}, Seq2SeqRNN{}, ONNX{}, BERT{}}

// description is what makes the net of a file anew, but for its weights.
type description struct {
	Version      int             `json:"version"`
	Name         string          `json:"name"`
	Architecture string          `json:"architecture"` // its type: "CNN"
	Options      json.RawMessage `json:"options,omitempty"`
	Inputs       []portOfFile    `json:"inputs"`
	Outputs      []portOfFile    `json:"outputs"`
	Seed         uint64          `json:"seed"`
}

type portOfFile struct {
	Name    string   `json:"name"`
	DType   string   `json:"dtype,omitempty"`
	Shape   []int    `json:"shape"`
	Axes    []string `json:"axes,omitempty"`
	Kind    Kind     `json:"kind"`
	Classes []string `json:"classes,omitempty"`

	Features []string `json:"features,omitempty"`
}

// WriteFile writes the net into one file, whole or not at all: its weights in the safetensors format, which other programs read too, with a
// description of its architecture and ports, its Metadata and the file's SHA-256 among the metadata.
func (n *Net) WriteFile(path string) error {
	values, err := n.Weights()
	if err != nil {
		return err
	}
	d := description{Version: fileVersion, Name: n.Name, Architecture: typeName(n.architecture), Seed: n.seed}
	if known(d.Architecture) != nil {
		if d.Options, err = json.Marshal(n.architecture); err != nil {
			return fmt.Errorf("models: options of %s: %w", n.Name, err)
		}
	}
	for _, side := range []struct {
		ports []Port
		to    *[]portOfFile
	}{{n.Inputs, &d.Inputs}, {n.Outputs, &d.Outputs}} {
		for _, p := range side.ports {
			f := portOfFile{p.Name, "", p.Shape, p.Axes, p.Kind, p.Classes, p.Features}
			if p.DType != dtypes.InvalidDType {
				f.DType = p.DType.String()
			}
			*side.to = append(*side.to, f)
		}
	}
	text, err := json.Marshal(d)
	if err != nil {
		return fmt.Errorf("models: %s: %w", n.Name, err)
	}
	if _, taken := n.Metadata[descriptionField]; taken {
		return fmt.Errorf("models: %s: the metadata %q is written by this package and cannot be given", n.Name, descriptionField)
	}
	metadata := map[string]string{descriptionField: string(text)}
	maps.Copy(metadata, n.Metadata)
	err = atomicfile.Write(path, 0o644, func(w io.Writer) error {
		return safetensors.Write(w, values, metadata)
	})
	if err != nil {
		return fmt.Errorf("models: %w", err)
	}
	return nil
}

// ReadFile makes the net of a file that WriteFile wrote: the same graph and the same weights. Of a net that is not of an architecture of
// this package, [Custom] for one, the file holds no graph: make it with [New] as before and have it take up the weights with
// [Net.ReadWeights].
func ReadFile(path string) (*Net, error) {
	values, metadata, d, err := readFile(path)
	if err != nil {
		return nil, err
	}
	kind := known(d.Architecture)
	if kind == nil {
		return nil, fmt.Errorf("models: %s holds the weights of %s, whose architecture (%s) is not of this package, so its graph is not in the file: "+
			"make the net with models.New as the program did that wrote it, and call its ReadWeights", path, d.Name, d.Architecture)
	}
	a := reflect.New(reflect.TypeOf(kind))
	options := json.NewDecoder(bytes.NewReader(d.Options))
	options.DisallowUnknownFields()
	if err := options.Decode(a.Interface()); err != nil {
		return nil, fmt.Errorf("models: %s: options of %s: %w", path, d.Architecture, err)
	}
	inputs, err := portsOf(d.Inputs)
	if err != nil {
		return nil, fmt.Errorf("models: %s: %w", path, err)
	}
	outputs, err := portsOf(d.Outputs)
	if err != nil {
		return nil, fmt.Errorf("models: %s: %w", path, err)
	}
	n, err := New(a.Elem().Interface().(Architecture), inputs, outputs, d.Seed)
	if err != nil {
		return nil, fmt.Errorf("%w (in %s)", err, path)
	}
	if err := n.SetWeights(values); err != nil {
		return nil, fmt.Errorf("%w (in %s)", err, path)
	}
	n.Metadata = metadata
	return n, nil
}

// ReadWeights takes up the weights of a file that WriteFile wrote of a net of the same graph. If it cannot, it has changed nothing.
func (n *Net) ReadWeights(path string) error {
	values, _, _, err := readFile(path)
	if err != nil {
		return err
	}
	if err := n.SetWeights(values); err != nil {
		return fmt.Errorf("%w (in %s)", err, path)
	}
	return nil
}

// readFile reads weights, metadata (nil: none) and description.
func readFile(path string) (map[string]*tensors.Tensor, map[string]string, description, error) {
	var d description
	fail := func(format string, args ...any) (map[string]*tensors.Tensor, map[string]string, description, error) {
		return nil, nil, d, fmt.Errorf(format, args...)
	}
	file, err := safetensors.ReadFile(path)
	if err != nil {
		return fail("models: %w", err)
	}
	text, ok := file.Metadata[descriptionField]
	if !ok {
		return fail("models: %s is a safetensors file, but not one that Net.WriteFile wrote: Net.LoadWeights takes up weights by other programs", path)
	}
	if err := json.Unmarshal([]byte(text), &d); err != nil {
		return fail("models: %s: description: %w", path, err)
	}
	if d.Version != fileVersion {
		return fail("models: %s: version %d of a net's description, this program reads version %d", path, d.Version, fileVersion)
	}
	delete(file.Metadata, descriptionField)
	if len(file.Metadata) == 0 {
		file.Metadata = nil
	}
	return file.Tensors, file.Metadata, d, nil
}

func portsOf(list []portOfFile) (ports []Port, err error) {
	for _, f := range list {
		p := Port{Name: f.Name, Shape: f.Shape, Axes: f.Axes, Kind: f.Kind, Classes: f.Classes, Features: f.Features}
		if f.DType != "" {
			var ok bool
			if p.DType, ok = dtypes.MapOfNames[f.DType]; !ok {
				return nil, fmt.Errorf("port %q has numbers of type %q, which is not known", f.Name, f.DType)
			}
		}
		ports = append(ports, p)
	}
	return ports, nil
}

// known is an architecture of this package by the name of its type; nil for any other.
func known(name string) Architecture {
	for _, a := range architectures {
		if typeName(a) == name {
			return a
		}
	}
	return nil
}

func typeName(a Architecture) string {
	t := reflect.Indirect(reflect.ValueOf(a)).Type()
	if t.PkgPath() != reflect.TypeFor[Net]().PkgPath() {
		return t.String()
	}
	return t.Name()
}

// Weights are the net's variables by name, the random state among them. They are the net's own: not to be changed.
func (n *Net) Weights() (map[string]*tensors.Tensor, error) {
	all := map[string]*tensors.Tensor{}
	for v := range n.store.IterVariables() {
		value, err := v.Value()
		if err != nil {
			return nil, fmt.Errorf("models: variable %s of %s: %w", v.Path(), n.Name, err)
		}
		all[v.Path()] = value
	}
	return all, nil
}

// SetWeights gives the net's variables, all of them and no others, their values; or changes none.
func (n *Net) SetWeights(values map[string]*tensors.Tensor) error {
	rest := maps.Clone(values)
	for v := range n.store.IterVariables() {
		value := values[v.Path()]
		if value == nil {
			return fmt.Errorf("models: variable %s of %s is missing", v.Path(), n.Name)
		}
		if !value.Shape().Equal(v.Shape()) {
			return fmt.Errorf("models: variable %s of %s should be %s, got %s", v.Path(), n.Name, v.Shape(), value.Shape())
		}
		delete(rest, v.Path())
	}
	for name := range rest {
		return fmt.Errorf("models: %s is no variable of %s", name, n.Name)
	}
	var errs []error
	for v := range n.store.IterVariables() { // SetValue leaves alone whether a variable is trainable: the random state never is
		errs = append(errs, v.SetValue(values[v.Path()]))
	}
	return errors.Join(errs...)
}
