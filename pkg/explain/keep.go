package explain

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"strconv"

	"github.com/gomlx/gomlx/core/tensors"

	"github.com/vitrine-ml/vitrine/internal/atomicfile"
	"github.com/vitrine-ml/vitrine/internal/cache"
	"github.com/vitrine-ml/vitrine/internal/safetensors"
	"github.com/vitrine-ml/vitrine/pkg/models"
	"github.com/vitrine-ml/vitrine/pkg/record"
)

// folder is where in the cache records are kept, and what runs them again.
const folder = "explanations"

// Keep writes a record to path and beside it, under names made of their hashes, what it takes to run it again: the net, the inputs and a
// baseline that was given. Whoever gets these files can [Verify] the record. Method, net and inputs are those that made it.
// [Cached] keeps all that by itself.
func Keep(path string, e *record.Explanation, method Explainer, net *models.Net, inputs []*tensors.Tensor) error {
	made, err := Provenance(net, inputs)
	if err != nil {
		return err
	}
	if made.Weights != e.Made.Weights || made.Graph != e.Made.Graph || made.Inputs != e.Made.Inputs {
		return fmt.Errorf("explain: this net and these inputs did not make the record by %s: another weight, graph or input", e.Method)
	}
	if err := keepParts(filepath.Dir(path), made, method, net, inputs); err != nil {
		return err
	}
	return e.WriteFile(path)
}

func keepParts(dir string, made record.Provenance, method Explainer, net *models.Net, inputs []*tensors.Tensor) error {
	if err := keepNew(filepath.Join(dir, netFile(made)), net.WriteFile); err != nil {
		return err
	}
	if err := keepTensors(dir, made.Inputs, inputs); err != nil {
		return err
	}
	for _, o := range optionsOfTensors(method) {
		if o.given() == nil {
			continue
		}
		hash, err := hashTensors(o.given())
		if err == nil {
			err = keepTensors(dir, hash, o.given())
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func netFile(made record.Provenance) string {
	return "net-" + cache.Key(made.Graph, made.Weights) + ".safetensors"
}

func tensorsFile(hash string) string { return "tensors-" + hash + ".safetensors" }

func keepTensors(dir, hash string, list []*tensors.Tensor) error {
	named := map[string]*tensors.Tensor{}
	for i, t := range list {
		named[strconv.Itoa(i)] = t
	}
	return keepNew(filepath.Join(dir, tensorsFile(hash)), func(path string) error {
		return atomicfile.Write(path, 0o644, func(w io.Writer) error { return safetensors.Write(w, named, nil) })
	})
}

// keepNew writes a file that is named by its contents, unless it is there.
func keepNew(path string, write func(path string) error) error {
	switch _, err := os.Stat(path); {
	case err == nil:
		return nil
	case !errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("explain: %w", err)
	}
	if err := write(path); err != nil {
		return fmt.Errorf("explain: %w", err)
	}
	return nil
}

// kept is a file that belongs to a record: beside it or, for a record that was copied elsewhere on this machine, in the cache.
func kept(recordPath, name string) (string, error) {
	beside := filepath.Join(filepath.Dir(recordPath), name)
	if _, err := os.Stat(beside); err == nil {
		return beside, nil
	}
	cached, err := cache.Path(folder, name)
	if err != nil {
		return "", err
	}
	if _, err := os.Stat(cached); err != nil {
		return "", fmt.Errorf("explain: %s is neither beside %s nor in the cache: a record can be run again if explain.Cached or explain.Keep wrote it, and what they "+
			"wrote beside it came along", name, recordPath)
	}
	return cached, nil
}

// keptTensors reads what keepTensors wrote.
func keptTensors(recordPath, hash string) ([]*tensors.Tensor, error) {
	path, err := kept(recordPath, tensorsFile(hash))
	if err != nil {
		return nil, err
	}
	file, err := safetensors.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("explain: %w", err)
	}
	list := make([]*tensors.Tensor, len(file.Tensors))
	for i := range list {
		if list[i] = file.Tensors[strconv.Itoa(i)]; list[i] == nil {
			return nil, fmt.Errorf("explain: %s: tensor %d is missing", path, i)
		}
	}
	if got, err := hashTensors(list); err != nil || got != hash {
		return nil, errors.Join(fmt.Errorf("explain: %s holds other tensors than its name says", path), err)
	}
	return list, nil
}

// optionOfTensors is an option of a method that holds tensors, of which a record has the hash.
type optionOfTensors interface {
	given() []*tensors.Tensor // nil: none
	wanted() string           // the hash of those that a record speaks of and that were not found yet; "": none
	found([]*tensors.Tensor)
}

// optionsOfTensors are those of a method; of a copy of it, unless it is a pointer.
func optionsOfTensors(method any) (options []optionOfTensors) {
	v := reflect.ValueOf(method)
	if v.Kind() != reflect.Pointer {
		v = reflect.New(v.Type())
		v.Elem().Set(reflect.ValueOf(method))
	}
	for _, f := range v.Elem().Fields() {
		if o, ok := f.Addr().Interface().(optionOfTensors); ok && f.CanSet() {
			options = append(options, o)
		}
	}
	return options
}
