package safetensors

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"slices"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/tensors"
)

// ReadFile reads the file at path. Its errors name the file.
func ReadFile(path string) (*File, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("safetensors: %w", err)
	}
	f, err := Read(b)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return f, nil
}

// Read reads the contents of a file. It returns an error if they are not of the format, if a tensor's type, shape and place disagree, if
// the tensors do not fill the data without gap or overlap, or if the metadata holds the file's SHA-256 and it is another.
func Read(b []byte) (*File, error) {
	head, data, err := split(b)
	if err != nil {
		return nil, fmt.Errorf("safetensors: %w", err)
	}
	var raw map[string]json.RawMessage
	if err := json.Unmarshal(head[8:], &raw); err != nil {
		return nil, fmt.Errorf("safetensors: header: %w", err)
	}
	f := &File{Tensors: map[string]*tensors.Tensor{}}
	if m, ok := raw[metadataKey]; ok {
		if err := json.Unmarshal(m, &f.Metadata); err != nil {
			return nil, fmt.Errorf("safetensors: metadata: %w", err)
		}
		delete(raw, metadataKey)
	}
	if sum, ok := f.Metadata[sumKey]; ok {
		if err := checkSum(head, data, sum); err != nil {
			return nil, fmt.Errorf("safetensors: %w", err)
		}
		delete(f.Metadata, sumKey)
		f.Verified = true
	}
	list := map[string]entry{}
	for name, r := range raw {
		var e entry
		if err := json.Unmarshal(r, &e); err != nil {
			return nil, fmt.Errorf("safetensors: %q: %w", name, err)
		}
		list[name] = e
	}
	if err := checkPlaces(list, len(data)); err != nil {
		return nil, fmt.Errorf("safetensors: %w", err)
	}
	for name, e := range list {
		shape, err := e.shape()
		if err != nil {
			return nil, fmt.Errorf("safetensors: %q: %w", name, err)
		}
		t, place := tensors.FromShape(shape), data[e.Offsets[0]:e.Offsets[1]]
		if shape.DType == dtypes.Bool && slices.ContainsFunc(place, func(b byte) bool { return b > 1 }) {
			return nil, fmt.Errorf("safetensors: %q: a byte that is neither false (0) nor true (1)", name)
		}
		if err := copyBytes(t, nil, place); err != nil {
			return nil, fmt.Errorf("safetensors: %q: %w", name, err)
		}
		f.Tensors[name] = t
	}
	return f, nil
}

// split parts a file into length and header, and data.
func split(b []byte) (head, data []byte, err error) {
	if len(b) < 8 {
		return nil, nil, fmt.Errorf("%d bytes, want at least 8 of the header's length", len(b))
	}
	n := binary.LittleEndian.Uint64(b)
	if n > maxHeader {
		return nil, nil, fmt.Errorf("a header of %d bytes, the format allows %d", n, maxHeader)
	}
	if n > uint64(len(b)-8) {
		return nil, nil, fmt.Errorf("a header of %d bytes in a file of %d: truncated or altered", n, len(b))
	}
	return b[:8+n], b[8+n:], nil
}

func checkSum(head, data []byte, want string) error {
	if n := bytes.Count(head, sumMember(want)); n != 1 {
		return fmt.Errorf("the metadata holds its sum %d times, want once: truncated or altered", n)
	}
	if got := sumOf(bytes.Replace(head, sumMember(want), sumMember(noSum), 1), data); got != want {
		return fmt.Errorf("its SHA-256 is %s, it should be %s: truncated or altered", got, want)
	}
	return nil
}

// checkPlaces says whether the tensors fill the data without gap or overlap.
func checkPlaces(list map[string]entry, size int) error {
	sorted := make([]string, 0, len(list))
	for name := range list {
		sorted = append(sorted, name)
	}
	slices.SortFunc(sorted, func(a, b string) int {
		x, y := list[a].Offsets, list[b].Offsets
		return cmp.Or(cmp.Compare(x[0], y[0]), cmp.Compare(x[1], y[1]), cmp.Compare(a, b))
	})
	at := 0
	for _, name := range sorted {
		o := list[name].Offsets
		if o[0] != at || o[1] < o[0] || o[1] > size {
			return fmt.Errorf("%q is at bytes %d to %d, want it from %d on and within %d", name, o[0], o[1], at, size)
		}
		at = o[1]
	}
	if at != size {
		return fmt.Errorf("the tensors have %d bytes but there are %d", at, size)
	}
	return nil
}

// shape is the tensor's type and shape, if they fit its place.
func (e entry) shape() (shapes.Shape, error) {
	dtype, known := types[e.DType]
	if !known {
		return shapes.Shape{}, fmt.Errorf("type %q is not known", e.DType)
	}
	if e.Shape == nil {
		return shapes.Shape{}, fmt.Errorf("no shape")
	}
	size := dtype.Size()
	for _, d := range e.Shape {
		if d < 0 || d > 0 && size > math.MaxInt/d {
			return shapes.Shape{}, fmt.Errorf("shape %d is negative or too large", e.Shape)
		}
		size *= d
	}
	if have := e.Offsets[1] - e.Offsets[0]; have != size {
		return shapes.Shape{}, fmt.Errorf("type %s and shape %d want %d bytes, its place has %d", e.DType, e.Shape, size, have)
	}
	return shapes.Make(dtype, e.Shape...), nil
}
