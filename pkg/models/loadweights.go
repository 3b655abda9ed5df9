package models

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/dtypes/bfloat16"
	"github.com/gomlx/compute/dtypes/float16"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"

	"github.com/vitrine-ml/vitrine/internal/npy"
	"github.com/vitrine-ml/vitrine/internal/safetensors"
	"github.com/vitrine-ml/vitrine/pkg/record"
)

// WeightReport says how a file and a net fit together.
type WeightReport struct {
	Loaded  []string // variables that have their values from the file
	Missing []string // variables that the file has nothing for, with what was looked for
	Unused  []string // tensors of the file that no variable takes
	Wrong   []string // variables whose tensor does not fit, with both shapes
}

// Fits says whether every variable has its tensor and every tensor its variable.
func (r WeightReport) Fits() bool {
	return len(r.Missing) == 0 && len(r.Unused) == 0 && len(r.Wrong) == 0
}

// String is what a person wants to see: a line, and one more for whatever does not fit.
func (r WeightReport) String() string {
	s := fmt.Sprintf("%d variables from the file, %d missing, %d of another shape, %d tensors unused", len(r.Loaded), len(r.Missing), len(r.Wrong), len(r.Unused))
	for _, part := range []struct {
		what string
		list []string
	}{{"missing", r.Missing}, {"shape", r.Wrong}, {"unused", r.Unused}} {
		for _, line := range part.list {
			s += "\n  " + part.what + ": " + line
		}
	}
	return s
}

// LoadWeights takes up weights that another program wrote: a .safetensors or .npz file, as PyTorch's state_dict and Keras' variables are
// saved in. The map says which tensor is which variable. Numbers of 16, 32 and 64 bits become those of the net's type.
//
//	report, err := net.LoadWeights("torch.safetensors", net.TorchNames())
//
// Where something does not fit, the error holds the report and nothing has changed; if m.Partial, what fits is loaded and the report tells
// the rest, but nothing at all is an error. NaN and infinity are errors always. The state of the net's random numbers stays what it is.
func (n *Net) LoadWeights(path string, m NameMap) (WeightReport, error) {
	var r WeightReport
	fail := func(err error) (WeightReport, error) { return r, fmt.Errorf("models: weights of %s: %w", n.Name, err) }
	file, err := readTensors(path)
	if err != nil {
		return fail(err)
	}
	for _, p := range m.Places {
		if err := p.check(); err != nil {
			return fail(err)
		}
	}
	rest, values := maps.Clone(file), map[string]*tensors.Tensor{}
	maps.DeleteFunc(rest, func(name string, _ *tensors.Tensor) bool { return m.ignores(name) })
	variables, err := n.Weights()
	if err != nil {
		return r, err
	}
	for _, name := range slices.Sorted(maps.Keys(variables)) {
		if name == "/"+model.RNGStateVariableName {
			delete(rest, name)
			continue
		}
		p, ok := m.of(name)
		if !ok {
			r.Missing = append(r.Missing, name+": the map has no place for it")
			continue
		}
		sources := []string{p.File}
		if p.Plus != "" {
			sources = append(sources, p.Plus)
		}
		if lacking := slices.DeleteFunc(slices.Clone(sources), func(s string) bool { return file[s] != nil }); len(lacking) > 0 {
			r.Missing = append(r.Missing, fmt.Sprintf("%s: the file has no %q", name, lacking))
			continue
		}
		value, misfit, err := p.value(file, sources, variables[name].Shape())
		for _, s := range sources {
			delete(rest, s)
		}
		switch {
		case err != nil:
			return fail(err)
		case misfit != "":
			r.Wrong = append(r.Wrong, fmt.Sprintf("%s %s: %s", name, variables[name].Shape(), misfit))
		default:
			values[name], r.Loaded = value, append(r.Loaded, name)
		}
	}
	r.Unused = slices.Sorted(maps.Keys(rest))
	switch {
	case !r.Fits() && !m.Partial:
		r.Loaded = nil
		return fail(fmt.Errorf("%s does not fit, so nothing is loaded (NameMap.Partial loads what fits): %d variables would fit\n%s", path, len(values), r))
	case len(values) == 0:
		return fail(fmt.Errorf("nothing in %s fits\n%s", path, r))
	}
	var errs []error
	for v := range n.store.IterVariables() {
		if value := values[v.Path()]; value != nil {
			errs = append(errs, v.SetValue(value))
		}
	}
	return r, errors.Join(errs...)
}

