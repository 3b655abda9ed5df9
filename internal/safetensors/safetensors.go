// Package safetensors reads and writes named tensors in the safetensors format (https://github.com/huggingface/safetensors): the length of
// a header in eight bytes, little-endian; the header, a JSON object that gives for every tensor its type, shape and place in the data and,
// under "__metadata__", texts; the data.
//
// What [Write] makes is the same bytes for the same contents, and holds among its metadata the SHA-256 of the file, so that [Read] notices
// any change. Files by others lack that sum and are read all the same.
package safetensors

import (
	"errors"
	"fmt"
	"slices"
	"unicode/utf8"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/tensors"
)

// File is the contents of a file.
type File struct {
	Tensors  map[string]*tensors.Tensor
	Metadata map[string]string
	Verified bool // read from a file that holds its own SHA-256, which agrees
}

const (
	metadataKey = "__metadata__"
	sumKey      = "vitrine_sha256" // in the metadata: of the whole file with noSum in the sum's own place
	noSum       = "0000000000000000000000000000000000000000000000000000000000000000"

	maxHeader = 100 << 20 // as the format's own reader has it
)

// entry is what the header says of one tensor.
type entry struct {
	DType   string `json:"dtype"`
	Shape   []int  `json:"shape"`
	Offsets [2]int `json:"data_offsets"` // of its bytes in the data: from, to
}

var names = map[dtypes.DType]string{
	dtypes.Bool: "BOOL",
	dtypes.Int8: "I8", dtypes.Int16: "I16", dtypes.Int32: "I32", dtypes.Int64: "I64",
	dtypes.Uint8: "U8", dtypes.Uint16: "U16", dtypes.Uint32: "U32", dtypes.Uint64: "U64",
	dtypes.Float16: "F16", dtypes.BFloat16: "BF16", dtypes.Float32: "F32", dtypes.Float64: "F64",
}

var types = func() map[string]dtypes.DType {
	m := map[string]dtypes.DType{}
	for d, name := range names {
		m[name] = d
	}
	return m
}()

// checkNames says whether these can be the names of tensors.
func checkNames(list []string) error {
	for _, name := range list {
		if name == metadataKey {
			return fmt.Errorf("a tensor cannot be called %q", name)
		}
		if !utf8.ValidString(name) {
			return fmt.Errorf("the name %q is not UTF-8", name)
		}
	}
	return nil
}

var errSumTaken = errors.New("the metadata's " + sumKey + " is written by this package and cannot be given")

// copyBytes copies between a tensor and bytes of the same number.
func copyBytes(t *tensors.Tensor, toBytes, fromBytes []byte) error {
	if t.Size() == 0 {
		return nil
	}
	if toBytes != nil {
		return t.ConstBytes(func(b []byte) { copy(toBytes, b) })
	}
	return t.MutableBytes(func(b []byte) { copy(b, fromBytes) })
}

// sortedNames are the tensors' names in their order in a file: the widest types first, so that every tensor is aligned, then by name.
func sortedNames(list map[string]*tensors.Tensor) []string {
	sorted := make([]string, 0, len(list))
	for name := range list {
		sorted = append(sorted, name)
	}
	slices.SortFunc(sorted, func(a, b string) int {
		if d := list[b].DType().Size() - list[a].DType().Size(); d != 0 {
			return d
		}
		if a < b {
			return -1
		}
		return 1
	})
	return sorted
}
