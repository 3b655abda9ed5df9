package safetensors

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"maps"

	"github.com/gomlx/gomlx/core/tensors"
)

// Write writes tensors and metadata (nil for none). The same contents give the same bytes.
func Write(w io.Writer, list map[string]*tensors.Tensor, metadata map[string]string) error {
	if _, taken := metadata[sumKey]; taken {
		return fmt.Errorf("safetensors: %w", errSumTaken)
	}
	sorted := sortedNames(list)
	if err := checkNames(sorted); err != nil {
		return fmt.Errorf("safetensors: %w", err)
	}
	metadata = maps.Clone(metadata)
	if metadata == nil {
		metadata = map[string]string{}
	}
	metadata[sumKey] = noSum

	var header bytes.Buffer
	header.WriteByte('{')
	if err := member(&header, metadataKey, metadata); err != nil {
		return err
	}
	at := 0
	for _, name := range sorted {
		shape := list[name].Shape()
		dtype, known := names[shape.DType]
		if !known {
			return fmt.Errorf("safetensors: %q has type %s, which the format does not know", name, shape.DType)
		}
		size := shape.Size() * shape.DType.Size()
		e := entry{DType: dtype, Shape: append([]int{}, shape.Dimensions...), Offsets: [2]int{at, at + size}}
		header.WriteByte(',')
		if err := member(&header, name, e); err != nil {
			return err
		}
		at += size
	}
	header.WriteByte('}')
	for header.Len()%8 != 0 {
		header.WriteByte(' ')
	}
	if header.Len() > maxHeader {
		return fmt.Errorf("safetensors: a header of %d bytes, the format allows %d", header.Len(), maxHeader)
	}

	data := make([]byte, at)
	rest := data
	for _, name := range sorted {
		t := list[name]
		size := t.Size() * t.DType().Size()
		if err := copyBytes(t, rest[:size], nil); err != nil {
			return fmt.Errorf("safetensors: %q: %w", name, err)
		}
		rest = rest[size:]
	}
	head := append(binary.LittleEndian.AppendUint64(nil, uint64(header.Len())), header.Bytes()...)
	sum := sumOf(head, data)
	// The metadata comes first and its keys are sorted, but a text before the sum's could hold the same digits: only the member itself
	// has quotes that are not escaped around its key.
	head = bytes.Replace(head, sumMember(noSum), sumMember(sum), 1)
	for _, b := range [][]byte{head, data} {
		if _, err := w.Write(b); err != nil {
			return fmt.Errorf("safetensors: %w", err)
		}
	}
	return nil
}

// member writes a key and its value as they stand in a JSON object.
func member(b *bytes.Buffer, key string, value any) error {
	k, err := json.Marshal(key)
	if err != nil {
		return fmt.Errorf("safetensors: %w", err)
	}
	v, err := json.Marshal(value)
	if err != nil {
		return fmt.Errorf("safetensors: %w", err)
	}
	b.Write(k)
	b.WriteByte(':')
	b.Write(v)
	return nil
}

// sumMember is the metadata's member that holds the sum.
func sumMember(sum string) []byte { return []byte(`"` + sumKey + `":"` + sum + `"`) }

func sumOf(head, data []byte) string {
	h := sha256.New()
	h.Write(head)
	h.Write(data)
	return hex.EncodeToString(h.Sum(nil))
}
