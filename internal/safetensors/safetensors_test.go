package safetensors

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/tensors"
)

// sample has a tensor of every type, a scalar and an empty one. Its bytes count up.
func sample(t *testing.T) map[string]*tensors.Tensor {
	t.Helper()
	list := map[string]*tensors.Tensor{
		"scalar": tensors.FromScalar(float32(2.5)),
		"empty":  tensors.FromShape(shapes.Make(dtypes.Int64, 0, 3)),
	}
	for d, name := range names {
		tensor := tensors.FromShape(shapes.Make(d, 3, 5))
		err := tensor.MutableBytes(func(b []byte) {
			for i := range b {
				if b[i] = byte(i); d == dtypes.Bool {
					b[i] = byte(i % 2)
				}
			}
		})
		if err != nil {
			t.Fatal(err)
		}
		list["/of type/"+name+" \"<é>"] = tensor
	}
	return list
}

func write(t *testing.T, list map[string]*tensors.Tensor, metadata map[string]string) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := Write(&b, list, metadata); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestRoundTrip(t *testing.T) {
	list := sample(t)
	// A text that looks like the sum's own member must not be taken for it.
	metadata := map[string]string{"a": string(sumMember(noSum)), "z": "é\n\x00"}
	b := write(t, list, metadata)
	if again := write(t, list, metadata); !bytes.Equal(b, again) {
		t.Error("the same contents give other bytes")
	}
	if n := binary.LittleEndian.Uint64(b); n%8 != 0 {
		t.Errorf("the header has %d bytes, so the data is not aligned", n)
	}
	f, err := Read(b)
	if err != nil {
		t.Fatal(err)
	}
	if !maps.Equal(f.Metadata, metadata) {
		t.Errorf("metadata: got %q, want %q", f.Metadata, metadata)
	}
	if len(f.Tensors) != len(list) {
		t.Errorf("%d tensors, want %d", len(f.Tensors), len(list))
	}
	for name, want := range list {
		got := f.Tensors[name]
		if got == nil || !got.Shape().Equal(want.Shape()) {
			t.Errorf("%q: got %v, want shape %s", name, got, want.Shape())
			continue
		}
		if !bytes.Equal(bytesOf(t, got), bytesOf(t, want)) {
			t.Errorf("%q: other bytes", name)
		}
	}
}

func bytesOf(t *testing.T, tensor *tensors.Tensor) (b []byte) {
	t.Helper()
	b = make([]byte, tensor.Size()*tensor.DType().Size())
	if err := copyBytes(tensor, b, nil); err != nil {
		t.Fatal(err)
	}
	return b
}

func TestEveryChangeIsNoticed(t *testing.T) {
	b := write(t, map[string]*tensors.Tensor{"w": tensors.FromValue([][]float32{{1, 2}, {3, 4}})}, map[string]string{"k": "v"})
	for i := range b {
		altered := slices.Clone(b)
		altered[i] ^= 1
		if f, err := Read(altered); err == nil && f.Verified {
			t.Errorf("byte %d of %d altered: no error", i, len(b))
		}
		if _, err := Read(b[:i]); err == nil {
			t.Errorf("truncated to %d of %d bytes: no error", i, len(b))
		}
	}
	if _, err := Read(append(b, 0)); err == nil {
		t.Error("a byte more: no error")
	}
}

func TestErrorsNameFileAndSums(t *testing.T) {
	b := write(t, map[string]*tensors.Tensor{"w": tensors.FromValue([]float32{1, 2})}, nil)
	b[len(b)-1] ^= 1
	path := filepath.Join(t.TempDir(), "net.safetensors")
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := ReadFile(path)
	if err == nil {
		t.Fatal("no error")
	}
	words := strings.Fields(err.Error())
	sums := 0
	for _, w := range words {
		if len(strings.Trim(w, ",:")) == 64 {
			sums++
		}
	}
	if !strings.Contains(err.Error(), path) || sums != 2 {
		t.Errorf("got %q, want the path and two sums", err)
	}
	if _, err := ReadFile(path + "x"); !os.IsNotExist(unwrapAll(err)) {
		t.Errorf("a missing file: %v", err)
	}
}

func unwrapAll(err error) error {
	for {
		u, ok := err.(interface{ Unwrap() error })
		if !ok {
			return err
		}
		if _, done := err.(*os.PathError); done {
			return err
		}
		err = u.Unwrap()
	}
}

// file puts a header in front of n bytes of data.
func file(header string, n int) []byte {
	b := binary.LittleEndian.AppendUint64(nil, uint64(len(header)))
	return append(append(b, header...), make([]byte, n)...)
}

