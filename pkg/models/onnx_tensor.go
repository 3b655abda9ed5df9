package models

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/tensors"
	"google.golang.org/protobuf/encoding/protowire"
)

// maxNumbers is how many numbers a tensor of a file, or one that is worked out of its constants, may hold.
const maxNumbers = 1 << 29

// onnxTypes are the types of numbers that are read, by ONNX's numbers for them.
var onnxTypes = map[int64]dtypes.DType{
	1: dtypes.Float32, 2: dtypes.Uint8, 3: dtypes.Int8, 5: dtypes.Int16, 6: dtypes.Int32, 7: dtypes.Int64, 9: dtypes.Bool,
	10: dtypes.Float16, 11: dtypes.Float64, 12: dtypes.Uint32, 13: dtypes.Uint64, 16: dtypes.BFloat16,
}

// onnxTensor is a tensor of a file: its numbers lie raw, by their type, or in a file beside it.
type onnxTensor struct {
	name     string
	dtype    int64
	dims     []int64
	raw      []byte
	isRaw    bool
	floats   []float32
	doubles  []float64
	ints     []int64 // of all types of whole numbers
	external map[string]string
	outside  bool
}

func parseONNXTensor(b []byte) (*onnxTensor, error) {
	t := &onnxTensor{external: map[string]string{}}
	err := fields(b, func(field protowire.Number, v uint64, b []byte) (err error) {
		switch field {
		case 1:
			t.dims, err = wholes(t.dims, v, b)
		case 2:
			t.dtype = int64(v)
		case 4:
			t.floats, err = floats32(t.floats, v, b)
		case 5, 7, 11:
			t.ints, err = wholes(t.ints, v, b)
		case 8:
			t.name = string(b)
		case 9:
			t.raw, t.isRaw = b, true
		case 10:
			for ; len(b) >= 8; b = b[8:] {
				t.doubles = append(t.doubles, math.Float64frombits(binary.LittleEndian.Uint64(b)))
			}
		case 13:
			key, value, err := parseEntry(b)
			t.external[key] = value
			return err
		case 14:
			t.outside = v == 1
		}
		return err
	})
	return t, err
}

func floats32(to []float32, number uint64, b []byte) ([]float32, error) {
	if b == nil {
		return append(to, math.Float32frombits(uint32(number))), nil
	}
	if len(b)%4 != 0 {
		return nil, errNoONNX
	}
	for ; len(b) > 0; b = b[4:] {
		to = append(to, math.Float32frombits(binary.LittleEndian.Uint32(b)))
	}
	return to, nil
}

// shape is the tensor's, or what is wrong with it.
func (t *onnxTensor) shape() (s shapes.Shape, err error) {
	dtype, ok := onnxTypes[t.dtype]
	if !ok {
		return s, fmt.Errorf("the tensor %q holds numbers of ONNX's type %d, which is not read", t.name, t.dtype)
	}
	size, dims := int64(1), make([]int, len(t.dims))
	for i, d := range t.dims {
		if d < 0 || d > maxNumbers || size*max(d, 1) > maxNumbers {
			return s, fmt.Errorf("the tensor %q says that it has the shape %v; at most %d numbers are read", t.name, t.dims, maxNumbers)
		}
		size *= max(d, 1)
		dims[i] = int(d)
	}
	return shapes.Make(dtype, dims...), nil
}

// isFloat says whether the tensor's numbers are floating-point.
func (t *onnxTensor) isFloat() bool { return onnxTypes[t.dtype].IsFloat() }

// value is the tensor. Numbers in another file must lie in dir ("": none may).
func (t *onnxTensor) value(dir string) (*tensors.Tensor, error) {
	s, err := t.shape()
	if err != nil {
		return nil, err
	}
	raw := t.raw
	switch {
	case t.outside:
		if raw, err = t.beside(dir, int64(s.ByteSize())); err != nil {
			return nil, fmt.Errorf("the tensor %q: %w", t.name, err)
		}
	case !t.isRaw:
		if raw, err = t.typed(s.DType); err != nil {
			return nil, err
		}
	}
	if len(raw) != int(s.ByteSize()) {
		return nil, fmt.Errorf("the tensor %q, %s, should have %d bytes, the file has %d", t.name, s, s.ByteSize(), len(raw))
	}
	to := tensors.FromShape(s)
	return to, to.MutableBytes(func(b []byte) { copy(b, raw) })
}

// typed are the bytes of numbers that are not raw.
func (t *onnxTensor) typed(dtype dtypes.DType) (raw []byte, err error) {
	for _, v := range t.floats {
		raw = binary.LittleEndian.AppendUint32(raw, math.Float32bits(v))
	}
	for _, v := range t.doubles {
		raw = binary.LittleEndian.AppendUint64(raw, math.Float64bits(v))
	}
	for _, v := range t.ints {
		var b [8]byte
		binary.LittleEndian.PutUint64(b[:], uint64(v))
		raw = append(raw, b[:dtype.Size()]...)
	}
	return raw, nil
}

// beside reads a tensor's bytes from a file in the folder of the model's.
func (t *onnxTensor) beside(dir string, size int64) (raw []byte, err error) {
	name := t.external["location"]
	if dir == "" || name == "" || !filepath.IsLocal(name) || strings.ContainsAny(name, `/\`) {
		return nil, fmt.Errorf("its numbers are said to lie in %q: only files beside the model are read", name)
	}
	number := func(key string, otherwise int64) (v int64) {
		if text, ok := t.external[key]; ok && err == nil {
			if v, err = strconv.ParseInt(text, 10, 64); err == nil && v < 0 {
				err = fmt.Errorf("its %s is %d", key, v)
			}
			return v
		}
		return otherwise
	}
	offset, length := number("offset", 0), number("length", size)
	if err != nil {
		return nil, err
	}
	if length != size {
		return nil, fmt.Errorf("it should have %d bytes, the file says %d", size, length)
	}
	root, err := os.OpenRoot(dir) // which no link leads out of
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, root.Close()) }()
	if info, err := root.Stat(name); err != nil || !info.Mode().IsRegular() || offset > info.Size()-size {
		return nil, errors.Join(err, fmt.Errorf("%q has no %d bytes from %d on", name, size, offset))
	}
	file, err := root.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	raw = make([]byte, size)
	_, err = io.ReadFull(io.NewSectionReader(file, offset, size), raw)
	return raw, err
}
