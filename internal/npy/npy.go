// Package npy reads and writes arrays in NumPy's formats: .npy, one array
// (https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html, versions 1 to 3), and .npz, a zip of such files.
//
// What a file says is not believed before it is checked: nothing is allocated that is not there, Python objects (pickles) are never
// read, and an .npz may not unpack to more than it should. GoMLX has a package for these formats too; it trusts headers, knows no
// big-endian numbers and sets an archive no limits.
package npy

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/tensors"

	"github.com/vitrine-ml/vitrine/internal/atomicfile"
)

const (
	magic     = "\x93NUMPY"
	maxHeader = 1 << 20 // a header of plain numbers takes some hundred bytes
	maxFile   = 4 << 30
	maxAxes   = 32 // NumPy's own limit for most of its life
)

// kinds are the types by NumPy's letter and number of bytes.
var kinds = map[string]dtypes.DType{
	"b1": dtypes.Bool,
	"i1": dtypes.Int8, "i2": dtypes.Int16, "i4": dtypes.Int32, "i8": dtypes.Int64,
	"u1": dtypes.Uint8, "u2": dtypes.Uint16, "u4": dtypes.Uint32, "u8": dtypes.Uint64,
	"f2": dtypes.Float16, "f4": dtypes.Float32, "f8": dtypes.Float64,
}

// ReadFile reads the array of a .npy file. Its errors name the file.
func ReadFile(path string) (*tensors.Tensor, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("npy: %w", err)
	}
	if info.Size() > maxFile {
		return nil, fmt.Errorf("npy: %s has %d bytes, at most %d are read", path, info.Size(), int64(maxFile))
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("npy: %w", err)
	}
	t, err := Parse(b)
	if err != nil {
		return nil, fmt.Errorf("npy: %s: %w", path, err)
	}
	return t, nil
}

// Parse reads the contents of a .npy file: bools, whole numbers and floats of any size and byte order, in C's or Fortran's order of axes.
func Parse(b []byte) (*tensors.Tensor, error) {
	text, data, err := split(b)
	if err != nil {
		return nil, err
	}
	h, err := parseHeader(text)
	if err != nil {
		return nil, fmt.Errorf("header: %w", err)
	}
	dtype, swap, err := h.dtype()
	if err != nil {
		return nil, err
	}
	size, bytes := dtype.Size(), dtype.Size()
	if len(h.shape) > maxAxes {
		return nil, fmt.Errorf("%d axes, at most %d are read", len(h.shape), maxAxes)
	}
	for _, d := range h.shape {
		if d > 0 && bytes > math.MaxInt/d {
			return nil, fmt.Errorf("shape %v is too large", h.shape)
		}
		bytes *= d
	}
	if len(data) != bytes {
		return nil, fmt.Errorf("shape %v of %q wants %d bytes, the file has %d: truncated or altered", h.shape, h.descr, bytes, len(data))
	}
	t := tensors.FromShape(shapes.Make(dtype, h.shape...))
	if bytes == 0 {
		return t, nil
	}
	if dtype == dtypes.Bool && slices.ContainsFunc(data, func(b byte) bool { return b > 1 }) {
		return nil, errors.New("a bool that is neither false (0) nor true (1)")
	}
	err = t.MutableBytes(func(to []byte) {
		if h.fortran && len(h.shape) > 1 {
			fromFortran(to, data, h.shape, size)
		} else {
			copy(to, data)
		}
		if swap {
			for i := 0; i < len(to); i += size {
				slices.Reverse(to[i : i+size])
			}
		}
	})
	return t, err
}

// split parts a file into the text of its header and its data.
func split(b []byte) (text string, data []byte, err error) {
	if len(b) < 10 || string(b[:6]) != magic {
		return "", nil, errors.New("not a .npy file: it does not begin as one")
	}
	n, at := 0, 0
	switch version := b[6]; {
	case version == 1:
		n, at = int(binary.LittleEndian.Uint16(b[8:])), 10
	case (version == 2 || version == 3) && len(b) >= 12:
		n, at = int(binary.LittleEndian.Uint32(b[8:])), 12
	case version == 2 || version == 3:
		return "", nil, errors.New("truncated")
	default:
		return "", nil, fmt.Errorf("version %d.%d of the format, 1 to 3 are read", b[6], b[7])
	}
	if n > maxHeader || n > len(b)-at {
		return "", nil, fmt.Errorf("a header of %d bytes in a file of %d: truncated or altered", n, len(b))
	}
	return string(b[at : at+n]), b[at+n:], nil
}