func TestReadOfOthers(t *testing.T) {
	for _, c := range []struct {
		name, header string
		data         int    // bytes of zeros; negative: the last of them is 2
		want         string // part of the error; "": none
	}{
		{"nothing", `{}`, 0, ""},
		{"one", `{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}  `, 8, ""},
		{"scalar", `{"w":{"dtype":"F64","shape":[],"data_offsets":[0,8]}}`, 8, ""},
		{"empty", `{"w":{"dtype":"F64","shape":[0],"data_offsets":[0,0]}}`, 0, ""},
		{"two, any order", `{"b":{"dtype":"U8","shape":[1],"data_offsets":[2,3]},"a":{"dtype":"I8","shape":[2],"data_offsets":[0,2]}}`, 3, ""},
		{"not a bool", `{"w":{"dtype":"BOOL","shape":[2],"data_offsets":[0,2]}}`, -2, "neither false"},
		{"no JSON", `{`, 0, "header"},
		{"a list", `[]`, 0, "header"},
		{"metadata not texts", `{"__metadata__":{"a":1}}`, 0, "metadata"},
		{"unknown type", `{"w":{"dtype":"F7","shape":[2],"data_offsets":[0,8]}}`, 8, "F7"},
		{"no shape", `{"w":{"dtype":"F32","data_offsets":[0,4]}}`, 4, "no shape"},
		{"no place", `{"w":{"dtype":"F32","shape":[1]}}`, 4, "4"},
		{"shape too small", `{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,8]}}`, 8, "4 bytes"},
		{"negative length", `{"w":{"dtype":"F32","shape":[-1,-2],"data_offsets":[0,8]}}`, 8, "negative"},
		{"fraction", `{"w":{"dtype":"F32","shape":[1.5],"data_offsets":[0,8]}}`, 8, "w"},
		{"overflow", `{"w":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,0]}}`, 0, "too large"},
		{"overflow to the right size", `{"w":{"dtype":"F32","shape":[4611686018427387905],"data_offsets":[0,4]}}`, 4, "too large"},
		{"gap", `{"w":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}`, 2, "from 0 on"},
		{"overlap", `{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}}`, 3, "from 2 on"},
		{"backwards", `{"w":{"dtype":"U8","shape":[1],"data_offsets":[0,-1]}}`, 0, "0 to -1"},
		{"beyond the end", `{"w":{"dtype":"U8","shape":[9],"data_offsets":[0,9]}}`, 8, "within 8"},
		{"data left over", `{"w":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}`, 2, "1 bytes but there are 2"},
		{"another sum", `{"__metadata__":{"` + sumKey + `":"` + noSum + `"}}`, 0, "SHA-256"},
		{"a sum that is not found", `{"__metadata__":{"` + sumKey + `" :"` + noSum + `"}}`, 0, "0 times"},
	} {
		b := file(c.header, max(c.data, -c.data))
		if c.data < 0 {
			b[len(b)-1] = 2
		}
		_, err := Read(b)
		if got := fmt.Sprint(err); (err == nil) != (c.want == "") || !strings.Contains(got, c.want) && c.want != "" {
			t.Errorf("%s: got %v, want %q", c.name, err, c.want)
		}
	}
	for _, b := range [][]byte{nil, {1}, {1, 0, 0, 0, 0, 0, 0, 0}, {255, 255, 255, 255, 255, 255, 255, 255}, {0, 0, 0, 255, 0, 0, 0, 0}} {
		if _, err := Read(b); err == nil {
			t.Errorf("% x: no error", b)
		}
	}
}

// testdata/python.safetensors was made by Python's safetensors 0.8.0:
//
//	save_file({"b": np.arange(6, dtype=np.float32).reshape(2, 3), "a": np.array([True, False]), "c": np.array(3)}, path, {"x": "y"})
func TestReadOfPython(t *testing.T) {
	f, err := ReadFile("testdata/python.safetensors")
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]*tensors.Tensor{
		"a": tensors.FromValue([]bool{true, false}),
		"b": tensors.FromValue([][]float32{{0, 1, 2}, {3, 4, 5}}),
		"c": tensors.FromScalar(int64(3)),
	} {
		if got := f.Tensors[name]; got == nil || !got.Equal(want) {
			t.Errorf("%q: got %v, want %v", name, got, want)
		}
	}
	if len(f.Tensors) != 3 || f.Metadata["x"] != "y" || f.Verified {
		t.Errorf("%d tensors, metadata %v, verified %t", len(f.Tensors), f.Metadata, f.Verified)
	}
}

func TestWriteRefuses(t *testing.T) {
	one := tensors.FromScalar(float32(1))
	for name, c := range map[string]struct {
		list     map[string]*tensors.Tensor
		metadata map[string]string
	}{
		"the metadata's name": {map[string]*tensors.Tensor{metadataKey: one}, nil},
		"not UTF-8":           {map[string]*tensors.Tensor{"\xff": one}, nil},
		"complex":             {map[string]*tensors.Tensor{"c": tensors.FromScalar(complex64(1))}, nil},
		"a sum":               {nil, map[string]string{sumKey: ""}},
	} {
		if err := Write(&bytes.Buffer{}, c.list, c.metadata); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// FuzzRead: nothing panics or takes more memory than the file, and what can be read can be written and read again.
func FuzzRead(f *testing.F) {
	var b bytes.Buffer
	if err := Write(&b, map[string]*tensors.Tensor{"w": tensors.FromValue([]float32{1, 2}), "n": tensors.FromScalar(int64(1))}, map[string]string{"k": "v"}); err != nil {
		f.Fatal(err)
	}
	f.Add(b.Bytes())
	f.Add(file(`{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}`, 8))
	f.Add(file(`{"w":{"dtype":"F64","shape":[0,9223372036854775807,4],"data_offsets":[0,0]}}`, 0))
	f.Add(file(`{"__metadata__":null,"":{"dtype":"BF16","shape":[],"data_offsets":[0,2]}}`, 2))
	f.Fuzz(func(t *testing.T, b []byte) {
		first, err := Read(b)
		if err != nil {
			return
		}
		var again bytes.Buffer
		if err := Write(&again, first.Tensors, first.Metadata); err != nil {
			t.Fatal(err)
		}
		second, err := Read(again.Bytes())
		if err != nil {
			t.Fatal(err)
		}
		if len(first.Tensors) != len(second.Tensors) {
			t.Fatalf("%d tensors became %d", len(first.Tensors), len(second.Tensors))
		}
	})
}
