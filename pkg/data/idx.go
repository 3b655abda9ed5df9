package data

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"fmt"
	"io"
	"math"
)

// maxContents bounds what an IDX file may hold once unpacked. The largest in use, EMNIST by class, has 547 million bytes.
const maxContents = 1 << 30

// ReadIDX makes a dataset of a file of images and one of labels in the IDX format, in which MNIST and those after it come: bytes,
// [examples, height, width] and [examples]. Both may be compressed with gzip. The source is
// http://yann.lecun.com/exdb/mnist/ ("The IDX file format").
//
// It returns an error if a file is not of that format, is shorter or longer than its header says, or unpacks to more than 1 GiB; and
// those of [New]. What is allocated follows what was read, not what a header claims.
func ReadIDX(name string, images, labels io.Reader, classes []string) (*Dataset, error) {
	var contents [2][]byte
	for i, r := range []io.Reader{images, labels} {
		var err error
		if contents[i], err = unpack(r, 0, maxContents); err != nil {
			return nil, fmt.Errorf("data: %q: idx %s: %w", name, [...]string{"images", "labels"}[i], err)
		}
	}
	return fromIDX(name, contents[0], contents[1], classes)
}

// fromIDX makes a dataset of the contents of two IDX files. It keeps images.
func fromIDX(name string, images, labels []byte, classes []string) (*Dataset, error) {
	pixels, err := parseWhole(images, idxBytes, 3)
	if err != nil {
		return nil, fmt.Errorf("data: %q: idx images: %w", name, err)
	}
	numbers, err := parseWhole(labels, idxBytes, 1)
	if err != nil {
		return nil, fmt.Errorf("data: %q: idx labels: %w", name, err)
	}
	return fromArrays(name, pixels, numbers, classes)
}

func fromArrays(name string, images, labels idxArray, classes []string) (*Dataset, error) {
	if images.shape[0] != labels.shape[0] {
		return nil, fmt.Errorf("data: %q: %d images but %d labels", name, images.shape[0], labels.shape[0])
	}
	return newOwning(name, []int{images.shape[1], images.shape[2], 1}, images.data, labels.numbers(), classes)
}

// unpack reads all of r, through gzip if it starts like that, but no more than limit bytes. size is what to expect, 0 if nobody knows.
// With an error comes what could be read.
func unpack(r io.Reader, size int, limit int64) ([]byte, error) {
	r, err := maybeGzip(r)
	if err != nil {
		return nil, err
	}
	var contents bytes.Buffer
	contents.Grow(size + bytes.MinRead) // as much as ReadFrom wants to be free when it finds the end
	n, err := contents.ReadFrom(io.LimitReader(r, limit+1))
	if err == nil && n > limit {
		err = fmt.Errorf("more than %d bytes", limit)
	}
	return contents.Bytes(), err
}

// maybeGzip is what a reader gives, unpacked if it is compressed with gzip.
func maybeGzip(r io.Reader) (io.Reader, error) {
	buffered := bufio.NewReaderSize(r, 1<<16)
	if magic, _ := buffered.Peek(2); string(magic) == "\x1f\x8b" {
		return gzip.NewReader(buffered)
	}
	return buffered, nil
}

// The types of elements in use here, by their code in the header.
const (
	idxBytes  = 0x08
	idxInt32s = 0x0C
)

// idxArray is one array of an IDX file. data is a part of the file, big-endian.
type idxArray struct {
	kind  byte
	shape []int
	data  []byte
}

// parseIDX reads one array from the front of b and returns what follows it. An array is two zero bytes, the type of its elements, the
// number of its axes, their lengths as big-endian uint32, then the elements.
func parseIDX(b []byte) (a idxArray, rest []byte, err error) {
	if len(b) < 4 {
		return a, nil, fmt.Errorf("%d bytes, want at least 4 of a header", len(b))
	}
	if b[0] != 0 || b[1] != 0 {
		return a, nil, fmt.Errorf("starts with % x, want 00 00: not an idx file", b[:2])
	}
	var width int
	switch a.kind = b[2]; a.kind {
	case idxBytes:
		width = 1
	case idxInt32s:
		width = 4
	default:
		return a, nil, fmt.Errorf("elements of type %#02x, want %#02x (bytes) or %#02x (int32)", a.kind, idxBytes, idxInt32s)
	}
	axes := int(b[3])
	if b = b[4:]; len(b) < 4*axes {
		return a, nil, fmt.Errorf("%d bytes of lengths, want %d for %d axes", len(b), 4*axes, axes)
	}
	size := width
	for i := range axes {
		length := int64(binary.BigEndian.Uint32(b[4*i:]))
		if length == 0 || length > math.MaxInt32 || int64(size) > maxContents/length {
			return a, nil, fmt.Errorf("axis %d of %d has length %d: empty or too large", i, axes, length)
		}
		a.shape = append(a.shape, int(length))
		size *= int(length)
	}
	if b = b[4*axes:]; len(b) < size {
		return a, nil, fmt.Errorf("%d bytes of elements, want %d for shape %v: truncated", len(b), size, a.shape)
	}
	a.data = b[:size:size]
	return a, b[size:], nil
}

// parseWhole reads an array of that type and number of axes with nothing after it.
func parseWhole(b []byte, kind byte, axes int) (idxArray, error) {
	a, rest, err := parseIDX(b)
	if err != nil {
		return a, err
	}
	if len(rest) > 0 {
		return a, fmt.Errorf("%d bytes after the end of an array of shape %v", len(rest), a.shape)
	}
	return a, a.want(kind, axes)
}

func (a idxArray) want(kind byte, axes int) error {
	if a.kind != kind || len(a.shape) != axes {
		return fmt.Errorf("type %#02x with %d axes, want type %#02x with %d", a.kind, len(a.shape), kind, axes)
	}
	return nil
}

// numbers are the elements as int.
func (a idxArray) numbers() []int {
	if a.kind == idxBytes {
		n := make([]int, len(a.data))
		for i, b := range a.data {
			n[i] = int(b)
		}
		return n
	}
	n := make([]int, len(a.data)/4)
	for i := range n {
		n[i] = int(int32(binary.BigEndian.Uint32(a.data[4*i:])))
	}
	return n
}