// readTensors reads a file by its ending.
func readTensors(path string) (map[string]*tensors.Tensor, error) {
	switch ending := strings.ToLower(filepath.Ext(path)); ending {
	case ".safetensors":
		f, err := safetensors.ReadFile(path)
		if err != nil {
			return nil, err
		}
		return f.Tensors, nil
	case ".npz":
		return npy.ReadZipFile(path)
	case ".pt", ".pth", ".bin", ".ckpt":
		return nil, fmt.Errorf("%s: files of torch.save can run programs when they are read, so they are not: write safetensors.torch.save_file(net.state_dict(), \"net.safetensors\")", path)
	case ".h5", ".keras":
		return nil, fmt.Errorf("%s: Keras' own files are not read: write numpy.savez(\"net.npz\", **{v.path: v.numpy() for v in net.variables})", path)
	default:
		return nil, fmt.Errorf("%s: weights are read from .safetensors and .npz files, not from %q", path, ending)
	}
}

// value is what the place makes of the file's tensors; or in words how they do not fit.
func (p Place) value(file map[string]*tensors.Tensor, sources []string, want shapes.Shape) (t *tensors.Tensor, misfit string, err error) {
	var sum []float64
	for _, name := range sources {
		a, err := arrayOf(file[name])
		if err != nil {
			return nil, "", fmt.Errorf("%q: %w", name, err)
		}
		if p.Layout != nil {
			if a, err = p.Layout(a); err != nil {
				return nil, fmt.Sprintf("%q %s: %v", name, file[name].Shape(), err), nil
			}
		}
		if !slices.Equal(a.Shape, want.Dimensions) {
			misfit := fmt.Sprintf("%q is %s", name, file[name].Shape())
			if p.Layout != nil {
				misfit += fmt.Sprintf(", laid out %v", a.Shape)
			}
			return nil, misfit, nil
		}
		if sum == nil {
			sum = slices.Clone(a.Data)
			continue
		}
		for i, v := range a.Data {
			sum[i] += v
		}
	}
	for i, v := range sum {
		if want.DType == dtypes.Float32 {
			v = float64(float32(v))
		}
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return nil, "", fmt.Errorf("%q holds %v at position %d, as %s", sources, v, i, want.DType)
		}
	}
	t = tensors.FromShape(want)
	misfit = fmt.Sprintf("the variable holds %s, which is not loaded", want.DType)
	err = t.MutableFlatData(func(flat any) {
		switch flat := flat.(type) {
		case []float32:
			misfit = ""
			for i, v := range sum {
				flat[i] = float32(v)
			}
		case []float64:
			misfit = ""
			copy(flat, sum)
		}
	})
	return t, misfit, err
}

// arrayOf are a tensor's numbers, of any type of float.
func arrayOf(t *tensors.Tensor) (record.Array, error) {
	a := record.Array{Shape: t.Shape().Dimensions, Data: make([]float64, t.Size())}
	unknown := error(nil)
	err := t.ConstFlatData(func(flat any) {
		switch flat := flat.(type) {
		case []float32:
			for i, v := range flat {
				a.Data[i] = float64(v)
			}
		case []float64:
			copy(a.Data, flat)
		case []float16.Float16:
			for i, v := range flat {
				a.Data[i] = float64(v.Float32())
			}
		case []bfloat16.BFloat16:
			for i, v := range flat {
				a.Data[i] = float64(v.Float32())
			}
		default:
			unknown = fmt.Errorf("numbers of type %s, where weights are floats", t.DType())
		}
	})
	return a, errors.Join(err, unknown)
}