// dtype is the type of the numbers, and whether their bytes come in the other order than this machine's.
func (h header) dtype() (d dtypes.DType, swap bool, err error) {
	if strings.Contains(h.descr, "O") {
		return d, false, errors.New("it holds Python objects (a pickle), which could run any program when read, so they are not read: save numbers, with numpy.save(..., allow_pickle=False)")
	}
	kind, order := h.descr, byte('|')
	if kind != "" && strings.IndexByte("<>=|", kind[0]) >= 0 {
		order, kind = kind[0], kind[1:]
	}
	d, ok := kinds[kind]
	if !ok || order == '|' && d.Size() > 1 {
		return d, false, fmt.Errorf("numbers of type %.40q; bools, whole numbers and floats of 2, 4 and 8 bytes are read (b1, i1 … i8, u1 … u8, f2, f4, f8)", h.descr)
	}
	big := binary.NativeEndian.Uint16([]byte{0, 1}) == 1
	return d, d.Size() > 1 && (order == '>' && !big || order == '<' && big), nil
}

// fromFortran lays out numbers whose first axis runs fastest so that the last does.
func fromFortran(to, from []byte, shape []int, size int) {
	strides, stride := make([]int, len(shape)), size
	for axis, d := range shape {
		strides[axis], stride = stride, stride*d
	}
	index, at := make([]int, len(shape)), 0
	for i := 0; i < len(to); i += size {
		copy(to[i:i+size], from[at:])
		for axis := len(shape) - 1; axis >= 0; axis-- {
			index[axis]++
			at += strides[axis]
			if index[axis] < shape[axis] {
				break
			}
			at -= strides[axis] * shape[axis]
			index[axis] = 0
		}
	}
}

// Write writes a tensor of a type that [Parse] reads as the contents of a .npy file, version 1, little-endian. The same tensor gives the
// same bytes, which are NumPy's own.
func Write(w io.Writer, t *tensors.Tensor) error {
	descr := ""
	for kind, d := range kinds {
		if d == t.DType() {
			descr = "<" + kind
		}
	}
	switch {
	case descr == "":
		return fmt.Errorf("npy: numbers of type %s cannot be written", t.DType())
	case t.DType().Size() == 1:
		descr = "|" + descr[1:]
	}
	dims := make([]string, t.Rank())
	for i, d := range t.Shape().Dimensions {
		dims[i] = strconv.Itoa(d)
	}
	shape := strings.Join(dims, ", ")
	if len(dims) == 1 {
		shape += ","
	}
	text := fmt.Sprintf("{'descr': '%s', 'fortran_order': False, 'shape': (%s), }", descr, shape)
	if t.Rank() > 0 { // NumPy leaves room for the first axis to grow
		text += strings.Repeat(" ", 21-len(dims[0]))
	}
	text += strings.Repeat(" ", (64-(10+len(text)+1)%64)%64) + "\n"
	head := append([]byte(magic), 1, 0)
	head = binary.LittleEndian.AppendUint16(head, uint16(len(text)))
	if _, err := w.Write(append(head, text...)); err != nil {
		return fmt.Errorf("npy: %w", err)
	}
	if t.Size() == 0 {
		return nil
	}
	var inner error
	err := t.ConstBytes(func(b []byte) {
		if size := t.DType().Size(); size > 1 && binary.NativeEndian.Uint16([]byte{0, 1}) == 1 {
			b = slices.Clone(b)
			for i := 0; i < len(b); i += size {
				slices.Reverse(b[i : i+size])
			}
		}
		_, inner = w.Write(b)
	})
	if err := errors.Join(err, inner); err != nil {
		return fmt.Errorf("npy: %w", err)
	}
	return nil
}

// WriteFile writes a .npy file, whole or not at all.
func WriteFile(path string, t *tensors.Tensor) error {
	return atomicfile.Write(path, 0o644, func(w io.Writer) error { return Write(w, t) })
}
